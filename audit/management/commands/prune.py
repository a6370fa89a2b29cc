"""`manage.py prune`: what has passed its retention time, except the ledger itself."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from audit.services import prune
from lib import ledger


class Command(BaseCommand):
    help = "保存期間を過ぎた読み取りの記録とサインインの失敗を消します。操作の記録は消しません。"

    def handle(self, *args: Any, **options: Any) -> None:
        removed = prune(now=timezone.now(), by=ledger.command("prune"))
        self.stdout.write("、".join(f"{name}{number}件" for name, number in removed.items()) + "を消しました。")
