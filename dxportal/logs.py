"""Logs for machines: a JSON object a line, the number of the request and of the user, nothing that anybody typed."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import time
import traceback
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")
access = logging.getLogger("dxportal.access")


class JsonFormatter(logging.Formatter):
    """Values become JSON strings, so a line break in one never begins another line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname, "logger": record.name, "message": _message(record),
            "request": REQUEST_ID.get(), **getattr(record, "facts", {}),
        }  # fmt: skip
        if record.exc_info and record.exc_info[1]:
            line["error"] = _error(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    """Django names the path in its messages, and a path may hold a secret: only its first word is kept."""
    if record.name.startswith("django.") and isinstance(record.args, tuple) and record.args:
        return str(record.args[0])
    return record.getMessage()


def _error(error: BaseException) -> dict[str, Any]:
    """Kind and place; messages of databases quote the values that they refuse."""
    frames = traceback.extract_tb(error.__traceback__)
    return {"kind": type(error).__name__, "stack": [f"{f.filename}:{f.lineno} {f.name}" for f in frames]}


class RequestLogMiddleware:
    """Stands first: numbers the request, and writes one line when it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        number = given if GIVEN.fullmatch(given) else uuid.uuid4().hex
        token, started = REQUEST_ID.set(number), time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = number
            access.info("request", extra={"facts": _facts(request, response, started)})
        finally:
            REQUEST_ID.reset(token)
        return response


def _facts(request: HttpRequest, response: HttpResponse, started: float) -> dict[str, Any]:
    """The route instead of the address, the user's number instead of the name."""
    match = getattr(request, "resolver_match", None)
    return {
        "method": request.method, "route": match.view_name if match else "", "status": response.status_code,
        "ms": round((time.perf_counter() - started) * 1000), "user": getattr(_known(request), "pk", None),
    }  # fmt: skip


def _known(request: HttpRequest) -> Any:
    """The user if anybody asked for him; the log itself never asks the database."""
    return getattr(request, "_cached_user", None)
