"""Whatever is sent, to whatever address, by whomever: never a 500, never a trace of the program in the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import connection
from django.http import HttpResponse
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from tests.access import ROWS, Row
from tests.sending.forms import Sent, Shown, pages, parameters, undone

pytestmark = pytest.mark.django_db

# Longer than anybody types.
HUGE = "あ" * 30_000
# Of one value in an address; what is longer ends at the server in front.
LONGEST = 3_000
HOSTILE = {
    "mark-up": "<script>alert(1)</script>",
    "quote": "' OR 1=1; DROP TABLE audit_entry; --",
    "zero byte": "a\x00b",
    "emoji and surrogate": "👩‍👩‍👧‍👦\ufeff\U0010ffff",
    "right to left": "\u202eabc\u200f١٢٣",
    "formula": "=cmd|' /C calc'!A0",
    "path": "../../../../etc/passwd",
    "address": "javascript:alert(1)",
    "large": "99999999999999999999999999",
    "larger than a bigint": str(2**63),
    "negative": "-99999999999999999999",
    "exponent": "1e999999",
    "not a number": "NaN",
    "no such day": "9999-99-99",
    "last day": "9999-12-31",
    "first day": "0001-01-01",
    "template": "{{ 7*7 }}{% now %}%s%n",
    "list": "[[[[]]]]",
    "kanji": "漢字とｶﾅ１２３",
}
# What a database may take otherwise than another one; everything else has been asked with SQLite.
OF_THE_DATABASE = (
    "quote", "zero byte", "emoji and surrogate", "large", "larger than a bigint", "negative", "exponent",
    "not a number", "last day", "first day",
)  # fmt: skip
TRACES = re.compile(r"Traceback \(most recent|django/core/handlers|line \d+, in \w+")


def faults(what: str, response: HttpResponse) -> Iterator[str]:
    if response.status_code >= 500:
        told = response.exc_info[1] if getattr(response, "exc_info", None) else ""
        yield f"{what}: {response.status_code} {told!r}"[:400]
    elif "text/html" in response.headers.get("Content-Type", "") and TRACES.search(response.text):
        yield f"{what}: shows where the program stands"
    elif "text/html" in response.headers.get("Content-Type", "") and HOSTILE["mark-up"] in response.text:
        yield f"{what}: takes for mark-up what was typed"


def send(world: SimpleNamespace, form: Sent, case: str, changed: Mapping[str, str]) -> Iterator[str]:
    client, told = world.clients[form.role], f"{form.role} {form.method} {form.route} [{case}]"
    if form.method == "GET":
        data = form.with_values({name: value[:LONGEST] for name, value in changed.items()})
        yield from faults(told, undone(client, "GET", f"{urlsplit(form.url).path}?{urlencode(data, doseq=True)}"))
    else:
        yield from faults(told, undone(client, "POST", form.url, form.with_values(changed)))


def hostile() -> list[tuple[str, str]]:
    if connection.vendor == "sqlite":
        return list(HOSTILE.items())
    return [(kind, HOSTILE[kind]) for kind in OF_THE_DATABASE]


def ways(form: Sent) -> Iterator[tuple[str, dict[str, str]]]:
    """Empty, huge, and every other field hostile among values that are right, so that each of them is once."""
    names = [name for name, kind in form.kinds.items() if kind != "button"]
    values = hostile()
    if connection.vendor == "sqlite":
        yield "empty", dict.fromkeys(names, "")
    texts = [name for name in names if form.kinds[name] in ("text", "textarea", "search", "password")]
    if len(texts) == 1:
        yield from ((kind, {texts[0]: value}) for kind, value in values)
    yield "huge", dict.fromkeys((n for n in names if form.kinds[n] not in ("hidden", "file")), HUGE)
    start = sum(map(ord, form.route)) % len(values)
    for first in (0, 1):
        chosen = list(enumerate(names))[first::2]
        yield f"every other from {first}", {name: values[(start + at) % len(values)][1] for at, name in chosen}


@pytest.mark.parametrize("part", range(4))
def test_no_form_breaks(world: SimpleNamespace, sent: list[Sent], part: int) -> None:
    found = [w for form in sent[part::4] for case, changed in ways(form) for w in send(world, form, case, changed)]
    assert not found, "\n".join(found)


BY_HAND = {
    "version": "x", "direction": "sideways", "note": HUGE, "reason": "a\x00b", "pick": str(2**70), "beside": "-1",
    "side": "above", "seen": "\x00", "login_id": "'", "code": "<b>",
}  # fmt: skip


def test_no_act_breaks(world: SimpleNamespace) -> None:
    """Acts whose buttons stand in no page of the small city, sent by hand."""
    found = []
    for row in [row for row in ROWS if row.method == "POST"]:
        role = allowed(row, world)
        url = reverse(row.route, kwargs=row.args(world))
        found += faults(f"{role} {row.label}", undone(world.clients[role], "POST", url, BY_HAND))
    assert not found, "\n".join(found)


def test_no_query_breaks(world: SimpleNamespace, answers: dict[tuple[str, str], Shown]) -> None:
    """Every parameter that a page knows of, each with some hostile value, and all of them with one."""
    found, seen = [], set()
    for role in ("secretariat", "admin", "lead"):
        client = world.clients[role]
        for page in pages(role, world):
            path = urlsplit(page).path
            if (route := resolve(path).view_name) in seen:
                continue
            seen.add(route)
            text = answers[role, page].text
            names = sorted(parameters(page, text) if text else {"q", "page", "sort"})
            for query in queries(sorted({*names, "page", "sort"}), len(seen)):
                asked = undone(client, "GET", f"{path}?{urlencode(query)}")
                found += faults(f"{role} GET {route} {query}", asked)
            for value in (HUGE[:LONGEST], "a\x00b", str(2**63)) if names else ():
                asked = undone(client, "GET", f"{path}?{urlencode(dict.fromkeys(names, value))}")
                found += faults(f"{role} GET {route} all [{value[:20]!r}]", asked)
    assert not found, "\n".join(found)


def queries(names: list[str], start: int) -> list[dict[str, str]]:
    """Each parameter once with some hostile value: alone, and on the second database with every other one."""
    values = hostile()
    each = [(name, values[(start + at * 3) % len(values)][1]) for at, name in enumerate(names)]
    if connection.vendor == "sqlite":
        return [{name: value} for name, value in each]
    return [dict(each[::2]), dict(each[1::2])]


def test_no_address_breaks(world: SimpleNamespace) -> None:
    """Numbers and words that a browser's address line can hold."""
    found = []
    for row in {row.route: row for row in ROWS}.values():
        for number, word in ((2**63, "x"), (2**200, "%00")):
            for url in addresses(row, world, number, word):
                role = allowed(row, world)
                found += faults(f"{row.method} {url[:80]}", undone(world.clients[role], row.method, url))
    assert not found, "\n".join(found)


