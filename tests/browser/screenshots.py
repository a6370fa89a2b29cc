"""`python -m tests.browser.screenshots`: pictures of every page, as each role sees it, into docs/screenshots/.

`python -m tests.browser.screenshots member-reply secretariat-round` takes only those.
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
from tests.browser.pictures import reduced
from tests.browser.server import ROOT, Portal, build_city

FOLDER = ROOT / "docs" / "screenshots"
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

SHOTS = (
    Shot("", "sign-in"),
    Shot("executive", "home"),
    Shot("executive", "projector", ("dashboard:projector",)),
    Shot("executive", "actions", ("actions:list",)),
    Shot("executive", "action", ("actions:list", "actions:detail")),
    Shot("executive", "schedule", ("actions:list", "actions:schedule")),
    Shot("executive", "national", ("national:home",)),
    Shot("executive", "item", ("national:home", "national:item")),
    Shot("executive", "register", ("national:home", "national:register")),
    Shot("executive", "checklist", ("national:home", "national:checklist")),
    Shot("executive", "versions", ("national:home", "national:versions")),
    Shot("executive", "maturity", ("maturity:home",)),
    Shot("executive", "department", ("maturity:home", "maturity:department")),
    Shot("executive", "rubric", ("maturity:home", "maturity:department", "maturity:rubric")),
    Shot("executive", "meetings", ("meetings:bodies",)),
    Shot("viewer", "strategy", ("strategy:home", "strategy:plan")),
    Shot("viewer", "element", ("strategy:home", "strategy:plan", "strategy:element")),
    Shot("viewer", "terms", ("strategy:home", "strategy:terms")),
    Shot("viewer", "frozen", ("rounds:list", "rounds:detail", "rounds:frozen")),
    Shot("member-tax", "home"),
    Shot("member-tax", "reply", ("rounds:reply",)),
    Shot("secretariat", "report", ("actions:list", "actions:detail", "actions:report")),
    Shot("lead-tax", "home"),
    Shot("lead-tax", "action-edit", ("actions:list", "actions:detail", "actions:edit")),
    Shot("lead-welfare", "reply", ("rounds:reply",)),
    Shot("secretariat", "home"),
    Shot("secretariat", "strategies", ("strategy:home",)),
    Shot("secretariat", "strategy", ("strategy:home", "strategy:plan")),
    Shot("secretariat", "rounds", ("rounds:list",)),
    Shot("secretariat", "round", ("rounds:list", "rounds:detail")),
    Shot("secretariat", "round-open", ("rounds:list", "rounds:open")),
    Shot("secretariat", "return", ("rounds:list", "rounds:detail", "rounds:return")),
    Shot("secretariat", "action-new", ("actions:list", "actions:create")),
    Shot("secretariat", "body-edit", ("meetings:bodies", "meetings:body_edit")),
    Shot("admin", "home"),
    Shot("admin", "users", ("accounts:users",)),
    Shot("admin", "user", ("accounts:users", "accounts:user")),
    Shot("admin", "departments", ("accounts:departments",)),
    Shot("admin", "audit", ("audit:entries",)),
    Shot("admin", "password", ("accounts:password",)),
)


def follow(page: Page, route: str) -> None:
    """Open the first link of the page that leads to `route`."""
    from tests.browser.test_pages import links, route_of

    target = next((link for link in links(page) if route_of(urlsplit(link).path) == route), None)
    if target is None:
        raise LookupError(f"no link to {route} on {page.url}")
    page.goto(target)


def take(browser: Browser, portal: Portal, shot: Shot) -> None:
    """Store the picture at every size."""
    from tests.browser.conftest import sign_in

    bench = browser.new_page()
    for width, height in SIZES:
        context = browser.new_context(
            base_url=portal.url, locale="ja-JP", viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        page = context.new_page()
        if shot.who:
            sign_in(page, shot.who)
        page.goto("/")
        for route in shot.routes:
            follow(page, route)
        page.wait_for_load_state("networkidle")
        picture = page.screenshot(scale="css", animations="disabled")
        (FOLDER / f"{shot.label}-{width}.png").write_bytes(reduced(picture, bench))
        context.close()
    bench.close()


def main(names: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = [s for s in SHOTS if not names or s.label in names]
    with tempfile.TemporaryDirectory(prefix="dxportal-shots-") as folder, sync_playwright() as play:
        city = Path(folder) / "var"
        build_city(city)
        browser = play.chromium.launch(executable_path=chromium.find())
        with Portal(city, city) as portal:
            for shot in wanted:
                take(browser, portal, shot)
                print(shot.label)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
