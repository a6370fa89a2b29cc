"""/healthz and /readyz, under any name and without a session."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from dxportal.health import HealthMiddleware


def test_healthz_needs_neither_host_nor_database(client: Client) -> None:
    """No database fixture: a query would fail this test."""
    response = client.get("/healthz", headers={"host": "10.0.0.1:8000"})
    assert (response.status_code, response.text) == (200, "ok")
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


def test_readyz_when_all_is_well(client: Client, db: None) -> None:
    response = client.get("/readyz", headers={"host": "10.0.0.1"})
    assert response.status_code == 200
    assert response.json() == {"database": "ok", "migrations": "ok", "files": "ok"}


def test_readyz_without_a_database(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise DatabaseError("could not connect to 10.1.2.3")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", away)
        patched.setattr(connection, "close", lambda: None)
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"database": "unreachable", "files": "ok"}


def test_readyz_before_migrate(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HealthMiddleware, "_is_migrated", lambda self: False)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["migrations"]) == (503, "pending")


def test_readyz_with_a_file_where_the_attachments_belong(client: Client, db: None, settings, tmp_path: Path) -> None:
    (tmp_path / "attachments").write_text("not a folder")
    settings.KEPT_FOLDERS = {"attachments": tmp_path / "attachments"}
    response = client.get("/readyz")
    assert (response.status_code, response.json()["files"]) == (503, "missing")


def test_readyz_with_a_folder_that_takes_no_files(
    client: Client, db: None, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.KEPT_FOLDERS = {"attachments": tmp_path / "not" / "yet" / "made"}
    assert client.get("/readyz").status_code == 200
    monkeypatch.setattr("dxportal.health.os.access", lambda place, how: place != tmp_path)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["files"]) == (503, "missing")
