"""Files of a reply: what is taken, what is refused, who may fetch them."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from audit.models import Entry
from rounds import files, services, storage
from rounds.models import Attachment, Reply
from rounds.services import attachments
from tests.builders import make_attachment

Sign = Callable[[User], Client]
PDF = b"%PDF-1.7\nbody"
TYPES = dict.fromkeys(("pdf", "xlsx", "docx", "pptx", "png", "jpg", "csv", "txt"), "x/y")
HTMX = {"HX-Request": "true", "HX-Target": "attachments"}


def office(folder: str, *more: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name in ("[Content_Types].xml", f"{folder}/main.xml", *more):
            package.writestr(name, "x")
    return out.getvalue()


def upload(name: str = "根拠.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def attach(reply: Reply, by: Any, *uploads: SimpleUploadedFile) -> list[Attachment]:
    return services.attach_files(reply=reply, uploads=list(uploads), by=by)


def on_disk(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file()]


# ---- what a file is


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF), ("a.PNG", b"\x89PNG\r\n\x1a\n.."), ("a.jpeg", b"\xff\xd8\xff\xe0"),
        ("a.xlsx", office("xl")), ("a.docx", office("word")), ("a.pptx", office("ppt")),
        ("a.csv", "所属,件数\r\n税務課,3".encode("cp932")), ("a.txt", "説明".encode() * 5000),
    ],
)  # fmt: skip
def test_files_that_are_what_they_say(name: str, content: bytes) -> None:
    assert files.problem(name, io.BytesIO(content), TYPES) == ""


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.exe", b"MZ\x90\x00", "実行ファイル"),
        ("a.pdf", b"MZ\x90\x00", "実行ファイル"),
        ("a.txt", b"#!/bin/sh\nrm", "実行ファイル"),
        ("a.xlsx", b"\x7fELF", "実行ファイル"),
        ("a.exe", b"text", "この種類のファイル"),
        ("a", PDF, "この種類のファイル"),
        ("a.pdf.html", PDF, "この種類のファイル"),
        ("a.pdf", office("word"), "拡張子（pdf）と合いません"),
        ("a.xlsx", office("word"), "拡張子（xlsx）と合いません"),
        ("a.docx", PDF, "拡張子（docx）と合いません"),
        ("a.docx", b"PK\x03\x04broken", "拡張子（docx）と合いません"),
        ("a.xlsx", office("xl", "xl/vbaProject.bin"), "マクロ"),
        ("a.docx", office("word", *(f"x/{n}" for n in range(5000)), "word/vbaProject.bin"), "部品が多すぎます"),
        ("a.csv", b"a,b\x00\x01\x02", "拡張子（csv）と合いません"),
        ("a.txt", b"\xff\xfe\x81\x00\x81", "拡張子（txt）と合いません"),
    ],
)
def test_files_that_are_not(name: str, content: bytes, words: str) -> None:
    assert words in files.problem(name, io.BytesIO(content), TYPES)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("C:\\資料\\根拠.pdf", "根拠.pdf"), ("../../etc/passwd.txt", "passwd.txt"), ("a\u202efdp.exe", "afdp.exe"),
        ("a\x00\n.pdf", "a.pdf"), ("  .. ", ""), ("あ" * 200 + ".pdf", "あ" * 146 + ".pdf"),
    ],
)  # fmt: skip
def test_names_are_cleaned(name: str, clean: str) -> None:
    assert files.clean_name(name) == clean


@pytest.mark.parametrize(("size", "words"), [(1, "1KB"), (2048, "2KB"), (1_572_864, "1.5MB"), (10_485_760, "10MB")])
def test_sizes_in_words(size: int, words: str) -> None:
    assert files.words(size) == words


# ---- services


def test_a_file_is_stored_outside_the_web_root(tax: Reply, cast: SimpleNamespace, folder: Path) -> None:
    row = attach(tax, cast.member, upload())[0]
    assert (row.name, row.size, row.sha256) == ("根拠.pdf", len(PDF), hashlib.sha256(PDF).hexdigest())
    assert storage.path_of(row.stored_name).read_bytes() == PDF
    assert "根拠" not in str(storage.path_of(row.stored_name))
    assert Entry.objects.about(row).get().act == "attach"
    tax.refresh_from_db()
    assert tax.started_at is not None


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ([], "ファイルを選んで"),
        ([("空.pdf", b"")], "0バイト"),
        ([("大.pdf", PDF + b"x" * 2000)], "までです"),
        ([("良い.pdf", PDF), ("悪い.exe", b"MZ")], "「悪い.exe」"),
        ([("a.pdf", PDF), ("a.pdf", PDF)], "同じ内容"),
        ([(f"{n}.txt", str(n).encode()) for n in range(11)], "10個まで"),
    ],
)
def test_refused_files_leave_nothing_behind(
    tax: Reply, cast: SimpleNamespace, folder: Path, settings: Any, sent: list[tuple[str, bytes]], words: str
) -> None:
    settings.ATTACHMENT_MAX_BYTES = 1000
    with pytest.raises(ValidationError, match=words):
        attach(tax, cast.member, *(upload(*s) for s in sent))
    assert not Attachment.objects.exists()
    assert on_disk(folder) == []


def test_the_same_file_is_not_attached_twice(tax: Reply, cast: SimpleNamespace, folder: Path) -> None:
    attach(tax, cast.member, upload())
    with pytest.raises(ValidationError, match="同じ内容"):
        attach(tax, cast.member, upload())
    assert len(on_disk(folder)) == 1


def test_when_the_ledger_fails_no_file_stays(
    tax: Reply, cast: SimpleNamespace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(events: Any) -> None:
        raise RuntimeError("ledger is down")

    services.touch(reply=tax, by=cast.member)
    monkeypatch.setattr(attachments.ledger, "record_many", fail)
    with pytest.raises(RuntimeError):
        attach(tax, cast.member, upload())
    assert on_disk(folder) == []


def test_a_handed_in_reply_takes_no_files(tax: Reply, cast: SimpleNamespace, folder: Path) -> None:
    services.submit_reply(reply=tax, version=1, by=cast.member)
    with pytest.raises(ValidationError, match="いま「承認待ち」"):
        attach(tax, cast.member, upload())
    assert on_disk(folder) == []


def test_a_draft_file_is_removed_with_its_bytes(
    tax: Reply, cast: SimpleNamespace, folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    row = attach(tax, cast.member, upload())[0]
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_attachment(attachment=row, by=cast.member)
    assert on_disk(folder) == []
    with pytest.raises(ValidationError, match="すでに削除"):
        services.remove_attachment(attachment=row, by=cast.member)
    assert [e.act for e in Entry.objects.about(row).order_by("seq")] == ["attach", "delete"]


def test_an_accepted_file_keeps_its_bytes(
    tax: Reply, cast: SimpleNamespace, folder: Path, django_capture_on_commit_callbacks: Any, as_user: Sign
) -> None:
    row = attach(tax, cast.member, upload())[0]
    services.submit_reply(reply=tax, version=1, by=cast.lead, approve=True)
    accepted = services.accept_reply(reply=tax, version=2, by=cast.secretariat)
    listed = accepted.frozen["attachments"]
    assert [(a["name"], a["size"], a["sha256"]) for a in listed] == [("根拠.pdf", len(PDF), row.sha256)]
    assert row.sha256 in as_user(cast.viewer).get(f"/rounds/replies/{tax.pk}/frozen/").content.decode()
    services.correct_reply(reply=tax, version=3, reason="資料の差し替え", by=cast.secretariat)
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_attachment(attachment=row, by=cast.member)
    assert len(on_disk(folder)) == 1
    assert as_user(cast.viewer).get(f"/rounds/attachments/{row.pk}/").status_code == 200


# ---- pages


def test_a_file_is_attached_and_removed_on_the_page(
    tax: Reply, cast: SimpleNamespace, folder: Path, as_user: Sign
) -> None:
    client, url = as_user(cast.member), f"/rounds/replies/{tax.pk}/attach/"
    response = client.post(url, {"files": [upload(), upload("表.csv", b"a,b")]})
    assert response["Location"] == f"/rounds/replies/{tax.pk}/#attachments"
    page = client.get(f"/rounds/replies/{tax.pk}/").content.decode()
    assert "根拠.pdf、表.csvを添付しました。" in page
    row = Attachment.objects.get(name="表.csv")
    part = client.post(f"/rounds/attachments/{row.pk}/remove/", headers=HTMX).content.decode()
    assert part.startswith('<section class="card" id="attachments"')
    assert "表.csvを外しました。" in part
    assert f"/rounds/attachments/{row.pk}/" not in part


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_refusal_is_told_and_the_page_stays(
    tax: Reply, cast: SimpleNamespace, folder: Path, as_user: Sign, headers: dict[str, str]
) -> None:
    url = f"/rounds/replies/{tax.pk}/attach/"
    response = as_user(cast.member).post(url, {"files": upload("悪い.exe", b"MZ\x90")}, headers=headers)
    assert response.status_code == 422
    assert "実行ファイル" in response.content.decode()


def test_a_huge_file_is_dropped_while_it_arrives(
    tax: Reply, cast: SimpleNamespace, folder: Path, as_user: Sign, settings: Any
) -> None:
    """The handler counts the pieces, so the limit holds whatever the browser announces."""
    settings.UPLOAD_MAX_BYTES = 100_000
    url = f"/rounds/replies/{tax.pk}/attach/"
    response = as_user(cast.member).post(url, {"files": upload("巨大.pdf", PDF + b"x" * 400_000)})
    assert response.status_code == 422
    assert "「巨大.pdf」は大きすぎます" in response.content.decode()
    assert on_disk(folder) == []


@pytest.mark.parametrize(
    ("role", "draft", "official"),
    [
        ("member", 200, 200), ("lead", 200, 200), ("secretariat", 200, 200), ("other_lead", 404, 200),
        ("viewer", 404, 200), ("executive", 404, 200), ("admin", 404, 200), ("nobody", 403, 403),
    ],
)  # fmt: skip
def test_who_may_fetch_a_file(
    tax: Reply, cast: SimpleNamespace, folder: Path, as_user: Sign, role: str, draft: int, official: int
) -> None:
    row = make_attachment(reply=tax)
    client, url = as_user(getattr(cast, role)), f"/rounds/attachments/{row.pk}/"
    assert client.get(url).status_code == draft
    Attachment.objects.filter(pk=row.pk).update(accepted_at=row.uploaded_at)
    assert client.get(url).status_code == official


def test_a_file_is_sent_as_a_download(tax: Reply, cast: SimpleNamespace, folder: Path, as_user: Sign) -> None:
    row = make_attachment(reply=tax, content=PDF)
    response = as_user(cast.member).get(f"/rounds/attachments/{row.pk}/")
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "application/pdf"
    storage.discard(row.stored_name)
    assert as_user(cast.member).get(f"/rounds/attachments/{row.pk}/").status_code == 404


def test_a_removed_draft_is_gone(tax: Reply, cast: SimpleNamespace, folder: Path, as_user: Sign) -> None:
    row = make_attachment(reply=tax)
    services.remove_attachment(attachment=row, by=cast.member)
    assert as_user(cast.member).get(f"/rounds/attachments/{row.pk}/").status_code == 404


def test_others_attach_nothing(tax: Reply, cast: SimpleNamespace, folder: Path, as_user: Sign) -> None:
    for role in ("viewer", "other_lead", "executive"):
        response = as_user(getattr(cast, role)).post(f"/rounds/replies/{tax.pk}/attach/", {"files": upload()})
        assert response.status_code == 404
    assert not Attachment.objects.exists()
