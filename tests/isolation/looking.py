"""Everything that a reader can ask for, and answers as plain text that can be compared."""

from __future__ import annotations

import difflib
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from unittest import mock
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exchange import lists, sheets
from tests.access import ROWS
from tests.isolation.city import MARK
from tests.sending.forms import offering

# The token of a form is new in every answer.
CHANGING = re.compile(r'(csrfmiddlewaretoken" value="|X-CSRFToken&quot;: &quot;|X-CSRFToken": ")\w+')
FRAGMENT = {"HX-Request": "true"}
# Its secret is new in every answer, and nothing else stands there.
RANDOM = ("accounts:factor",)
# What workbooks are about.
SCOPES = ("round", "reply", "edition", "draft", "rubric", "plan", "register")


@dataclass(frozen=True)
class Ask:
    """One GET; `target` is the region that HTMX wants, None stands for the whole page."""

    label: str
    url: str
    target: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.target is None else FRAGMENT | {"HX-Target": self.target}

    def __str__(self) -> str:
        return self.label + (f" #{self.target}" if self.target is not None else "")


@dataclass
class Look:
    """What one reader saw: status and text by request."""

    answers: dict[Ask, tuple[int, str]] = field(default_factory=dict)

    def marks(self) -> Iterator[tuple[Ask, str]]:
        for ask, (_, text) in self.answers.items():
            for mark in sorted(set(re.findall(rf"{MARK}\d+", text))):
                yield ask, mark


@contextmanager
def at_one_moment() -> Iterator[None]:
    """Answers of two runs do not differ by the second they were made in."""
    now = timezone.now()
    with mock.patch("django.utils.timezone.now", return_value=now):
        yield


def pages(role: str, world: SimpleNamespace) -> Iterator[Ask]:
    """Every route that lets the role in, all lists and workbooks, and each reader's own calendar."""
    for row in ROWS:
        if row.method == "GET" and row.expected[role] in (200, 302) and row.route not in RANDOM:
            url = reverse(row.route, kwargs=row.args(world))
            yield Ask(row.label, f"{url}?{urlencode(row.data(world))}")
    for key in sorted(lists.keys()):
        for kind in ("csv", "xlsx"):
            if lists.find(key, of_object=False):
                yield Ask(f"list {key} {kind}", reverse("exchange:list", kwargs={"key": key, "kind": kind}))
            for owner in (world.edition, world.register, world.item, world.round) if kind == "csv" else ():
                address = {"key": key, "kind": kind, "pk": owner.pk}
                if lists.find(key, of_object=True):
                    yield Ask(f"list {key} of {owner}", reverse("exchange:object_list", kwargs=address))
    for book in sheets.books():
        for scope in sorted({0, *(getattr(world, name).pk for name in SCOPES)}):
            address = {"key": book.key, "scope": scope}
            yield Ask(f"workbook {book.key} {scope}", reverse("exchange:workbook", kwargs=address))
    yield Ask("own calendar", reverse("rounds:calendar_feed", kwargs={"token": world.tokens[role]}))


def hidden_objects(world: SimpleNamespace, hidden: dict[str, object]) -> Iterator[Ask]:
    """The addresses of the matrix with hidden objects in place of its own."""
    other = SimpleNamespace(**vars(world) | hidden)
    for row in ROWS:
        if row.method == "GET" and row.args(other) != row.args(world):
            url = reverse(row.route, kwargs=row.args(other))
            yield Ask(f"{row.label} of a stranger", f"{url}?{urlencode(row.data(other))}")


def everything(client: Client, role: str, world: SimpleNamespace) -> Look:
    """The pages that answer, each with a search for the hidden texts where it has one, and their fragments."""
    found = Look()
    for ask in pages(role, world):
        with offering() as offered:
            status, text = found.answers[ask] = answer(client, ask)
            if status == 302:
                found.answers |= look(client, [Ask(ask.label, ask.url, "")]).answers
            elif re.search(r'<input[^>]*name="q"', text):
                joint = "&" if "?" in ask.url else "?"
                ask = Ask(f"{ask.label} searched", f"{ask.url}{joint}q={MARK}")
                found.answers |= look(client, [ask]).answers
        found.answers |= look(client, [Ask(ask.label, ask.url, target) for target in sorted(offered)]).answers
    found.answers = {ask: told for ask, told in found.answers.items() if told[0] in (200, 302)}
    return found


def look(client: Client, asks: list[Ask]) -> Look:
    return Look({ask: answer(client, ask) for ask in asks})


def answer(client: Client, ask: Ask) -> tuple[int, str]:
    """Status and text; what the request writes (the read log) is undone."""
    with transaction.atomic():
        response = client.get(ask.url, headers=ask.headers)
        text = read(response)
        transaction.set_rollback(True)
    client.cookies.pop("messages", None)  # what one request said is not shown with the next
    return response.status_code, text


def read(response: HttpResponse) -> str:
    """The answer as text, whatever it is: pages without the marks of a search, archives and workbooks unpacked."""
    content = response.getvalue()
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if not name.startswith("docProps/")]
            return "\n".join(name + archive.read(name).decode("utf-8", "replace") for name in names)
    text = CHANGING.sub("", re.sub(r"</?mark[^>]*>", "", content.decode("utf-8", "replace")))
    return text + response.headers.get("Content-Disposition", "") + response.headers.get("HX-Redirect", "")


def difference(before: str, after: str) -> str:
    """The first lines that differ."""
    told = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return " | ".join(line.strip()[:160] for line in list(told)[2:8])
