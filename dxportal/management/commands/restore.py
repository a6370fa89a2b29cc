"""`manage.py restore FILE`: a backup into an empty place; `--verify` proves that it is all there."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dxportal.keeping import restoring
from dxportal.keeping.archive import BrokenArchive, Reader
from dxportal.keeping.backup import digest_of


class Command(BaseCommand):
    help = "控えを空の場所に戻します。空でない場所には何もしません。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path, help="backup がつくったファイル")
        parser.add_argument("--sha256", default="", help="backup が表示した値。違えば戻しません")
        parser.add_argument("--check", action="store_true", help="戻さずに、ファイルが壊れていないかだけを調べる")
        parser.add_argument(
            "--verify", action="store_true", help="戻したあと、行の数、操作の記録、凍結した内容を確かめる"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        source: Path = options["source"]
        try:
            if options["sha256"] and digest_of(source) != options["sha256"].lower():
                raise BrokenArchive("ファイルの sha256 が、控えたときの値と違います。")
            with Reader(source) as reader:
                number = reader.check()
                self.stdout.write(f"控えは壊れていません（ファイル{number}個、{reader.manifest['taken_at']}）。")
                if not options["check"]:
                    self._restore(reader, options["verify"])
        except (BrokenArchive, OSError) as error:
            raise CommandError(str(error)) from error

    def _restore(self, reader: Reader, verify: bool) -> None:
        if reason := restoring.occupied():
            raise CommandError(reason)
        restoring.put_back(reader)
        lost = list(restoring.lost_rows(reader)) if verify else []
        restoring.upgrade()
        self.stdout.write("戻しました。")
        if verify:
            self._report([*lost, *restoring.broken(reader)], reader)

    def _report(self, faults: list[str], reader: Reader) -> None:
        if faults:
            raise CommandError("\n".join(["戻したものに異常があります。", *faults]))
        rows = sum(reader.manifest["rows"].values())
        entries = reader.manifest["ledger"]["seq"]
        self.stdout.write(f"確かめました：{rows}行、操作の記録 {entries} 件、凍結した内容。異常はありません。")
