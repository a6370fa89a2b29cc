"""`manage.py reset_admin`: the way back in for an administrator whom no other administrator can help."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts import factors, services
from accounts.access import can
from accounts.management.asking import first_password
from accounts.models import User
from accounts.roles import Permission
from lib import ledger


class Command(BaseCommand):
    help = "管理者に新しい仮パスワードを付け、二要素とロックを解除します。ほかに管理者がいないときに使います。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login_id", help="管理者の職員番号")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.active().filter(login_id=options["login_id"]).first()
        if not can(user, Permission.MANAGE_ACCOUNTS):
            raise CommandError("この人は、いま管理者ではありません。管理者がいないときは create_admin を使います。")
        try:
            self._let_in(user, first_password())
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write("仮パスワードを付けました。次のサインインで、パスワードの変更を求めます。")

    @transaction.atomic
    def _let_in(self, user: User, password: str) -> None:
        by = ledger.command("reset_admin")
        services.set_password(user=user, password=password, by=by, must_change=True)
        if factors.factor_of(user):
            factors.unenrol(user=user, by=by)
        if factors.is_locked(user):
            factors.unlock(user=user, by=by)
