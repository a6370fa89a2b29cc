"""What a backup says about itself: rows of each table, migrations, and the end of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Ask = Callable[[str], Sequence[Sequence[Any]]]

# Sessions are keys to the portal and nothing else; they are neither kept nor missed.
LEFT_OUT = ("django_session",)


def of(ask: Ask, tables: Sequence[str]) -> dict[str, Any]:
    """Facts of the moment that `ask` sees."""
    return {
        "rows": {t: count(ask, t) for t in tables if t not in LEFT_OUT},
        "migrations": [list(row) for row in ask("SELECT app, name FROM django_migrations ORDER BY id")],
        "ledger": _head(ask),
    }


def count(ask: Ask, table: str) -> int:
    return ask(f'SELECT count(*) FROM "{table}"')[0][0]  # noqa: S608 — a name from the catalogue, no input


def _head(ask: Ask) -> dict[str, Any]:
    found = ask("SELECT seq, hash FROM audit_chainhead")
    return {"seq": found[0][0], "hash": found[0][1]} if found else {"seq": 0, "hash": ""}
