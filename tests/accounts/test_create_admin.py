"""`manage.py create_admin`: the first administrator, once."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from audit.models import Entry
from tests.builders import make_user

PASSWORD = "kawa-no-nagare-27"


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DXPORTAL_ADMIN_PASSWORD", PASSWORD)


def test_the_first_administrator_signs_in_and_must_change_the_password(client: Client, db: None) -> None:
    call_command("create_admin", "a001", name="情報政策課")
    user = User.objects.get()
    assert (user.login_id, user.display_name, user.must_change_password) == ("a001", "情報政策課", True)
    assert [m.role for m in user.current_memberships] == ["admin"]
    assert list(Entry.objects.order_by("seq").values_list("act", "origin")) == [("create", "command")] * 2
    assert client.post("/accounts/sign-in/", {"username": "a001", "password": PASSWORD}).status_code == 302


def test_password_is_asked_for_where_the_environment_has_none(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DXPORTAL_ADMIN_PASSWORD")
    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSWORD)
    call_command("create_admin", "a001")
    assert User.objects.get().check_password(PASSWORD)


def test_refused_while_an_administrator_is_at_work(cast: SimpleNamespace) -> None:
    with pytest.raises(CommandError, match="管理者はすでにいます"):
        call_command("create_admin", "a001")
    assert not User.objects.filter(login_id="a001").exists()


def test_works_again_when_nobody_administers_any_more(db: None) -> None:
    make_user("admin", is_active=False)
    call_command("create_admin", "a001")
    assert User.objects.filter(login_id="a001").exists()


@pytest.mark.parametrize(
    ("login_id", "password", "message"),
    [("a001", "short", "12 文字以上"), ("あいう", PASSWORD, "半角の英数字"), ("a001", "1234567890123", "数字しか")],
)
def test_a_refusal_names_the_reason_and_stores_nothing(
    db: None, monkeypatch: pytest.MonkeyPatch, login_id: str, password: str, message: str
) -> None:
    monkeypatch.setenv("DXPORTAL_ADMIN_PASSWORD", password)
    with pytest.raises(CommandError, match=message):
        call_command("create_admin", login_id)
    assert not User.objects.exists()
    assert not Entry.objects.exists()
