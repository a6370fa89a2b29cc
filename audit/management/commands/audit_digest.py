"""`manage.py audit_digest --to DIR`: the signed end of the ledger, to be kept on another machine."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.services import write_digest
from lib.troubles import reason_of


class Command(BaseCommand):
    help = "操作の記録の末尾を、署名を付けてファイルに書き出します。毎日取り、別の機械に置いてください。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, required=True, help="書き出すフォルダー")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            path = write_digest(options["to"])
        except OSError as error:
            raise CommandError(f"書き出せませんでした：{reason_of(error)}") from error
        self.stdout.write(str(path))
