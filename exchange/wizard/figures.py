"""Wide tables of figures (pure): columns that are years or half-years, cells that become targets and actuals."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exchange.wizard import grid
from exchange.wizard.cleaning import half_width, is_ditto, plain
from lib import fiscal

TARGET, ACTUAL = "target", "actual"
KIND_WORDS = {TARGET: "目標", ACTUAL: "実績"}
_SAID = {
    TARGET: re.compile(r"目標(?:数値|値)?|計画値?|見込(?:み|値)?"), ACTUAL: re.compile(r"実績(?:数値|値)?|達成値|結果"),
}  # fmt: skip
# A starting value has a column of its own, and a share of the target is computed.
_NEITHER = re.compile(r"基準|策定時|現状|現況|達成率|達成度|進捗率")
_UNKNOWN = re.compile(r"[-ー―－‐—…・?？/／]*|未(?:定|集計|公表|把握|確認)|集計中|調査中|なし|無|n/?a", re.IGNORECASE)
_NUMBER = re.compile(r"(?:約|およそ)?([-△▲]?[0-9][0-9,]*(?:\.[0-9]+)?)\s*[^0-9]{0,6}")


@dataclass(frozen=True)
class Column:
    """A period, and whether its cells are targets or actuals ('' where the head does not say)."""

    starts: dt.date
    ends: dt.date
    kind: str


@dataclass(frozen=True)
class Figure:
    """One cell: a number, or the words of an indicator that is not counted."""

    kind: str
    starts: dt.date
    ends: dt.date
    value: str = ""
    text: str = ""

    @property
    def year(self) -> int:
        return fiscal.fiscal_year(self.ends)

    @property
    def period(self) -> str:
        return fiscal.half_of(self.ends).short_label if self.is_part else fiscal.Period(str(self.year)).short_label

    @property
    def label(self) -> str:
        return f"{self.period}{KIND_WORDS[self.kind]}"

    @property
    def is_part(self) -> bool:
        """Shorter than a fiscal year."""
        return (self.ends - self.starts).days < 300

    @property
    def closes_year(self) -> bool:
        return self.ends == fiscal.Period(str(self.year)).end


def columns(labels: Sequence[str]) -> dict[int, Column]:
    """The columns whose heads name a period and perhaps 目標 or 実績; none unless two stand side by side."""
    kinds = [_kind(label) for label in labels]
    spans = grid.columns([_period(label) for label in labels])
    return {at: Column(*spans[at], kinds[at]) for at in spans}


def told(found: Iterable[Column]) -> str:
    """What the columns were read as, in words: 目標 R5年度〜R8年度、実績 R5年度〜R7年度."""
    spans: dict[str, list[Column]] = {}
    for column in sorted(found, key=lambda c: c.ends):
        spans.setdefault(column.kind, []).append(column)
    parts = []
    for kind, columns_ in spans.items():
        first, last = (Figure(TARGET, c.starts, c.ends).period for c in (columns_[0], columns_[-1]))
        parts.append(f"{KIND_WORDS.get(kind, '見出しにない列')} {first if first == last else f'{first}〜{last}'}")
    return "、".join(parts)


def _kind(text: str) -> str:
    return next((kind for kind, said in _SAID.items() if said.search(text)), "")


def _period(label: str) -> str:
    """The head without what its figures are."""
    if _NEITHER.search(label):
        return ""
    for said in _SAID.values():
        label = said.sub("", label)
    return label.replace("（）", "").replace("()", "").replace("の", "")


def kind_of_row(cells: Sequence[Any], apart: Mapping[int, Column]) -> str:
    """目標 or 実績 where a cell beside the figures says so: tables with a row for each."""
    for at, value in enumerate(cells):
        text = plain(value)
        if at not in apart and len(text) <= 6 and (kind := _kind(text)) and _SAID[kind].sub("", text) == "":
            return kind
    return ""


def of_row(raw: Sequence[Any], filled: Sequence[Any], apart: Mapping[int, Column], unsaid: str) -> list[Figure]:
    """The figures of one row; cells that say that nothing is known give none. `unsaid` is what columns without a
    word hold ('' leaves them out)."""
    row_kind = kind_of_row(filled, apart)
    found = []
    for at, column in sorted(apart.items()):
        kind = column.kind or row_kind or unsaid
        if not kind or at >= len(raw):
            continue
        cell = filled[at] if is_ditto(raw[at]) else raw[at]
        value, text = _read(cell)
        if value or text:
            found.append(Figure(kind, column.starts, column.ends, value, text))
    return found


def _read(cell: Any) -> tuple[str, str]:
    """The number of a cell, else its words."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return f"{cell:.10g}" if isinstance(cell, float) else str(cell), ""
    text = half_width(plain(cell)).strip()
    if _UNKNOWN.fullmatch(unicodedata.normalize("NFKC", text)):
        return "", ""
    if match := _NUMBER.fullmatch(text):
        return match[1].replace(",", "").replace("△", "-").replace("▲", "-"), ""
    return "", plain(cell)


def fitting(found: Sequence[Figure], today: dt.date) -> tuple[list[Figure], list[Figure]]:
    """What can be stored, and what cannot: targets are yearly, and nothing is measured before its period ends.

    Of two targets of a year, that of the whole year stands.
    """
    kept: dict[tuple[str, Any], Figure] = {}
    left = []
    for figure in sorted(found, key=lambda f: f.is_part):
        key = (figure.kind, figure.year if figure.kind == TARGET else figure.ends)
        usable = figure.closes_year if figure.kind == TARGET else figure.ends <= today
        if usable and key not in kept:
            kept[key] = figure
        else:
            left.append(figure)
    return sorted(kept.values(), key=lambda f: (f.ends, f.kind)), left
