"""`manage.py create_admin`: the first administrator of an empty portal; the others are made on screen."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts import services
from accounts.management.asking import first_password
from accounts.models import Membership
from accounts.roles import Role
from lib import ledger


class Command(BaseCommand):
    help = "最初の管理者を登録します。パスワードは DXPORTAL_ADMIN_PASSWORD か、続けて表示される問いで渡します。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login_id", help="職員番号")
        parser.add_argument("--name", default="管理者", help="表示名（省略時は「管理者」）")

    def handle(self, *args: Any, **options: Any) -> None:
        if Membership.objects.current().filter(role=Role.ADMIN, user__is_active=True).exists():
            raise CommandError("管理者はすでにいます。追加するときは、画面の「利用者」から登録してください。")
        try:
            self._create(options["login_id"], options["name"], first_password())
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write("管理者を登録しました。最初のサインインで、パスワードの変更を求めます。")

    @transaction.atomic
    def _create(self, login_id: str, name: str, password: str) -> None:
        by = ledger.command("create_admin")
        user = services.create_user(by=by, login_id=login_id, display_name=name, password=password)
        services.grant_membership(user=user, role=Role.ADMIN, department=None, by=by, valid_from=timezone.localdate())
