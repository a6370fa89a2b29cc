"""Milestones inside a reply: shown, moved and reached in place; a later date needs a reason and counts as 計画変更."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from actions import services
from actions.models import Action, DateChange
from actions.sections import ProgressSection
from audit.models import Entry
from rounds.services import correct_reply
from tests.actions.conftest import days
from tests.actions.test_dates import accept, propose
from tests.actions.test_rows import HX, said, url
from tests.builders import make_milestone, today

pytestmark = pytest.mark.django_db
WHY = {"reason_kind": "people", "reason": "要員が足りない"}


@pytest.fixture
def stone(action):
    return make_milestone(action=action, due_on=today() + days(30))


def moved(stone, n):
    return {stone.pk: stone.due_on + days(n)}


def test_a_moved_milestone_is_official_only_with_the_reply(cast, reply, action, stone):
    old, new = stone.due_on, stone.due_on + days(60)
    report = propose(action, reply, cast.member, moved={stone.pk: new})
    assert report.milestones_moved == {
        str(stone.pk): {"title": "公開", "old_on": old.isoformat(), "due_on": new.isoformat()}
    }
    stone.refresh_from_db()
    assert stone.due_on == old
    accept(reply, cast.secretariat)
    stone.refresh_from_db()
    change = stone.date_changes.get()
    assert (stone.due_on, change.old_on, change.new_on) == (new, old, new)
    assert (change.kind, change.reason, change.report.reply) == ("milestone", "要員が足りない", reply)
    assert Action.objects.get().pushes == 0
    assert Entry.objects.filter(act="push").count() == 1
    reply.refresh_from_db()
    assert "期日" in reply.frozen["parts"][0]["actions"][0]["milestones_moved"][0]


def test_a_later_milestone_without_a_reason_keeps_the_reply_from_being_handed_in(cast, reply, action, stone):
    silent = {"reason": "", "reason_kind": ""}
    propose(action, reply, cast.member, moved=moved(stone, 1), **silent)
    assert [m.label for m in ProgressSection().standing(reply).missing] == ["K-12 の理由が未入力"]
    propose(action, reply, cast.member, moved=moved(stone, -1), version=1, **silent)
    assert not ProgressSection().standing(reply).missing


def test_the_review_shows_the_move_before_small_progress(cast, reply, action, stone):
    propose(action, reply, cast.member, moved=moved(stone, 60))
    [change] = ProgressSection().changes([reply])[reply.pk]
    assert (change.kind, change.weight) == ("moved", 90)
    assert any(label == "節目" and before.startswith("公開 期日") for label, before, _ in change.pairs)


def test_the_same_date_is_no_move_and_no_change_takes_it_back(cast, reply, action, stone):
    assert propose(action, reply, cast.member, moved=moved(stone, 0)).milestones_moved == {}
    propose(action, reply, cast.member, moved=moved(stone, 9), version=1)
    services.mark_no_change(action=action, reply=reply, by=cast.member, version=2)
    assert reply.reports.get().milestones_moved == {}


def test_milestones_of_others_and_dates_before_the_start_are_refused(cast, reply, action, stone):
    with pytest.raises(ValidationError, match="この取組にない節目"):
        propose(action, reply, cast.member, moved={make_milestone().pk: today()})
    with pytest.raises(ValidationError, match="開始日以後"):
        propose(action, reply, cast.member, moved={stone.pk: action.starts_on - days(1)})
    assert not reply.reports.exists()


@pytest.mark.parametrize(("again", "count"), [(60, 1), (20, 1), (0, 0)])
def test_a_corrected_reply_counts_its_move_once(cast, reply, action, stone, again, count):
    old = stone.due_on
    propose(action, reply, cast.member, moved={stone.pk: old + days(60)})
    accepted = accept(reply, cast.secretariat)
    correct_reply(reply=accepted, version=accepted.version, reason="日付の誤り", by=cast.secretariat)
    action.refresh_from_db()
    version = reply.reports.get().version
    propose(action, reply, cast.member, moved={stone.pk: old + days(again)}, version=version)
    accept(reply, cast.secretariat)
    stone.refresh_from_db()
    assert stone.due_on == old + days(again)
    assert DateChange.objects.count() == count


def test_a_milestone_removed_meanwhile_stops_nothing(cast, reply, action, stone):
    propose(action, reply, cast.member, moved=moved(stone, 60))
    stone.delete()
    accept(reply, cast.secretariat)
    assert not DateChange.objects.exists()


def test_an_ad_hoc_report_moves_a_milestone_with_a_reason_only(cast, action, stone):
    values = {"action": action, "lifecycle": "running", "percent": 60, "by": cast.lead, "moved": moved(stone, 60)}
    with pytest.raises(ValidationError, match="節目の期日を後ろへ"):
        services.ad_hoc_report(**values)
    services.ad_hoc_report(**values, **WHY)
    assert stone.date_changes.get().is_later


# ---- on the page


def page_of(client, reply):
    return client.get(reverse("rounds:reply", args=[reply.pk])).content.decode()


def test_the_reply_shows_milestones_to_move_and_those_reached(cast, as_user, reply, action, stone):
    make_milestone(action=action, title="仕様の確定", done_on=today() - days(3))
    page = page_of(as_user(cast.member), reply)
    assert 'aria-label="「公開」の新しい期日"' in page
    assert 'aria-label="「公開」の達成日"' in page
    assert "仕様の確定" in page
    assert "「仕様の確定」の新しい期日" not in page


def test_a_milestone_is_moved_in_place_and_the_row_asks_why(cast, as_user, reply, action, stone):
    client, due = as_user(cast.member), f"due_{stone.pk}"
    answer = client.post(url("row", reply, action), said(**{due: (today() + days(90)).isoformat()}), **HX)
    assert "節目の期日を後ろへ動かすときは" in answer.content.decode()
    data = said(**WHY | {due: (today() + days(90)).isoformat(), "version": "1"})
    answer = client.post(url("row", reply, action), data, **HX).content.decode()
    assert "保存済み" in answer
    assert f'name="due_{stone.pk}"' not in answer, "what is being typed stays"
    assert stone.pk == int(next(iter(reply.reports.get().milestones_moved)))


def test_a_date_that_is_none_is_told_at_the_field_and_stored_nowhere(cast, as_user, reply, action, stone):
    answer = as_user(cast.member).post(url("row", reply, action), said(**{f"due_{stone.pk}": "来年の春"}), **HX)
    assert answer.status_code == 422
    assert f'innerHTML:#a-{action.pk}-e-due_{stone.pk}"><p class="err"' in answer.content.decode()
    assert not reply.reports.exists()


def test_two_members_who_move_one_milestone_see_both_dates(cast, as_user, reply, action, stone):
    propose(action, reply, cast.lead, moved=moved(stone, 60))
    data = said(**WHY | {f"due_{stone.pk}": (today() + days(120)).isoformat()})
    answer = as_user(cast.member).post(url("row", reply, action), data, **HX)
    assert answer.status_code == 409
    assert (stone.due_on + days(60)).isoformat() == reply.reports.get().milestones_moved[str(stone.pk)]["due_on"]
    assert "いま保存されている値" in answer.content.decode()


def test_an_answered_row_opens_with_what_was_said(cast, as_user, reply, action, stone):
    client = as_user(cast.member)
    client.post(url("row_no_change", reply, action), {"version": ""})
    assert f'hx-get="{url("row", reply, action)}"' in page_of(client, reply)
    opened = client.get(url("row", reply, action), **HX).content.decode()
    assert "様式を確定した。</textarea>" in opened
    assert "data-focus" in opened
    assert reply.reports.get().no_change, "looking takes nothing back"
    whole = client.get(url("row", reply, action)).content.decode()
    assert "回答を変える" in whole
    client.post(url("row", reply, action), said(percent="45", version="1"))
    assert (reply.reports.get().percent, reply.reports.get().no_change) == (45, False)


def test_a_reply_on_its_way_opens_no_fields(cast, as_user, reply, action):
    as_user(cast.member).post(url("row_no_change", reply, action), {"version": ""})
    reply.refresh_from_db()
    reply.state = "submitted"
    reply.save()
    assert "<textarea" not in as_user(cast.member).get(url("row", reply, action), **HX).content.decode()
