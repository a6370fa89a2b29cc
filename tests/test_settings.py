"""Production refuses to start unsafe, answers with the right headers, and errors are pages."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings as portal_settings
from django.test import Client

from accounts.models import User
from tests.warm import ROOT, bare

HOST = "portal.example.lg.jp"
# Read by the suite alone.
OF_TESTS = {"DXPORTAL_CHROMIUM", "DXPORTAL_OFFLINE"}


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run Python as an operator would: nothing of the suite's environment is inherited."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=bare() | env, capture_output=True, text=True, timeout=120
    )


def production(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    secret = {"DXPORTAL_SECRET_KEY": secrets.token_urlsafe(60), "DXPORTAL_HOSTS": HOST}
    return run(*arguments, **secret | env)


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"DXPORTAL_SECRET_KEY": ""},
        {"DXPORTAL_SECRET_KEY": "x" * 49},
        {"DXPORTAL_SECRET_KEY": portal_settings.DEMO_SECRET},
        {"DXPORTAL_SECRET_KEY": portal_settings.DEMO_SECRET, "DXPORTAL_MODE": "production"},
    ],
    ids=["none", "empty", "short", "demo", "demo, named"],
)
def test_production_refuses_a_missing_or_demo_secret(env: dict[str, str]) -> None:
    result = run("manage.py", "check", **env)
    assert result.returncode != 0
    assert "DXPORTAL_SECRET_KEY" in result.stderr


@pytest.mark.parametrize("secret", ["", "x" * 19])
def test_sign_on_by_a_header_needs_a_secret(secret: str) -> None:
    result = production(
        "manage.py", "check", DXPORTAL_REMOTE_USER_HEADER="X-Remote-User", DXPORTAL_REMOTE_USER_SECRET=secret
    )
    assert result.returncode != 0
    assert "DXPORTAL_REMOTE_USER_SECRET" in result.stderr


def test_unknown_mode_is_refused() -> None:
    result = production("manage.py", "check", DXPORTAL_MODE="debug")
    assert result.returncode != 0
    assert "DXPORTAL_MODE" in result.stderr


def test_production_passes_the_deployment_check() -> None:
    result = production("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


ANSWER = """
import json, django
django.setup()
from django.test import Client
client = Client(headers={"host": "%s"})
plain = client.get("/accounts/sign-in/")
page = client.get("/accounts/sign-in/", secure=True)
foreign = Client(headers={"host": "evil.example"}).get("/accounts/sign-in/", secure=True)
print(json.dumps({
    "plain": [plain.status_code, plain["Location"]], "foreign": foreign.status_code,
    "status": page.status_code, "headers": dict(page.headers), "html": page.text,
    "cookies": {k: [m["secure"], m["httponly"], m["samesite"]] for k, m in page.cookies.items()},
}))
"""


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What a production installation, with its static files collected, answers to a browser."""
    env = {"DXPORTAL_VAR": str(tmp_path_factory.mktemp("var")), "DJANGO_SETTINGS_MODULE": "dxportal.settings"}
    collected = production("manage.py", "collectstatic", "--noinput", "--verbosity", "0", **env)
    assert collected.returncode == 0, collected.stderr
    result = production("-c", ANSWER % HOST, **env)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_production_speaks_https_only(answer: dict) -> None:
    assert answer["plain"] == [301, f"https://{HOST}/accounts/sign-in/"]
    assert answer["headers"]["Strict-Transport-Security"].startswith("max-age=31536000")
    assert answer["cookies"] == {"csrftoken": [True, True, "Lax"]}


def test_production_answers_only_to_its_own_name(answer: dict) -> None:
    assert (answer["status"], answer["foreign"]) == (200, 400)


def test_production_serves_fingerprinted_files_of_its_own(answer: dict) -> None:
    assert "/static/css/tokens." in answer["html"]
    assert "css/tokens.css" not in answer["html"]


