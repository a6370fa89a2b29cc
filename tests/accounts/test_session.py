"""Sign-in, sign-out, lockout and the limits of a session."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from tests.builders import PASSWORD, make_membership, make_user

SIGN_IN = "/accounts/sign-in/"


def sign_in(client: Client, login_id: str, password: str = PASSWORD, **data: str):
    return client.post(SIGN_IN, {"username": login_id, "password": password, **data})


def acts_of(user: User) -> list[str]:
    return list(Entry.objects.filter(object_id=str(user.pk)).order_by("seq").values_list("act", flat=True))


def test_what_is_refused_here_was_not_to_be_saved(client, cast) -> None:
    """A sign-in without a word says what to do and speaks of no saving."""
    text = sign_in(client, "", "").text
    assert "入力を確かめてください。" in text
    assert "保存して" not in text


def test_sign_in_leads_home_and_is_recorded(client: Client, cast: SimpleNamespace) -> None:
    response = sign_in(client, "lead-tax")
    assert response.status_code == 302
    assert response["Location"] == reverse("dashboard:home")
    assert client.session["_auth_user_id"] == str(cast.lead.pk)
    entry = Entry.objects.get(act="sign_in")
    assert (entry.actor, entry.object_id, entry.origin) == ("税務課長（lead-tax）", str(cast.lead.pk), "web")


def test_staff_number_typed_in_full_width_is_understood(client: Client, cast: SimpleNamespace) -> None:
    assert sign_in(client, "　ｌｅａｄ－ｔａｘ ").status_code == 302


@pytest.mark.parametrize(("login_id", "password"), [("lead-tax", "wrong"), ("unknown", PASSWORD)])
def test_wrong_sign_in_never_tells_which_part_was_wrong(
    client: Client, cast: SimpleNamespace, login_id: str, password: str
) -> None:
    response = sign_in(client, login_id, password)
    assert response.status_code == 422
    assert "職員番号またはパスワードが違います。" in response.text
    assert "_auth_user_id" not in client.session


def test_a_stopped_user_cannot_sign_in_and_reads_the_same_message(client: Client, db: None) -> None:
    make_user("viewer", login_id="gone", is_active=False)
    response = sign_in(client, "gone")
    assert response.status_code == 422
    assert "職員番号またはパスワードが違います。" in response.text


def test_a_signed_in_reader_is_sent_on(as_user: Callable[[User], Client], cast: SimpleNamespace) -> None:
    response = as_user(cast.viewer).get(SIGN_IN, {"next": "/audit/"})
    assert (response.status_code, response["Location"]) == (302, "/audit/")


def test_next_brings_back_to_the_page_asked_for(client: Client, cast: SimpleNamespace) -> None:
    asked = client.get("/audit/?act=update")
    assert asked["Location"] == f"{SIGN_IN}?next=/audit/%3Fact%3Dupdate"
    assert 'value="/audit/?act=update"' in client.get(asked["Location"]).text
    assert sign_in(client, "secretariat", next="/audit/?act=update")["Location"] == "/audit/?act=update"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "https:evil"]
)
def test_next_never_leaves_the_portal(client: Client, cast: SimpleNamespace, target: str) -> None:
    assert sign_in(client, "viewer", next=target)["Location"] == reverse("dashboard:home")


def test_the_session_key_changes_at_sign_in(client: Client, cast: SimpleNamespace) -> None:
    session = client.session
    session["before"] = True
    session.save()
    planted = session.session_key
    sign_in(client, "viewer")
    assert client.session.session_key != planted


def test_lockout_after_repeated_failures(client: Client, cast: SimpleNamespace, settings) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        assert sign_in(client, "lead-tax", "wrong").status_code == 422
    locked = sign_in(client, "lead-tax", "wrong")
    assert locked.status_code == 429
    assert "しばらくサインインできません" in locked.text
    assert sign_in(client, "lead-tax").status_code == 429, "the right password does not open a locked number"
    assert sign_in(Client(), "viewer").status_code == 302, "others at the same address go on working"


def test_success_forgets_earlier_failures(client: Client, cast: SimpleNamespace, settings) -> None:
    for _ in range(2):
        for _ in range(settings.AXES_FAILURE_LIMIT - 1):
            assert sign_in(Client(), "lead-tax", "wrong").status_code == 422
        assert sign_in(Client(), "lead-tax").status_code == 302


def test_lockout_ends_after_the_cooling_time(client: Client, cast: SimpleNamespace, settings) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, "lead-tax", "wrong")
    assert sign_in(client, "lead-tax").status_code == 429
    past = timezone.now() - dt.timedelta(hours=settings.AXES_COOLOFF_TIME, seconds=1)
    AccessAttempt.objects.update(attempt_time=past)
    assert sign_in(client, "lead-tax").status_code == 302


def test_sign_out_ends_the_session_and_is_recorded(as_user: Callable[[User], Client], cast: SimpleNamespace) -> None:
    client = as_user(cast.member)
    response = client.post("/accounts/sign-out/", follow=True)
    assert "サインアウトしました。" in response.text
    assert "_auth_user_id" not in client.session
    assert acts_of(cast.member) == ["sign_out"]


def test_sign_out_needs_a_post(as_user: Callable[[User], Client], cast: SimpleNamespace) -> None:
    client = as_user(cast.member)
    assert client.get("/accounts/sign-out/").status_code == 405
    assert "_auth_user_id" in client.session


def test_anonymous_sign_out_leaves_no_entry(client: Client, db: None) -> None:
    assert client.post("/accounts/sign-out/").status_code == 302
    assert not Entry.objects.exists()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """`clock.forward(seconds)` moves the time that the session limits read."""
    state = SimpleNamespace(now=time.time())
    monkeypatch.setattr("accounts.middleware.time.time", lambda: state.now)
    state.forward = lambda seconds: setattr(state, "now", state.now + seconds)
    return state


def test_idle_session_ends_and_says_why(as_user, cast: SimpleNamespace, settings, clock: SimpleNamespace) -> None:
    client = as_user(cast.secretariat)
    assert client.get("/audit/").status_code == 200
    clock.forward(settings.SESSION_IDLE_SECONDS + 1)
    response = client.get("/audit/", follow=True)
    assert response.redirect_chain == [(f"{SIGN_IN}?next=/audit/", 302)]
    assert "一定の時間がたったため、サインアウトしました。" in response.text
    assert "一定の時間" not in client.get(SIGN_IN).text, "said once"


def test_use_keeps_a_session_alive(as_user, cast: SimpleNamespace, settings, clock: SimpleNamespace) -> None:
    client = as_user(cast.secretariat)
    for _ in range(4):
        assert client.get("/audit/").status_code == 200
        clock.forward(settings.SESSION_IDLE_SECONDS - 10)


def test_absolute_limit_ends_even_a_busy_session(
    as_user, cast: SimpleNamespace, settings, clock: SimpleNamespace
) -> None:
    settings.SESSION_ABSOLUTE_SECONDS = 3 * 3600
    client, start = as_user(cast.secretariat), clock.now
    client.get("/audit/")
    while clock.now - start <= settings.SESSION_ABSOLUTE_SECONDS - 1800:
        clock.forward(1800)
        assert client.get("/audit/").status_code == 200
    clock.forward(1800)
    assert client.get("/audit/").status_code == 302


def test_htmx_after_the_end_of_a_session_gets_the_sign_in_page_as_a_whole(client: Client, db: None) -> None:
    response = client.get("/audit/", headers={"HX-Request": "true", "HX-Target": "entries"})
    assert response.status_code == 204
    assert response["HX-Redirect"].startswith(SIGN_IN)
    assert response.text == ""


@pytest.mark.parametrize(
    ("headers", "back"),
    [
        ({"Referer": "http://testserver/rounds/5/?kind=moved#x"}, "/rounds/5/%3Fkind%3Dmoved"),
        ({"Referer": "https://evil.example/rounds/5/"}, "/"),
        ({}, "/"),
    ],
)
def test_an_act_after_the_end_of_a_session_leads_back_to_its_page(
    client: Client, db: None, headers: dict[str, str], back: str
) -> None:
    response = client.post("/rounds/5/close/", headers=headers)
    assert response["Location"] == f"{SIGN_IN}?next={back}"


def test_a_fragment_after_the_end_of_a_session_leads_back_to_its_page(client: Client, db: None) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/rounds/replies/3/"}
    response = client.post("/actions/replies/3/4/", headers=headers)
    assert response["HX-Redirect"] == f"{SIGN_IN}?next=/rounds/replies/3/"


@pytest.mark.parametrize(
    "told", ["http://[", "http://[x]/", "http://testserver]/rounds/", "http://testserver//evil.example/"]
)
def test_an_address_that_is_none_leads_home_after_the_end_of_a_session(told: str, client: Client, db: None) -> None:
    for headers in ({"HX-Request": "true", "HX-Current-URL": told}, {"HX-Request": "true", "Referer": told}):
        response = client.post("/actions/replies/3/4/", headers=headers)
        assert response["HX-Redirect"] == f"{SIGN_IN}?next=/"


def test_membership_that_ended_opens_nothing(as_user, db: None) -> None:
    user = make_user()
    make_membership(user=user, role="secretariat", valid_until=dt.date(2024, 3, 31))
    assert as_user(user).get("/audit/").status_code == 403


def test_a_staff_number_that_is_too_long_is_refused_with_a_message(client, db) -> None:
    response = client.post("/accounts/sign-in/", {"username": "x" * 100_000, "password": "y"})
    assert response.status_code == 422
    assert "文字" in response.text


@pytest.mark.parametrize("said", ["", "0", "none", "' OR 1=1 --", "%s", "セッション", "a" * 4000, "%00", "１２３"])
def test_a_cookie_that_names_no_session_is_nobodys(client, cast, said):
    client.cookies[settings.SESSION_COOKIE_NAME] = quote(said)
    response = client.get(reverse("dashboard:home"))
    assert (response.status_code, response.url.partition("?")[0]) == (302, reverse("accounts:sign_in"))


def test_a_session_ends_with_its_time(as_user, cast):
    client = as_user(cast.viewer)
    assert client.get(reverse("dashboard:home")).status_code == 200
    Session.objects.update(expire_date=timezone.now())
    assert client.get(reverse("dashboard:home")).status_code == 302
