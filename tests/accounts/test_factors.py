"""The second factor: enrolling, signing in with it, its recovery codes, and the roles that must have it."""

from __future__ import annotations

import re
import time
from types import SimpleNamespace

import pyotp
import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts import factors, totp
from accounts.models import RecoveryCode, SecondFactor, User
from audit.models import Entry
from tests.builders import PASSWORD
from tests.crossing import crossed
from tests.together import together

SIGN_IN = "/accounts/sign-in/"
STEP = "/accounts/second-factor/"
OWN = "/accounts/factor/"


def code_of(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(time.time()) + steps * totp.STEP)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Codes of tests are of one moment, so that a step that ends meanwhile changes nothing."""
    now = SimpleNamespace(at=1_790_000_000.0)
    monkeypatch.setattr("accounts.views.factors.time.time", lambda: now.at)
    return now


@pytest.fixture
def enrolled(cast: SimpleNamespace) -> SimpleNamespace:
    """事務局 with an app; `codes` are those on paper."""
    secret = totp.new_secret()
    code = pyotp.TOTP(secret).at(1_700_000_000)
    codes = factors.enrol(user=cast.secretariat, secret=secret, code=code, at=1_700_000_000, by=cast.secretariat)
    return SimpleNamespace(user=cast.secretariat, secret=secret, codes=codes)


def first_step(client: Client, user: User, **data: str) -> object:
    return client.post(SIGN_IN, {"username": user.login_id, "password": PASSWORD, **data})


# ---- enrolling


def test_page_shows_the_picture_the_text_and_takes_a_code(as_user, cast: SimpleNamespace) -> None:
    client = as_user(cast.lead)
    text = client.get(OWN).text
    secret = re.search(r'<code class="secret">(\w+)</code>', text)[1]
    assert 'class="qr"' in text
    assert client.get(OWN).text.count(secret) == 1, "the same until it is taken into use"
    done = client.post(OWN, {"code": code_of(secret)})
    codes = re.findall(r"<li><code>([A-Z0-9-]+)</code>", done.text)
    assert len(set(codes)) == totp.CODES
    assert not set(codes) & set(re.findall(r"[A-Z0-9-]{14}", client.get(OWN).text)), "shown once"
    assert Entry.objects.get(act="enrol").actor_id == cast.lead.pk
    assert secret not in str(list(Entry.objects.values())) + SecondFactor.objects.get().secret


@pytest.mark.parametrize("code", ["", "000000", "12345", "abc", "１２３"])
def test_a_wrong_code_enrols_nothing(as_user, cast: SimpleNamespace, code: str) -> None:
    response = as_user(cast.lead).post(OWN, {"code": code})
    assert response.status_code == 422
    assert not SecondFactor.objects.exists()


def test_enrolling_twice_is_refused(enrolled: SimpleNamespace) -> None:
    secret = totp.new_secret()
    with pytest.raises(ValidationError, match="すでに登録"):
        factors.enrol(user=enrolled.user, secret=secret, code=code_of(secret), at=time.time(), by=enrolled.user)


def test_a_full_width_code_is_understood(as_user, cast: SimpleNamespace) -> None:
    client = as_user(cast.lead)
    secret = re.search(r'<code class="secret">(\w+)</code>', client.get(OWN).text)[1]
    wide = code_of(secret).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert client.post(OWN, {"code": wide}).status_code == 200
    assert SecondFactor.objects.exists()


# ---- signing in


def test_the_password_alone_opens_nothing(client: Client, enrolled: SimpleNamespace) -> None:
    response = first_step(client, enrolled.user)
    assert response["Location"] == STEP
    assert "_auth_user_id" not in client.session
    assert client.get("/")["Location"].startswith(SIGN_IN)
    assert not Entry.objects.filter(act="sign_in").exists()


def test_the_code_completes_it_and_leads_where_one_wanted(
    client: Client, enrolled: SimpleNamespace, clock: SimpleNamespace
) -> None:
    first_step(client, enrolled.user, next="/audit/")
    client.session["second_step"]["at"] = clock.at
    session = client.session
    session["second_step"] = session["second_step"] | {"at": int(clock.at)}
    session.save()
    code = pyotp.TOTP(enrolled.secret).at(int(clock.at))
    assert client.post(STEP, {"code": code})["Location"] == "/audit/"
    assert client.session["_auth_user_id"] == str(enrolled.user.pk)
    assert Entry.objects.filter(act="sign_in").count() == 1


def test_a_code_works_once(enrolled: SimpleNamespace) -> None:
    code = code_of(enrolled.secret)
    assert factors.passes(user=enrolled.user, code=code, at=time.time())
    assert not factors.passes(user=enrolled.user, code=code, at=time.time())


def test_the_code_that_enrolled_opens_nothing(cast: SimpleNamespace) -> None:
    """Who saw it over a shoulder cannot sign in with it."""
    secret, at = totp.new_secret(), 1_790_000_010
    code = pyotp.TOTP(secret).at(at)
    factors.enrol(user=cast.lead, secret=secret, code=code, at=at, by=cast.lead)
    assert not factors.passes(user=cast.lead, code=code, at=at)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "paper"])
def test_a_code_typed_twice_at_once_works_once(enrolled: SimpleNamespace, kind: str) -> None:
    at = 1_790_000_010
    code = pyotp.TOTP(enrolled.secret).at(at) if kind == "app" else enrolled.codes[0]
    told = together(lambda: factors.passes(user=enrolled.user, code=code, at=at), 4)
    assert sorted(told) == [False, False, False, True]


@pytest.mark.django_db(transaction=True)
def test_taking_an_app_into_use_twice_at_once_is_done_once(cast: SimpleNamespace) -> None:
    secret, at = totp.new_secret(), 1_700_000_000
    code = pyotp.TOTP(secret).at(at)

    def enrol() -> str:
        try:
            factors.enrol(user=cast.secretariat, secret=secret, code=code, at=at, by=cast.secretariat)
        except ValidationError as refusal:
            return refusal.messages[0][:7]
        return "ok"

    assert sorted(together(enrol, 4)) == ["ok", "すでに登録され", "すでに登録され", "すでに登録され"]
    assert RecoveryCode.objects.count() == totp.CODES
    assert Entry.objects.filter(act="enrol").count() == 1


@pytest.mark.django_db(transaction=True)
def test_codes_made_anew_twice_at_once_are_as_many_as_ever(enrolled: SimpleNamespace) -> None:
    given = together(lambda: factors.renew_codes(user=enrolled.user, by=enrolled.user), 3)
    digests = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert digests in [{totp.digest_of(code) for code in codes} for codes in given]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [factors.renew_codes, factors.unenrol])
def test_a_code_may_be_typed_while_the_app_or_the_codes_go(
    enrolled: SimpleNamespace, cast: SimpleNamespace, act
) -> None:
    row = RecoveryCode.objects.order_by("pk").first()
    assert not crossed(lambda: act(user=enrolled.user, by=cast.admin), row=row, by=cast.secretariat)


def test_codes_of_an_app_that_was_given_up_meanwhile_are_not_made(as_user, enrolled: SimpleNamespace) -> None:
    client = as_user(enrolled.user)
    SecondFactor.objects.all().delete()
    assert client.post(reverse("accounts:factor_codes"))["Location"] == OWN
    with pytest.raises(ValidationError, match="登録されていません"):
        factors.renew_codes(user=enrolled.user, by=enrolled.user)


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_differ_by_one_step(enrolled: SimpleNamespace, steps: int, taken: bool) -> None:
    at = 1_790_000_010
    code = pyotp.TOTP(enrolled.secret).at(at + steps * totp.STEP)
    assert factors.passes(user=enrolled.user, code=code, at=at) is taken


def test_wrong_codes_lock_the_staff_number(client: Client, enrolled: SimpleNamespace, settings) -> None:
    first_step(client, enrolled.user)
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        assert client.post(STEP, {"code": "000000"}).status_code == 422
    assert client.post(STEP, {"code": "000000"}).status_code == 429
    assert client.post(STEP, {"code": code_of(enrolled.secret)}).status_code == 429, "not even the right one"
    assert first_step(Client(), enrolled.user).status_code == 429


def test_the_second_step_waits_five_minutes(client: Client, enrolled: SimpleNamespace) -> None:
    first_step(client, enrolled.user)
    session = client.session
    session["second_step"] = session["second_step"] | {"at": int(time.time()) - 301}
    session.save()
    assert client.post(STEP, {"code": code_of(enrolled.secret)})["Location"] == SIGN_IN


def test_a_user_stopped_in_between_does_not_get_in(client: Client, enrolled: SimpleNamespace) -> None:
    first_step(client, enrolled.user)
    User.objects.filter(pk=enrolled.user.pk).update(is_active=False)
    assert client.post(STEP, {"code": code_of(enrolled.secret)}).status_code == 422


def test_next_never_leaves_the_portal_on_this_way_either(client: Client, enrolled: SimpleNamespace) -> None:
    first_step(client, enrolled.user, next="https://evil.example/")
    assert client.post(STEP, {"code": code_of(enrolled.secret)})["Location"] == "/"


# ---- recovery codes


def test_a_recovery_code_works_once_and_is_written_down(client: Client, enrolled: SimpleNamespace) -> None:
    first_step(client, enrolled.user)
    assert client.post(STEP, {"code": enrolled.codes[0].lower()}).status_code == 302
    assert "残り9個" in Entry.objects.filter(object_type="accounts.secondfactor").first().note
    other = Client()
    first_step(other, enrolled.user)
    assert other.post(STEP, {"code": enrolled.codes[0]}).status_code == 422


def test_only_digests_are_kept(enrolled: SimpleNamespace) -> None:
    kept = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert kept == {totp.digest_of(c) for c in enrolled.codes}
    assert not kept & set(enrolled.codes)


def test_new_codes_end_the_old_ones(as_user, enrolled: SimpleNamespace) -> None:
    text = as_user(enrolled.user).post(OWN + "codes/").text
    assert len(re.findall(r"<li><code>", text)) == totp.CODES
    assert not factors.passes(user=enrolled.user, code=enrolled.codes[0], at=time.time())


# ---- giving it up, and roles that may not


def test_the_owner_gives_it_up(as_user, enrolled: SimpleNamespace) -> None:
    as_user(enrolled.user).post(OWN + "remove/")
    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert Entry.objects.filter(act="unenrol").count() == 1


def test_a_role_that_needs_it_cannot(as_user, enrolled: SimpleNamespace, settings) -> None:
    settings.SECOND_FACTOR_ROLES = ["secretariat"]
    response = as_user(enrolled.user).post(OWN + "remove/", follow=True)
    assert "解除できません" in response.text
    assert SecondFactor.objects.exists()


def test_a_role_that_needs_it_enrols_before_anything_else(as_user, cast: SimpleNamespace, settings) -> None:
    settings.SECOND_FACTOR_ROLES = ["secretariat"]
    client = as_user(cast.secretariat)
    assert client.get("/audit/")["Location"] == OWN
    assert "あなたの役割では二要素が必要です" in client.get(OWN).text
    assert client.get("/audit/", headers={"HX-Request": "true"})["HX-Redirect"] == OWN
    assert as_user(cast.viewer).get("/").status_code == 200


def test_the_administrator_gives_it_up_for_a_lost_phone(
    as_user, cast: SimpleNamespace, enrolled: SimpleNamespace
) -> None:
    page = reverse("accounts:user", args=[enrolled.user.pk])
    client = as_user(cast.admin)
    assert "二要素を解除" in client.get(page).text
    assert client.post(reverse("accounts:factor_reset", args=[enrolled.user.pk]))["Location"] == page
    assert not SecondFactor.objects.exists()
    assert Entry.objects.get(act="unenrol").actor_id == cast.admin.pk
    assert "登録されていません" in client.post(
        reverse("accounts:factor_reset", args=[enrolled.user.pk]), follow=True
    ).text  # fmt: skip


def test_the_secret_survives_a_change_of_the_portals_key(enrolled: SimpleNamespace, settings) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "n" * 60
    assert factors.passes(user=enrolled.user, code=code_of(enrolled.secret), at=time.time())
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(ValidationError, match="鍵を読めません"):
        factors.passes(user=enrolled.user, code=code_of(enrolled.secret), at=time.time())


def test_picture_is_a_code_that_a_phone_reads() -> None:
    """The finder patterns stand in three corners, and every run lies inside."""
    path, size = totp.picture(totp.address("A" * 32, name="a001", issuer="サンプル市 DX推進ポータル"))
    for corner in ("M0 0h7v1h-7z", f"M{size - 7} 0h7v1h-7z", f"M0 {size - 7}h7v1h-7z"):
        assert corner in path
    runs = [(int(x), int(y), int(w)) for x, y, w in re.findall(r"M(\d+) (\d+)h(\d+)", path)]
    assert all(x + w <= size and y < size for x, y, w in runs)


@pytest.mark.parametrize("typed", ["漢字", "ｱｲｳ", "👩‍👧", "12345", "é"])
def test_any_text_may_be_typed_as_a_code(enrolled: SimpleNamespace, typed: str) -> None:
    client = Client()
    first_step(client, enrolled.user)
    assert client.post(STEP, {"code": typed}).status_code == 422