def test_security_headers(answer: dict) -> None:
    headers = answer["headers"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_content_policy_allows_nothing_inline_and_nothing_from_elsewhere(answer: dict) -> None:
    policy = dict(part.strip().partition(" ")[::2] for part in answer["headers"]["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert not any("unsafe" in value or "*" in value or "http" in value for value in policy.values())


def test_sign_in_page_is_never_cached(answer: dict) -> None:
    assert "no-store" in answer["headers"]["Cache-Control"]


def test_closed_network_without_tls_can_switch_it_off() -> None:
    code = (
        "from django.conf import settings as s; "
        "print(s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS)"
    )
    env = {"DXPORTAL_HTTPS": "no", "DJANGO_SETTINGS_MODULE": "dxportal.settings"}
    assert production("-c", code, **env).stdout.split() == ["False", "False", "False", "0"]


def test_passwords_are_kept_by_a_slow_hash() -> None:
    """The suite itself hashes quickly, so only a process of its own tells how production does."""
    told = production(
        "-c",
        "from django.contrib.auth.hashers import make_password; "
        "print(make_password('x').split('$')[:2])",
        DJANGO_SETTINGS_MODULE="dxportal.settings",
    )
    name, rounds = json.loads(told.stdout.replace("'", '"'))
    assert (name, int(rounds) >= 600_000) == ("pbkdf2_sha256", True)


def test_limits_are_settings() -> None:
    code = (
        "from django.conf import settings as s; "
        "print(s.SESSION_IDLE_SECONDS, s.SESSION_ABSOLUTE_SECONDS, s.AXES_FAILURE_LIMIT, s.PASSWORD_MIN_LENGTH)"
    )
    env = {
        "DXPORTAL_SESSION_IDLE_MINUTES": "20", "DXPORTAL_SESSION_HOURS": "4", "DXPORTAL_LOCKOUT_FAILURES": "3",
        "DXPORTAL_PASSWORD_MIN_LENGTH": "16", "DJANGO_SETTINGS_MODULE": "dxportal.settings",
    }  # fmt: skip
    assert production("-c", code, **env).stdout.split() == ["1200", "14400", "3", "16"]


@pytest.mark.parametrize("name", ["portal", "令和8年 #1", "50% ?x=1", "a%20b"])
def test_the_database_lies_in_its_folder_whatever_that_is_called(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    code = "from django.conf import settings; print(settings.DATABASES['default']['NAME'])"
    env = {"DXPORTAL_MODE": "demo", "DXPORTAL_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "dxportal.settings"}
    assert run("-c", code, **env).stdout.strip() == str(folder / "portal.sqlite3")


def test_every_setting_from_the_environment_is_documented() -> None:
    source = (ROOT / "dxportal" / "settings.py").read_text(encoding="utf-8")
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    names = set(re.findall(r'"(DXPORTAL_[A-Z_]+|DATABASE_URL)"', source))
    assert len(names) > 10
    assert not {n for n in names if f"`{n}`" not in manual}


def test_every_setting_of_the_documents_exists() -> None:
    """What a command, compose or make reads counts too."""
    modules = [*ROOT.glob("*/*.py"), *ROOT.glob("*/management/**/*.py")]
    read = [p for p in modules if p.parent != ROOT / "tests"] + [ROOT / "Makefile", ROOT / "compose.yaml"]
    known = re.compile(r"\bDXPORTAL_[A-Z_]+\b")
    used = {n for path in read for n in known.findall(path.read_text(encoding="utf-8"))}
    papers = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert {n for path in papers for n in known.findall(path.read_text(encoding="utf-8"))} <= used
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert not {n for n in used - OF_TESTS if n not in manual}


# ---- errors are pages that say how to go on


def test_missing_page(as_user: Callable[[User], Client], cast: SimpleNamespace) -> None:
    response = as_user(cast.viewer).get("/no-such-page/")
    assert response.status_code == 404
    assert "ページが見つかりません" in response.text
    assert 'href="/"' in response.text


def test_forbidden_page(as_user: Callable[[User], Client], cast: SimpleNamespace) -> None:
    response = as_user(cast.viewer).get("/audit/")
    assert response.status_code == 403
    assert "この操作はできません" in response.text


def test_failed_page_tells_nothing_of_the_inside(
    as_user: Callable[[User], Client], cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the inside of the house")

    monkeypatch.setattr("lib.htmx.render", fail)
    client = as_user(cast.secretariat)
    client.raise_request_exception = False
    response = client.get("/audit/")
    assert response.status_code == 500
    assert "処理に失敗しました" in response.text
    assert "the inside of the house" not in response.text


def test_bad_request_page(db: None) -> None:
    response = Client(headers={"host": "evil.example"}).get("/accounts/sign-in/")
    assert response.status_code == 400
    assert "要求を受け付けられません" in response.text


def test_too_large_a_form_is_a_page_too(as_user: Callable[[User], Client], cast: SimpleNamespace, settings) -> None:
    body = {"current": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}
    response = as_user(cast.viewer).post(
        "/accounts/password/", "current=" + body["current"], content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 400
    assert "大きすぎます" in response.text


def test_missing_csrf_token_is_a_page_and_saves_nothing(cast: SimpleNamespace) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.lead, backend="accounts.backends.PortalBackend")
    response = client.post("/accounts/password/", {"current": "a", "new": "b", "again": "b"})
    assert response.status_code == 403
    assert "画面を開き直してください" in response.text


def test_htmx_finds_the_csrf_token_on_every_page(as_user: Callable[[User], Client], cast: SimpleNamespace) -> None:
    """The token stands in hx-headers of the body, and a request that carries only that header is accepted."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.lead, backend="accounts.backends.PortalBackend")
    page = client.get("/accounts/password/").text
    token = re.search(r'hx-headers=\'{"X-CSRFToken": "(\w+)"}\'', page)[1]
    response = client.post("/accounts/password/", {"current": "a"}, headers={"X-CSRFToken": token})
    assert response.status_code == 422
