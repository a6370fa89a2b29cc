"""Old entries leave only into a file and signed for; digests find what the chain alone cannot."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from audit import chain, services
from audit.models import ChainHead, Entry
from audit.services import cutting
from audit.services.digests import BadDigest
from lib import ledger
from tests.builders import make_department

BY = ledger.command("試験")
OLD = dt.datetime(2020, 5, 1, tzinfo=dt.UTC)
CUT_ON = dt.date(2021, 4, 1)


def rewrite(from_seq: int, **values: object) -> None:
    """Do what somebody with the database and the source can do: alter, then compute every later hash and the head."""
    last = Entry.objects.filter(seq__lt=from_seq).order_by("seq").last()
    previous = last.hash if last else Entry.objects.get(seq=from_seq).previous_hash
    for entry in Entry.objects.filter(seq__gte=from_seq).order_by("seq"):
        if entry.seq == from_seq:
            for name, value in values.items():
                setattr(entry, name, value)
        entry.previous_hash = previous
        previous = chain.digest(entry)
        kept = {n: getattr(entry, n) for n in (*values, "previous_hash")}
        Entry.objects.filter(seq=entry.seq).update(**kept, hash=previous)
    end = Entry.objects.order_by("seq").last()
    ChainHead.objects.update(seq=end.seq, hash=end.hash)


def write(count: int, *, old: int = 0) -> None:
    department = make_department()
    for n in range(count):
        ledger.record(by=BY, act="update", obj=department, note=str(n))
    for seq in range(1, old + 1):
        rewrite(seq, at=OLD)


def test_cut_moves_old_entries_into_a_file_and_the_rest_still_verifies(db: None, tmp_path: Path) -> None:
    write(5, old=3)
    target = tmp_path / "old.jsonl"
    assert services.cut(before=CUT_ON, target=target, reason="保存年限", by=BY) == 3
    assert list(Entry.objects.order_by("seq").values_list("seq", flat=True)) == [4, 5, 6]
    signed = Entry.objects.get(seq=6)
    lines = target.read_bytes().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [1, 2, 3]
    assert (signed.act_label, signed.object_id, signed.note) == ("記録の切り離し", "3", "保存年限")
    assert signed.changes["hash"] == [None, json.loads(lines[-1])["hash"]]
    assert signed.changes["sha256"] == [None, hashlib.sha256(target.read_bytes()).hexdigest()]
    assert services.verify() == services.Verdict(3)
    assert target.stat().st_mode & 0o077 == 0


def test_a_book_may_be_cut_again(db: None, tmp_path: Path) -> None:
    write(5, old=2)
    services.cut(before=CUT_ON, target=tmp_path / "1", reason="1回目", by=BY)
    rewrite(3, at=OLD)
    services.cut(before=CUT_ON, target=tmp_path / "2", reason="2回目", by=BY)
    assert services.verify().sound
    assert Entry.objects.order_by("seq").first().seq == 4


def cut_off_unsigned(tmp_path: Path) -> None:
    Entry.objects.filter(seq__lte=2).delete()


def cut_further_than_signed(tmp_path: Path) -> None:
    services.cut(before=CUT_ON, target=tmp_path / "old", reason="保存年限", by=BY)
    Entry.objects.filter(seq=4).delete()


def signature_lost(tmp_path: Path) -> None:
    services.cut(before=CUT_ON, target=tmp_path / "old", reason="保存年限", by=BY)
    Entry.objects.filter(act="cut").delete()


@pytest.mark.parametrize("tamper", [cut_off_unsigned, cut_further_than_signed, signature_lost])
def test_an_unsigned_cut_is_found(db: None, tmp_path: Path, tamper) -> None:
    write(6, old=3)
    tamper(tmp_path)
    verdict = services.verify()
    assert not verdict.sound
    assert "抜けて" in verdict.reason


@pytest.mark.parametrize(
    ("before", "reason", "words"),
    [
        (dt.date(2019, 1, 1), "理由", "この日より前の記録はありません"),
        (dt.date(2999, 1, 1), "理由", "すべてを切り離すことはできません"),
        (CUT_ON, " ", "理由を入力"),
    ],
)
def test_cut_refuses(db: None, tmp_path: Path, before: dt.date, reason: str, words: str) -> None:
    write(4, old=2)
    with pytest.raises(ValidationError, match=words):
        services.cut(before=before, target=tmp_path / "x", reason=reason, by=BY)
    assert Entry.objects.count() == 4


def test_cut_refuses_a_book_that_does_not_hold(db: None, tmp_path: Path) -> None:
    write(4, old=2)
    Entry.objects.filter(seq=2).update(note="あとから")
    with pytest.raises(ValidationError, match="記録 2 番に異常"):
        services.cut(before=CUT_ON, target=tmp_path / "x", reason="理由", by=BY)
    assert not (tmp_path / "x").exists()


def test_cut_never_writes_over_a_file_and_then_deletes_nothing(db: None, tmp_path: Path) -> None:
    write(4, old=2)
    (tmp_path / "x").write_text("other")
    with pytest.raises(FileExistsError):
        services.cut(before=CUT_ON, target=tmp_path / "x", reason="理由", by=BY)
    assert Entry.objects.count() == 4


def test_a_disk_that_fills_up_meanwhile_leaves_no_half_of_a_file(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(3, old=2)

    def filling(entries: Any) -> Iterator[bytes]:
        yield next(services.lines_of(entries))
        raise OSError(errno.ENOSPC, "No space left on device")

    target = tmp_path / "old.jsonl"
    with monkeypatch.context() as patched:
        patched.setattr(cutting, "lines_of", filling)
        with pytest.raises(OSError, match="No space"):
            services.cut(before=CUT_ON, target=target, reason="保存年限", by=BY)
    assert Entry.objects.count() == 3
    assert services.cut(before=CUT_ON, target=target, reason="保存年限", by=BY) == 2


def test_command_wants_an_administrator_to_sign(cast: SimpleNamespace, tmp_path: Path, capsys) -> None:
    write(4, old=2)
    arguments = {"before": CUT_ON, "to": tmp_path / "x", "reason": "令和8年 文書第1号"}
    with pytest.raises(CommandError, match="管理者である必要"):
        call_command("audit_cut", signed_by="secretariat", **arguments)
    call_command("audit_cut", signed_by="admin", **arguments)
    entry = Entry.objects.get(act="cut")
    assert (entry.actor, entry.origin) == ("管理者（admin）", "command")
    assert "2件を" in capsys.readouterr().out


# ---- digests


def test_digest_names_the_end_of_the_book(db: None, tmp_path: Path, capsys) -> None:
    write(3)
    call_command("audit_digest", to=tmp_path)
    digest = next(services.read_digests(tmp_path))
    assert (digest.seq, digest.hash) == (3, Entry.objects.get(seq=3).hash)
    write(1)
    call_command("audit_digest", to=tmp_path)
    call_command("audit_verify", digests=tmp_path)
    assert "日々の控え 2 件と一致しました" in capsys.readouterr().out


def cut_tail() -> None:
    Entry.objects.filter(seq__gt=2).delete()
    end = Entry.objects.get(seq=2)
    ChainHead.objects.update(seq=2, hash=end.hash)


@pytest.mark.parametrize(
    ("tamper", "words"),
    [(cut_tail, "失われています"), (lambda: rewrite(2, actor="別人"), "あとから書き直されています")],
    ids=["tail cut with the head", "rest forged with the head"],
)
def test_digest_finds_what_a_consistent_forgery_hides(db: None, tmp_path: Path, capsys, tamper, words: str) -> None:
    write(4)
    services.write_digest(tmp_path)
    tamper()
    assert services.verify().sound, "the chain alone cannot know"
    verdict = services.verify_digests(tmp_path)
    assert (verdict.broken_seq, words in verdict.reason) == (4, True)
    with pytest.raises(SystemExit):
        call_command("audit_verify", digests=tmp_path)
    assert "記録 4 番" in capsys.readouterr().err


def test_digest_of_a_signed_cut_needs_no_entry_any_more(db: None, tmp_path: Path) -> None:
    write(2)
    services.write_digest(tmp_path)
    write(2, old=2)
    services.cut(before=CUT_ON, target=tmp_path / "old", reason="保存年限", by=BY)
    assert services.verify_digests(tmp_path) == services.Verdict(1)


@pytest.mark.parametrize("change", [{"seq": 1}, {"hash": "0" * 64}, {"signature": "x"}])
def test_a_digest_that_was_altered_is_named(db: None, tmp_path: Path, change: dict, capsys) -> None:
    write(2)
    path = services.write_digest(tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(BadDigest, match=path.name):
        services.verify_digests(tmp_path)
    with pytest.raises(SystemExit):
        call_command("audit_verify", digests=tmp_path)
    assert path.name in capsys.readouterr().err


@pytest.mark.parametrize("folder", ["", "missing"])
def test_a_folder_without_digests_proves_nothing(db: None, tmp_path: Path, capsys, folder: str) -> None:
    """As when the other machine's share is not mounted, or somebody took all of them away."""
    write(2)
    with pytest.raises(SystemExit):
        call_command("audit_verify", digests=tmp_path / folder)
    assert "日々の控えが1件もありません" in capsys.readouterr().err


