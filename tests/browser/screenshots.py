"""`python -m tests.browser.screenshots`: the pictures of the guide, and a sheet of every page, into docs/screenshots/.

A sheet in docs/screenshots/pages/ shows one page at the three widths beside each other, at half the size.
`python -m tests.browser.screenshots member-reply secretariat-round` takes only those of the guide.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import django
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium
from tests.browser.pictures import reduced, sheet
from tests.browser.server import ROOT, Portal, build_city

FOLDER = ROOT / "docs" / "screenshots"
SHEETS = FOLDER / "pages"
# Width of the window and how far down the picture reaches.
SIZES = ((1366, 1000), (1920, 1080), (390, 1600))


@dataclass(frozen=True)
class Shot:
    """A page as `who` sees it, found by following links to each of `routes` from the home page."""

    who: str
    name: str
    routes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return f"{ROLES.get(self.who, self.who)}-{self.name}"


ROLES = {"lead-tax": "lead", "member-tax": "member", "lead-welfare": "lead-welfare"}

# The pictures that the README and the guide show.
SHOTS = (
    Shot("executive", "home"),
    Shot("executive", "projector", ("dashboard:projector",)),
    Shot("executive", "actions", ("actions:list",)),
    Shot("executive", "national", ("national:home",)),
    Shot("executive", "maturity", ("maturity:home",)),
    Shot("member-tax", "reply", ("rounds:reply",)),
    Shot("secretariat", "strategy", ("strategy:home", "strategy:plan")),
    Shot("secretariat", "round", ("rounds:list", "rounds:detail")),
    Shot("secretariat", "meeting", ("meetings:home", "meetings:detail")),
    Shot("admin", "audit", ("audit:entries",)),
)
# Each page is pictured for the first of these who reaches it.
WALKERS = ("", "secretariat", "member-tax", "lead-tax", "executive", "admin")


def follow(page: Page, route: str) -> None:
    """Open the first link of the page that leads to `route`."""
    from tests.browser.test_pages import links, route_of

    target = next((link for link in links(page) if route_of(urlsplit(link).path) == route), None)
    if target is None:
        raise LookupError(f"no link to {route} on {page.url}")
    page.goto(target)


def open_as(browser: Browser, portal: Portal, who: str, size: tuple[int, int]) -> Page:
    from tests.browser.conftest import sign_in

    viewport = {"width": size[0], "height": size[1]}
    context = browser.new_context(
        base_url=portal.url, locale="ja-JP", viewport=viewport, reduced_motion="reduce", accept_downloads=False
    )
    page = context.new_page()
    if who:
        sign_in(page, who)
    return page


def picture(page: Page) -> bytes:
    page.wait_for_load_state("networkidle")
    return page.screenshot(scale="css", animations="disabled")


def take(browser: Browser, portal: Portal, shot: Shot, bench: Page) -> None:
    """Store the picture of a page of SHOTS."""
    page = open_as(browser, portal, shot.who, SIZES[0])
    page.goto("/")
    for route in shot.routes:
        follow(page, route)
    (FOLDER / f"{shot.label}-{SIZES[0][0]}.png").write_bytes(reduced(picture(page), bench))
    page.context.close()


def take_pages(browser: Browser, portal: Portal, who: str, bench: Page, seen: set[str]) -> None:
    """Store a sheet with the three widths of every page that `who` reaches and nobody before has shown."""
    from tests.browser.test_pages import route_of, walk

    page = open_as(browser, portal, who, SIZES[0])
    others = [open_as(browser, portal, who, size) for size in SIZES[1:]]
    for visit in walk(page, portal, with_queries=False):
        route = route_of(page.url)
        if not visit.is_page or route is None or route in seen:
            continue
        seen.add(route)
        for other in others:
            other.goto(visit.url)
        name = f"{ROLES.get(who, who) or 'anyone'}-{route.replace(':', '-').replace('_', '-')}.png"
        (SHEETS / name).write_bytes(sheet([picture(p) for p in (page, *others)], bench))
        print(name)
    for opened in (page, *others):
        opened.context.close()


def main(names: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    SHEETS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="dxportal-shots-") as folder, sync_playwright() as play:
        city = Path(folder) / "var"
        build_city(city)
        browser = play.chromium.launch(executable_path=chromium.find())
        bench = browser.new_page()
        with Portal(city, city) as portal:
            for shot in SHOTS:
                if not names or shot.label in names:
                    take(browser, portal, shot, bench)
                    print(shot.label)
            seen: set[str] = set()
            for who in () if names else WALKERS:
                take_pages(browser, portal, who, bench, seen)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
