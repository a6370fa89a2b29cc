"""Make the files of packs that were asked for; started by the portal itself."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from meetings.models import PackFile
from meetings.resources_packs import make_all


class Command(BaseCommand):
    help = "頼まれた会議資料のファイルを作ります（ポータルが自分で起動します）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=int, help="会議資料のファイルの番号")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = PackFile.objects.filter(pk__in=options["files"]).select_related("meeting__body", "snapshot", "previous")
        make_all(rows.order_by("pk"))
