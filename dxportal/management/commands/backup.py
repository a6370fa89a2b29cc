"""`manage.py backup TARGET`: the whole portal in one file, while it is in use."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from dxportal.keeping import backup
from lib.troubles import reason_of


class Command(BaseCommand):
    help = "データベースと添付を1つのファイルに控えます。動かしたままで取れます。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", type=Path, help="控えのファイル名、またはフォルダー（名前は日時になります）")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["target"]
        if target.is_dir():
            target = target / f"dxportal-{timezone.localtime():%Y%m%d-%H%M%S}.zip"
        if target.exists():
            raise CommandError(f"{target} はすでにあります。上書きはしません。")
        try:
            told = backup.take(target)
        except OSError as error:
            raise CommandError(f"控えを書けませんでした：{reason_of(error)}") from error
        rows = sum(told["rows"].values())
        self.stdout.write(
            f"{target}：{rows}行、ファイル{len(told['files'])}個、操作の記録は{told['ledger']['seq']}番まで"
        )
        self.stdout.write(f"sha256 {told['sha256']}")
