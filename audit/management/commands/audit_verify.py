"""`manage.py audit_verify`: exit 0 when all holds, 1 naming the first broken entry and every broken frozen thing."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import checks
from audit.services import Verdict, verify, verify_archives, verify_digests
from audit.services.digests import BadDigest


class Command(BaseCommand):
    help = "操作の記録のつながりを先頭から確かめ、続けて凍結した内容を確かめます。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--digests", type=Path, help="audit_digest が書いたフォルダー。末尾の書き直しも見つかる")
        parser.add_argument("--archives", type=Path, help="audit_cut のファイルがあるフォルダー。偽の切り離しがわかる")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify()
        self._expect(verdict)
        self.stdout.write(f"操作の記録 {verdict.count} 件のつながりを確かめました。異常はありません。")
        if options["digests"]:
            try:
                held = verify_digests(options["digests"])
            except BadDigest as error:
                self.stderr.write(str(error))
                sys.exit(1)
            self._expect(held)
            self.stdout.write(f"日々の控え {held.count} 件と一致しました。")
        if options["archives"]:
            if not options["archives"].is_dir():
                raise CommandError(f"フォルダーがありません：{options['archives']}")
            stored = verify_archives(options["archives"])
            self._expect(stored)
            self.stdout.write(f"切り離した記録 {stored.count} 件を、先頭まで確かめました。異常はありません。")
        self._check_the_frozen()

    def _expect(self, verdict: Verdict) -> None:
        if not verdict.sound:
            self.stderr.write(f"記録 {verdict.broken_seq} 番: {verdict.reason}（正しい記録は {verdict.count} 件まで）")
            sys.exit(1)

    def _check_the_frozen(self) -> None:
        broken = 0
        for name, faults in checks.run():
            for fault in faults:
                self.stderr.write(f"{name}: {fault}")
            broken += len(faults)
            if not faults:
                self.stdout.write(f"{name}を確かめました。異常はありません。")
        if broken:
            sys.exit(1)
