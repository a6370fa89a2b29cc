"""前回会議から: the page that compares two snapshots, or a snapshot with now."""

from __future__ import annotations

import csv
import datetime as dt
from io import StringIO

import pytest
from django.urls import reverse

from lib.listing import PER_PAGE
from meetings import services
from meetings.compare import KINDS, Comparison, Line
from meetings.models import Snapshot
from meetings.queries_compare import SHOWN, parts
from tests.builders import make_action, today
from tests.meetings.making import make_body, make_decision, make_meeting

pytestmark = pytest.mark.django_db
URL = reverse("meetings:compare")


def freeze(cast, days_ago, body):
    meeting = make_meeting(body=body, held_on=today() - dt.timedelta(days=days_ago), state="held")
    snapshot, _ = services.freeze_meeting(meeting=meeting, by=cast.secretariat)
    Snapshot.objects.filter(pk=snapshot.pk).update(as_of=meeting.held_on)
    return snapshot


@pytest.fixture
def told(cast):
    """Three actions, two snapshots; then one went forward, one is done, one is newly late."""
    rows = [make_action(lead_department=cast.tax, title=t, percent=30) for t in ("前進した", "済んだ", "遅れた")]
    body = make_body(kind="headquarters")
    older = freeze(cast, 200, body)
    last = freeze(cast, 30, body)
    type(rows[0]).objects.filter(pk=rows[0].pk).update(percent=50)
    type(rows[0]).objects.filter(pk=rows[1].pk).update(lifecycle="done", percent=100)
    type(rows[0]).objects.filter(pk=rows[2].pk).update(ends_on=today() - dt.timedelta(days=1))
    return older, last, rows


def test_without_a_snapshot_it_says_what_to_do(cast, as_user):
    assert "確定資料がまだありません" in as_user(cast.viewer).get(URL).content.decode()


def test_the_last_meeting_is_compared_with_now(told, cast, as_user):
    page = as_user(cast.viewer).get(URL)
    assert page.context["sides"].old == told[1]
    assert [m.title for m in page.context["moves"]] == ["遅れた", "済んだ", "前進した"]
    assert "1件が前進" in page.content.decode()


def test_every_number_opens_its_list_with_the_same_count(told, cast, as_user):
    client = as_user(cast.viewer)
    page = client.get(URL)
    for piece in page.context["sentence"]:
        if piece.key in KINDS:
            asked = {"old": told[1].pk, "new": "now", "kind": piece.key}
            assert str(len(client.get(URL, asked).context["moves"])) == "".join(filter(str.isdigit, piece.text))
    for kind, n in page.context["comparison"].counts.items():
        assert len(client.get(URL, {"kind": kind}).context["moves"]) == n


def test_two_snapshots_between_which_nothing_happened(told, cast, as_user):
    page = as_user(cast.viewer).get(URL, {"old": told[0].pk, "new": told[1].pk})
    assert page.context["moves"] == []
    assert "条件に合う動きはありません" in page.content.decode()


def test_a_corrected_snapshot_can_still_be_named(told, cast, as_user):
    services.correct_snapshot(snapshot=told[1], reason="誤り", by=cast.secretariat)
    page = as_user(cast.viewer).get(URL, {"old": told[1].pk})
    assert page.context["sides"].old == told[1]


def test_the_list_alone_comes_by_htmx(told, cast, as_user):
    part = as_user(cast.viewer).get(URL, {"kind": "done"}, headers={"HX-Request": "true", "HX-Target": "moves"})
    text = part.content.decode()
    assert text.lstrip().startswith('<div id="moves"')
    assert "済んだ" in text
    assert "前進した" not in text


@pytest.mark.parametrize("asked", [{"old": "x"}, {"old": "9" * 30}, {"new": "-1"}, {"kind": "?"}, {"department": "a"}])
def test_a_broken_address_is_not_an_error(told, cast, as_user, asked):
    assert as_user(cast.viewer).get(URL, asked).status_code == 200


def test_text_is_escaped(told, cast, as_user):
    type(told[2][0]).objects.filter(pk=told[2][0].pk).update(title="<b>太字</b>")
    assert "<b>太字" not in as_user(cast.viewer).get(URL).content.decode()


