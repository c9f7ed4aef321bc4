"""Who may call what: the table in :mod:`priam_office.people.permissions`, nothing else."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer

from priam_office.api.tokens import account_of
from priam_office.people.permissions import PERMISSIONS, permits

__all__ = ["May"]


class May(HttpBearer):
    """Bearer token of an account that holds ``permission``; 401 without, 403 where it may not."""

    openapi_description = "A token from the page “Tokens” of your account."

    def __init__(self, permission: str) -> None:
        if permission not in PERMISSIONS:
            raise KeyError(permission)
        self.permission = permission
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        user = account_of(token)
        if user is None:
            return None
        if not permits(user, self.permission):
            raise HttpError(403, "this account may not do that")
        return user
