"""Administration asks for the password again; locks are opened; passwords follow the policy."""

from __future__ import annotations

import datetime as dt
import time
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.models import FormerPassword, Reorganisation, User
from accounts.passwords import FormerValidator, KindsValidator
from audit.models import Entry
from tests.accounts.making import make_reorganisation
from tests.builders import PASSWORD, make_user

CONFIRM = "/accounts/confirm/"


def aged(client: Client, minutes: int) -> Client:
    """The password was typed so many minutes ago."""
    session = client.session
    session["confirmed_at"] = int(time.time()) - minutes * 60
    session.save()
    return client


@pytest.fixture
def admin(as_user, cast: SimpleNamespace) -> Client:
    return aged(as_user(cast.admin), 16)


GUARDED = (
    "user_create", "user", "password_reset", "membership_create", "extend", "department_create", "department",
    "reorganisation_create",
)  # fmt: skip
BARE = ("user_create", "extend", "department_create", "reorganisation_create")


@pytest.mark.parametrize("name", GUARDED)
def test_users_and_roles_ask_again_and_lead_back(admin: Client, cast: SimpleNamespace, name: str) -> None:
    args = [] if name in BARE else [cast.tax.pk if name == "department" else cast.lead.pk]
    page = reverse(f"accounts:{name}", args=args)
    assert admin.get(page)["Location"] == f"{CONFIRM}?next={page.replace('/', '%2F')}"
    answer = admin.post(CONFIRM, {"password": PASSWORD, "next": page})
    assert answer["Location"] == page
    assert admin.get(page).status_code == 200


def test_a_wrong_password_speaks_of_no_saving(admin: Client) -> None:
    page = admin.post(CONFIRM, {"password": "wrong"})
    assert page.status_code == 422
    assert "入力を確かめてください。" in page.text
    assert "保存して" not in page.text


def test_lists_do_not_ask(admin: Client) -> None:
    assert admin.get(reverse("accounts:users")).status_code == 200


def test_a_form_opened_in_time_may_be_sent_a_little_late(admin: Client, cast: SimpleNamespace) -> None:
    page = reverse("accounts:user_create")
    assert admin.post(page, {"login_id": ""}).status_code == 422
    aged(admin, 31)
    assert admin.post(page, {"login_id": ""})["Location"].startswith(CONFIRM)


def test_acts_without_a_page_return_to_the_users(admin: Client, cast: SimpleNamespace) -> None:
    aged(admin, 60)
    answer = admin.post(reverse("accounts:unlock", args=[cast.lead.pk]))
    assert answer["Location"] == f"{CONFIRM}?next=%2Faccounts%2Fusers%2F"


@pytest.mark.parametrize("name", ["reorganisation_apply", "reorganisation_discard"])
def test_a_reorganisation_asks_again(admin: Client, name: str) -> None:
    row = make_reorganisation()
    aged(admin, 60)
    answer = admin.post(reverse(f"accounts:{name}", args=[row.pk]))
    assert answer["Location"] == f"{CONFIRM}?next=%2Faccounts%2Freorganisations%2F"
    assert Reorganisation.objects.filter(applied_at=None).count() == 1


def test_changes_of_a_reorganisation_ask_again(admin: Client, cast: SimpleNamespace) -> None:
    page = reverse("accounts:change_create", args=[make_reorganisation().pk, "merge"])
    assert admin.get(page)["Location"].startswith(CONFIRM)


def test_a_clock_that_went_back_does_not_keep_it_open(admin: Client) -> None:
    assert aged(admin, -120).get(reverse("accounts:user_create")).status_code == 302


def test_wrong_password_counts_towards_the_lock(admin: Client, settings) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        response = admin.post(CONFIRM, {"password": "wrong"})
        assert response.status_code == 422
    assert "パスワードが違います" in response.text
    assert admin.post(CONFIRM, {"password": "wrong"}).status_code == 429
    assert admin.post(CONFIRM, {"password": PASSWORD}).status_code == 429


def test_next_never_leaves_the_portal(admin: Client) -> None:
    assert admin.post(CONFIRM, {"password": PASSWORD, "next": "//evil.example"})["Location"] == "/"


