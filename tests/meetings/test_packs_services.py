"""Writes of the packs: sections, wishes for files, and what becomes of them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Entry
from lib.writes import StaleError
from meetings import jobs, queries_packs, resources_packs, services, storage_packs
from meetings.models import PackChoice, PackFile, Snapshot
from meetings.pack.build import ALL
from meetings.resources_pdf import MissingFontError
from meetings.services import packs
from tests.builders import make_action, make_round
from tests.meetings.making import make_body, make_meeting
from tests.meetings.making_packs import make_pack_file

pytestmark = pytest.mark.django_db
SHORT = ["cover", "late"]


@pytest.fixture
def meeting(cast):
    make_action(lead_department=cast.tax, title="電子申請の拡大")
    found = make_meeting(body=make_body(kind="headquarters"))
    services.freeze_meeting(meeting=found, by=cast.secretariat)
    packs.choose_sections(meeting=found, sections=SHORT, version=None, by=cast.secretariat)
    return found


def order(meeting, cast, formats=("xlsx",)):
    snapshot = queries_packs.snapshot_for(meeting)
    return packs.order_files(
        meeting=meeting, snapshot=snapshot, previous=None, formats=formats, by=cast.secretariat
    )


# ---- sections


def test_sections_are_remembered_and_recorded(meeting, cast):
    assert packs.chosen(meeting) == SHORT
    packs.choose_sections(meeting=meeting, sections=["late", "cover"], version=1, by=cast.secretariat)
    choice = PackChoice.objects.get()
    assert (choice.sections, choice.version) == (["late", "cover"], 2)
    last = Entry.objects.get(object_type="meetings.packchoice", act="update")
    assert last.changes == {"sections": [SHORT, ["late", "cover"]]}


def test_another_meeting_has_all(cast):
    assert packs.chosen(make_meeting()) == list(ALL)


def test_the_same_choice_writes_nothing(meeting, cast):
    before = Entry.objects.count()
    packs.choose_sections(meeting=meeting, sections=SHORT, version=1, by=cast.secretariat)
    assert Entry.objects.count() == before


@pytest.mark.parametrize("sections", [[], ["unknown"], ["cover", "unknown"]])
def test_no_or_unknown_sections_are_refused(meeting, cast, sections):
    with pytest.raises(ValidationError):
        packs.choose_sections(meeting=meeting, sections=sections, version=1, by=cast.secretariat)
    assert PackChoice.objects.get().sections == SHORT


@pytest.mark.parametrize("version", [None, 7])
def test_a_stale_choice_never_overwrites(meeting, cast, version):
    with pytest.raises(StaleError):
        packs.choose_sections(meeting=meeting, sections=["late"], version=version, by=cast.secretariat)
    assert PackChoice.objects.get().sections == SHORT


# ---- asking for files


def test_a_wish_starts_the_worker_when_it_is_committed(meeting, cast, monkeypatch, django_capture_on_commit_callbacks):
    started = []
    monkeypatch.setattr(jobs, "launch", started.append)
    with django_capture_on_commit_callbacks(execute=True):
        files = order(meeting, cast, ("xlsx", "pdf"))
        assert started == []
    assert started == [[f.pk for f in files]]
    assert [f.format for f in files] == ["pdf", "xlsx"]
    snapshot = Snapshot.objects.get()
    assert {f.snapshot_sha256 for f in files} == {snapshot.sha256}
    assert files[0].sections == SHORT


def test_without_a_snapshot_it_says_to_freeze_first(cast):
    with pytest.raises(ValidationError, match="先に資料を確定"):
        order(make_meeting(), cast)
    assert not PackFile.objects.exists()


@pytest.mark.parametrize("formats", [(), ("docx",)])
def test_no_format_is_refused(meeting, cast, formats):
    with pytest.raises(ValidationError, match="形式"):
        order(meeting, cast, formats)


def test_asking_twice_makes_one(meeting, cast):
    order(meeting, cast)
    with pytest.raises(ValidationError, match="いま作っている"):
        order(meeting, cast)
    assert [f.format for f in order(meeting, cast, ("xlsx", "pdf"))] == ["pdf"]
    assert PackFile.objects.count() == 2


def test_the_database_holds_that_too(meeting, cast):
    snapshot = Snapshot.objects.get()
    make_pack_file(meeting=meeting, snapshot=snapshot, state="working")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_pack_file(meeting=meeting, snapshot=snapshot, state="waiting")


def test_a_dead_worker_is_buried_by_the_next_wish(meeting, cast):
    (row,) = order(meeting, cast)
    long_ago = timezone.now() - dt.timedelta(minutes=10)
    PackFile.objects.update(heard_at=long_ago, state="working")
    (new,) = order(meeting, cast)
    row.refresh_from_db()
    assert (row.state, row.problem) == ("failed", packs.STOPPED)
    assert new.state == "waiting"


# ---- making


@pytest.mark.parametrize(("kind", "start"), [("pdf", b"%PDF-"), ("pptx", b"PK"), ("xlsx", b"PK")])
def test_the_worker_makes_the_file(meeting, cast, kind, start):
    (row,) = order(meeting, cast, (kind,))
    call_command("make_pack", row.pk)
    row.refresh_from_db()
    assert (row.state, row.percent, row.problem) == ("done", 100, "")
    assert storage_packs.path_of(row.stored_name).read_bytes().startswith(start)
    made = Entry.objects.get(act="make")
    assert made.changes["snapshot"][1] == row.snapshot_sha256
    assert made.actor == cast.secretariat.ledger_label


def test_each_step_is_told(meeting, cast, monkeypatch):
    heard = []
    monkeypatch.setattr(packs, "report", lambda row, step, done: heard.append((done, step)))
    (row,) = order(meeting, cast)
    call_command("make_pack", row.pk)
    assert [done for done, _ in heard] == [0, 1, 2, 3]
    assert heard[1][1] == "表紙を組み立てています"


def test_a_file_is_made_once(meeting, cast):
    (row,) = order(meeting, cast)
    call_command("make_pack", row.pk)
    name = PackFile.objects.get().stored_name
    call_command("make_pack", row.pk)
    assert PackFile.objects.get().stored_name == name


def test_a_missing_font_stands_on_the_row(meeting, cast, monkeypatch):
    def refuse(*args):
        raise MissingFontError("fonts-noto-cjkを入れてください")

    monkeypatch.setattr(resources_packs, "pdf", refuse)
    (row,) = order(meeting, cast, ("pdf",))
    call_command("make_pack", row.pk)
    row.refresh_from_db()
    assert (row.state, row.problem) == ("failed", "fonts-noto-cjkを入れてください")


def test_a_damaged_snapshot_stands_on_the_row(meeting, cast):
    (row,) = order(meeting, cast)
    Snapshot.objects.update(content="{}")
    call_command("make_pack", row.pk)
    row.refresh_from_db()
    assert row.state == "failed"
    assert "壊れている" in row.problem
    assert not Entry.objects.filter(act="make").exists()


def test_any_other_fault_is_told_too(meeting, cast, monkeypatch):
    monkeypatch.setattr(resources_packs, "build", lambda *args: 1 / 0)
    (row,) = order(meeting, cast)
    call_command("make_pack", row.pk)
    row.refresh_from_db()
    assert (row.state, row.problem) == ("failed", resources_packs.WRONG)


def test_a_failed_end_leaves_no_bytes(meeting, cast, monkeypatch):
    (row,) = order(meeting, cast)
    kept = []
    store = storage_packs.store
    monkeypatch.setattr(storage_packs, "store", lambda content: kept.append(store(content)) or kept[-1])
    with pytest.raises(ValidationError):
        packs.finish(row=row, content=b"x", by=cast.secretariat)  # nobody took it
    assert not storage_packs.path_of(kept[0][0]).exists()
    assert PackFile.objects.get().state == "waiting"


def test_old_files_go_with_their_bytes(meeting, cast, django_capture_on_commit_callbacks):
    snapshot = Snapshot.objects.get()
    old = [make_pack_file(meeting=meeting, snapshot=snapshot) for _ in range(packs.KEPT)]
    (row,) = order(meeting, cast)
    with django_capture_on_commit_callbacks(execute=True):
        call_command("make_pack", row.pk)
    assert PackFile.objects.filter(state="done").count() == packs.KEPT
    assert not storage_packs.path_of(old[0].stored_name).exists()
    assert storage_packs.path_of(old[1].stored_name).exists()


def test_a_correction_is_what_the_next_pack_is_made_from(meeting, cast):
    first = Snapshot.objects.get()
    later = services.correct_snapshot(snapshot=first, reason="集計の誤り", by=cast.secretariat)
    assert queries_packs.snapshot_for(meeting) == later
    assert "集計の誤り" in queries_packs.corrected_note(first)
    assert queries_packs.corrected_note(later) == ""


def test_a_pack_is_compared_with_the_meeting_before(meeting, cast):
    assert queries_packs.previous_for(Snapshot.objects.get()) is None
    Snapshot.objects.update(as_of=timezone.localdate() - dt.timedelta(days=90))
    second = make_meeting(body=meeting.body, held_on=timezone.localdate())
    services.freeze_meeting(meeting=second, by=cast.secretariat)
    newest = queries_packs.snapshot_for(second)
    assert queries_packs.previous_for(newest).meeting == meeting


def test_the_real_worker_is_a_process_of_its_own(settings, monkeypatch):
    settings.PACK_WORKER = "process"
    started = []
    monkeypatch.setattr(jobs.subprocess, "Popen", lambda command, **kw: started.append((command, kw)))
    jobs.launch([3, 4])
    ((command, kw),) = started
    assert command[-3:] == ["make_pack", "3", "4"]
    assert command[1].endswith("manage.py")
    assert "shell" not in kw


def test_cover_and_agenda_are_those_of_the_freezing(cast):
    meeting = make_meeting(title="第3回会議", place="第1会議室")
    services.add_agenda(meeting=meeting, rows=[{"kind": "discuss", "title": "予算の方針"}], by=cast.secretariat)
    snapshot, _ = services.freeze_meeting(meeting=meeting, by=cast.secretariat)
    services.remove_agenda_item(item=meeting.agenda.get(), by=cast.secretariat)
    type(meeting).objects.filter(pk=meeting.pk).update(title="名前を変えた会議", place="")
    meeting.refresh_from_db()
    facts = queries_packs.source_of(meeting, snapshot, None).meeting
    assert (facts.title, facts.place) == ("第3回会議", "第1会議室")
    assert [line.title for line in facts.agenda] == ["予算の方針"]


def test_a_snapshot_without_a_meeting_shows_the_meeting_as_it_is(cast):
    snapshot, _ = services.freeze_round(round_=make_round("2026H1"), by=cast.secretariat)
    assert queries_packs.source_of(make_meeting(title="臨時会議"), snapshot, None).meeting.title == "臨時会議"
