"""`manage.py create_admin`: the first administrator, once; `reset_admin`: the way back in for the only one."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pyotp
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import factors
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


@pytest.mark.parametrize(("typed", "words"), [([PASSWORD, PASSWORD + "x"], "違います"), ([], "入力されませんでした")])
def test_a_slip_of_the_hand_makes_nobody(
    db: None, monkeypatch: pytest.MonkeyPatch, typed: list[str], words: str
) -> None:
    """Who signs in first would otherwise be locked out by a password that nobody knows."""
    monkeypatch.delenv("DXPORTAL_ADMIN_PASSWORD")
    answers = iter(typed)

    def ask(prompt: str) -> str:
        try:
            return next(answers)
        except StopIteration as nothing:
            raise EOFError from nothing

    monkeypatch.setattr("getpass.getpass", ask)
    with pytest.raises(CommandError, match=words):
        call_command("create_admin", "a001")
    assert not User.objects.exists()


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


# ---- the only administrator has lost the way in


def test_the_only_administrator_comes_back_in(client: Client, cast: SimpleNamespace, settings) -> None:
    secret = pyotp.random_base32()
    now = time.time()
    factors.enrol(user=cast.admin, secret=secret, code=pyotp.TOTP(secret).at(int(now)), at=now, by=cast.admin)
    for _ in range(settings.AXES_FAILURE_LIMIT):
        client.post("/accounts/sign-in/", {"username": cast.admin.login_id, "password": "wrong"})
    assert factors.is_locked(cast.admin)
    call_command("reset_admin", cast.admin.login_id)
    assert client.post("/accounts/sign-in/", {"username": cast.admin.login_id, "password": PASSWORD}).url == "/"
    assert client.get("/").url == "/accounts/password/"
    acts = Entry.objects.filter(origin="command").order_by("seq").values_list("act", "actor")
    assert list(acts) == [(act, "reset_admin") for act in ("password", "unenrol", "unlock")]


def test_reset_is_for_administrators_alone(cast: SimpleNamespace) -> None:
    for login_id in (cast.lead.login_id, "nobody"):
        with pytest.raises(CommandError, match="いま管理者ではありません"):
            call_command("reset_admin", login_id)
    assert not Entry.objects.filter(origin="command").exists()


def test_reset_refuses_a_weak_password_and_changes_nothing(cast: SimpleNamespace, monkeypatch) -> None:
    monkeypatch.setenv("DXPORTAL_ADMIN_PASSWORD", "short")
    with pytest.raises(CommandError, match="12 文字以上"):
        call_command("reset_admin", cast.admin.login_id)
    assert not Entry.objects.filter(origin="command").exists()
