"""Where a table begins in a sheet (pure): title rows, merged cells, heads of several levels, totals and notes."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exchange.wizard.cleaning import plain, squeezed
from exchange.wizard.words import USUAL

Rows = list[list[Any]]
Merged = Sequence[tuple[int, int, int, int]]
LOOKED_AT = 40
LONGEST_HEAD = 30
DEEPEST = 3
JOINED = "／"
FOLDED = tuple(map(squeezed, USUAL))
# Numbers, codes and days are values, not heads; 令和8年度 is a head.
_VALUE = re.compile(r"[0-9.,%A-Z\-/]*[0-9][0-9.,%\-/]*|.*[0-9元]年[0-9]+月[0-9]+日.*|[MTSHR][0-9]+\.[0-9.]+")
_TOTAL = re.compile(r"(?:小計|合計|総計|累計|計|全体|平均)(?:[0-9]+件?)?")
_NOTE = re.compile(r"^(?:※|＊|\*|（?注|\(注|備考[:：]|出典|資料[:：]|参考[:：]|作成[:：])")
_TITLE = re.compile(r"^(?:[0-9０-９①-⑳一二三四五六七八九十]+[ 　.．、]|【|■|●|◆|第[0-9０-９一二三四五六七八九十]+)")


@dataclass(frozen=True)
class Head:
    """The first row of the heads (from 0) and how many rows they take."""

    first: int
    depth: int

    @property
    def body(self) -> int:
        return self.first + self.depth


def filled(rows: Rows, merged: Merged, *, down_only: bool = False) -> Rows:
    """A copy in which merged cells repeat their value; `down_only` keeps it in its own column."""
    made = [list(row) for row in rows]
    for top, left, bottom, right in merged:
        if top >= len(made) or left >= len(made[top]):
            continue
        value = made[top][left]
        for row in made[top : bottom + 1]:
            for at in range(left, min(left if down_only else right, len(row) - 1) + 1):
                row[at] = value
    return made


def propose(rows: Rows, merged: Merged) -> Head:
    """The most likely heads; the first filled row when nothing looks like heads."""
    scores = [(_score(rows, at), -at) for at in range(min(len(rows), LOOKED_AT))]
    if not scores:
        return Head(0, 1)
    best, place = max(scores)
    if best <= 0:
        return Head(next((n for n, row in enumerate(rows) if any(map(plain, row))), 0), 1)
    return _deepened(rows, merged, -place)


def _score(rows: Rows, at: int) -> float:
    """Many short different words, usual ones above all, with a filled row below."""
    words = [plain(v) for v in rows[at] if plain(v)]
    texts = [w for v, w in zip(rows[at], map(plain, rows[at]), strict=True) if w and _is_word(v, w)]
    if len(texts) < 2 or len(texts) * 2 < len(words):
        return 0.0
    usual = sum(any(u in squeezed(w) for u in FOLDED) for w in texts)
    below = sum(bool(plain(v)) for row in rows[at + 1 : at + 4] for v in row)
    return len(set(texts)) + 2 * usual - (3 if below == 0 else 0) - 0.1 * at


def _is_word(value: Any, text: str) -> bool:
    numeric = isinstance(value, int | float | dt.date) and not isinstance(value, bool)
    return (
        not numeric
        and not _VALUE.fullmatch(unicodedata.normalize("NFKC", text))
        and len(text.replace("\n", "")) <= LONGEST_HEAD
        and not text.endswith("。")
    )


def _deepened(rows: Rows, merged: Merged, at: int) -> Head:
    """Take in the group heads above and the lower heads below."""
    first, depth = at, 1
    while first > 0 and depth < DEEPEST and _is_group(rows, merged, first - 1):
        first, depth = first - 1, depth + 1
    while depth < DEEPEST and first + depth < len(rows) and _goes_on(rows, merged, first + depth - 1):
        depth += 1
    return Head(first, depth)


def _is_group(rows: Rows, merged: Merged, at: int) -> bool:
    """A row of group heads: at least two words, and a merged cell over several columns or into the row below."""
    words = sum(bool(plain(v)) for v in rows[at])
    wide = [m for m in merged if m[0] == at and m[3] > m[1] and m[2] == at]
    deep = [m for m in merged if m[0] == at and m[2] > at]
    whole_width = any(m[3] - m[1] + 1 >= len(rows[at]) for m in wide)
    return words >= 2 and bool(wide or deep) and not whole_width


def _goes_on(rows: Rows, merged: Merged, last: int) -> bool:
    """Whether the row below still belongs to the heads: it fills what the row above leaves merged."""
    if any(m[0] <= last < m[2] for m in merged):
        return True
    wide = [m for m in merged if m[0] == last and m[2] == last and m[3] > m[1]]
    below = rows[last + 1]
    under = [plain(below[c]) for m in wide for c in range(m[1], min(m[3] + 1, len(below)))]
    return bool(under) and sum(map(bool, under)) >= 2 and all(len(w) <= LONGEST_HEAD for w in under)


def labels(rows: Rows, merged: Merged, head: Head) -> list[str]:
    """One label a column: the levels joined, equal ones once, blanks and line ends gone."""
    made = filled(rows[: head.body], merged)[head.first :]
    width = max((len(r) for r in rows), default=0)
    found: list[str] = []
    for at in range(width):
        parts = [plain(row[at]).replace("\n", "") if at < len(row) else "" for row in made]
        found.append(JOINED.join(dict.fromkeys(p for p in parts if p)))
    return _told_apart(found)


def _told_apart(found: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    named = []
    for label in found:
        seen[label] = seen.get(label, 0) + 1
        named.append(f"{label}（{seen[label]}つ目）" if label and seen[label] > 1 else label)
    return named


def fingerprint(found: Sequence[str]) -> str:
    """Stands for a layout: the same heads in the same order, whatever their width and blanks."""
    return hashlib.sha256("\n".join(squeezed(label) for label in found).encode()).hexdigest()


# ---- what the rows below are


def kind_of(raw: Sequence[Any], heads: Sequence[str], *, merged_width: int = 1) -> str:
    """`data`, `blank`, `total`, `note`, `section` or `heads` (repeated on another page).

    `raw` is the row before merged cells were filled; `merged_width` is how many columns its first cell covers.
    """
    words = [plain(v) for v in raw]
    given = [w for w in words if w]
    if not given:
        return "blank"
    if len(given) >= 2 and sum(w.replace("\n", "") == h for w, h in zip(words, heads, strict=False) if w) == len(given):
        return "heads"
    if _NOTE.match(given[0]) and len(given) <= 2:
        return "note"
    if any(_TOTAL.fullmatch(squeezed(w)) for w in given[:2]):
        return "total"
    if len(given) == 1 and len(heads) > 3:
        return (
            "note" if len(given[0]) > LONGEST_HEAD else "section" if merged_width > 1 or _is_title(given[0]) else "data"
        )
    return "data"


def _is_title(text: str) -> bool:
    return bool(
        re.match(r"^(?:[0-9０-９①-⑳一二三四五六七八九十]+[ 　.．、]|【|■|●|◆|第[0-9０-９一二三四五六七八九十]+)", text)
    )


KIND_WORDS = {
    "data": "行", "blank": "空の行", "total": "合計の行", "note": "注記", "section": "見出しの行",
    "heads": "くり返された見出し",
}  # fmt: skip
