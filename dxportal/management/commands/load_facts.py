"""`manage.py load_facts`: the published facts from fixtures/, once or again."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dxportal.demo.facts import load_facts
from dxportal.demo.files import FIXTURES, FactsError
from lib import ledger


class Command(BaseCommand):
    help = "国の計画、登録簿、点検表、戦略の例、評価基準、会議体、用語を読み込みます。すでにあるものは変えません。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=FIXTURES, help="読み込むフォルダー（省略時は fixtures）")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = load_facts(by=ledger.command("load_facts"), folder=options["folder"])
        except FactsError as error:
            raise CommandError(f"{error}何も読み込んでいません。") from error
        for name, number in counts.items():
            self.stdout.write(f"{name}　{number}件")