class TestLength:
    """A city may add thousands of actions between two meetings: the page stays as long as one page of its list."""

    @pytest.fixture
    def grown(self, cast):
        freeze(cast, 30, make_body(kind="headquarters"))

        def grow(count: int) -> None:
            for _ in range(count):
                make_action(lead_department=cast.tax)

        return grow

    @pytest.mark.parametrize(("added", "pages"), [(0, 1), (PER_PAGE, 1), (PER_PAGE + 1, 2)])
    def test_added_actions_are_cut_into_pages(self, grown, cast, as_user, added, pages):
        grown(added)
        page = as_user(cast.viewer).get(URL, {"kind": "added"})
        assert page.context["listing"].page.paginator.num_pages == pages
        assert len(page.context["moves"]) == added
        assert f"動いた取組 {added}件" in page.text
        assert ('class="pager"' in page.text) == (pages > 1)
        assert page.text.count('<th scope="row">') == min(added, PER_PAGE)

    def test_the_pages_together_show_everything_once(self, grown, cast, as_user):
        grown(2 * PER_PAGE + 3)
        client, found = as_user(cast.viewer), []
        for number in (1, 2, 3):
            found += [m.id for m in client.get(URL, {"page": number}).context["listing"].page]
        assert found == [m.id for m in client.get(URL).context["moves"]]
        assert len(set(found)) == 2 * PER_PAGE + 3

    def test_a_page_keeps_the_filter_and_leads_back_to_the_list(self, grown, cast, as_user):
        grown(PER_PAGE + 1)
        text = as_user(cast.viewer).get(URL, {"kind": "added"}).text
        assert 'href="?kind=added&amp;page=2#list"' in text

    @pytest.mark.parametrize("asked", ["0", "x", "99", "-1"])
    def test_a_page_that_is_none_is_not_an_error(self, grown, cast, as_user, asked):
        grown(1)
        assert len(as_user(cast.viewer).get(URL, {"page": asked}).context["listing"].page) == 1

    def test_its_size_does_not_follow_the_number(self, grown, cast, as_user):
        client, sizes = as_user(cast.viewer), []
        for _ in range(2):
            grown(PER_PAGE * 2)
            sizes.append(len(client.get(URL).content))
        assert sizes[1] - sizes[0] < 200

    @pytest.mark.parametrize("count", [0, SHOWN, SHOWN + 1])
    @pytest.mark.parametrize("whole", ["", "hurdles", "nothing"])
    def test_the_other_lists_are_cut_unless_asked_for_whole(self, count, whole):
        moved = Comparison("2026-09-30", "2026-11-21", {}, hurdles=[Line("課題", ())] * count)
        part = next(p for p in parts(moved, whole) if p.key == "hurdles")
        assert part.total == count
        assert len(part.shown) == (count if whole == "hurdles" else min(count, SHOWN))
        assert part.hidden == count - len(part.shown)

    def test_the_rest_of_a_list_is_one_link_away(self, grown, cast, as_user):
        meeting = make_meeting(held_on=today(), state="held")
        for _ in range(SHOWN + 1):
            make_decision(meeting=meeting, department=cast.tax)
        client = as_user(cast.viewer)
        text = client.get(URL).text
        assert "残り1件を見る" in text
        assert 'href="?whole=decisions#decisions"' in text
        whole = client.get(URL, {"whole": "decisions"}).text
        assert "件を見る" not in whole
        assert whole.count('<span class="tag">新しい決定</span>') == SHOWN + 1


class TestFile:
    CSV = reverse("exchange:list", args=["moves", "csv"])

    def rows(self, client, **asked):
        return list(csv.reader(StringIO(client.get(self.CSV, asked).content.decode("utf-8-sig"), newline="")))[1:]

    def test_it_carries_every_page_of_the_list(self, cast, as_user):
        freeze(cast, 30, make_body(kind="headquarters"))
        for _ in range(PER_PAGE + 1):
            make_action(lead_department=cast.tax)
        client = as_user(cast.viewer)
        page = client.get(URL, {"kind": "added", "page": 2})
        assert f'href="{self.CSV}?kind=added"' in page.text
        found = self.rows(client, kind="added")
        assert [row[0] for row in found] == [m.code for m in page.context["moves"]]
        assert {tuple(row[2:4]) for row in found} == {(cast.tax.name, "追加")}

    def test_it_says_what_the_page_says_by_the_same_filter(self, told, cast, as_user):
        client = as_user(cast.viewer)
        assert [row[1] for row in self.rows(client)] == ["遅れた", "済んだ", "前進した"]
        ((*_, title, department, kinds, pairs, pushes, _, _),) = self.rows(client, kind="forward")
        assert (title, department, kinds, pairs, pushes) == ("前進した", cast.tax.name, "前進", "進捗率 30% → 50%", "")

    def test_without_a_snapshot_it_has_no_rows(self, cast, as_user):
        assert self.rows(as_user(cast.viewer)) == []

    def test_a_damaged_snapshot_is_no_list(self, told, cast, as_user):
        Snapshot.objects.filter(pk=told[1].pk).update(sha256="0" * 64)
        assert as_user(cast.viewer).get(self.CSV).status_code == 404
