"""Every page that a role can reach by links: no accessibility fault, no complaint of the browser, no dead end."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from tests.access import ROWS
from tests.browser import axe
from tests.browser.axe import faults
from tests.browser.conftest import VIEWPORT, WHO, Watched
from tests.browser.server import Portal

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}

# Who sees every page that there is; of these roles none may be without a link.
SEE_MOST = ("secretariat", "admin")
# Pages that need a state that the demonstration does not have, or that people open from outside.
NOT_LINKED = {
    "actions:raised_hurdle": "in the draft of 税務課, which the walk of its 推進員 opens",
    "actions:row": "in the draft of 税務課, which the walk of its 推進員 opens",
    "accounts:sign_in": "left behind by signing in",
    "maturity:reference_confirm": "follows the upload of a file",
    "accounts:second_factor": "between the password and the portal",
    "accounts:confirm": "asked for when the password was typed long ago",
    "meetings:pack_file": "no pack of the demonstration has been made into a file yet",
    "rounds:calendar_feed": "opened by a calendar, with the token of its owner",
    "rounds:correct": "on the page of an accepted reply, behind more replies than are asked for",
    "rounds:reopen_reply": "no department of the demonstration was ended in mid-round",
    "rounds:send_back": "for the 所属長, before a reply is approved; 事務局 has a way of its own",
    "rounds:standing": "asked for by the reply's page after every save",
    "rounds:void": "no department of the demonstration is dissolved in mid-round",
    "strategy:orphans": "no edition of the demonstration was published with an undecided action",
}


def route_of(url: str) -> str | None:
    """Name of the page at an address; None for what is not a page of the portal."""
    path = urlsplit(url).path
    try:
        return resolve(path).view_name
    except Resolver404:
        return None if path.startswith("/static/") else path


def links(page: Page) -> list[str]:
    found = page.eval_on_selector_all("a[href]", "nodes => nodes.map(n => n.getAttribute('href'))")
    return [urljoin(page.url, href).partition("#")[0] for href in found if not href.startswith(("mailto:", "tel:"))]


LINK = re.compile(r'<a\b[^>]*?\shref="([^"]+)"')
PART = re.compile(r'\shx-get="([^"]+)"')


@dataclass(frozen=True)
class Visit:
    """One address of a walk. `is_page` is False for a file; `is_new` says that the browser shows it now."""

    url: str
    is_page: bool
    is_new: bool
    links: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


def visit(page: Page, portal: Portal, url: str, shown: Path | None) -> Visit:
    """Ask for an address; the browser opens what is a page and was not shown before."""
    response = page.request.get(url)
    assert response.ok, f"{response.status} {url}"
    if "text/html" not in response.headers["content-type"]:
        return Visit(url, is_page=False, is_new=False)
    html = response.text()
    links, parts = (addresses(portal, response.url, pattern.findall(html)) for pattern in (LINK, PART))
    is_new = shown is None or first_time(html, shown)
    if is_new:
        page.goto(url)
        if page.locator(".htmx-request").count():
            page.wait_for_function("() => !document.querySelector('.htmx-request')")
    return Visit(url, True, is_new, links, parts)


def addresses(portal: Portal, base: str, hrefs: list[str]) -> tuple[str, ...]:
    """Where the links of a page lead, within the portal without its name."""
    return tuple(urljoin(base, unescape(href)).partition("#")[0].removeprefix(portal.url) for href in hrefs)


def walk(page: Page, portal: Portal, shown: Path | None = None, *, with_queries: bool = True) -> Iterator[Visit]:
    """Visit page after page from the home page on: of every route one page, and one with a query.

    What stands in `shown` is not opened in the browser again; without it, everything is.
    """
    queue, seen, visited = ["/"], {"/"}, set()
    while queue:
        url = queue.pop(0)
        kind = (route_of(url), "?" in url)
        if kind[0] is None or kind in visited or (kind[1] and not with_queries):
            continue
        visited.add(kind)
        found = visit(page, portal, url, shown)
        yield found
        for link in found.links:
            if link.startswith("/") and link not in seen:
                seen.add(link)
                queue.append(link)


HREF = re.compile(r'(?:href|hx-get)="([^"]+)"')
# Pages of one route differ by their object: a draft links to more than a published edition does.
OF_ONE_ROUTE = 6


def lost(page: Page, portal: Portal, wanted: set[str], walked: list[Visit]) -> set[str]:
    """Those of the wanted routes to which no link leads.

    Begins with the links that a walk has found, and asks for further pages until all routes are found or none is left.
    """
    seen, visits = {found.url for found in walked}, Counter(route_of(found.url) for found in walked)
    queue: list[tuple[str, str | None]] = []
    left = set(wanted)

    def note(links: Iterable[str]) -> None:
        fresh = [(link, route_of(link)) for link in dict.fromkeys(links) if link.startswith("/") and link not in seen]
        seen.update(link for link, _ in fresh)
        queue.extend(fresh)
        left.difference_update(route for _, route in fresh)

    note(link for found in walked for link in (*found.links, *found.parts))
    while queue and left:
        here, route = min(queue, key=lambda found: visits[found[1]])  # what was seen least is asked for first
        queue.remove((here, route))
        if route is None or visits[route] >= OF_ONE_ROUTE:
            continue
        visits[route] += 1
        response = page.request.get(here)
        if "text/html" in response.headers["content-type"]:
            note(addresses(portal, portal.url + here, HREF.findall(response.text())))
    return left


def first_time(html: str, folder: Path) -> bool:
    """Whether no role has shown this very page before; names and tokens do not make it another one."""
    html = re.sub(r'"X-CSRFToken": "\w+"|name="csrfmiddlewaretoken" value="\w+"|data-user="\d+"', "", html)
    html = re.sub(r'<details class="menu">.*?</details>', "", html, flags=re.S)
    try:
        (folder / hashlib.sha256(html.encode()).hexdigest()).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


OVER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def too_wide(page: Page, then: Callable[[Page], None] = lambda page: None) -> list[str]:
    """On a phone nothing but tables in their own frame may be wider than the screen (WCAG 1.4.10).

    `then` is done while the page is small, so that it is laid out once less.
    """
    page.set_viewport_size(PHONE)
    over = page.evaluate(OVER)
    then(page)
    page.set_viewport_size(VIEWPORT)
    return [f"{over}px wider than a phone"] if over > 0 else []


def wrong_with(page: Page) -> list[str]:
    """The last that is asked of a page: it is not whole any more."""
    return [*too_wide(page, axe.thin), *faults(page)]


@pytest.mark.parametrize("role", WHO)
def test_every_reachable_page(role: str, portal: Portal, enter: Callable[..., Page], city: Path) -> None:
    page = enter(portal, WHO[role])
    watched = Watched(page)
    shown = city.parent / "shown"
    shown.mkdir(exist_ok=True)
    wrong, walked = [], []
    for seen in walk(page, portal, shown, with_queries=role in SEE_MOST):
        walked.append(seen)
        wrong += [f"{seen.url} {complaint}" for complaint in watched.complaints]
        watched.complaints.clear()
        if seen.is_new and "?" not in seen.url:
            wrong += [f"{seen.url} {fault}" for fault in wrong_with(page)]
    assert not wrong, "\n".join(wrong)
    if role in SEE_MOST:
        pages = {row.route for row in ROWS if row.method == "GET" and row.expected[role] == 200}
        routes = {route_of(link) for found in walked for link in (found.url, *found.parts)}
        assert not lost(page, portal, pages - routes - set(NOT_LINKED), walked), "no link leads there"


@pytest.mark.parametrize("width", [1366, 1920])
def test_the_course_of_maturity_fills_its_card(width: int, portal: Portal, enter: Callable[..., Page]) -> None:
    page = enter(portal, WHO["viewer"], viewport={"width": width, "height": 900})
    page.goto("/maturity/")
    room, drawn = (page.locator(f"#course {part}") for part in (".scroll", ".trend:visible svg"))
    assert drawn.count() == 1
    assert drawn.bounding_box()["width"] > 0.98 * room.first.bounding_box()["width"]
    page.emulate_media(media="print")
    assert page.locator("#course .trend.wide").is_hidden()


def test_not_linked_names_routes() -> None:
    assert set(NOT_LINKED) <= {row.route for row in ROWS}
    assert all(NOT_LINKED.values())


@pytest.mark.parametrize("path", ["/accounts/sign-in/", "/no-such-page/"])
def test_pages_without_sign_in(path: str, portal: Portal, browser: object) -> None:
    context = browser.new_context(base_url=portal.url)  # type: ignore[attr-defined]
    axe.bring(context)
    page = context.new_page()
    page.goto(path)
    assert not faults(page)
    page.evaluate("document.documentElement.removeAttribute('lang'); document.querySelector('h1').style.color = '#ddd'")
    assert {fault.partition(":")[0] for fault in faults(page)} == {"html-has-lang", "color-contrast"}, "it does look"
    context.close()


ROWS_OF_A_TABLE = """
<!doctype html><html lang="ja"><title>表</title><main><h1>表</h1>
<table><tr><th scope="col">名</th><th scope="col">先</th></tr>%s</table></main></html>
"""
ROW = '<tr class="row"><td>取組%s</td><td><a href="/%s/">開く</a></td></tr>'


@pytest.mark.parametrize(
    ("odd", "fault"),
    [
        ('<tr class="row"><td>取組</td><td><a href="/x/"></a></td></tr>', "link-name"),
        ('<tr class="row"><td style="color: #ddd">取組</td><td><a href="/x/">開く</a></td></tr>', "color-contrast"),
        ('<tr class="row"><td>取組</td><td><img src="/x.png"></td></tr>', "image-alt"),
        ('<tr class="row"><td>取組</td><td role="rov">開く</td></tr>', "aria-roles"),
        ('<tr class="row"><td>取組</td><td><button title=""></button></td></tr>', "button-name"),
        ('<tr class="row"><td><a href="/x/"><svg aria-hidden="true"><g /></svg></a></td><td>先</td></tr>', "link-name"),
        ('<tr class="row"><td>取組</td><td><svg role="img"><path /></svg></td></tr>', "svg-img-alt"),
    ],
)
def test_what_is_left_of_a_page_has_its_faults(odd: str, fault: str, browser: object) -> None:
    """A row among many that is built otherwise stays; of those that are alike three do."""
    context = browser.new_context()  # type: ignore[attr-defined]
    axe.bring(context)
    page = context.new_page()
    page.goto("about:blank")
    page.set_content(ROWS_OF_A_TABLE % "".join(odd if at == 20 else ROW % (at, at) for at in range(40)))
    axe.thin(page)
    assert page.locator("tr.row").count() == 4
    assert fault in {found.partition(":")[0] for found in faults(page)}
    context.close()


def test_the_server_met_no_error(portal: Portal) -> None:
    assert not portal.errors()
