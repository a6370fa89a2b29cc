"""Every list page offers its list as a file, with the filter that it has."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from exchange import lists
from lib.templatetags.portal import FILES
from strategy.models import ItemMapping
from tests import builders as make
from tests.conftest import signed_in
from tests.exchange.list_pages import EXPORTED, NOT_LISTS, OWN_FILES
from tests.growth import PAGES, Page
from tests.test_query_growth import address, queries_of


def test_every_growing_page_says_what_it_offers_as_a_file() -> None:
    named = [*EXPORTED, *OWN_FILES, *NOT_LISTS]
    assert len(named) == len(set(named))
    assert {page.route for page in PAGES} - set(named) == set(), "name the page in list_pages.py, with its export"
    assert set(named) - {page.route for page in PAGES} == set()


def test_every_registered_list_is_offered_by_a_page() -> None:
    assert set(lists.keys()) == {key for keys in EXPORTED.values() for key in keys}


@pytest.mark.once
@pytest.mark.django_db
def test_every_list_page_shows_its_files_with_its_filter(world: SimpleNamespace) -> None:
    other = make.make_item(plan=make.make_national_plan())
    ItemMapping.objects.create(source=other, target=world.item, relation="equal")
    missing, dear = [], []
    for page in _one_page_a_route():
        _grow(page, world)
        missing += _missing(page, world)
        few = _queries(page, world)
        _grow(page, world)
        _grow(page, world)
        dear += [f"{page.route}: {few} queries, then {more}" for more in [_queries(page, world)] if more > few]
    assert not missing
    assert not dear, "a file reads its rows in a few queries, however many there are"


def _grow(page: Page, world: SimpleNamespace) -> None:
    for grow in page.grow:
        grow(world)


def _queries(page: Page, world: SimpleNamespace) -> int:
    """The queries of the page's CSV."""
    client = signed_in(getattr(world.cast, page.role))
    url, data = address(page, world)
    content = client.get(url, data).content.decode()
    links = (part.split('"')[0] for part in content.split('href="') if _is_file(part, EXPORTED[page.route][0], "csv"))
    return sum(queries_of(client, next(links).replace("&amp;", "&"), {}).values())


def _one_page_a_route() -> list[Page]:
    found: dict[str, Page] = {}
    for page in PAGES:
        if page.route in EXPORTED:
            found.setdefault(page.route, page)
    return list(found.values())


def _missing(page: Page, world: SimpleNamespace) -> list[str]:
    """The files that a page with a filter should offer and does not; each file must open."""
    url, data = address(page, world)
    client = signed_in(getattr(world.cast, page.role))
    content = client.get(url, data | {"q": ""}).content.decode()
    wrong = []
    for key in EXPORTED[page.route]:
        for kind, _, _ in FILES:
            links = [part.split('"')[0] for part in content.split('href="') if _is_file(part, key, kind)]
            if not links or "?" not in links[0] or client.get(links[0].replace("&amp;", "&")).status_code != 200:
                wrong.append(f"{page.route}: {key} as {kind}")
    return wrong


def _is_file(part: str, key: str, kind: str) -> bool:
    path = part.split('"')[0].split("?")[0]
    return path.startswith(f"/exchange/lists/{key}/") and path.endswith(f"/{kind}/")
