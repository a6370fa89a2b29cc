"""Commands that cannot work say why in one line of Japanese; a traceback is for mistakes of the portal."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, OperationalError

from dxportal import telling
from tests import warm
from tests.test_settings import production, run

FILE = "a file, and no folder"
NOBODY = "postgres://dxportal:secret-word@127.0.0.1:1/dxportal"


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    """Where an installation could be looked for by mistake."""
    (tmp_path / "file").write_text(FILE)
    (tmp_path / "empty").mkdir()
    return {
        "missing": str(tmp_path / "not" / "there"),
        "file": str(tmp_path / "file"),
        "empty": str(tmp_path / "empty"),
    }


@pytest.mark.parametrize(
    ("place", "command", "words"),
    [
        ("missing", ["migrate"], "を開けません。フォルダーがあり、書き込めることを確かめてください。"),
        ("missing", ["audit_verify"], "を開けません。"),
        ("missing", ["backup", "."], "を開けません。"),
        ("file", ["demo"], "すでにあります。"),
        ("file", ["collectstatic", "--noinput"], "フォルダーではありません。"),
        ("empty", ["prune"], "先に manage.py migrate を実行してください。"),
        ("empty", ["load_facts"], "先に manage.py migrate を実行してください。"),
    ],
)
def test_a_place_that_is_not_there(places: dict[str, str], place: str, command: list[str], words: str) -> None:
    done = warm.run("manage.py", *command, DXPORTAL_MODE="demo", DXPORTAL_VAR=places[place])
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_not_there_is_told_without_its_password() -> None:
    done = run("manage.py", "migrate", DXPORTAL_MODE="demo", DATABASE_URL=NOBODY)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert done.stderr.startswith("データベースにつながりません：")
    assert "secret-word" not in done.stderr


def test_the_traceback_is_there_for_who_asks(places: dict[str, str]) -> None:
    done = warm.run("manage.py", "migrate", "--traceback", DXPORTAL_MODE="demo", DXPORTAL_VAR=places["missing"])
    assert "Traceback" in done.stderr


def test_the_demonstration_makes_its_folder(places: dict[str, str]) -> None:
    """On SQLite this is the one that migrates from nothing."""
    env = {"DXPORTAL_MODE": "demo", "DXPORTAL_VAR": places["missing"]}
    done = run("manage.py", "demo", "--scale", "1", **env)
    assert "--scale は" in done.stderr
    assert Path(places["missing"], "portal.sqlite3").exists()


@pytest.mark.parametrize(("name", "value"), [("DXPORTAL_LOCKOUT_MINUTES", "多め"), ("DXPORTAL_SESSION_HOURS", "-1")])
def test_a_setting_that_is_no_number_is_named(name: str, value: str) -> None:
    done = run("manage.py", "check", DXPORTAL_MODE="demo", **{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"{name} は0以上の整数にしてください（いまは「{value}」）。")


def test_a_switch_that_says_neither_yes_nor_no_is_named() -> None:
    done = production("manage.py", "check", DXPORTAL_HTTPS="はい")
    assert done.returncode == 1
    assert done.stderr.startswith("DXPORTAL_HTTPS は yes か no にしてください（いまは「はい」）。")


def test_a_switch_that_is_left_empty_is_left_as_it_is() -> None:
    code = "from django.conf import settings as s; print(s.HTTPS)"
    done = production("-c", code, DXPORTAL_HTTPS="", DJANGO_SETTINGS_MODULE="dxportal.settings")
    assert done.stdout.split() == ["True"]


def test_an_address_of_a_database_that_is_none() -> None:
    done = run("manage.py", "check", DXPORTAL_MODE="demo", DATABASE_URL="postgre://x@y/z")
    assert done.stderr.startswith("DATABASE_URL を読めません。")


def test_words() -> None:
    told = {
        OSError(errno.EACCES, "x", "/backup/a.zip"): "/backup/a.zip：読み書きの権限がありません。",
        OSError(errno.ENOSPC, "x"): "ディスクに空きがありません。",
        sqlite3.OperationalError("database or disk is full"): "保存する場所がいっぱいです：database or disk is full",
        OperationalError("attempt to write a readonly database"): "いまは見ることだけができます：attempt to write",
        ImproperlyConfigured("設定がありません。"): "設定がありません。",
    }
    for error, words in told.items():
        assert (telling.told(error) or "").startswith(words)


@pytest.mark.parametrize("error", [KeyError("x"), BrokenPipeError(), IntegrityError("x"), ValueError("x")])
def test_a_mistake_of_the_portal_keeps_its_traceback(error: Exception) -> None:
    assert telling.told(error) is None
