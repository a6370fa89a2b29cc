"""利用者 and 役割 as two sheets of one workbook."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from accounts import services_admins
from accounts.models import TWIN, Membership, User, default_until
from accounts.roles import Role, role_choices
from exchange.queries import load_departments
from exchange.sheets import Column, Row
from exchange.storing import BulkSheet
from exchange.widgets import Choice, Day, Inward, One, yes_no
from lib import ledger

PASSWORD = "password"


class FirstPassword(Inward):
    """A password goes in and never out: not into a workbook, the dry run or the ledger."""

    spoken = False

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        word = str(value if not isinstance(value, float) else int(value))
        try:
            validate_password(word)
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from error
        return word


class UserSheet(BulkSheet):
    slug, caption = "users", "利用者"
    model = User
    named = ("login_id", "display_name")
    unique = (("login_id",),)

    login_id = Column("職員番号", required=True, width=16, note="サインインに使います。先頭の0も数えます")
    display_name = Column("表示名", required=True, width=28)
    email = Column("メールアドレス", width=32)
    is_active = Column("利用中", Choice(yes_no, empty=False), required=False, note="「いいえ」で利用を止めます")
    password = Column(
        "最初のパスワード", FirstPassword(128), attribute="pk", once=True, width=20,
        note="新しい利用者だけ。本人が最初のサインインで変更します",
    )  # fmt: skip

    class Meta:
        model = User

    def rows(self) -> models.QuerySet:
        return User.objects.order_by("login_id", "pk")

    def new(self) -> User:
        return User(must_change_password=True)

    def check(self, row: Row) -> None:
        if row.values.get("is_active") is False and row.obj.pk == self.user_id:
            row.refuse("自分自身の利用は止められません。", "is_active")
        if "login_id" in row.values:
            self._refuse_twin(row)
        if row.kind != "new":
            return
        if PASSWORD not in row.values:
            row.refuse("新しい利用者には最初のパスワードを入力してください。", PASSWORD)
            return
        try:
            validate_password(row.values[PASSWORD], row.obj)
        except ValidationError as error:
            row.refuse(" ".join(error.messages), PASSWORD)

    @cached_property
    def logins(self) -> dict[str, dict[str, int]]:
        """Stored staff numbers and those of the rows so far, by their small letters."""
        found: dict[str, dict[str, int]] = {}
        for login, pk in User.objects.order_by("pk").values_list("login_id", "pk"):
            found.setdefault(login.lower(), {})[login] = pk
        return found

    def _refuse_twin(self, row: Row) -> None:
        own, key = row.obj.login_id, row.obj.pk or -row.number
        known = self.logins.setdefault(own.lower(), {})
        if twin := next((login for login, pk in known.items() if login != own and pk != key), ""):
            row.refuse(TWIN.format(twin), "login_id")
        known.setdefault(own, key)

    @property
    def user_id(self) -> int | None:
        return ledger.actor(self.user).user_id

    def settle(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if word := row.values.pop(PASSWORD, None):
                row.obj.password = make_password(word)

    def check_together(self, rows: Sequence[Row]) -> None:
        """The sheet of roles must know who may no longer sign in."""
        self.shared["stopped"] = {row.obj.pk for row in rows if row.values.get("is_active") is False}

    def label_of(self, obj: Any) -> str:
        return f"{obj.login_id} {obj.display_name}"


ADMINISTERS = {"role", "valid_from", "valid_until"}


def _administers(membership: Membership) -> bool:
    return membership.role == Role.ADMIN and membership.valid_from <= timezone.localdate() <= membership.valid_until


class MembershipSheet(BulkSheet):
    slug, caption = "memberships", "役割"
    model = Membership
    named = ("user", "role")
    unique = (("user", "role", "department", "valid_from"),)
    follows = ("user", "users")

    user = Column("利用者", One(), attribute="user_id", required=True, once=True, width=36)
    role = Column("役割", Choice(role_choices), required=True)
    department = Column("所属", One(), attribute="department_id", width=28, note="空欄は全庁")
    valid_from = Column("開始日", Day(), required=True)
    valid_until = Column("終了日", Day(), note="新しい行の空欄は年度末まで")

    class Meta:
        model = Membership

    def prepare(self) -> None:
        people = User.objects.order_by("login_id").values_list("pk", "login_id", "display_name")
        self.people = [(pk, f"{login} {name}", {login}) for pk, login, name in people]
        self.fields["user"].widget.load(self.people)
        load_departments(self.fields["department"].widget)

    def rows(self) -> models.QuerySet:
        return Membership.objects.order_by("user__login_id", "valid_from", "pk")

    def check(self, row: Row) -> None:
        if row.obj.valid_until is None and row.obj.valid_from:
            row.obj.valid_until = default_until(row.obj.valid_from)
        if "valid_until" in row.values and row.values["valid_until"] is None:
            row.refuse("終了日は空欄にできません。", "valid_until")

    def check_together(self, rows: Sequence[Row]) -> None:
        """Whoever else the file names, a 管理者 stays."""
        written = [row for row in rows if row.writes and (row.kind == "new" or {*row.values} & ADMINISTERS)]
        if not written:
            return
        held = dict(services_admins.in_force().exclude(user__in=self._stopped()).values_list("pk", "user_id"))
        taken = [row for row in written if row.obj.pk in held and not _administers(row.obj)]
        if not taken or {*held} - {row.obj.pk for row in taken} or any(map(self._gains, written)):
            return
        for row in taken:
            row.refuse(services_admins.LAST, next(n for n in row.values if n in ADMINISTERS))

    def _stopped(self) -> set[int | None]:
        return self.shared.get("stopped", set())

    def _gains(self, row: Row) -> bool:
        """Whether the row makes somebody 管理者 who may sign in; a user that the same file adds has no key yet."""
        stored = row.obj.user_id
        is_open = stored is None or User.objects.active().filter(pk=stored).exclude(pk__in=self._stopped()).exists()
        return is_open and _administers(row.obj)

    def write(self, rows: Sequence[Row], by: Any) -> None:
        with services_admins.an_admin_stays():
            super().write(rows, by)

    def label_of(self, obj: Any) -> str:
        user, role = self.fields["user"].widget.render(obj.user_id), self.fields["role"].widget.render(obj.role)
        return f"{user} {role}"
