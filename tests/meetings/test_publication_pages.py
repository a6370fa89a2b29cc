"""Approving a snapshot for publication, taking its files, withdrawing; and the command."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.models import Entry
from meetings import services
from meetings.models import Publication, Snapshot
from meetings.services import publishing
from tests.builders import make_action
from tests.meetings.making import make_body, make_meeting

pytestmark = pytest.mark.django_db
LIST = reverse("meetings:publications")


@pytest.fixture
def snapshot(cast):
    make_action(lead_department=cast.tax, title="電子申請の拡大")
    meeting = make_meeting(body=make_body(kind="headquarters"), title="第4回 本部会議")
    return services.freeze_meeting(meeting=meeting, by=cast.secretariat)[0]


@pytest.fixture
def approved(cast, snapshot):
    return publishing.approve_publication(snapshot=snapshot, note="会議の了承", by=cast.secretariat)


def url(name, thing):
    return reverse(f"meetings:{name}", args=[thing.pk])


def page(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


# ---- services


def test_approval_says_who_when_and_what(cast, snapshot, approved):
    assert approved.approved_label == cast.secretariat.ledger_label
    assert approved.snapshot_sha256 == snapshot.sha256
    entry = Entry.objects.get(act="approve")
    assert entry.changes["note"][1] == "会議の了承"


@pytest.mark.parametrize("note", ["", "　", "あ" * 201])
def test_an_approval_needs_its_basis(cast, snapshot, note):
    with pytest.raises(ValidationError):
        publishing.approve_publication(snapshot=snapshot, note=note, by=cast.secretariat)
    assert not Publication.objects.exists()
    assert not Entry.objects.filter(act="approve").exists()


def test_approving_twice_is_refused(cast, snapshot, approved):
    with pytest.raises(ValidationError, match="すでに承認"):
        publishing.approve_publication(snapshot=snapshot, note="了承", by=cast.secretariat)
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.create(snapshot=snapshot, snapshot_sha256="x", note="x", approved_at=approved.approved_at)


def test_a_corrected_or_damaged_snapshot_is_refused(cast, snapshot):
    services.correct_snapshot(snapshot=snapshot, reason="誤り", by=cast.secretariat)
    with pytest.raises(ValidationError, match="訂正後"):
        publishing.approve_publication(snapshot=snapshot, note="了承", by=cast.secretariat)
    later = Snapshot.objects.get(corrects=snapshot)
    Snapshot.objects.filter(pk=later.pk).update(content="{}")
    with pytest.raises(ValidationError, match="壊れている"):
        publishing.approve_publication(snapshot=later, note="了承", by=cast.secretariat)


def test_withdrawing_ends_it_and_a_new_approval_is_a_new_row(cast, snapshot, approved):
    publishing.withdraw_publication(publication=approved, reason="誤りがあった", by=cast.secretariat)
    approved.refresh_from_db()
    assert approved.withdrawn_reason == "誤りがあった"
    assert Entry.objects.get(act="withdraw").changes["reason"][1] == "誤りがあった"
    with pytest.raises(ValidationError, match="すでに取り消"):
        publishing.withdraw_publication(publication=approved, reason="もう一度", by=cast.secretariat)
    publishing.approve_publication(snapshot=snapshot, note="再承認", by=cast.secretariat)
    assert Publication.objects.count() == 2


def test_withdrawing_needs_a_reason(cast, approved):
    with pytest.raises(ValidationError):
        publishing.withdraw_publication(publication=approved, reason=" ", by=cast.secretariat)
    approved.refresh_from_db()
    assert approved.withdrawn_at is None


# ---- pages


def test_from_the_list_to_the_files(cast, as_user, snapshot):
    client = as_user(cast.secretariat)
    assert url("publication_approve", snapshot) in page(client, LIST)
    html = page(client, url("publication_approve", snapshot))
    assert "公開される項目" in html
    assert "進捗率" in html
    assert "遅れの理由、実施したこと" in html
    response = client.post(url("publication_approve", snapshot), {"note": "会議の了承"})
    row = Publication.objects.get()
    assert response["Location"] == url("publication", row)
    assert "公開を承認しました" in page(client, url("publication", row))
    body = client.get(url("publication_export", row))
    assert body["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(body.content)) as packed:
        assert "index.html" in packed.namelist()
        assert "電子申請の拡大" in packed.read("data/actions.csv").decode("utf-8-sig")
    assert Entry.objects.get(act="export").changes["to"][1] == "zip"
    assert "承認を待つ確定資料はありません" in page(client, LIST)


def test_an_empty_form_is_refused(cast, as_user, snapshot):
    response = as_user(cast.secretariat).post(url("publication_approve", snapshot), {"note": ""})
    assert response.status_code == 422
    assert "必須" in response.content.decode()


def test_a_refused_approval_stands_on_the_form(cast, as_user, snapshot, approved):
    response = as_user(cast.secretariat).post(url("publication_approve", snapshot), {"note": "もう一度"})
    assert response.status_code == 422
    assert "すでに承認されています" in response.content.decode()


def test_a_withdrawn_approval_gives_no_files(cast, as_user, approved):
    client = as_user(cast.secretariat)
    client.post(url("publication_withdraw", approved), {"reason": "誤り"})
    html = page(client, url("publication", approved))
    assert "承認は取り消されています" in html
    assert url("publication_export", approved) not in html
    assert client.get(url("publication_export", approved)).status_code == 302
    assert not Entry.objects.filter(act="export").exists()


def test_a_later_correction_is_told(cast, as_user, snapshot, approved):
    later = services.correct_snapshot(snapshot=snapshot, reason="集計の誤り", by=cast.secretariat)
    html = page(as_user(cast.secretariat), url("publication", approved))
    assert "集計の誤り" in html
    assert url("publication_approve", later) in html
    assert "あとで訂正" in page(as_user(cast.secretariat), LIST)


def test_a_damaged_snapshot_is_told_and_never_exported(cast, as_user, snapshot, approved):
    Snapshot.objects.update(content="{}")
    client = as_user(cast.secretariat)
    assert "壊れている" in page(client, url("publication", approved))
    assert client.get(url("publication_export", approved)).status_code == 302
    assert "壊れている" in page(client, url("publication_approve", snapshot))


def test_without_a_code_of_the_city_the_page_warns(cast, as_user, snapshot, settings):
    assert "DXPORTAL_MUNICIPALITY_CODE" in page(as_user(cast.secretariat), url("publication_approve", snapshot))
    settings.SITE_MUNICIPALITY_CODE = "332127"
    assert "DXPORTAL_MUNICIPALITY_CODE" not in page(as_user(cast.secretariat), url("publication_approve", snapshot))


# ---- command


def test_the_command_writes_the_files(snapshot, approved, tmp_path):
    to = tmp_path / "site"
    call_command("publish", snapshot=snapshot.pk, to=str(to), stdout=io.StringIO())
    assert (to / "index.html").is_file()
    assert (to / "data" / "actions.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert Entry.objects.get(act="export").origin == "command"


def test_the_command_refuses_what_is_not_approved(snapshot, tmp_path):
    with pytest.raises(CommandError, match="承認されていません"):
        call_command("publish", snapshot=snapshot.pk, to=str(tmp_path / "site"))
    with pytest.raises(CommandError, match="ありません"):
        call_command("publish", snapshot=999_999, to=str(tmp_path / "site"))
    assert not (tmp_path / "site").exists()


def test_the_command_mixes_with_nothing(snapshot, approved, tmp_path):
    (tmp_path / "index.html").write_text("ほかのページ")
    with pytest.raises(CommandError, match="空ではありません"):
        call_command("publish", snapshot=snapshot.pk, to=str(tmp_path))
    assert (tmp_path / "index.html").read_text() == "ほかのページ"
