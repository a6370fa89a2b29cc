"""Send the reminders that are due today; meant to run once a day."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lib import ledger, wareki
from rounds import services


class Command(BaseCommand):
    help = "照会の回答を、期限の前後に担当者へメールで案内します。毎日1回実行してください。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="送らずに、送る相手と内容を表示します")
        parser.add_argument("--today", help="この日に実行したものとして扱います（例 2026-11-06）")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            today = wareki.parse_date(options["today"]) if options["today"] else timezone.localdate()
        except ValueError as error:
            raise CommandError(str(error)) from error
        if options["dry_run"]:
            self._list(services.due_notices(today))
            return
        if not settings.MAIL_CONFIGURED:
            self.stdout.write("メールサーバー（DXPORTAL_SMTP_HOST）が設定されていないため、送りません。")
            return
        outcome = services.send_reminders(today=today, by=ledger.command("send_reminders"))
        self.stdout.write(f"{len(outcome.sent)}人に送りました。")
        if outcome.failed:
            raise CommandError(f"{len(outcome.failed)}人に送れませんでした。次の実行でもう一度送ります。")

    def _list(self, due: dict[str, list[services.reminders.Notice]]) -> None:
        for address, notices in due.items():
            for notice in notices:
                self.stdout.write(f"{address}\t{notice.due.kind.label}\t{notice.reply}")
        self.stdout.write(f"{len(due)}人に送ります（--dry-runのため送っていません）。")
