"""A backup holds everything, is taken while the portal is in use, and says when it is not what it was."""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from dxportal.keeping import backup, facts, restoring, sqlite
from dxportal.keeping.archive import BrokenArchive, Reader
from tests.installation import Installation, printed

STATE = """
import json
from accounts.models import User
from actions.models import Action
from audit.models import Entry
from django.contrib.sessions.models import Session
from rounds.models import Attachment
from rounds import storage
print(json.dumps({
    "users": list(User.objects.order_by("pk").values_list("login_id", "password")),
    "actions": list(Action.objects.order_by("pk").values_list("title", flat=True)),
    "entries": list(Entry.objects.order_by("seq").values_list("seq", "hash")),
    "files": [storage.path_of(a.stored_name).read_text() for a in Attachment.objects.order_by("pk")],
    "sessions": Session.objects.count(),
}))
"""


def state(place: Installation) -> dict:
    return json.loads(place.python(STATE))


def refused(*arguments: str) -> str:
    with pytest.raises(CommandError) as refusal:
        call_command(*arguments)
    return str(refusal.value)


def rewritten(archive: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy of the archive with every member passed through `change`; None leaves it out."""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def test_restored_portal_is_the_one_that_was_kept(city: Installation, archive: Path, empty: Callable) -> None:
    place = empty()
    told = place.really("manage.py", "restore", str(archive), "--verify")
    assert "異常はありません" in told
    before, after = state(city), state(place)
    assert before["files"] == ["根拠0", "根拠1", "根拠2"]
    assert before["sessions"] == 1
    assert after == before | {"sessions": 0}, "a session is a key, and no key leaves the house"
    made = place.python(
        "from tests import builders as make\nfrom accounts.models import Department\n"
        "top = Department.objects.order_by('-pk').first().pk\nprint(make.make_department(code='new').pk - top)"
    )
    assert int(made) > 0, "numbers go on after the restored ones"


def test_archive_is_for_the_operator_only_and_nothing_is_left_beside_it(archive: Path) -> None:
    assert archive.stat().st_mode & 0o077 == 0
    assert [p.name for p in archive.parent.iterdir()] == ["city.zip"]


def test_manifest_names_everything(archive: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        manifest = json.loads(file.read("manifest.json"))
        assert set(file.namelist()) == {*manifest["files"], "manifest.json"}
    assert manifest["rows"]["accounts_user"] == 1
    assert manifest["ledger"]["seq"] > 0
    assert len([f for f in manifest["files"] if f.startswith("attachments/")]) == 3
    assert ["audit", "0001_initial"] in manifest["migrations"]


def test_an_existing_file_is_never_overwritten(archive: Path) -> None:
    before = archive.read_bytes()
    assert "上書きはしません" in refused("backup", str(archive))
    assert archive.read_bytes() == before


def test_every_folder_of_files_is_kept() -> None:
    """Whoever adds a place for files adds it to the backup; collected static files are made again."""
    import dxportal.settings as portal

    roots = {v for k, v in vars(portal).items() if k.endswith("_ROOT") and portal.VAR_DIR in Path(str(v)).parents}
    assert roots - {portal.STATIC_ROOT} == set(portal.KEPT_FOLDERS.values())


@pytest.fixture
def migrated(settings: Any, transactional_db: None) -> None:
    """The suite makes its tables from the models; what was migrated is told here as an installation would."""
    settings.MIGRATION_MODULES = {}
    MigrationRecorder(connection).ensure_schema()


def test_a_folder_gets_a_file_named_by_the_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], migrated: None
) -> None:
    call_command("backup", str(tmp_path))
    made = next(iter(tmp_path.iterdir()))
    assert made.name.startswith("dxportal-")
    assert f"sha256 {backup.digest_of(made)}" in capsys.readouterr().out


def test_a_place_that_cannot_be_written_is_told_plainly(tmp_path: Path) -> None:
    assert "控えを書けませんでした" in refused("backup", str(tmp_path / "missing" / "x.zip"))


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "of", None)
    with pytest.raises(TypeError):
        backup.take(tmp_path / "x.zip")
    assert os.listdir(tmp_path) == []


def test_files_that_come_and_go_meanwhile_are_there(tmp_path: Path, settings: Any, monkeypatch: Any) -> None:
    """Whichever moment the database shows, the files that its rows name are in the archive."""
    folder = tmp_path / "attachments"
    folder.mkdir()
    settings.KEPT_FOLDERS = {"attachments": folder}
    (folder / "taken-off").write_text("old")

    def meanwhile(out: Any) -> dict[str, Any]:
        (folder / "taken-off").unlink()
        (folder / "attached").write_text("new")
        return {"rows": {}, "migrations": [], "ledger": {"seq": 0, "hash": ""}}

    monkeypatch.setattr(backup.engine(), "dump", meanwhile)
    told = backup.take(tmp_path / "x.zip")
    assert set(told["files"]) == {"attachments/taken-off", "attachments/attached"}
    with Reader(tmp_path / "x.zip") as reader:
        assert reader.check() == 2


@pytest.mark.parametrize("name", ["市 portal.sqlite3", "a%20b.sqlite3", "a#b.sqlite3", "a?b.sqlite3"])
def test_a_database_of_any_name_is_read_and_none_is_made(tmp_path: Path, name: str) -> None:
    with closing(sqlite3.connect(tmp_path / name)) as made:
        made.execute("CREATE TABLE t (n)")
    with closing(sqlite._reading(tmp_path / name)) as live:
        assert sqlite._tables(live) == ["t"]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            live.execute("INSERT INTO t VALUES (1)")
    assert os.listdir(tmp_path) == [name]


def test_restore_refuses_a_place_with_data(cast: object, archive: Path) -> None:
    assert "データベースが空ではありません" in refused("restore", str(archive), "--verify")


def test_restore_refuses_a_folder_with_files(
    archive: Path, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup.engine(), "is_empty", lambda: True)
    settings.KEPT_FOLDERS = {"attachments": tmp_path}
    (tmp_path / "ab").mkdir()
    assert f"フォルダー {tmp_path} が空ではありません" in refused("restore", str(archive))


def test_check_restores_nothing(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("restore", str(archive), "--check", "--sha256", backup.digest_of(archive))
    assert "控えは壊れていません" in capsys.readouterr().out


def test_checksum_of_the_whole_file(archive: Path) -> None:
    assert "sha256 が" in refused("restore", str(archive), "--check", "--sha256", "0" * 64)


def changed_file(name: str, content: bytes) -> bytes:
    return b"else" if name.startswith("attachments/") else content


def lost_file(name: str, content: bytes) -> bytes | None:
    return None if name.startswith("attachments/") else content


def no_manifest(name: str, content: bytes) -> bytes | None:
    return None if name == "manifest.json" else content


def newer_format(name: str, content: bytes) -> bytes:
    return json.dumps(json.loads(content) | {"format": 99}).encode() if name == "manifest.json" else content


def other_engine(name: str, content: bytes) -> bytes:
    return json.dumps(json.loads(content) | {"engine": "oracle"}).encode() if name == "manifest.json" else content


def from_the_future(name: str, content: bytes) -> bytes:
    if name != "manifest.json":
        return content
    manifest = json.loads(content)
    return json.dumps(manifest | {"migrations": [*manifest["migrations"], ["audit", "9999_later"]]}).encode()


def climbing(name: str, content: bytes) -> bytes:
    if name != "manifest.json":
        return content
    manifest = json.loads(content)
    empty = {"size": 0, "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
    return json.dumps(manifest | {"files": manifest["files"] | {"attachments/../../x": empty}}).encode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (changed_file, "書き換えられています"),
        (lost_file, "目録と中身が合いません"),
        (no_manifest, "控えのファイルとして読めません"),
        (newer_format, "新しい版"),
        (climbing, "目録と中身が合いません"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_not_the_backup_any_more_is_refused(
    archive: Path, tmp_path: Path, change: Callable, words: str
) -> None:
    broken = rewritten(archive, tmp_path / "broken.zip", change)
    assert words in refused("restore", str(broken), "--verify")


@pytest.mark.parametrize(("change", "words"), [(other_engine, "同じ種類"), (from_the_future, "9999_later")])
def test_what_this_portal_cannot_take_is_refused_before_anything_is_written(
    archive: Path, tmp_path: Path, settings: Any, migrated: None, change: Callable, words: str
) -> None:
    settings.KEPT_FOLDERS = {"attachments": tmp_path / "files"}
    with (
        Reader(rewritten(archive, tmp_path / "strange.zip", change)) as source,
        pytest.raises(BrokenArchive, match=words),
    ):
        restoring.put_back(source)
    assert not (tmp_path / "files").exists()


def test_a_name_that_leads_out_of_its_folder_is_refused(archive: Path, tmp_path: Path) -> None:
    broken = rewritten(archive, tmp_path / "climbing.zip", climbing)
    with zipfile.ZipFile(broken, "a") as file:
        file.writestr("attachments/../../x", b"")
    with Reader(broken) as source, pytest.raises(BrokenArchive, match="使えない名前"):
        list(source.under("attachments"))


@pytest.mark.parametrize("cut", [10, 2000])
def test_half_a_file_is_no_backup(archive: Path, tmp_path: Path, cut: int) -> None:
    half = tmp_path / "half.zip"
    half.write_bytes(archive.read_bytes()[:-cut])
    assert "控えのファイルとして読めません" in refused("restore", str(half))


ALTER = """
from audit.models import Entry
from rounds import storage
from rounds.models import Attachment
Entry.objects.filter(seq=2).update(note="あとから")
storage.path_of(Attachment.objects.get(name="資料0.txt").stored_name).write_text("別")
"""


def test_verify_names_what_was_altered_before_the_backup(twin: Installation, empty: Callable, tmp_path: Path) -> None:
    twin.python(ALTER)
    twin.manage("backup", str(tmp_path / "altered.zip"))
    result = empty().restore(str(tmp_path / "altered.zip"), "--verify")
    assert result.returncode == 1
    assert "操作の記録 2 番：内容が書き換えられています" in result.stderr
    assert "受理した回答の添付：添付 1 番のファイルが書き換えられています" in result.stderr


WRITER = """
from lib import ledger
from tests import builders as make
print("ready", flush=True)
while True:
    department = make.make_department()
    ledger.record(by=ledger.command("試験"), act="create", obj=department)
"""


def test_a_backup_taken_in_use_is_consistent(twin: Installation, empty: Callable, tmp_path: Path) -> None:
    """Whatever moment it shows, its ledger ends where its head says, and nothing is torn."""
    with twin.started(WRITER) as writer:
        twin.manage("backup", str(tmp_path / "busy.zip"))
        assert writer.runs
    other = empty()
    assert "異常はありません" in printed(other.restore(str(tmp_path / "busy.zip"), "--verify"))
    assert len(state(other)["entries"]) < len(state(twin)["entries"]), "the writer went on all the time"
