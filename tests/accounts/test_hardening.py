"""Mass assignment, stopped users, and that the table of docs/security.md names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from tests.builders import PASSWORD

ROOT = Path(__file__).resolve().parent.parent.parent
EXTRA = {
    "is_superuser": "on", "is_staff": "on", "must_change_password": "", "password_changed_at": "2000-01-01",
    "id": "1", "pk": "1", "user": "1", "role": "admin", "state": "accepted", "accepted_at": "2026-01-01",
    "version_": "9",
}  # fmt: skip


def test_fields_that_a_form_does_not_show_are_not_taken(as_user, cast: SimpleNamespace) -> None:
    before = User.objects.values().get(pk=cast.lead.pk)
    values = {"login_id": "lead-tax", "display_name": "新しい名", "email": "", "is_active": "on", "version": 1}
    values |= EXTRA | {"password": "owned", "last_login": "2000-01-01"}
    assert as_user(cast.admin).post(reverse("accounts:user", args=[cast.lead.pk]), values).status_code == 302
    after = User.objects.values().get(pk=cast.lead.pk)
    assert {k for k in before if before[k] != after[k]} == {"display_name", "version", "updated_at"}


def test_nobody_gives_himself_a_role_by_his_own_pages(as_user, cast: SimpleNamespace) -> None:
    client = as_user(cast.member)
    words = {"current": PASSWORD, "new": "Haru-no-Umi-26", "again": "Haru-no-Umi-26"}
    client.post("/accounts/password/", words | EXTRA)
    assert list(Membership.objects.filter(user=cast.member).values_list("role", flat=True)) == ["member"]


def test_stopping_a_user_ends_the_session_with_the_next_request(as_user, cast: SimpleNamespace) -> None:
    client = as_user(cast.lead)
    assert client.get("/").status_code == 200
    User.objects.filter(pk=cast.lead.pk).update(is_active=False)
    assert client.get("/")["Location"].startswith("/accounts/sign-in/")


@pytest.mark.parametrize("name", ["user", "password_reset", "membership_create", "unlock", "factor_reset"])
def test_another_users_number_in_an_address_opens_nothing(as_user, cast: SimpleNamespace, name: str) -> None:
    address = reverse(f"accounts:{name}", args=[cast.admin.pk])
    assert as_user(cast.lead).post(address, {"password": "Haru-no-Umi-26"}).status_code == 403
    assert User.objects.get(pk=cast.admin.pk).check_password(PASSWORD)


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver:80@evil.example"])
def test_another_host_is_not_answered(db: None, host: str) -> None:
    assert Client(headers={"host": host}).get("/accounts/sign-in/").status_code == 400


def named_in_the_table() -> list[str]:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    found, folder = [], ""
    for name in re.findall(r"`((?:tests/[\w/]+|test_\w+)(?:\.py)?)`", text):
        if name.startswith("tests/"):
            folder = name.rpartition("/")[0]
            found.append(name)
        else:
            found.append(f"{folder}/{name}")
    return found


def test_the_table_names_tests_that_exist() -> None:
    names = [n for n in named_in_the_table() if "*" not in n]
    assert len(names) > 40
    assert [n for n in names if not (ROOT / n).exists()] == []


def test_every_row_of_the_table_names_a_test() -> None:
    rows = re.findall(r"^\| \d.*", (ROOT / "docs" / "security.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) > 60
    assert [row for row in rows if "test" not in row.rsplit("|", 2)[1] and "matrix" not in row.rsplit("|", 2)[1]] == []


def test_random_values_come_from_the_operating_system() -> None:
    """The module `random` is for the demonstration."""
    wrong = [
        str(path.relative_to(ROOT))
        for app in ("accounts", "actions", "audit", "dashboard", "exchange", "lib", "maturity", "meetings", "rounds",
                    "strategy", "dxportal")
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"^(?:import|from) random\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]  # fmt: skip
    assert [path for path in wrong if not path.startswith("dxportal/demo/")] == []
