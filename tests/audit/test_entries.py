"""The page of the ledger: filter, order, pages, fragment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from lib import ledger, listing
from tests.builders import make_department

URL = "/audit/"


@pytest.fixture
def reader(as_user: Callable[[User], Client], cast: SimpleNamespace) -> Client:
    return as_user(cast.secretariat)


def write(cast: SimpleNamespace) -> None:
    ledger.record(by=cast.lead, act="update", obj=cast.tax, before={"name": "課税課"}, after={"name": "税務課"})
    ledger.record(by=cast.secretariat, act="publish", obj=cast.welfare, note="第1.0版")
    ledger.record(by=ledger.command("取込"), act="load", obj=cast.welfare)


def test_newest_first_with_both_values(reader: Client, cast: SimpleNamespace) -> None:
    write(cast)
    text = reader.get(URL).text
    assert "3件" in text
    assert text.index("取込") < text.index("第1.0版") < text.index("税務課長（lead-tax）")
    assert '<del class="dm">課税課</del> → <ins class="dm">税務課</ins>' in text
    assert "コマンド" in text


def test_a_field_may_be_called_like_a_method(reader: Client, cast: SimpleNamespace) -> None:
    ledger.record(by=cast.lead, act="update", obj=cast.tax, before={"items": ["ア"]}, after={"items": ["イ"]})
    assert "<dt>items</dt>" in reader.get(URL).text


def test_empty_field_is_named(reader: Client, cast: SimpleNamespace) -> None:
    ledger.record(by=cast.lead, act="update", obj=cast.tax, before={"name": None}, after={"name": "税務課"})
    assert "（空欄）" in reader.get(URL).text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"q": "福祉"}, 2), ({"q": "lead-tax"}, 1), ({"act": "publish"}, 1), ({"origin": "command"}, 1),
        ({"q": "福祉", "origin": "web"}, 1), ({"q": "どこにもない"}, 0), ({"act": ""}, 3),
    ],
)  # fmt: skip
def test_filters(reader: Client, cast: SimpleNamespace, query: dict[str, str], count: int) -> None:
    write(cast)
    response = reader.get(URL, query)
    assert f"{count}件" in response.text
    assert ("絞り込みを解除" in response.text) is any(query.values())


def test_dates_are_whole_days_in_japan(reader: Client, cast: SimpleNamespace) -> None:
    write(cast)
    midnight = dt.datetime(2026, 11, 1, 0, 5, tzinfo=timezone.get_default_timezone())
    Entry.objects.filter(seq=1).update(at=midnight)
    assert "1件" in reader.get(URL, {"start": "R8.11.1", "end": "令和8年１１月１日"}).text
    assert "0件" in reader.get(URL, {"start": "2026-10-31", "end": "2026-10-31"}).text


@pytest.mark.parametrize("query", [{"start": "きのう"}, {"act": "hack"}])
def test_wrong_filter_value_shows_its_error(reader: Client, cast: SimpleNamespace, query: dict[str, str]) -> None:
    response = reader.get(URL, query)
    assert response.status_code == 200
    assert 'class="err"' in response.text


def test_long_list_is_cut_into_pages_that_keep_the_filter(reader: Client) -> None:
    department = make_department(name="長い課")
    ledger.record_many(
        [ledger.event(by=ledger.command("取込"), act="load", obj=department) for _ in range(listing.PER_PAGE + 1)]
    )
    first = reader.get(URL, {"q": "長い"}).text
    assert 'href="?q=%E9%95%B7%E3%81%84&amp;page=2"' in first
    last = reader.get(URL, {"q": "長い", "page": "2"}).text
    assert last.count('<td class="num">') == 1
    assert reader.get(URL, {"page": "999"}).status_code == 200
    assert reader.get(URL, {"page": "x"}).status_code == 200


def test_sorting_turns_round(reader: Client, cast: SimpleNamespace) -> None:
    write(cast)
    up = reader.get(URL, {"sort": "seq"}).text
    assert up.index("税務課長（lead-tax）") < up.index("取込")
    assert 'href="?sort=-seq"' in up
    assert 'aria-sort="ascending"' in up
    assert reader.get(URL, {"sort": "password"}).status_code == 200


def test_fragment_is_the_same_list_without_the_page(reader: Client, cast: SimpleNamespace) -> None:
    write(cast)
    response = reader.get(URL, headers={"HX-Request": "true", "HX-Target": "entries"})
    assert response.text.lstrip().startswith('<div id="entries">')
    assert "<html" not in response.text
    assert {"HX-Request", "HX-Target"} <= {v.strip() for v in response["Vary"].split(",")}


def test_boosted_link_and_history_get_the_page(reader: Client) -> None:
    for header in ("HX-Boosted", "HX-History-Restore-Request"):
        response = reader.get(URL, headers={"HX-Request": "true", "HX-Target": "entries", header: "true"})
        assert "<html" in response.text


def test_markup_in_labels_is_shown_not_obeyed(reader: Client, cast: SimpleNamespace) -> None:
    department = make_department(name="<script>alert(1)</script>")
    ledger.record(by=cast.lead, act="create", obj=department, after={"name": department.name})
    text = reader.get(URL).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_the_length_of_the_book_is_known_by_its_ends(db, django_assert_num_queries):
    assert Entry.objects.length() == 0
    department = make_department()
    for n in range(4):
        ledger.record(by=ledger.command("試験"), act="update", obj=department, note=str(n))
    with django_assert_num_queries(1):
        assert Entry.objects.length() == 4
    assert Entry.objects.count() == 4
    Entry.objects.filter(seq__lte=2).delete()  # as a cut does
    assert Entry.objects.length() == 2