def allowed(row: Row, world: SimpleNamespace) -> str:
    """A role that gets past the guards, 事務局 first."""
    order = ("secretariat", "admin", "lead", *world.clients)
    return next((role for role in order if row.expected[role] not in (403, 404)), "secretariat")


def addresses(row: Row, world: SimpleNamespace, number: int, word: str) -> Iterator[str]:
    args = row.args(world)
    for name, value in args.items():
        try:
            url = reverse(row.route, kwargs=args | {name: number if isinstance(value, int) else word})
            resolve(url)
        except (NoReverseMatch, Resolver404):
            continue
        yield url


# More digits than Python reads, a digit that is no number, a year with something behind it.
NUMBERS = ("9" * 5000, "²", "00202699999")
WHERE = (
    ("lead", "GET", "actions:budgets", (), "year"), ("lead", "GET", "actions:budget_grid", (), "year"),
    ("lead", "GET", "actions:element_figures", (), "edition"),
    ("lead", "POST", "actions:budget_delete", ("budget",), "version"),
    ("secretariat", "POST", "meetings:pack_sections", ("meeting",), "version"),
    ("admin", "POST", "accounts:extend", (), "memberships"), ("secretariat", "GET", "wizard:start", (), "target"),
)  # fmt: skip


@pytest.mark.parametrize("where", WHERE, ids=lambda where: where[2])
def test_no_number_breaks(world: SimpleNamespace, where: tuple) -> None:
    role, method, route, named, field = where
    url = reverse(route, args=[getattr(world, name).pk for name in named])
    for number in NUMBERS:
        if method == "GET":
            answer = undone(world.clients[role], "GET", f"{url}?{urlencode({field: number})}")
        else:
            answer = undone(world.clients[role], "POST", url, {field: number})
        assert not list(faults(f"{route} {number[:12]}", answer))
