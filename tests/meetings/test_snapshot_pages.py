"""A snapshot renders for ever the same, says when it was corrected, and says when it was damaged."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from audit.models import Entry
from meetings import services
from meetings.models import Decision, Meeting, Snapshot
from tests import world as worlds
from tests.builders import make_action, make_edition, make_reply, make_rubric, today
from tests.conftest import make_cast
from tests.meetings.making import make_meeting

pytestmark = pytest.mark.django_db


def url(snapshot, name="snapshot"):
    return reverse(f"meetings:{name}", args=[snapshot.pk])


def main_part(response):
    """The page without what belongs to the reader's session."""
    text = response.content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text[text.index("<main") :])


@pytest.fixture
def world():
    return worlds.build(make_cast())


def test_bytes_stay_the_same_whatever_happens_to_the_city(world, as_user):
    client = as_user(world.cast.viewer)
    target = url(world.snapshot)
    before = main_part(client.get(target))
    assert "電子申請の拡大" in before
    assert "税務課" in before
    _turn_everything_over(world)
    assert main_part(client.get(target)) == before
    assert main_part(client.get(target + "?state=run")) != before


def _turn_everything_over(world):
    """Rename, reorganise, publish another edition and rubric, delete what can be deleted."""
    type(world.own).objects.filter(pk=world.own.pk).update(name="税務収納課", short_name="収納", valid_to=today())
    rows = type(world.action).objects
    rows.filter(pk=world.action.pk).update(title="別の名前", lifecycle="done", percent=100, code="Z-99")
    rows.filter(pk=world.foreign_action.pk).update(archived_at=world.report.accepted_at)
    type(world.item).objects.filter(pk=world.item.pk).update(name="改めた項目", short_name="改")
    type(world.edition).objects.filter(pk=world.edition.pk).update(status="archived")
    make_edition(plan=world.plan, label="第3.0版", status="published")
    type(world.rubric).objects.filter(pk=world.rubric.pk).update(is_current=False)
    make_rubric(axes=2)
    world.kpi.actuals.all().delete()
    world.phase.delete()
    world.milestone.delete()
    Decision.objects.all().delete()
    Meeting.objects.filter(state="held").delete()
    make_action(title="あとから加えた取組")


def test_filters_stay_inside_the_snapshot_and_agree_with_its_numbers(world, as_user):
    client = as_user(world.cast.viewer)
    page = client.get(url(world.snapshot))
    for tile in page.context["tiles"]:
        found = client.get(url(world.snapshot), {"state": tile["key"]})
        assert found.context["shown"] == tile["count"]
    for item in page.context["items"]:
        assert client.get(url(world.snapshot), {"item": item["key"]}).context["shown"] == item["total"]
    assert client.get(url(world.snapshot), {"department": "x", "state": "nothing"}).context["shown"] == 0


def test_a_corrected_snapshot_says_so_everywhere(world, as_user):
    new = services.correct_snapshot(snapshot=world.snapshot, reason="件数の誤り", by=world.cast.secretariat)
    client = as_user(world.cast.viewer)
    meeting = client.get(reverse("meetings:detail", args=[world.snapshot.meeting_id])).content.decode()
    old = client.get(url(world.snapshot)).content.decode()
    for text in (meeting, old):
        assert "件数の誤り" in text
        assert url(new) in text
    assert "の訂正です" in client.get(url(new)).content.decode()
    assert "訂正あり" in client.get(reverse("meetings:snapshots")).content.decode()


def test_the_correction_page_asks_for_a_reason(world, as_user):
    client = as_user(world.cast.secretariat)
    assert client.post(url(world.snapshot, "snapshot_correct"), {"reason": " "}).status_code == 422
    response = client.post(url(world.snapshot, "snapshot_correct"), {"reason": "誤り"})
    assert response["Location"] == url(Snapshot.objects.get(kind="correction"))
    again = client.post(url(world.snapshot, "snapshot_correct"), {"reason": "誤り"})
    assert again.status_code == 409
    assert "すでに訂正" in again.content.decode()
    assert Snapshot.objects.count() == 2


