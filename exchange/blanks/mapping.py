"""Which cell takes which column (pure): placeholders in the sheet, proposals, and addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from exchange.parsing.xml import column_letters
from exchange.wizard.likeness import LEAST, head_likeness

PLACE = re.compile(r"\{\{\s*([^{}]{1,60}?)\s*\}\}")
ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
# What every 様式 may hold beside the columns of its list.
WORDS = ("今日", "市町村", "件数", "表題", "絞り込み", "番号")

Rows = Sequence[Sequence[Any]]


def placeholders(rows: Rows) -> list[tuple[str, str]]:
    """Every {{…}} of a sheet with its cell, in reading order."""
    return [
        (f"{column_letters(c)}{r}", name)
        for r, row in enumerate(rows, 1)
        for c, value in enumerate(row, 1)
        if isinstance(value, str)
        for name in PLACE.findall(value)
    ]


def proposed(name: str, labels: Sequence[str]) -> str:
    """The column or word that a placeholder means, '' when none is near."""
    if name in labels or name in WORDS:
        return name
    score, place = max(((head_likeness(name, label), -n) for n, label in enumerate(labels)), default=(0.0, 0))
    return labels[-place] if score >= LEAST else ""


def proposed_row(found: Sequence[tuple[str, str]], labels: Sequence[str], about: Sequence[str] = ()) -> int | None:
    """The row with most columns of the list, when it holds at least three and no other row holds any; the words of
    the object that the list belongs to may stand anywhere."""
    rows: dict[int, int] = {}
    for cell, name in found:
        if (name in labels or name not in about) and proposed(name, labels) not in ("", *WORDS):
            number = row_of(cell)
            rows[number] = rows.get(number, 0) + 1
    if len(rows) != 1:
        return None
    number, count = next(iter(rows.items()))
    return number if count >= 3 else None


def address(text: str) -> str:
    """A cell's address in any width and case. Raises ValueError (Japanese)."""
    clean = unicodedata.normalize("NFKC", text).strip().upper().replace("$", "")
    match = ADDRESS.fullmatch(clean)
    if not match or int(match[2]) > 1_048_576 or (len(match[1]) == 3 and match[1] > "XFD"):
        raise ValueError(f"「{text.strip()[:12]}」はセルの番地ではありません。C5 のように入力してください。")
    return clean


def row_of(cell: str) -> int:
    match = ADDRESS.fullmatch(cell)
    return int(match[2]) if match else 0
