"""Pages of the pack: sections, the printed page, the files."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from actions.models import Action
from meetings import services, storage_packs
from meetings.models import PackChoice, PackFile, Snapshot
from meetings.pack.build import ALL
from meetings.views.packs import _moved
from tests.builders import make_action
from tests.meetings.making import make_agenda, make_body, make_meeting
from tests.meetings.making_packs import make_pack_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(cast):
    make_action(lead_department=cast.tax, title="電子申請の拡大")
    found = make_meeting(body=make_body(kind="headquarters"), title="第4回 本部会議")
    make_agenda(meeting=found, title="窓口の見直し")
    services.freeze_meeting(meeting=found, by=cast.secretariat)
    return found


def url(name, thing):
    return reverse(f"meetings:{name}", args=[thing.pk])


def page(client, name, thing):
    response = client.get(url(name, thing))
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_offers_all_three_formats_in_one_click(cast, as_user, meeting):
    html = page(as_user(cast.secretariat), "pack", meeting)
    for key in ("pdf", "pptx", "xlsx"):
        assert f'name="format" value="{key}" checked' in html
    assert "第4回 本部会議の確定資料" in html
    assert "資料のファイルはまだありません" in html


def test_readers_see_files_but_make_none(cast, as_user, meeting):
    make_pack_file(meeting=meeting, snapshot=Snapshot.objects.get())
    html = page(as_user(cast.executive), "pack", meeting)
    assert "できました" in html
    assert url("pack_make", meeting) not in html
    assert 'id="sections"' not in html


def test_a_meeting_that_is_not_frozen_says_so_and_offers_it(cast, as_user):
    meeting = make_meeting()
    for name in ("pack", "pack_print"):
        html = page(as_user(cast.secretariat), name, meeting)
        assert "まだ確定していません" in html
        assert url("meeting_freeze", meeting) in html
        assert url("meeting_freeze", meeting) not in page(as_user(cast.viewer), name, meeting)
    assert 'name="format"' not in page(as_user(cast.secretariat), "pack", meeting)


def test_one_click_makes_the_files(cast, as_user, meeting, django_capture_on_commit_callbacks):
    client = as_user(cast.secretariat)
    client.post(url("pack_sections", meeting), {"order": ["late"], "section": ["late"], "version": ""})
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(url("pack_make", meeting), {"format": ["pptx", "xlsx"]})
    assert response["Location"] == url("pack", meeting)
    html = page(client, "pack", meeting)
    assert html.count("できました") == 2
    row = PackFile.objects.get(format="xlsx")
    response = client.get(url("pack_file", row))
    assert b"".join(response.streaming_content).startswith(b"PK")
    assert "attachment" in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"


def test_refusals_of_making_are_told(cast, as_user, meeting):
    client = as_user(cast.secretariat)
    client.post(url("pack_make", meeting), {})
    assert "形式を1つ以上" in page(client, "pack", meeting)
    assert not PackFile.objects.exists()


def test_progress_is_shown_and_asked_for_again(cast, as_user, meeting):
    row = make_pack_file(meeting=meeting, snapshot=Snapshot.objects.get(), state="working", steps=4, steps_done=1,
                         step="工程表を組み立てています")  # fmt: skip
    html = page(as_user(cast.secretariat), "pack", meeting)
    assert "工程表を組み立てています（25%）" in html
    assert 'hx-trigger="click, every 1s"' in html
    assert '<progress class="pk-progress" max="100" value="25"' in html
    PackFile.objects.filter(pk=row.pk).update(heard_at=timezone.now() - dt.timedelta(minutes=10))
    html = page(as_user(cast.secretariat), "pack", meeting)
    assert "作業が途中で止まりました" in html
    assert "every 1s" not in html


def test_the_list_of_files_alone(cast, as_user, meeting):
    headers = {"HX-Request": "true", "HX-Target": "pack-files"}
    html = as_user(cast.secretariat).get(url("pack", meeting), headers=headers).content.decode()
    assert html.startswith('<section class="card" id="pack-files">')


def test_a_reason_for_failure_is_shown(cast, as_user, meeting):
    make_pack_file(meeting=meeting, snapshot=Snapshot.objects.get(), state="failed", problem="フォントを入れてください")
    assert "フォントを入れてください" in page(as_user(cast.secretariat), "pack", meeting)


def test_a_file_of_a_corrected_snapshot_says_so(cast, as_user, meeting):
    first = Snapshot.objects.get()
    row = make_pack_file(meeting=meeting, snapshot=first)
    services.correct_snapshot(snapshot=first, reason="集計の誤り", by=cast.secretariat)
    html = page(as_user(cast.secretariat), "pack", meeting)
    assert "あとで訂正" in html
    assert "集計の誤り" in html
    assert row.snapshot_sha256[:16] in html


def test_a_file_that_is_gone_or_not_done_is_not_found(cast, as_user, meeting):
    client = as_user(cast.secretariat)
    row = make_pack_file(meeting=meeting, snapshot=Snapshot.objects.get())
    storage_packs.discard(row.stored_name)
    assert client.get(url("pack_file", row)).status_code == 404
    waiting = make_pack_file(meeting=meeting, snapshot=Snapshot.objects.get(), state="waiting")
    assert client.get(url("pack_file", waiting)).status_code == 404


# ---- sections


def test_moving_a_section_stores_the_order(cast, as_user, meeting):
    client = as_user(cast.secretariat)
    data = {"order": list(ALL), "section": list(ALL), "version": "", "move": "up:agenda"}
    client.post(url("pack_sections", meeting), data)
    assert PackChoice.objects.get().sections[:2] == ["agenda", "cover"]
    html = page(client, "pack", meeting)
    assert html.index("次第</b>") < html.index("表紙</b>")


@pytest.mark.parametrize(
    ("move", "order"),
    [
        ("up:b", "bacd"), ("down:b", "acbd"), ("up:a", "abcd"), ("down:d", "abcd"), ("down:a", "bacd"),
        ("up:d", "abdc"), ("sideways:b", "abcd"), ("up:x", "abcd"), ("", "abcd"),
    ],
)  # fmt: skip
def test_moves(move, order):
    assert "".join(_moved(list("abcd"), move)) == order


def test_leaving_out_sections(cast, as_user, meeting):
    client = as_user(cast.secretariat)
    client.post(url("pack_sections", meeting), {"order": list(ALL), "section": ["late", "cover"], "version": ""})
    assert PackChoice.objects.get().sections == ["cover", "late"]
    html = page(client, "pack_print", meeting).partition('<div class="pack">')[2]
    assert "遅れている取組" in html
    assert "工程表" not in html


def test_refusals_of_sections_are_told(cast, as_user, meeting):
    client = as_user(cast.secretariat)
    client.post(url("pack_sections", meeting), {"order": list(ALL), "section": ["late"], "version": ""})
    client.post(url("pack_sections", meeting), {"order": list(ALL), "version": "1"})
    assert "章を1つ以上" in page(client, "pack", meeting)
    client.post(url("pack_sections", meeting), {"order": list(ALL), "section": ["cover"], "version": "0"})
    assert "あなたが別の画面で先に章を変えています" in page(client, "pack", meeting)
    assert PackChoice.objects.get().sections == ["late"]


# ---- on screen and on paper


def test_the_printed_page_shows_the_frozen_state(cast, as_user, meeting):
    html = page(as_user(cast.viewer), "pack_print", meeting)
    for words in ("第4回 本部会議", "窓口の見直し", "全体の状況", "工程表", "成熟度", "電子申請の拡大"):
        assert words in html
    assert "data-print" in html


def test_it_stays_the_same_when_the_city_changes(cast, as_user, meeting):
    before = page(as_user(cast.viewer), "pack_print", meeting).partition('<div class="pack">')[2]
    Action.objects.update(title="別の名前")
    cast.tax.name = "新しい課"
    cast.tax.save()
    assert page(as_user(cast.viewer), "pack_print", meeting).partition('<div class="pack">')[2] == before


def test_a_damaged_snapshot_is_told(cast, as_user, meeting):
    Snapshot.objects.update(content="{}")
    response = as_user(cast.secretariat).get(url("pack_print", meeting))
    assert response.status_code == 500
    assert "確定資料が壊れている" in response.content.decode()


def test_texts_are_escaped(cast, as_user):
    make_action(lead_department=cast.tax, title="<script>alert(1)</script>")
    meeting = make_meeting()
    services.freeze_meeting(meeting=meeting, by=cast.secretariat)
    assert "<script>alert" not in page(as_user(cast.secretariat), "pack_print", meeting)
