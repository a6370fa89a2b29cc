"""`manage.py demo`: サンプル市 on an empty database; never in production."""

import datetime as dt
from argparse import ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.models import User
from dxportal.demo.files import FactsError
from dxportal.demo.people import PASSWORD
from rounds import storage
from rounds.models import Attachment

SIGN_INS = (
    ("secretariat", "事務局", "戦略の編集、照会の開始と受理、会議の準備"),
    ("executive", "本部員（企画部長）", "ホームで全体を見る"),
    ("lead-tax", "所属長（税務課長）", "照会の承認、取組の編集"),
    ("member-tax", "推進員（税務課）", "照会への回答（下書きが途中）"),
    ("lead-welfare", "所属長（福祉課長）", "照会の承認（承認待ちが1件）"),
    ("viewer", "閲覧（監査事務局）", "受理された内容を見る"),
    ("admin", "管理者", "利用者と所属、操作の記録"),
)


class Command(BaseCommand):
    help = "デモ用のサンプル市をつくります。表がまだ無いときは先につくります。本番環境では使えません。"
    # Asked for at every start of the demonstration; `make check` runs them.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true", help="いまのデータをすべて消してつくり直します")
        parser.add_argument("--today", type=_day, default=None, help="きょうとみなす日（2026-11-21 の形）")
        parser.add_argument("--scale", type=int, default=None, help="取組の件数（121以上）")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MODE == "production":
            raise CommandError("本番環境ではデモのデータをつくれません。DXPORTAL_MODE=demo で実行してください。")
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        _migrate()
        if User.objects.exists() and not options["reset"]:
            self.stdout.write("データはあります。つくり直すときは --reset を付けてください。")
        else:
            self._build(options)
        self._print_sign_ins()

    def _build(self, options: dict[str, Any]) -> None:
        from dxportal.demo import build  # every service of the portal: a start that finds its data does without

        least = build.told_actions()
        if options["scale"] is not None and options["scale"] < least:
            raise CommandError(f"--scale は{least}以上の整数にしてください。")
        if options["reset"]:
            _empty()
        self.stdout.write("サンプル市をつくっています…")
        try:
            built = build.build(options["today"] or timezone.localdate(), options["scale"])
        except FactsError as error:
            raise CommandError(f"{error}何もつくっていません。") from error
        self.stdout.write(
            f"課 {built.departments}、利用者 {built.users}、取組 {built.actions}、"
            f"照会 {built.rounds}、進捗報告 {built.reports} をつくりました。"
        )

    def _print_sign_ins(self) -> None:
        self.stdout.write(f"\nサインイン（パスワードはすべて {PASSWORD}）")
        for login_id, post, purpose in SIGN_INS:
            self.stdout.write(f"  {login_id:<14}{post}　{purpose}")
        self.stdout.write("  ほかの課も lead-0101、member-0101 のように所属コードで入れます。")


def _migrate() -> None:
    """Bring the tables up to date; asking whether anything is missing takes a moment, migrating takes seconds."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0)


def _empty() -> None:
    """Remove every row, and the attached files that the rows named."""
    stored = list(Attachment.objects.values_list("stored_name", flat=True))
    call_command("flush", interactive=False, verbosity=0)
    for name in stored:
        storage.discard(name)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError("2026-11-21 の形で指定してください。") from error
