"""What the machine logs: JSON, a number for every request, and nothing that anybody typed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.test import Client

from dxportal.logs import REQUEST_ID, JsonFormatter


@pytest.fixture
def lines() -> Iterator[list[dict]]:
    """What the JSON handler writes while a test runs."""
    written: list[dict] = []
    handler = logging.Handler()
    handler.setFormatter(JsonFormatter())
    handler.emit = lambda record: written.append(json.loads(handler.format(record)))
    access, root = logging.getLogger("dxportal.access"), logging.getLogger()
    level = access.level
    access.setLevel(logging.INFO)
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)
    access.setLevel(level)


def requests_of(lines: list[dict]) -> list[dict]:
    return [line for line in lines if line["logger"] == "dxportal.access"]


def test_a_request_is_one_line_with_the_users_number_and_the_route(lines, as_user, cast: SimpleNamespace) -> None:
    response = as_user(cast.lead).get("/actions/?q=税務課長のメモ")
    (line,) = requests_of(lines)
    assert (line["method"], line["route"], line["status"]) == ("GET", "actions:list", 200)
    assert line["user"] == cast.lead.pk
    assert line["request"] == response["X-Request-ID"]
    assert line["ms"] >= 0
    written = json.dumps(lines, ensure_ascii=False)
    for private in ("税務課長", "lead-tax", "メモ", "127.0.0.1"):
        assert private not in written


def test_a_strangers_request_has_no_user(lines, client: Client, db: None) -> None:
    client.get("/accounts/sign-in/")
    assert requests_of(lines)[0]["user"] is None


def test_a_secret_in_an_address_is_not_logged(lines, client: Client, db: None) -> None:
    client.get("/rounds/calendar/s3cret-token/feed.ics")
    client.get("/no/such/s3cret-token/")
    assert "s3cret-token" not in json.dumps(lines)
    assert any(line["message"] == "Not Found" for line in lines)


@pytest.mark.parametrize("given", ["abcdef12-3456", "x" * 7, "a b c d e f g h", "evil\r\nX: 1", "あ" * 10])
def test_number_of_a_proxy_is_taken_over_only_when_it_is_one(client: Client, db: None, given: str) -> None:
    answered = client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"]
    assert (answered == given) is (given == "abcdef12-3456")
    assert REQUEST_ID.get() == ""


def formatted(message: str, *args: object, **kw: object) -> str:
    record = logging.LogRecord("dxportal.x", logging.WARNING, "x.py", 1, message, args, kw.pop("exc_info", None))
    return JsonFormatter().format(record)


def test_a_line_break_never_begins_another_line() -> None:
    line = formatted("name %s", 'a\n{"level": "ERROR"}\r\u2028')
    assert len(line.split("\n")) == 1
    assert "\r" not in line
    assert json.loads(line)["message"].startswith("name a\n")


def test_an_error_tells_kind_and_place_but_not_its_words() -> None:
    try:
        raise ValueError("Key (login_id)=(a001) already exists")
    except ValueError as error:
        line = formatted("failed", exc_info=(ValueError, error, error.__traceback__))
    told = json.loads(line)["error"]
    assert told["kind"] == "ValueError"
    assert "test_an_error_tells_kind" in told["stack"][0]
    assert "a001" not in line
