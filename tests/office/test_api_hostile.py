"""Requests made up from the OpenAPI description, with the token of every role."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from priam_office.people.permissions import ROLES
from tests.office.test_api import token

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def application(sqlite: str) -> Any:
    from priam_office.wsgi import application

    return application


@pytest.mark.parametrize("role", [*ROLES, ""])
def test_no_request_breaks_what_is_described(application: Any, role: str) -> None:
    headers = {"Accept-Encoding": "identity"}  # the check reads bodies as they come
    headers |= {k.title(): v for k, v in token(role).items()} if role else {}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=8,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def sent(case: Any) -> None:
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS)

        sent()
