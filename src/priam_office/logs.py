"""What the server writes to standard error: one JSON object a line, with nothing personal in it.

A request is named by the name of its address, never by the address; an account by its opaque
key; an error by its type and the places in the code, never by its message, because a database
quotes the row it refused.
"""

from __future__ import annotations

import json
import logging
import time
import traceback
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

__all__ = ["JsonLines", "RequestLog"]

_requests = logging.getLogger("priam.requests")
_OURS = "priam."


class JsonLines(logging.Formatter):
    """A record as one line of JSON; only loggers of Priam itself keep their message."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name.startswith(_OURS):
            line["message"] = record.getMessage()
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[0] is not None:
            line |= _error(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _error(info: Any) -> dict[str, Any]:
    frames = traceback.extract_tb(info[2])[-12:]
    return {
        "error": f"{info[0].__module__}.{info[0].__qualname__}",
        "places": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


class RequestLog:
    """Middleware: one line for each request that failed or was slow, all at level DEBUG."""

    SLOW = 1.0  # seconds

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun, name = time.perf_counter(), uuid.uuid4().hex[:12]
        response = self.get_response(request)
        seconds = time.perf_counter() - begun
        level = logging.DEBUG
        if response.status_code >= 500 or seconds > self.SLOW:
            level = logging.WARNING
        facts = {
            "request": name,
            "method": request.method if request.method in _METHODS else "other",
            "page": request.resolver_match.view_name if request.resolver_match else None,
            "status": response.status_code,
            "ms": round(seconds * 1000),
            "account": _account(request),
        }
        _requests.log(level, "request", extra={"facts": facts})
        response.headers["X-Request-Id"] = name
        return response


_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def _account(request: HttpRequest) -> str | None:
    # not request.user: looking it up for a static file would cost a query
    user = getattr(request, "_cached_user", None)
    return getattr(user, "key", None)
