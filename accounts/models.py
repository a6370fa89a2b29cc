"""Who may act: departments as a dated tree, users, and memberships that end."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts import querysets
from accounts.roles import Role, role_choices
from lib import fiscal
from lib.models import Versioned


def kind_choices() -> list[tuple[str, str]]:
    return [("division", "部"), ("section", "課")]


class Department(Versioned):
    """部 or 課. Dates bound its life: after a reorganisation the past keeps the old row."""

    code = models.CharField("所属コード", max_length=20)
    name = models.CharField("名称", max_length=60)
    short_name = models.CharField("略称", max_length=20)
    kind = models.CharField("種別", max_length=10, choices=kind_choices, default="section")
    parent = models.ForeignKey(
        "self", verbose_name="上位の部", null=True, blank=True,
        on_delete=models.PROTECT, related_name="children",
    )  # fmt: skip
    order = models.PositiveIntegerField("並び順", default=0)
    valid_from = models.DateField("設置日")
    valid_to = models.DateField("廃止日", null=True, blank=True)
    successors = models.ManyToManyField(
        "self", through="Succession", symmetrical=False, related_name="predecessors", blank=True
    )

    objects = querysets.DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = "所属"
        ordering = ("order", "code", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("code",),
                condition=Q(valid_to__isnull=True),
                name="department_code_live",
                violation_error_message="この所属コードは、いまある所属にすでに使われています。",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="department_dates",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def exists_on(self, day: dt.date) -> bool:
        """The same as `on(day)` of the queryset."""
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)

    def owning_department_ids(self) -> set[int]:
        return {self.pk}

    def clean(self) -> None:
        if self.valid_to and self.valid_from and self.valid_to < self.valid_from:
            raise ValidationError({"valid_to": "廃止日は設置日以後の日にしてください。"})
        if self.parent_id and self.parent_id == self.pk:
            raise ValidationError({"parent": "自分自身を上位の部にはできません。"})


TWIN = "大文字と小文字だけが違う職員番号「{}」を、ほかの利用者が使っています。別の職員番号にしてください。"


class User(AbstractBaseUser):
    """A post or a member of staff; signs in with the staff number and is never deleted."""

    login_id = models.CharField(
        "職員番号（ログインID）", max_length=40, unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9._-]+$", "半角の英数字と . _ - だけで入力してください。")],
        error_messages={"unique": "この職員番号はすでに使われています。"},
    )  # fmt: skip
    display_name = models.CharField("表示名", max_length=60)
    email = models.EmailField("メールアドレス", blank=True)
    is_active = models.BooleanField("利用中", default=True)
    must_change_password = models.BooleanField("次回のサインインで変更を求める", default=False)
    password_changed_at = models.DateTimeField("パスワードを決めた日時", null=True, blank=True, editable=False)
    version = models.PositiveIntegerField("版数", default=1, editable=False)
    created_at = models.DateTimeField("作成日時", auto_now_add=True)
    updated_at = models.DateTimeField("更新日時", auto_now=True)

    USERNAME_FIELD = "login_id"
    REQUIRED_FIELDS = ["display_name"]

    objects = querysets.UserManager()

    class Meta:
        verbose_name = "利用者"
        ordering = ("login_id", "pk")

    def __str__(self) -> str:
        return self.display_name

    @property
    def ledger_label(self) -> str:
        return f"{self.display_name}（{self.login_id}）"

    @cached_property
    def current_memberships(self) -> list[Membership]:
        """Memberships in force today; read once a request."""
        return list(self.memberships.current().select_related("department"))

    def has_role(self, *roles: Role) -> bool:
        return any(m.role in roles for m in self.current_memberships)

    def department_ids(self, *roles: Role) -> set[int]:
        """Departments this user acts for, in the given roles (all roles when none is given)."""
        return {m.department_id for m in self.current_memberships if m.department_id and (not roles or m.role in roles)}


    def departments(self, *roles: Role) -> list[Department]:
        """The same as rows, in their order."""
        found = {m.department for m in self.current_memberships if m.department and (not roles or m.role in roles)}
        return sorted(found, key=lambda d: (d.order, d.code, d.pk))


SAME_MEMBERSHIP = "この利用者には、同じ役割・所属・開始日の登録がすでにあります。"


class Membership(Versioned):
    """One post of one user: 兼務 is several rows. Ends with the fiscal year unless said otherwise."""

    user = models.ForeignKey(User, verbose_name="利用者", on_delete=models.PROTECT, related_name="memberships")
    department = models.ForeignKey(
        Department, verbose_name="所属", null=True, blank=True,
        on_delete=models.PROTECT, related_name="memberships",
        help_text="空欄は全庁",
    )  # fmt: skip
    role = models.CharField("役割", max_length=12, choices=role_choices)
    valid_from = models.DateField("開始日")
    valid_until = models.DateField("終了日")

    objects = querysets.MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "役割"
        ordering = ("user", "role", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="membership_dates"
            ),
            models.CheckConstraint(
                condition=~Q(role__in=("lead", "member")) | Q(department__isnull=False),
                name="membership_department",
            ),
            models.UniqueConstraint(
                fields=("user", "role", "department", "valid_from"), name="membership_once",
                violation_error_message=SAME_MEMBERSHIP,
            ),
            models.UniqueConstraint(
                fields=("user", "role", "valid_from"), condition=Q(department__isnull=True),
                name="membership_whole_city_once", violation_error_message=SAME_MEMBERSHIP,
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} {self.department or '全庁'}"

    @property
    def role_label(self) -> str:
        return Role(self.role).label

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        if self.role in (Role.LEAD, Role.MEMBER) and self.department_id is None:
            errors["department"] = "所属長と推進員には所属が必要です。"
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            errors["valid_until"] = "終了日は開始日以後の日にしてください。"
        if errors:
            raise ValidationError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.valid_until is None:
            self.valid_until = default_until(self.valid_from)
        super().save(*args, **kwargs)


def default_until(start: dt.date) -> dt.date:
    """Permissions lapse with the fiscal year unless somebody extends them."""
    return fiscal.fiscal_year_end(start)


class FormerPassword(models.Model):
    """The hash of a password that a user had; kept only as long as the policy looks at it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="former_passwords")
    password = models.CharField(max_length=128)

    class Meta:
        verbose_name = "以前のパスワード"

    def __str__(self) -> str:
        return f"{self.user}"


