"""The forms of the pages in the access matrix, read out of their HTML as a browser would fill them in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse
from lxml import html

from lib import htmx
from tests.access import ROWS, Row

TEXTS = ("text", "search", "email", "password", "number", "textarea", "hidden", "url", "date", "time", "tel")


@dataclass(frozen=True)
class Sent:
    """One form as it stands in a page: where it goes, its values, and what each control is."""

    role: str
    route: str
    url: str
    method: str
    values: tuple[tuple[str, str], ...]
    kinds: Mapping[str, str] = field(compare=False)
    has_token: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.kinds)

    @property
    def version(self) -> str | None:
        """The field that carries the version of what is edited."""
        found = [n for n in self.names if n == "version" or n.endswith("-version")]
        return found[0] if found else None

    @property
    def like(self) -> tuple[str, str, frozenset[str]]:
        """Forms of one kind are sent once: rows of a list differ by their numbers only. A page that is opened for
        something (`?department=`) is another one than the page that chooses for itself."""
        plain = frozenset("".join(c for c in name if not c.isdigit()) for name in self.names)
        asked = frozenset(f"?{name}" for name, _ in parse_qsl(urlsplit(self.url).query))
        return self.route, self.method, plain | asked

    def with_values(self, changed: Mapping[str, str]) -> dict[str, Any]:
        """All values as a POST takes them; files are sent as files."""
        data: dict[str, Any] = {}
        for name, value in self.values:
            data.setdefault(name, []).append(value)
        for name, value in changed.items():
            data[name] = value
            if self.kinds.get(name) == "file":
                data[name] = SimpleUploadedFile(f"{value[:40]}.xlsx", value.encode("utf-8", "replace"))
        return data


def read(role: str, page: str, text: str) -> Iterator[Sent]:
    """The forms of one page; a button with a name makes the form another one for each value."""
    if "<form" not in text:
        return
    for element in html.fromstring(text).iter("form"):
        url = element.get("action") or page
        values, kinds, buttons = _controls(element)
        tokens = {control.get("name") for control in element.iter("input")}
        method = (element.get("method") or "get").upper()
        route = resolve(urlsplit(url).path).view_name
        for name, value in dict.fromkeys(buttons) or [("", "")]:
            more = ((name, value),) if name else ()
            known = kinds | ({name: "button"} if name else {})
            yield Sent(role, route, url, method, (*values, *more), known, "csrfmiddlewaretoken" in tokens)


def _controls(form: Any) -> tuple[list[tuple[str, str]], dict[str, str], list[tuple[str, str]]]:
    values, kinds, buttons = [], {}, []  # an unnamed button sends nothing of its own
    for control in form.iter("input", "select", "textarea", "button"):
        name, kind = control.get("name"), control.get("type") or control.tag
        if control.tag == "button":
            buttons.append((name or "", control.get("value") or ""))
            continue
        if not name or name == "csrfmiddlewaretoken":
            continue
        kinds[name] = "text" if kind == "input" else kind
        values += [(name, value) for value in _values(control, kind)]
    return values, kinds, buttons


def _values(control: Any, kind: str) -> list[str]:
    if kind in ("checkbox", "radio"):
        return [control.get("value", "on")] if "checked" in control.attrib else []
    if kind == "file":
        return []
    if control.tag == "select":
        chosen = [o for o in control.iter("option") if "selected" in o.attrib]
        options = chosen or ([] if "multiple" in control.attrib else list(control.iter("option"))[:1])
        return [o.get("value") or "" for o in options]
    return [(control.text or "").removeprefix("\n") if control.tag == "textarea" else control.get("value") or ""]


def address(row: Row, world: SimpleNamespace) -> str:
    """Where the row is asked for, with its query."""
    return f"{reverse(row.route, kwargs=row.args(world))}?{urlencode(row.data(world))}".removesuffix("?")


def pages(role: str, world: SimpleNamespace) -> Iterator[str]:
    """The address of every page that lets the role in."""
    yield from dict.fromkeys(
        address(row, world) for row in ROWS if row.method == "GET" and row.expected[role] == 200
    )  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """An answer: what is no page has no text; `regions` are the ids that its view offers as fragments."""

    status: int
    text: str
    regions: frozenset[str]


def shown(clients: Mapping[str, Client], world: SimpleNamespace) -> dict[tuple[str, str], Shown]:
    """Every page that lets a role in, by role and address."""
    return {(role, url): _shown(clients[role], url) for role in clients for url in pages(role, world)}


def _shown(client: Client, url: str) -> Shown:
    with offering() as regions:
        response = undone(client, "GET", url)
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    return Shown(response.status_code, response.text if is_page else "", frozenset(regions))


@contextmanager
def offering() -> Iterator[set[str]]:
    """Collects the ids of the regions that views offer while pages are rendered."""
    found: set[str] = set()
    original = htmx.render

    def render(*args: Any, **kw: Any) -> HttpResponse:
        found.update(kw.get("regions") or {})
        return original(*args, **kw)

    with mock.patch.object(htmx, "render", render):
        yield found


def forms(pages_shown: Mapping[tuple[str, str], Shown]) -> list[Sent]:
    """One form of each kind, in the hands of the first role that can reach it."""
    found: dict[Any, Sent] = {}
    for (role, url), page in pages_shown.items():
        for sent in read(role, url, page.text):
            found.setdefault(sent.like, sent)
    return list(found.values())


@contextmanager
def nothing_kept(client: Client) -> Iterator[None]:
    """Undo what is written inside, and keep the session whatever happens to it."""
    kept = {name: morsel.value for name, morsel in client.cookies.items() if name != "messages"}
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.load(kept)


def undone(client: Client, method: str, url: str, data: Any = None, **headers: str) -> HttpResponse:
    """Send a request and undo what it wrote."""
    with nothing_kept(client):
        response = getattr(client, method.lower())(url, data or {}, headers=headers)
        if response.streaming:
            b"".join(response.streaming_content)
    return response


def parameters(url: str, text: str) -> set[str]:
    """What the page itself puts behind its address: filters, orders, pages, tabs."""
    if "<html" not in text:
        return set()
    tree, path = html.fromstring(text), urlsplit(url).path
    names = {name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
    for link in tree.iter("a"):
        parts = urlsplit(link.get("href") or "")
        if parts.query and parts.path in ("", path):
            names |= {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    for form in tree.iter("form"):
        if (form.get("method") or "get").lower() == "get" and urlsplit(form.get("action") or path).path in ("", path):
            names |= {c.get("name") for c in form.iter("input", "select") if c.get("name")}
    return names