@pytest.mark.parametrize("damage", ["{}", '{"schema":1', "", "null"])
def test_a_damaged_row_is_said_in_words_and_breaks_no_other_page(world, as_user, damage):
    Snapshot.objects.filter(pk=world.snapshot.pk).update(content=damage, as_of="2026-01-01")
    client = as_user(world.cast.secretariat)
    page = client.get(url(world.snapshot))
    assert page.status_code == 500
    assert "この確定資料は読めません" in page.content.decode()
    assert "読めません" in client.get(reverse("meetings:compare")).content.decode()
    assert "読めない" in client.get(reverse("dashboard:home")).content.decode()
    assert client.get(reverse("meetings:snapshots")).status_code == 200
    proposals = client.get(reverse("meetings:agenda_propose", args=[world.meeting.pk]))
    assert "比べる資料を読めません" in proposals.content.decode()


def test_the_file_is_the_frozen_text(world, as_user):
    response = as_user(world.cast.viewer).get(url(world.snapshot, "snapshot_json"))
    assert response.content.decode() == world.snapshot.content
    assert "attachment" in response["Content-Disposition"]


# ---- freezing from the pages


@pytest.mark.parametrize("kind", ["meeting", "round"])
def test_a_double_submit_freezes_once(world, as_user, kind):
    target = reverse(f"meetings:{kind}_freeze", args=[getattr(world, kind).pk])
    client = as_user(world.cast.secretariat)
    assert "確認待ちの回答の値は" in client.get(target).content.decode()
    first, second = client.post(target), client.post(target)
    assert first["Location"] == second["Location"]
    assert Snapshot.objects.filter(kind=kind, **{kind: getattr(world, kind)}).count() == 1
    assert "すでに確定しています" in client.get(second["Location"]).content.decode()
    assert "に確定しています" in client.get(target).content.decode()


def test_a_cancelled_meeting_is_refused_in_words(cast, as_user):
    meeting = make_meeting(state="cancelled")
    client = as_user(cast.secretariat)
    response = client.post(reverse("meetings:meeting_freeze", args=[meeting.pk]), follow=True)
    assert "中止した会議" in response.content.decode()
    assert not Snapshot.objects.exists()


def test_the_round_leads_to_freezing(world, as_user):
    text = as_user(world.cast.secretariat).get(reverse("rounds:detail", args=[world.round.pk])).content.decode()
    assert reverse("meetings:round_freeze", args=[world.round.pk]) in text
    text = as_user(world.cast.viewer).get(reverse("rounds:detail", args=[world.round.pk])).content.decode()
    assert reverse("meetings:round_freeze", args=[world.round.pk]) not in text


# ---- integrity


def verified():
    """What the command prints, and whether it is content."""
    out, err = StringIO(), StringIO()
    try:
        call_command("audit_verify", stdout=out, stderr=err)
    except SystemExit as end:
        return end.code, err.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def frozen(cast):
    make_reply()
    return services.freeze_meeting(meeting=make_meeting(), by=cast.secretariat)[0]


def test_sound_snapshots_are_counted(frozen):
    code, text = verified()
    assert code == 0
    assert "確定資料を確かめました" in text


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"content": "{}"}, "SHA-256"),
        ({"sha256": "0" * 64}, "SHA-256"),
        ({"summary": {"totals": {}}}, "集計"),
        ({"size": 1}, "大きさ"),
    ],
)
def test_a_touched_row_is_named(frozen, values, word):
    Snapshot.objects.update(**values)
    code, text = verified()
    assert code == 1
    assert word in text
    assert frozen.title in text


def test_a_row_that_was_hashed_anew_is_still_found(frozen):
    from meetings import content

    forged = content.dump(frozen.read() | {"as_of": "2020-01-01"})
    Snapshot.objects.update(content=forged.text, sha256=forged.sha256, size=forged.size)
    code, text = verified()
    assert code == 1
    assert "操作の記録に残る値" in text


def test_a_lost_row_is_found(frozen):
    Snapshot.objects.all().delete()
    assert verified() == (1, f"確定資料: {Entry.objects.get(act='freeze').object_id}番の行が失われています。\n")
