"""Freezing, correcting and reading snapshots."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from audit.models import Entry
from meetings import content, services
from meetings.models import Snapshot
from tests.builders import make_action, make_round
from tests.meetings.making import make_meeting

pytestmark = pytest.mark.django_db


def test_freezing_a_round_stores_its_proof(cast):
    make_action(title="電子申請", lead_department=cast.tax)
    snapshot, taken = services.freeze_round(round_=make_round("2026H1"), by=cast.secretariat)
    assert taken
    assert snapshot.title == "令和8年度上期の照会の確定資料"
    assert (snapshot.sha256, snapshot.size) == (
        content.digest(snapshot.content), len(snapshot.content.encode()),
    )  # fmt: skip
    assert snapshot.read()["actions"][0]["title"] == "電子申請"
    assert snapshot.taken_by == "事務局（secretariat）"
    entry = Entry.objects.get(act="freeze")
    assert entry.changes["sha256"] == [None, snapshot.sha256]


@pytest.mark.parametrize("kind", ["round", "meeting"])
def test_freezing_twice_returns_the_first(cast, kind):
    def freeze():
        if kind == "round":
            return services.freeze_round(round_=thing, by=cast.secretariat)
        return services.freeze_meeting(meeting=thing, by=cast.secretariat)

    thing = make_round() if kind == "round" else make_meeting()
    first, _ = freeze()
    make_action()
    second, taken = freeze()
    assert (second.pk, taken) == (first.pk, False)
    assert Snapshot.objects.count() == Entry.objects.filter(act="freeze").count() == 1


def test_a_cancelled_meeting_is_not_frozen(cast):
    with pytest.raises(ValidationError, match="中止"):
        services.freeze_meeting(meeting=make_meeting(state="cancelled"), by=cast.secretariat)
    assert not Snapshot.objects.exists()


def test_a_correction_is_a_new_snapshot_with_reason_and_person(cast):
    old, _ = services.freeze_meeting(meeting=make_meeting(), by=cast.secretariat)
    make_action()
    new = services.correct_snapshot(snapshot=old, reason="  件数の誤り ", by=cast.secretariat)
    assert (new.kind, new.corrects, new.reason, new.meeting) == ("correction", old, "件数の誤り", old.meeting)
    assert new.title.endswith("（訂正）")
    assert (len(old.read()["actions"]), len(new.read()["actions"])) == (0, 1)
    assert list(Snapshot.objects.valid()) == [new]


@pytest.mark.parametrize("reason", ["", "  ", "あ" * 301])
def test_a_correction_needs_a_reason(cast, reason):
    old, _ = services.freeze_round(round_=make_round(), by=cast.secretariat)
    with pytest.raises(ValidationError) as refusal:
        services.correct_snapshot(snapshot=old, reason=reason, by=cast.secretariat)
    assert "reason" in refusal.value.message_dict
    assert Snapshot.objects.count() == 1


def test_what_is_corrected_already_is_not_corrected_again(cast):
    old, _ = services.freeze_round(round_=make_round(), by=cast.secretariat)
    new = services.correct_snapshot(snapshot=old, reason="誤り", by=cast.secretariat)
    with pytest.raises(ValidationError, match="すでに訂正"):
        services.correct_snapshot(snapshot=old, reason="誤り", by=cast.secretariat)
    assert services.correct_snapshot(snapshot=new, reason="再び", by=cast.secretariat).title.count("訂正") == 1


def test_a_stored_snapshot_is_never_written_again(cast):
    snapshot, _ = services.freeze_round(round_=make_round(), by=cast.secretariat)
    snapshot.title = "別の名前"
    with pytest.raises(TypeError, match="never changes"):
        snapshot.save()
    assert Snapshot.objects.get().title != "別の名前"


@pytest.mark.parametrize(
    "broken",
    [{"kind": "round", "reason": "理由"}, {"kind": "correction", "reason": "理由"}],
)
def test_the_database_refuses_half_a_correction(broken):
    values = {"title": "x", "as_of": "2026-11-01", "taken_by": "x", "taken_at": "2026-11-01T00:00Z", "content": "{}",
              "sha256": "0" * 64, "size": 2}  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Snapshot.objects.bulk_create([Snapshot(**values | broken)])


@pytest.mark.parametrize(
    ("text", "word"),
    [("{", "JSON"), ("[]", "一部"), ('{"schema":1}', "一部")],
)
def test_a_damaged_text_is_named(text, word):
    with pytest.raises(content.CorruptError, match=word):
        content.load(text, content.digest(text))


def test_a_touched_text_is_named(cast):
    snapshot, _ = services.freeze_round(round_=make_round(), by=cast.secretariat)
    Snapshot.objects.update(content=snapshot.content.replace("0", "1"))
    with pytest.raises(content.CorruptError, match="SHA-256"):
        Snapshot.objects.get().read()


def test_another_schema_is_named(cast):
    snapshot, _ = services.freeze_round(round_=make_round(), by=cast.secretariat)
    frozen = content.dump(snapshot.read() | {"schema": 99})
    with pytest.raises(content.CorruptError, match="99"):
        content.load(frozen.text, frozen.sha256)