def test_digest_into_a_folder_that_is_not_there(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="書き出せませんでした"):
        call_command("audit_digest", to=tmp_path / "missing")


# ---- size


def peak(count: int) -> int:
    """Most memory that a verification of a book of `count` entries takes."""
    event = ledger.event(by=BY, act="update", obj=make_department())
    for _ in range(count // 1000):
        ledger.record_many([event] * 1000)
    tracemalloc.start()
    try:
        assert services.verify().sound
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_of_the_verifier_does_not_grow_with_the_book(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.services.verifying.CHUNK", 200)
    small = peak(2000)
    assert peak(6000) < small * 2


def archived(folder: Path) -> Path:
    """A book that was cut twice: entries 1 and 2 in one file, 3 in the other; the first cut stands in the second file
    only when the book is long enough, else in the book."""
    write(6, old=2)
    services.cut(before=CUT_ON, target=folder / "1.jsonl", reason="1回目", by=BY)
    rewrite(3, at=OLD)
    services.cut(before=CUT_ON, target=folder / "2.jsonl", reason="2回目", by=BY)
    return folder


def test_archives_hold_every_entry_from_the_first_to_the_book(db: None, tmp_path: Path, capsys) -> None:
    assert services.verify_archives(archived(tmp_path)) == services.Verdict(3)
    call_command("audit_verify", "--archives", str(tmp_path))
    assert "切り離した記録 3 件" in capsys.readouterr().out


def test_a_cut_that_stands_in_a_later_file_is_found_there(db: None, tmp_path: Path) -> None:
    archived(tmp_path)
    first_cut = Entry.objects.filter(act="cut").order_by("seq").first()
    for seq in range(4, first_cut.seq + 1):
        rewrite(seq, at=OLD)
    services.cut(before=CUT_ON, target=tmp_path / "3.jsonl", reason="3回目", by=BY)
    assert Entry.objects.filter(act="cut").count() == 2
    assert services.verify_archives(tmp_path) == services.Verdict(first_cut.seq)


def test_a_book_that_was_never_cut_needs_no_archive(db: None, tmp_path: Path) -> None:
    write(2)
    assert services.verify_archives(tmp_path) == services.Verdict(0)


def forged_cut(folder: Path) -> None:
    """Who can write to the database can delete the oldest entries and sign for it as the portal would."""
    first = Entry.objects.order_by("seq").first()
    ledger.record(by=BY, act="cut", obj=first, after={"hash": first.hash, "file": "0.jsonl", "sha256": "0" * 64})
    Entry.objects.filter(seq=first.seq).delete()


def lost(folder: Path) -> None:
    (folder / "1.jsonl").unlink()


def altered(folder: Path) -> None:
    path = folder / "1.jsonl"
    path.write_text(path.read_text().replace('"note": "0"', '"note": "9"'))


def shortened(folder: Path) -> None:
    path = folder / "2.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def turned(folder: Path) -> None:
    path = folder / "1.jsonl"
    path.write_bytes(b"".join(reversed(path.read_bytes().splitlines(keepends=True))))


def exchanged(folder: Path) -> None:
    (folder / "1.jsonl").write_bytes((folder / "2.jsonl").read_bytes())


def rubbish(folder: Path) -> None:
    (folder / "2.jsonl").write_bytes(b"\xff{}\n[]\n")


def test_archives_that_are_looked_for_in_no_folder(db: None, tmp_path: Path) -> None:
    """A share that is not mounted is no proof, also where nothing was cut yet."""
    with pytest.raises(CommandError, match="フォルダーがありません"):
        call_command("audit_verify", "--archives", str(tmp_path / "away"))


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (forged_cut, "切り離したファイル 0.jsonl がありません"),
        (lost, "切り離したファイル 1.jsonl がありません"),
        (altered, "切り離したファイル 1.jsonl が書き換えられています"),
        (shortened, "切り離したファイル 2.jsonl が書き換えられています"),
        (turned, "切り離したファイル 1.jsonl が書き換えられています"),
        (exchanged, "切り離したファイル 1.jsonl が書き換えられています"),
        (rubbish, "切り離したファイル 2.jsonl が書き換えられています"),
    ],
)
def test_archives_that_do_not_hold_are_named(db: None, tmp_path: Path, capsys, tamper, words: str) -> None:
    tamper(archived(tmp_path))
    assert services.verify().sound, "the chain of the book alone cannot know"
    with pytest.raises(SystemExit) as ended:
        call_command("audit_verify", "--archives", str(tmp_path))
    assert (ended.value.code, words in capsys.readouterr().err) == (1, True)