class SecondFactor(models.Model):
    """An authenticator app. The secret is encrypted with the portal's key; `last_step` makes every code work once."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="second_factor")
    secret = models.CharField(max_length=200)
    last_step = models.BigIntegerField(default=0)
    enrolled_at = models.DateTimeField("登録日時")

    class Meta:
        verbose_name = "二要素"

    def __str__(self) -> str:
        return f"{self.user}の二要素"


class RecoveryCode(models.Model):
    """One way in without the app; works once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "復旧コード"
        constraints = (models.UniqueConstraint(fields=("user", "digest"), name="recovery_code_once"),)

    def __str__(self) -> str:
        return f"{self.user}"


class RateCount(models.Model):
    """How often somebody did something in one minute; `key` is a digest of both."""

    key = models.CharField(max_length=64)
    start = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "回数"
        constraints = (models.UniqueConstraint(fields=("key", "start"), name="rate_count_once"),)

    def __str__(self) -> str:
        return f"{self.count}"


def change_kind_choices() -> list[tuple[str, str]]:
    return [("rename", "名称の変更"), ("merge", "統合"), ("split", "分割"), ("abolish", "廃止")]


class Reorganisation(Versioned):
    """A reorganisation as it is prepared, and what it did once it was applied."""

    title = models.CharField("名称", max_length=80)
    effective_on = models.DateField("施行日")
    note = models.CharField("備考", max_length=300, blank=True)
    applied_at = models.DateTimeField("適用日時", null=True, blank=True)
    applied_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # What moved, with the labels of that day; written once.
    result = models.JSONField("結果", default=list, blank=True)

    class Meta:
        verbose_name = "組織改編"
        ordering = ("-effective_on", "-pk")

    def __str__(self) -> str:
        return self.title

    @property
    def standing(self) -> str:
        """適用済み, 適用待ち from its day on, or 準備中."""
        if self.applied_at:
            return "適用済み"
        return "適用待ち" if self.effective_on <= timezone.localdate() else "準備中"


class DepartmentChange(models.Model):
    """One change of a reorganisation. `targets` are existing departments by `id`, or new ones by code and names;
    `assignments` say to which target (its place, or null for nobody) a thing goes that does not go to the first."""

    reorganisation = models.ForeignKey(Reorganisation, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField("種類", max_length=8, choices=change_kind_choices)
    sources = models.ManyToManyField(Department, verbose_name="変わる所属", related_name="+")
    targets = models.JSONField("変わったあと", default=list)
    assignments = models.JSONField("引き継ぎ先", default=dict, blank=True)

    class Meta:
        verbose_name = "所属の変更"
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.reorganisation} {self.get_kind_display()}"


class Succession(models.Model):
    """Which department follows which, by which change."""

    old = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="followed_by")
    new = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="follows")
    kind = models.CharField("種類", max_length=8, choices=change_kind_choices)
    reorganisation = models.ForeignKey(Reorganisation, on_delete=models.PROTECT, related_name="successions")

    class Meta:
        verbose_name = "所属の後継"
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("old", "new"), name="succession_once"),)

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
