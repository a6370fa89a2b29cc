"""Forms of sign-in, passwords, users, memberships and departments."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import Q, QuerySet

from accounts.models import Department, Membership, User, default_until
from lib.forms import PortalForm, PortalModelForm, WarekiDateField, WholeNumberField


class SignInForm(PortalForm, AuthenticationForm):
    """Staff number and password; the message never tells which of the two was wrong."""

    only_asks = True
    error_messages = {
        "invalid_login": "職員番号またはパスワードが違います。",
        "inactive": "職員番号またはパスワードが違います。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        username = self.fields["username"]
        username.label = "職員番号"
        # Django sets the length for the browser only; what is longer would not fit into the record of failures.
        username.validators.append(MaxLengthValidator(username.max_length))
        self.fields["username"].widget.attrs.update({"autocapitalize": "none", "autofocus": True})
        self.fields["password"].label = "パスワード"


class CodeForm(PortalForm):
    """Six digits of the app, or a recovery code."""

    only_asks = True
    code = forms.CharField(
        label="認証アプリの数字", max_length=20,
        help_text="6桁の数字です。アプリを使えないときは、復旧コードを入力します。",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}),
    )  # fmt: skip

    def clean_code(self) -> str:
        return unicodedata.normalize("NFKC", self.cleaned_data["code"]).strip()


class ConfirmForm(PortalForm):
    """The password once more; a wrong one counts towards the lock of the staff number."""

    only_asks = True
    password = forms.CharField(
        label="パスワード", strip=False, max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )  # fmt: skip

    def __init__(self, *args: Any, request: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self) -> str:
        word = self.cleaned_data["password"]
        if not _is_own(self.request, word):
            raise ValidationError("パスワードが違います。")
        return word


def _is_own(request: Any, word: str) -> bool:
    """Whether it is the password of who is signed in; a wrong one is counted."""
    return authenticate(request, username=request.user.login_id, password=word) == request.user


class PasswordForm(PortalForm):
    """A new password, for who knows the old one; wrong ones count as at the sign-in."""

    current = forms.CharField(
        label="いまのパスワード", strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    new = forms.CharField(
        label="新しいパスワード", strip=False, max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label="新しいパスワード（確認）", strip=False, max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, request: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "current" in data and not _is_own(self.request, data["current"]):
            self.add_error("current", "いまのパスワードが違います。")
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", "2回の入力が一致しません。")
        return data


class UserForm(PortalModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = User
        fields = ("login_id", "display_name", "email", "is_active")


class NewUserForm(PortalModelForm):
    """A new user with the first password and the first role."""

    password = forms.CharField(
        label="最初のパスワード", strip=False, max_length=128,
        help_text="本人が最初のサインインで変更します。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    class Meta:
        model = User
        fields = ("login_id", "display_name", "email")


class ResetForm(PortalForm):
    password = forms.CharField(
        label="仮のパスワード", strip=False, max_length=128,
        help_text="本人が次のサインインで変更します。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip


WIDE = "空欄は全庁。所属長と推進員のほかの役割は、所属を選んでも全庁に及びます"


class MembershipForm(PortalModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    valid_from = WarekiDateField(label="開始日")
    valid_until = WarekiDateField(label="終了日", required=False, help_text="空欄は年度末まで")

    class Meta:
        model = Membership
        fields = ("role", "department", "valid_from", "valid_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = _chosen_or_current(self.instance.department_id)
        self.fields["department"].empty_label = "全庁"
        self.fields["department"].help_text = WIDE

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("valid_from") and not data.get("valid_until") and "valid_until" not in self.errors:
            data["valid_until"] = default_until(data["valid_from"])
            self.instance.valid_until = data["valid_until"]
        return data


class ExtendForm(PortalForm):
    """Which memberships to extend, and until when."""

    memberships = forms.ModelMultipleChoiceField(
        label="延長する役割", queryset=Membership.objects.none(),
        error_messages={"required": "延長する役割を1つ以上選んでください。"},
    )  # fmt: skip
    until = WarekiDateField(label="新しい終了日")

    def __init__(self, *args: Any, ending: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["memberships"].queryset = ending


class DepartmentForm(PortalModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    valid_from = WarekiDateField(label="設置日")
    valid_to = WarekiDateField(label="廃止日", required=False)
    order = WholeNumberField(label="並び順", min_value=0, max_value=99999)

    class Meta:
        model = Department
        fields = ("code", "name", "short_name", "kind", "parent", "order", "valid_from", "valid_to")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        divisions = _chosen_or_current(self.instance.parent_id).filter(kind="division")
        self.fields["parent"].queryset = divisions.exclude(pk=self.instance.pk)
        self.fields["parent"].empty_label = "（なし）"


def _chosen_or_current(key: int | None) -> QuerySet[Department]:
    """Departments of today, and the one that stands there: else saving a row of the past would lose it unseen."""
    today = Department.objects.current()
    return Department.objects.filter(Q(pk__in=today.values("pk")) | Q(pk=key))
