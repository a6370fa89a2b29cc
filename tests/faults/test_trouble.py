"""Disk full, read-only, locked, away: a page that says so, and nothing half stored."""

from __future__ import annotations

import datetime as dt
import errno
import sqlite3
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.test import Client
from django.urls import reverse

from accounts.models import Department
from audit import services as audit
from audit.models import Entry
from dxportal import errors
from lib import ledger
from rounds.models import Attachment
from tests import builders as make
from tests.conftest import make_cast

NEW = {
    "code": "0999", "name": "新しい課", "short_name": "新課", "kind": "section", "order": "1", "valid_from": "R8.4.1",
}  # fmt: skip


NEW_FROM = dt.date(2026, 4, 1)


def test_each_trouble_has_its_words() -> None:
    told = {
        "database or disk is full": errors.FULL, "could not extend file: No space left on device": errors.FULL,
        "attempt to write a readonly database": errors.READ_ONLY,
        "cannot execute INSERT in a read-only transaction": errors.READ_ONLY,
        "database is locked": errors.BUSY, "connection refused": errors.AWAY,
    }  # fmt: skip
    assert {words: errors.trouble_of(OperationalError(words)) for words in told} == told
    assert errors.trouble_of(InterfaceError("connection already closed")) is errors.AWAY
    assert errors.trouble_of(OSError(errno.ENOSPC, "full")) is errors.FULL
    assert errors.trouble_of(OSError(errno.EROFS, "read-only")) is errors.READ_ONLY


def test_a_mistake_of_the_portal_is_no_trouble_of_the_machine() -> None:
    assert errors.trouble_of(ValueError("x")) is None
    assert errors.trouble_of(OSError(errno.ENOENT, "x")) is None
    assert errors.trouble_of(None) is None
    assert errors.trouble_of(IntegrityError("UNIQUE constraint failed: accounts_user.login_id")) is None


def test_the_trouble_behind_another_error_is_found() -> None:
    outer = RuntimeError("while saving")
    outer.__cause__ = OSError(errno.ENOSPC, "full")
    assert errors.trouble_of(outer) is errors.FULL


@pytest.fixture
def admin(transactional_db: None) -> Client:
    import time

    cast = make_cast()
    client = Client(raise_request_exception=False)
    client.force_login(cast.admin, backend="accounts.backends.PortalBackend")
    session = client.session
    session.update(dict.fromkeys(("started_at", "seen_at", "confirmed_at"), int(time.time())))
    session.save()
    return client


def sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def read_only(admin: Client) -> Iterator[None]:
    """The database takes no write, as after a failover or on a read-only disk."""
    lite = connection.vendor == "sqlite"
    sql("PRAGMA query_only=ON" if lite else "SET default_transaction_read_only = on")
    yield
    sql("PRAGMA query_only=OFF" if lite else "SET default_transaction_read_only = off")


@pytest.fixture
def full(admin: Client) -> Iterator[None]:
    """No room for the database: really on SQLite (no further page), by the server's own error on PostgreSQL."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        sql(f"PRAGMA max_page_count={pages}")
        yield
        sql("PRAGMA max_page_count=1073741823")
        return
    sql(
        "CREATE FUNCTION full_disk() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION "
        "'could not extend file' USING ERRCODE = '53100'; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER full_disk BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION full_disk()",
    )
    yield
    sql("DROP TRIGGER full_disk ON audit_entry", "DROP FUNCTION full_disk()")


def create(client: Client, headers: dict[str, str] | None = None, **kw: str) -> object:
    return client.post(reverse("accounts:department_create"), NEW | kw, headers=headers)


def test_a_read_only_database_is_told_and_nothing_is_stored(admin: Client, read_only: None) -> None:
    departments = Department.objects.count()
    response = create(admin)
    assert response.status_code == 503
    assert "いまは見ることだけができます" in response.text
    assert response["Retry-After"] == "10"
    assert Department.objects.count() == departments
    assert not Entry.objects.exists()
    assert admin.get(reverse("accounts:departments")).status_code == 200, "reading goes on"


def test_a_full_disk_is_told_and_nothing_is_half_stored(admin: Client, full: None) -> None:
    before, response = Department.objects.count(), None
    for n in range(400):  # what is left on the last page takes some rows
        response = create(admin, code=f"F{n:03}", name="課" * 50)
        if response.status_code != 302:
            break
    assert response.status_code == 503
    assert "保存する場所がいっぱいです" in response.text
    stored = Department.objects.count() - before
    assert Entry.objects.filter(object_type="accounts.department").count() == stored
    assert audit.verify().sound


def test_it_goes_on_when_there_is_room_again(admin: Client, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("read_only")
    assert create(admin).status_code == 503
    sql("PRAGMA query_only=OFF" if connection.vendor == "sqlite" else "SET default_transaction_read_only = off")
    assert create(admin).status_code == 302


def test_a_full_disk_of_the_attachments_leaves_neither_row_nor_file(
    as_user, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, settings, tmp_path
) -> None:
    settings.ATTACHMENTS_ROOT = tmp_path
    reply = make.make_reply(department=cast.tax)

    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("rounds.storage.os.replace", full)
    client = as_user(cast.member)
    client.raise_request_exception = False
    file = SimpleUploadedFile("資料.txt", "根拠".encode())
    response = client.post(reverse("rounds:attach", args=[reply.pk]), {"files": file})
    assert response.status_code == 503
    assert "保存する場所がいっぱいです" in response.text
    assert not Attachment.objects.exists()
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_deleted_while_something_is_put_under_it(
    admin: Client, monkeypatch: pytest.MonkeyPatch, htmx: bool
) -> None:
    """The one sees no department under it, the other still sees what it stands under."""
    above = Department.objects.create(code="0900", name="消える部", short_name="消部", kind="division", order=9,
                                      valid_from=NEW_FROM)  # fmt: skip
    whole, before = ledger.record_many, Department.objects.count()

    def late(*args: object, **kw: object) -> object:
        sql(f"DELETE FROM accounts_department WHERE id = {above.pk}")
        return whole(*args, **kw)

    monkeypatch.setattr(ledger, "record_many", late)
    response = create(admin, parent=str(above.pk), headers={"HX-Request": "true"} if htmx else {})
    assert response.status_code == 404
    assert "もとになるものが、なくなっています" in response.text
    assert "いま入力した内容は保存されていません。画面を開き直して" in response.text
    assert "Retry-After" not in response
    assert Department.objects.count() == before
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_waiting_for_a_lock_in_vain_is_told(admin: Client) -> None:
    if connection.vendor == "sqlite":
        sql("PRAGMA busy_timeout=50")
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
    else:
        import psycopg

        wanted = connection.get_connection_params()
        other = psycopg.connect(**{k: wanted[k] for k in ("dbname", "user", "host", "port") if k in wanted})
        other.execute("LOCK TABLE accounts_department IN ACCESS EXCLUSIVE MODE")
        sql("SET lock_timeout = '50ms'")
    try:
        response = create(admin)
    finally:
        other.close()
        sql("PRAGMA busy_timeout=20000" if connection.vendor == "sqlite" else "SET lock_timeout = 0")
    assert response.status_code == 503
    assert "混み合っています" in response.text
    assert not Entry.objects.exists()
