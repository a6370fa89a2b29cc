"""Sign-on by a proxy, and by OpenID Connect against a provider that really runs."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from unittest import TestCase
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client
from django.urls import reverse
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from oidc_provider_mock import User as Known
from oidc_provider_mock import run_server_in_thread

from accounts.backends import login_id_of
from accounts.models import User
from audit.models import Entry

SIGN_IN = "/accounts/sign-in/"
SECRET = "known-to-proxy-and-portal"


@pytest.mark.parametrize(
    ("named", "login_id"),
    [("a001", "a001"), ("CITY\\a001", "a001"), ("a001@CITY.LOCAL", "a001"), ("ａ００１", "a001"), ("", "")],
)
def test_what_directories_call_somebody(named: str, login_id: str) -> None:
    assert login_id_of(named) == login_id


# ---- a proxy that names the user


@pytest.fixture
def proxied(settings, cast: SimpleNamespace) -> None:
    settings.REMOTE_USER_HEADER = "X-Remote-User"
    settings.REMOTE_USER_SECRET = SECRET
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, "accounts.backends.ProxyBackend"]


def named(name: str, **kw: str) -> Client:
    return Client(headers={"X-Remote-User": f"{SECRET}:{name}"} if name else {}, **kw)


def test_whom_the_proxy_names_is_signed_in(proxied: None, cast: SimpleNamespace) -> None:
    client = named("CITY\\viewer")
    assert client.get("/").status_code == 200
    assert client.session["_auth_user_id"] == str(cast.viewer.pk)
    client.get("/")
    assert Entry.objects.filter(act="sign_in").count() == 1


def test_without_the_setting_the_header_is_nothing(cast: SimpleNamespace) -> None:
    assert named("viewer").get("/")["Location"].startswith(SIGN_IN)


def test_another_machine_is_not_believed(proxied: None, cast: SimpleNamespace) -> None:
    assert named("viewer", REMOTE_ADDR="10.0.0.5").get("/")["Location"].startswith(SIGN_IN)


@pytest.mark.parametrize(
    "value",
    ["viewer", ":viewer", f"{SECRET[:-1]}:viewer", f"viewer:{SECRET}", f"x,{SECRET}:viewer", f"{SECRET}:", "ａ:viewer"],
)
def test_without_the_secret_a_name_is_nothing(proxied: None, cast: SimpleNamespace, value: str) -> None:
    """A header that a proxy did not take off, as X_Remote_User beside X-Remote-User, opens nothing."""
    assert Client(headers={"X-Remote-User": value}).get("/")["Location"].startswith(SIGN_IN)


def test_a_forged_name_beside_the_proxys_ends_the_session(proxied: None, cast: SimpleNamespace) -> None:
    client = named("viewer")
    client.get("/")
    assert client.get("/", headers={"X-Remote-User": "admin"})["Location"].startswith(SIGN_IN)


def test_no_secret_no_sign_on(proxied: None, cast: SimpleNamespace, settings) -> None:
    settings.REMOTE_USER_SECRET = ""
    assert Client(headers={"X-Remote-User": ":viewer"}).get("/")["Location"].startswith(SIGN_IN)


@pytest.mark.parametrize("name", ["stranger", "viewer2", "'; --"])
def test_only_somebody_registered_gets_in_and_nobody_is_made(proxied: None, name: str) -> None:
    before = User.objects.count()
    assert named(name).get("/")["Location"].startswith(SIGN_IN)
    assert User.objects.count() == before


def test_a_stopped_user_stays_outside(proxied: None, cast: SimpleNamespace) -> None:
    User.objects.filter(pk=cast.viewer.pk).update(is_active=False)
    assert named("viewer").get("/")["Location"].startswith(SIGN_IN)


@pytest.mark.parametrize("later", ["", "lead-tax"])
def test_the_session_is_of_whom_the_proxy_names_now(proxied: None, cast: SimpleNamespace, later: str) -> None:
    client = named("viewer")
    client.get("/")
    response = client.get("/", headers={"X-Remote-User": f"{SECRET}:{later}"})
    if later:
        assert client.session["_auth_user_id"] == str(cast.lead.pk)
    else:
        assert response["Location"].startswith(SIGN_IN)


def test_a_session_by_password_is_left_alone(proxied: None, as_user, cast: SimpleNamespace) -> None:
    assert as_user(cast.lead).get("/", headers={"X-Remote-User": f"{SECRET}:viewer"}).status_code == 200


def test_administration_does_not_ask_for_a_password_that_is_not_the_portals(
    proxied: None, cast: SimpleNamespace
) -> None:
    assert named("admin").get(reverse("accounts:user_create")).status_code == 200


# ---- OpenID Connect


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    people = [Known(sub=n, claims={"preferred_username": n}) for n in ("viewer", "stranger", "admin")]
    with run_server_in_thread(user_claims=people) as server:
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def portal(settings, provider: str, cast: SimpleNamespace) -> None:
    settings.ROOT_URLCONF = "tests.accounts.urls_oidc"
    settings.OIDC_ENABLED = True
    settings.OIDC_RP_CLIENT_ID, settings.OIDC_RP_CLIENT_SECRET = "dxportal", "secret"
    settings.OIDC_ISSUER = provider
    settings.OIDC_OP_AUTHORIZATION_ENDPOINT = f"{provider}/oauth2/authorize"
    settings.OIDC_OP_TOKEN_ENDPOINT = f"{provider}/oauth2/token"
    settings.OIDC_OP_USER_ENDPOINT = f"{provider}/userinfo"
    settings.OIDC_OP_JWKS_ENDPOINT = f"{provider}/jwks"
    settings.OIDC_VERIFY_KID = False  # the one key of this provider has no number
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, "accounts.backends_oidc.OidcBackend"]


def sent_back(client: Client, who: str, **query: str) -> str:
    """Begin in the portal, be `who` at the provider, and return the address that leads back."""
    away = client.get("/accounts/oidc/authenticate/", query)["Location"]
    answer = requests.post(away, data={"sub": who} if who else {"action": "deny"}, allow_redirects=False, timeout=10)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def test_sign_in_page_offers_it_only_while_it_is_on(portal: None, client: Client, settings) -> None:
    assert "/accounts/oidc/authenticate/?next=/audit/" in client.get(SIGN_IN, {"next": "/audit/"}).text
    settings.OIDC_ENABLED = False
    assert "oidc" not in client.get(SIGN_IN).text


def test_somebody_registered_gets_in(portal: None, client: Client, cast: SimpleNamespace) -> None:
    response = client.get(sent_back(client, "viewer", next="/strategy/"))
    assert response["Location"] == "/strategy/"
    assert client.session["_auth_user_id"] == str(cast.viewer.pk)
    assert client.get("/").status_code == 200
    assert Entry.objects.get(act="sign_in").actor_id == cast.viewer.pk


def test_the_way_there_carries_state_nonce_and_a_challenge(portal: None, client: Client) -> None:
    query = parse_qs(urlsplit(client.get("/accounts/oidc/authenticate/")["Location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["state"]
    assert query["nonce"]
    assert query["redirect_uri"] == ["http://testserver/accounts/oidc/callback/"]


def test_somebody_unknown_here_is_told_and_not_made(portal: None, client: Client) -> None:
    before = User.objects.count()
    response = client.get(sent_back(client, "stranger"), follow=True)
    assert "庁内の認証でサインインできませんでした" in response.text
    assert User.objects.count() == before


def test_a_stopped_user_stays_outside_too(portal: None, client: Client, cast: SimpleNamespace) -> None:
    User.objects.filter(pk=cast.viewer.pk).update(is_active=False)
    assert client.get(sent_back(client, "viewer"))["Location"] == SIGN_IN


def test_refusing_at_the_provider_is_told(portal: None, client: Client) -> None:
    assert client.get(sent_back(client, ""))["Location"] == SIGN_IN


def test_an_answer_to_another_browser_opens_nothing(portal: None, client: Client) -> None:
    back = sent_back(client, "viewer")
    other = Client()
    assert other.get(back).status_code in (302, 400)
    assert "_auth_user_id" not in other.session


def test_an_answer_works_once(portal: None, client: Client) -> None:
    back = sent_back(client, "viewer")
    client.get(back)
    client.post("/accounts/sign-out/")
    client.get(back)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("name", ["OIDC_RP_CLIENT_ID", "OIDC_ISSUER"])
def test_a_token_for_another_client_or_of_another_provider_is_refused(
    portal: None, client: Client, settings, name: str
) -> None:
    back = sent_back(client, "viewer")
    setattr(settings, name, "another")
    response = client.get(back)
    assert response.status_code in (302, 400)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "said",
    [{"sub": "admin", "preferred_username": "admin"}, {"preferred_username": "viewer"}, {"sub": ""}, ["viewer"], None],
)
def test_what_is_said_of_another_person_than_the_tokens_signs_nobody_in(
    portal: None, client: Client, monkeypatch: pytest.MonkeyPatch, said: object
) -> None:
    back = sent_back(client, "viewer")
    monkeypatch.setattr(OIDCAuthenticationBackend, "get_userinfo", lambda *args: said)
    with TestCase().assertLogs() as logged:
        assert "庁内の認証でサインインできませんでした" in client.get(back, follow=True).text
    assert "_auth_user_id" not in client.session
    assert "userinfo of another person than the token's" in " ".join(logged.output)


def test_a_provider_that_does_not_answer_is_a_message_not_an_error(portal: None, client: Client, settings) -> None:
    back = sent_back(client, "viewer")
    settings.OIDC_OP_TOKEN_ENDPOINT = "http://127.0.0.1:9/token"
    assert "庁内の認証でサインインできませんでした" in client.get(back, follow=True).text


def test_next_never_leaves_the_portal(portal: None, client: Client) -> None:
    assert client.get(sent_back(client, "viewer", next="https://evil.example/"))["Location"] == "/"


def test_administration_leaves_asking_again_to_the_provider(portal: None, client: Client) -> None:
    client.get(sent_back(client, "admin"))
    assert client.get(reverse("accounts:user_create")).status_code == 200
