"""What stops a command, for the operator who typed it: one line in Japanese in place of a traceback."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError

from lib.troubles import reason_of

NO_TABLES = "データベースの表がないか、古い版のものです。先に manage.py migrate を実行してください。"
DRIVERS = ("psycopg", "sqlite3")


def told(error: BaseException) -> str | None:
    """The words for it; None for a mistake of the portal, which keeps its traceback."""
    if isinstance(error, ImproperlyConfigured):
        return str(error)
    if type(error).__module__.startswith("dj_database_url"):
        return "DATABASE_URL を読めません。postgres://利用者:パスワード@ホスト/データベース名 の形で書いてください。"
    if isinstance(error, DatabaseError | InterfaceError) or type(error).__module__.startswith(DRIVERS):
        return _of_database(error)
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        named = error.filename2 or error.filename
        return f"{named}：{reason_of(error)}。" if named else f"{reason_of(error)}。"
    return None


def _of_database(error: BaseException) -> str | None:
    from dxportal import errors  # settings may be what is wrong, and this needs them

    said = str(error)
    if "no such table" in said or "no such column" in said or type(error.__cause__).__name__.startswith("Undefined"):
        return NO_TABLES
    if "unable to open database file" in said:
        place = settings.DATABASES["default"]["NAME"]
        return f"データベースのファイル {place} を開けません。フォルダーがあり、書き込めることを確かめてください。"
    if isinstance(error, DatabaseError) and not isinstance(error, OperationalError | InternalError):
        return None  # a value or a statement that it refuses: ours to explain, in the place where it came from
    title = (errors.trouble_of(OperationalError(said)) or errors.AWAY).title
    return f"{title}：{said.strip().splitlines()[0] if said.strip() else type(error).__name__}"