def test_it_can_be_switched_off(admin: Client, settings) -> None:
    settings.CONFIRM_SECONDS = 0
    assert admin.get(reverse("accounts:user_create")).status_code == 200


def test_signing_in_confirms(client: Client, cast: SimpleNamespace) -> None:
    client.post("/accounts/sign-in/", {"username": "admin", "password": PASSWORD})
    assert client.get(reverse("accounts:user_create")).status_code == 200


# ---- the lock


def test_the_list_tells_who_is_locked_out(as_user, cast: SimpleNamespace, settings) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        Client().post("/accounts/sign-in/", {"username": cast.lead.login_id, "password": "wrong"})
    Client().post("/accounts/sign-in/", {"username": cast.member.login_id, "password": "wrong"})
    page = as_user(cast.admin).get(reverse("accounts:users"))
    assert page.context["locked"] == {cast.lead.pk}
    assert page.text.count("ロック中") == 1
    assert f'href="{reverse("accounts:user", args=[cast.lead.pk])}#lock"' in page.text


def test_a_locked_number_is_shown_and_opened(as_user, cast: SimpleNamespace, settings) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        Client().post("/accounts/sign-in/", {"username": "lead-tax", "password": "wrong"})
    client, page = as_user(cast.admin), reverse("accounts:user", args=[cast.lead.pk])
    assert "ロックを解除" in client.get(page).text
    client.post(reverse("accounts:unlock", args=[cast.lead.pk]))
    assert "ロックを解除" not in client.get(page).text
    assert Client().post("/accounts/sign-in/", {"username": "lead-tax", "password": PASSWORD}).status_code == 302
    assert Entry.objects.get(act="unlock").actor_id == cast.admin.pk


def test_opening_what_is_open_is_refused(as_user, cast: SimpleNamespace) -> None:
    response = as_user(cast.admin).post(reverse("accounts:unlock", args=[cast.lead.pk]), follow=True)
    assert "止められていません" in response.text
    assert not Entry.objects.filter(act="unlock").exists()


# ---- passwords


@pytest.mark.parametrize(
    ("password", "kinds", "good"),
    [("abcdefgh", 2, False), ("abcdEFGH", 2, True), ("abcdEF12", 4, False), ("abcdEF12!", 4, True), ("春abc", 2, True)],
)
def test_kinds_of_characters(password: str, kinds: int, good: bool) -> None:
    validator = KindsValidator(kinds)
    if good:
        validator.validate(password)
    else:
        with pytest.raises(ValidationError, match=f"{kinds}種類以上"):
            validator.validate(password)
    assert f"{kinds}種類" in validator.get_help_text()


def test_former_passwords_are_refused_as_long_as_the_policy_looks_back(db: None, settings) -> None:
    settings.PASSWORD_HISTORY = 2
    former = {"NAME": "accounts.passwords.FormerValidator", "OPTIONS": {"count": 2}}
    settings.AUTH_PASSWORD_VALIDATORS = [former]
    user = make_user(login_id="a001")
    words = ["haru-no-umi-1", "haru-no-umi-2", "haru-no-umi-3"]
    for word in words:
        services.set_password(user=user, password=word, by=user, must_change=False)
    with pytest.raises(ValidationError, match="最近使った"):
        services.set_password(user=user, password=words[1], by=user, must_change=False)
    services.set_password(user=user, password=words[0], by=user, must_change=False)
    assert FormerPassword.objects.filter(user=user).count() == 2
    assert "2個" in FormerValidator(2).get_help_text()


def test_without_history_no_former_hash_is_kept(db: None) -> None:
    user = make_user(login_id="a001")
    services.set_password(user=user, password="haru-no-umi-26", by=user, must_change=False)
    assert not FormerPassword.objects.exists()


def test_a_password_past_its_age_is_changed_first(as_user, cast: SimpleNamespace, settings) -> None:
    settings.PASSWORD_MAX_AGE_DAYS = 90
    client = as_user(cast.lead)
    assert client.get("/").status_code == 200
    User.objects.filter(pk=cast.lead.pk).update(password_changed_at=timezone.now() - dt.timedelta(days=91))
    assert client.get("/")["Location"] == reverse("accounts:password")
    settings.PASSWORD_MAX_AGE_DAYS = 0
    assert client.get("/").status_code == 200
