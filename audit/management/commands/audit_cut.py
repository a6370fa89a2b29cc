"""`manage.py audit_cut`: old entries into a file, signed for by an administrator."""

import datetime as dt
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.access import can
from accounts.models import User
from accounts.roles import Permission
from audit.services import cut
from lib import ledger, wareki
from lib.troubles import reason_of


class Command(BaseCommand):
    help = "古い操作の記録をファイルに切り離します。切り離したことは、操作の記録に残ります。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--before", type=_day, required=True, help="この日より前の記録を切り離す")
        parser.add_argument("--to", type=Path, required=True, help="切り離した記録を書くファイル")
        parser.add_argument("--signed-by", required=True, help="承認した管理者の職員番号")
        parser.add_argument("--reason", required=True, help="理由（文書番号など）")

    def handle(self, *args: Any, **options: Any) -> None:
        signer = User.objects.active().filter(login_id=options["signed_by"]).first()
        if not can(signer, Permission.MANAGE_ACCOUNTS):
            raise CommandError("承認した人は、いま管理者である必要があります。")
        by = ledger.Actor(signer.pk, signer.ledger_label, "command")
        try:
            count = cut(before=options["before"], target=options["to"], reason=options["reason"], by=by)
        except (ValidationError, OSError) as error:
            raise CommandError(_words(error)) from error
        self.stdout.write(f"{count}件を {options['to']} に切り離しました。このファイルは捨てないでください。")


def _day(text: str) -> dt.date:
    try:
        return wareki.parse_date(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def _words(error: ValidationError | OSError) -> str:
    return reason_of(error) if isinstance(error, OSError) else " ".join(error.messages)
