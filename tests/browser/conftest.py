"""A real server, a real browser, and pages that report every complaint of the browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, expect

from tests.browser import axe, chromium
from tests.browser.server import PASSWORD, SIGN_IN, Portal, built_once

# The demonstration's sign-in of each role.
WHO = {
    "admin": "admin",
    "secretariat": "secretariat",
    "executive": "executive",
    "lead": "lead-tax",
    "member": "member-tax",
    "other_lead": "lead-welfare",
    "viewer": "viewer",
}
VIEWPORT = {"width": 1366, "height": 900}
# Generous: the other parts of the suite want the same cores, and nothing here is about time.
WITHIN = 30_000
expect.set_options(timeout=WITHIN)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    # A page lives for a second or two: threads that prepare its scripts for longer cost more than they spare.
    return browser_type_launch_args | {"executable_path": chromium.find(), "args": ["--js-flags=--single-threaded"]}


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The demonstration city, built once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    return built_once(base if worker_id == "master" else base.parent)


@pytest.fixture(scope="session")
def portal(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A server for reading: pages, axe, links."""
    with Portal(city, tmp_path_factory.mktemp("portal") / "var") as served:
        yield served


@pytest.fixture(scope="session")
def written(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A server for the journeys that write, one after the other."""
    with Portal(city, tmp_path_factory.mktemp("written") / "var") as served:
        yield served


@pytest.fixture
def fresh_portal(written: Portal) -> Iterator[Portal]:
    """For one journey that writes: nobody was there before it."""
    written.begin_anew()
    yield written
    assert not written.errors()


class Watched:
    """A page whose console, failed requests and error answers are collected in `complaints`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda m: self._add("console", m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._add("script", str(error)))
        page.on("requestfailed", self._failed)
        page.on("response", self._answer)

    def _add(self, kind: str, text: str) -> None:
        self.complaints.append(f"{kind}: {text}")

    def _failed(self, request: Request) -> None:
        # Leaving a page ends what it was still asking for; the browser calls that aborted, and nothing is wrong.
        if request.failure != "net::ERR_ABORTED":
            self._add("request", f"{request.url} {request.failure}")

    def _answer(self, response: Response) -> None:
        if response.status >= 400:
            self._add("answer", f"{response.status} {response.url}")


def sign_in(page: Page, login_id: str) -> None:
    """By the form, as people do."""
    page.goto(SIGN_IN)
    page.get_by_label("職員番号").fill(login_id)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    page.wait_for_url(lambda url: SIGN_IN not in url)


def take_session(context: BrowserContext, login_id: str) -> None:
    """What the form sends, without the two pages around it: most journeys are not about signing in."""
    context.request.get(SIGN_IN)
    token = next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "csrftoken")
    sent = {"username": login_id, "password": PASSWORD, "csrfmiddlewaretoken": token}
    answer = context.request.post(SIGN_IN, form=sent, max_redirects=0)
    assert answer.status == 302, f"{login_id}: {answer.status}"


@pytest.fixture
def enter(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`enter(portal, "member-tax")` opens a blank page of a signed-in session of its own."""
    contexts: list[BrowserContext] = []

    def open_page(portal: Portal, login_id: str, *, by_form: bool = False, **options: object) -> Page:
        context = browser.new_context(base_url=portal.url, locale="ja-JP", **({"viewport": VIEWPORT} | options))
        context.set_default_timeout(WITHIN)
        axe.bring(context)
        contexts.append(context)
        page = context.new_page()
        if by_form:
            sign_in(page, login_id)
        else:
            take_session(context, login_id)
        return page

    yield open_page
    for context in contexts:
        context.close()
