"""Putting a backup back, and finding out whether it is all there."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from audit import checks
from audit.models import Entry
from audit.services import verify
from dxportal.keeping import facts
from dxportal.keeping.archive import BrokenArchive, Reader
from dxportal.keeping.backup import engine


def occupied() -> str:
    """Say what stands in the way; '' when the place is empty."""
    if not engine().is_empty():
        return "データベースが空ではありません。空のデータベースを用意してください。"
    for root in settings.KEPT_FOLDERS.values():
        if root.exists() and any(root.iterdir()):
            return f"フォルダー {root} が空ではありません。"
    return ""


def put_back(source: Reader) -> None:
    """Files first, the database last: a portal that starts in between has no data rather than half of it."""
    if source.manifest["engine"] != connection.vendor:
        kind = source.manifest["engine"]
        raise BrokenArchive(f"この控えは {kind} のものです。同じ種類のデータベースに戻してください。")
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    if strange := [m for m in source.manifest["migrations"] if tuple(m) not in loader.disk_migrations]:
        raise BrokenArchive(f"この控えは、新しい版のポータルでつくられています：{'.'.join(strange[0])}")
    for folder, root in settings.KEPT_FOLDERS.items():
        for name, below in source.under(folder):
            place = root / below
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            source.extract(name, place)
    engine().load(source)


def lost_rows(source: Reader) -> Iterator[str]:
    """Tables that do not hold as many rows as the backup did."""
    with connection.cursor() as cursor:

        def ask(query: str) -> list[tuple]:
            cursor.execute(query)
            return cursor.fetchall()

        for table, wanted in source.manifest["rows"].items():
            found = facts.count(ask, table)
            # PostgreSQL applies the same migrations, but in an order and perhaps a grouping of its own.
            if found != wanted and table != "django_migrations":
                yield f"{table}：控えは{wanted}行、戻ったのは{found}行"


def upgrade() -> None:
    """Bring a backup of an earlier version to the tables of this one."""
    call_command("migrate", verbosity=0, interactive=False)


def broken(source: Reader) -> Iterator[str]:
    """What does not hold in the restored portal: the ledger, its end, and everything that registered a check."""
    verdict = verify()
    if not verdict.sound:
        yield f"操作の記録 {verdict.broken_seq} 番：{verdict.reason}"
    head = source.manifest["ledger"]
    if head["seq"] and not Entry.objects.filter(seq=head["seq"], hash=head["hash"]).exists():
        yield f"操作の記録の末尾（{head['seq']} 番）が控えと一致しません"
    for name, faults in checks.run():
        yield from (f"{name}：{fault}" for fault in faults)
