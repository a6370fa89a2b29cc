"""Planning a meeting, its page, its agenda, who attended."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from audit.models import Entry
from lib.wareki import format_date
from lib.writes import StaleError
from meetings import services
from meetings.compare import Comparison, Move, Silent
from meetings.models import AgendaItem, Meeting
from meetings.proposing import proposals
from meetings.queries_proposals import proposed
from tests.builders import make_action, today
from tests.meetings.making import make_agenda, make_body, make_decision, make_meeting

pytestmark = pytest.mark.django_db


def url(meeting, name="detail"):
    return reverse(f"meetings:{name}", args=[meeting.pk])


# ---- planning


def test_a_meeting_is_numbered_within_its_body(cast):
    body = make_body(name="DX推進本部会議")
    make_meeting(body=body, state="held")
    make_meeting(body=body, state="cancelled", held_on=today())
    meeting = services.plan_meeting(body=body, held_on=today(), by=cast.secretariat)
    assert meeting.title == "第2回 DX推進本部会議"
    assert Entry.objects.get(act="create").object_label == "第2回 DX推進本部会議"


def test_two_meetings_of_a_body_on_one_day_are_refused(cast):
    body = make_body()
    services.plan_meeting(body=body, held_on=today(), by=cast.secretariat)
    with pytest.raises(ValidationError, match="同じ日"):
        services.plan_meeting(body=body, held_on=today(), by=cast.secretariat)
    assert Meeting.objects.count() == 1


def test_the_plan_leads_to_the_proposed_agenda(cast, as_user):
    body = make_body(cadence="monthly", week=1, weekday=1)
    client = as_user(cast.secretariat)
    page = client.get(reverse("meetings:create"), {"body": body.pk, "on": "2026-12-10"})
    assert "令和8年12月10日" in page.content.decode()
    response = client.post(reverse("meetings:create"), {"body": body.pk, "held_on": "R8.12.10", "starts_at": "10時半"})
    meeting = Meeting.objects.get()
    assert response["Location"] == url(meeting, "agenda_propose")
    assert (meeting.held_on, meeting.starts_at) == (dt.date(2026, 12, 10), dt.time(10, 30))


@pytest.mark.parametrize("asked", [{"body": "x", "on": "y"}, {"body": "9" * 20, "on": "2026-13-01"}])
def test_a_broken_link_only_proposes_nothing(cast, as_user, asked):
    assert as_user(cast.secretariat).get(reverse("meetings:create"), asked).status_code == 200


@pytest.mark.parametrize(
    ("values", "word"),
    [({"starts_at": "25:00"}, "ありません"), ({"starts_at": "朝"}, "10:00"), ({"held_on": "いつか"}, "読めません"),
     ({"body": ""}, "必須"), ({"title": "あ" * 81}, "80")],
)  # fmt: skip
def test_refusals_stand_on_the_form(cast, as_user, values, word):
    data = {"body": make_body().pk, "held_on": "R8.12.10"} | values
    response = as_user(cast.secretariat).post(reverse("meetings:create"), data)
    assert response.status_code == 422
    assert word in response.content.decode()
    assert not Meeting.objects.exists()


# ---- the page


def test_open_decisions_of_earlier_meetings_stand_first(cast, as_user):
    body = make_body()
    meeting = make_meeting(body=body, held_on=today() + dt.timedelta(days=7))
    make_decision(meeting=make_meeting(body=body), text="範囲を整理する")
    make_decision(meeting=make_meeting(body=body), text="終わった宿題", state="done", done_on=today())
    make_agenda(meeting=meeting, title="窓口の見直し")
    text = as_user(cast.viewer).get(url(meeting)).content.decode()
    assert text.index("範囲を整理する") < text.index("窓口の見直し")
    assert "終わった宿題" not in text


@pytest.mark.parametrize(
    ("role", "reads"), [("secretariat", True), ("executive", True), ("lead", False), ("viewer", False)]
)
def test_internal_minutes_are_for_few(cast, as_user, role, reads):
    meeting = make_meeting(minutes="要旨です", internal_minutes="内輪の話")
    text = as_user(getattr(cast, role)).get(url(meeting)).content.decode()
    assert "要旨です" in text
    assert ("内輪の話" in text) is reads


def test_the_ledger_does_not_repeat_internal_minutes(cast):
    meeting = make_meeting()
    services.update_meeting(meeting=meeting, version=1, by=cast.secretariat, internal_minutes="内輪の話", state="held")
    assert Entry.objects.get().changes == {"internal_minutes": ["", "4字"], "state": ["planned", "held"]}


def test_a_stale_meeting_is_not_overwritten(cast, as_user):
    meeting = make_meeting()
    Meeting.objects.update(place="別館", version=2)
    data = {"version": 1, "title": "新しい名", "held_on": "R8.12.10", "state": "held", "place": "本館"}
    response = as_user(cast.secretariat).post(url(meeting, "edit"), data)
    assert response.status_code == 409
    assert "いま保存されている値：別館" in response.content.decode()
    with pytest.raises(StaleError):
        services.update_meeting(meeting=meeting, version=1, by=cast.secretariat, place="本館")
    assert Meeting.objects.get().place == "別館"


def test_the_same_values_write_nothing(cast):
    meeting = make_meeting()
    services.update_meeting(meeting=meeting, version=1, by=cast.secretariat, place="")
    assert not Entry.objects.exists()


def test_text_is_escaped(cast, as_user):
    meeting = make_meeting(title="<b>会議</b>", minutes="<script>x</script>")
    text = as_user(cast.viewer).get(url(meeting)).content.decode()
    assert "<script>x" not in text
    assert "<b>会議" not in text


def test_home_lists_what_comes_and_what_was(cast, as_user):
    body = make_body()
    make_meeting(body=body, title="来月の会議", held_on=today() + dt.timedelta(days=30))
    make_meeting(body=body, title="先月の会議", state="held")
    text = as_user(cast.viewer).get(reverse("meetings:home")).content.decode()
    assert text.index("来月の会議") < text.index("先月の会議")


# ---- agenda


def test_items_are_added_once_and_put_in_order(cast):
    meeting = make_meeting()
    rows = [{"kind": "discuss", "title": f"議題{n}"} for n in range(3)]
    services.add_agenda(meeting=meeting, rows=rows, by=cast.secretariat)
    services.add_agenda(meeting=meeting, rows=rows, by=cast.secretariat)
    items = list(meeting.agenda.all())
    assert [i.title for i in items] == ["議題0", "議題1", "議題2"]
    services.move_agenda_item(item=items[2], down=False, by=cast.secretariat)
    services.move_agenda_item(item=items[0], down=False, by=cast.secretariat)
    services.move_agenda_item(item=items[1], down=True, by=cast.secretariat)
    assert [i.title for i in meeting.agenda.all()] == ["議題0", "議題2", "議題1"]
    assert Entry.objects.filter(act="move").count() == 1


def test_more_than_forty_items_are_refused_as_a_whole(cast):
    meeting = make_meeting()
    with pytest.raises(ValidationError, match="40件"):
        services.add_agenda(meeting=meeting, rows=[{"title": f"{n}"} for n in range(41)], by=cast.secretariat)
    assert not AgendaItem.objects.exists()
    assert not Entry.objects.exists()


def test_an_item_names_its_actions_by_code(cast, as_user):
    meeting, action = make_meeting(), make_action(code="K-12")
    data = {"kind": "discuss", "title": "移行の遅れ", "actions": "Ｋ－１２、", "note": ""}
    client = as_user(cast.secretariat)
    assert client.post(url(meeting, "agenda_create"), data | {"actions": "K-12"}).status_code == 302
    assert list(AgendaItem.objects.get().actions.all()) == [action]
    response = client.post(url(meeting, "agenda_create"), data | {"title": "別の議題", "actions": "X-99"})
    assert response.status_code == 422
    assert "整理番号「X-99」" in response.content.decode()


def test_an_added_item_is_told(cast, as_user):
    data = {"kind": "discuss", "title": "移行の遅れ", "actions": "", "note": ""}
    page = as_user(cast.secretariat).post(url(make_meeting(), "agenda_create"), data, follow=True)
    assert [str(m) for m in page.context["messages"]] == ["議題「移行の遅れ」を加えました。"]


def test_an_item_is_changed_with_its_version(cast, as_user):
    item = make_agenda(title="旧")
    target = reverse("meetings:agenda_edit", args=[item.pk])
    client = as_user(cast.secretariat)
    data = {"version": 1, "kind": "report", "title": "新", "note": "", "actions": ""}
    assert client.post(target, data).status_code == 302
    assert client.post(target, data | {"title": "二番目"}).status_code == 409
    item.refresh_from_db()
    assert (item.title, item.version) == ("新", 2)


def test_a_removed_item_leaves_its_decisions(cast, as_user):
    item = make_agenda()
    decision = make_decision(meeting=item.meeting, agenda_item=item, due_on=today() + dt.timedelta(days=30))
    as_user(cast.secretariat).post(reverse("meetings:agenda_remove", args=[item.pk]))
    decision.refresh_from_db()
    assert decision.agenda_item is None
    assert Entry.objects.get(act="delete").object_label == item.title


def test_the_agenda_is_proposed_from_what_changed(cast, as_user):
    body = make_body(kind="headquarters")
    action = make_action(
        title="移行", starts_on=today() - dt.timedelta(days=400), ends_on=today() + dt.timedelta(days=9)
    )
    before = make_meeting(body=body, held_on=today() - dt.timedelta(days=30), state="held")
    snapshot, _ = services.freeze_meeting(meeting=before, by=cast.secretariat)
    type(snapshot).objects.filter(pk=snapshot.pk).update(as_of=today() - dt.timedelta(days=30))
    type(action).objects.update(behind=True, reported_as_of=today())
    meeting = make_meeting(body=body, held_on=today() + dt.timedelta(days=7))
    client = as_user(cast.secretariat)
    target = url(meeting, "agenda_propose")
    assert "「移行」の遅れへの対応" in client.get(target).content.decode()
    client.post(target, {"title": ["「移行」の遅れへの対応", "そんな案はない"]})
    item = AgendaItem.objects.get()
    assert (item.kind, list(item.actions.all())) == ("discuss", [action])
    assert "「移行」の遅れへの対応" not in client.get(target).content.decode()


def test_only_what_is_open_past_its_day_is_proposed_as_overdue(cast):
    """What was reported waits for 事務局; what falls due before the meeting is named with its day."""
    day = dt.timedelta(days=1)
    earlier = make_meeting(held_on=today() - 30 * day, state="held")
    snapshot, _ = services.freeze_meeting(meeting=earlier, by=cast.secretariat)
    type(snapshot).objects.filter(pk=snapshot.pk).update(as_of=today() - 30 * day)
    past = {"meeting": earlier, "due_on": today() - day}
    make_decision(**past, text="答えた", state="reported")
    make_decision(**past, text="あ" * 300)
    make_decision(meeting=earlier, text="これから", due_on=today() + 5 * day)
    make_decision(meeting=earlier, text="会議のあと", due_on=today() + 25 * day)
    rows = proposed(make_meeting(held_on=today() + 25 * day), today()).rows
    assert [(p.title, p.why) for p in rows if p.kind == "discuss"] == [
        (f"宿題「{'あ' * 111}」の期限超過", "決定事項の期限"),
        (f"宿題「これから」の対応（期限 {format_date(today() + 5 * day)}）", "会議の前に期限が来る"),
    ]


def test_proposed_figures_say_of_which_day_they_are():
    """The item stays as it was added while the figures move on; a long list of names does not push the day out."""
    moves = [Move(n, f"K-{n}", "あ" * 120, 1, "税務課", ("done",), ()) for n in range(3)]
    found = Comparison("2026-06-01", "2026-12-01", {}, actions=moves, silent=[Silent(1, "福祉課", 1, True)])
    moved, done, silent = proposals(found, [])
    assert moved.note == "前進 0件、完了 3件、新たな遅れ 0件、期日の先送り 0件（令和8年12月1日時点）"
    assert (done.title, len(done.note)) == ("完了した取組（3件）", 300)
    assert done.note.endswith("あ（令和8年12月1日時点）")
    assert (silent.title, silent.note) == ("照会に何も入力していない課（1課）", "福祉課（令和8年12月1日時点）")


def test_without_a_snapshot_nothing_is_proposed(cast, as_user):
    text = as_user(cast.secretariat).get(url(make_meeting(), "agenda_propose")).content.decode()
    assert "比べる確定資料がまだありません" in text


# ---- attendance


def test_attendance_is_kept_by_post_and_replaces_what_was_there(cast, as_user):
    body = make_body(members=["市長", "副市長"], deputies={"副市長": ["教育長"]})
    meeting = make_meeting(body=body)
    client = as_user(cast.secretariat)
    data = {"state-0": "present", "deputy-0": "", "state-1": "deputy", "deputy-1": "教育長"}
    assert client.post(url(meeting, "attendance"), data).status_code == 302
    assert client.post(url(meeting, "attendance"), data).status_code == 302
    assert [str(a) for a in meeting.attendance.all()] == ["市長 出席", "副市長 代理出席"]
    assert "代理出席（教育長）" in client.get(url(meeting)).content.decode()
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    "data",
    [{"state-0": "deputy", "deputy-0": ""}, {"state-0": "deputy", "deputy-0": "知らない職"}, {"state-0": "遅刻"}, {}],
)
def test_impossible_attendance_is_refused(cast, as_user, data):
    meeting = make_meeting(body=make_body(members=["市長"], deputies={"市長": ["副市長"]}))
    response = as_user(cast.secretariat).post(url(meeting, "attendance"), data)
    assert response.status_code == 422
    assert not meeting.attendance.exists()


def test_the_posts_of_a_held_meeting_stay_as_they_were(cast, as_user):
    body = make_body(members=["市長"])
    meeting = make_meeting(body=body, state="held")
    services.record_attendance(meeting=meeting, rows=[("市長", "present", "")], by=cast.secretariat)
    services.update_body(body=body, version=1, by=cast.secretariat, members=["町長"])
    text = as_user(cast.secretariat).get(url(meeting)).content.decode()
    assert "市長" in text
    assert "町長" not in text
