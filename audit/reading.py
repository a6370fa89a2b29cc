"""Kinds of restricted pages, with their words."""

from __future__ import annotations

KINDS: dict[str, str] = {
    "draft": "ほかの所属の下書き",
    "ledger": "操作の記録",
    "reads": "読み取りの記録",
    "users": "利用者",
    "file": "ファイルの取り出し",
}


def kind_choices() -> list[tuple[str, str]]:
    return list(KINDS.items())
