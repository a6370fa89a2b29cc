"""Wide tables of figures (pure): cells below the heads of periods become targets and actuals."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from exchange.wizard.cleaning import half_width, is_ditto, plain, without_note_mark
from exchange.wizard.periods import (
    ACTUAL,
    DENOMINATOR,
    NUMERATOR,
    TARGET,
    Column,
    figure_label,
    holds_target,
    said,
    says_nothing_else,
)
from lib import fiscal

SLOTS = ("value", "text", NUMERATOR, DENOMINATOR)
_UNKNOWN = re.compile(r"[-ー―－‐—…・?？/／]*|未(?:定|集計|公表|把握|確認)|集計中|調査中|なし|無|n/?a", re.IGNORECASE)
_NUMBER = re.compile(r"(?:約|およそ)?([-△▲]?[0-9][0-9,]*(?:\.[0-9]+)?)\s*[^0-9]{0,6}")
_ZEROS = {"千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "億": 8}
_SCALE = re.compile("百万|千万|十万|千|万|億")
_YEN = re.compile(r"(百万|千万|十万|千|万|億)?円")
_MONEY = re.compile(rf"(?:約|およそ)?([-△▲]?[0-9][0-9,]*(?:\.[0-9]+)?)\s*({_YEN.pattern})")
_COUNT = r"([0-9][0-9,]*(?:\.[0-9]+)?)\s*[^0-9\s/().%百千万億]{0,4}"
_SHARE = r"[0-9][0-9,.]*\s*%"
# 12/31, 12人／31人, 38.7%(12/31), 12/31(38.7%)
_PAIR = re.compile(rf"(?:{_SHARE}\s*)?\(?{_COUNT}\s*[/÷]\s*{_COUNT}\)?(?:\s*\(?{_SHARE}\)?)?")
_SHARE_OF = re.compile(rf"{_COUNT}分の{_COUNT}")


@dataclass(frozen=True)
class Figure:
    """One target or actual: a number, the parts of a rate, or the words of an indicator that is not counted."""

    kind: str
    starts: dt.date
    ends: dt.date
    value: str = ""
    text: str = ""
    numerator: str = ""
    denominator: str = ""

    @property
    def year(self) -> int:
        return fiscal.fiscal_year(self.ends)

    @property
    def label(self) -> str:
        return figure_label(self.kind, self.starts, self.ends)

    @property
    def is_part(self) -> bool:
        """Shorter than a fiscal year."""
        return (self.ends - self.starts).days < 300

    @property
    def said(self) -> str:
        """The cell in words."""
        parts = f"{self.numerator or '？'}/{self.denominator or '？'}" if self.numerator or self.denominator else ""
        return self.value or parts or self.text


def kind_of_row(cells: Sequence[Any], apart: Mapping[int, Column]) -> tuple[str, str]:
    """目標 or 実績, 分子 or 分母, where a cell beside the figures says so: tables with a row for each."""
    for at, value in enumerate(cells):
        text = plain(value)
        if at not in apart and 0 < len(text) <= 8 and any(found := said(text)) and says_nothing_else(text):
            return found
    return "", ""


def tells(cells: Sequence[Any]) -> bool:
    """Whether every cell of a column that is filled in says what the figures of its row are."""
    filled = [cell for cell in cells if plain(cell)]
    return bool(filled) and all(kind_of_row([cell], {})[0] for cell in filled)


def of_row(raw: Sequence[Any], filled: Sequence[Any], apart: Mapping[int, Column], unsaid: str) -> list[Figure]:
    """The figures of one row; cells that say that nothing is known give none. `unsaid` is what columns without a
    word hold ('' leaves them out)."""
    row_kind, row_part = kind_of_row(filled, apart)
    found = []
    for at, column in sorted(apart.items()):
        kind = column.kind or row_kind or unsaid
        if not kind or at >= len(raw):
            continue
        slots = _slots(filled[at] if is_ditto(raw[at]) else raw[at], kind, column.part or row_part)
        if slots:
            found.append(Figure(kind, column.starts, column.ends, **slots))
    return found


def _slots(cell: Any, kind: str, part: str) -> dict[str, str]:
    """What a cell fills in; words below 分子 and 分母 stay there, so that the dry run says what is wrong."""
    value, text = _read(cell)
    if not value and not text:
        return {}
    if part:
        return {part: value or text}
    pair = _pair(text) if kind == ACTUAL and not value else None
    if pair is not None:
        return {"text": text, NUMERATOR: pair[0], DENOMINATOR: pair[1]}
    return {"value": value, "text": text}


def _read(cell: Any) -> tuple[str, str]:
    """The number of a cell, else its words."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return f"{cell:.10g}" if isinstance(cell, float) else str(cell), ""
    words = without_note_mark(plain(cell))
    text = half_width(words).strip()
    if _UNKNOWN.fullmatch(unicodedata.normalize("NFKC", text)):
        return "", ""
    if match := _NUMBER.fullmatch(text):
        rest = text[match.end(1) :].strip()
        # An amount with its unit stays as it is, until the unit of the indicator is known.
        return ("", words) if "円" in rest else (_scaled(_digits(match[1]), rest), "")
    return "", words


def _digits(number: str) -> str:
    return number.replace(",", "").replace("△", "-").replace("▲", "-")


def _scaled(number: str, rest: str) -> str:
    """1.5万人 is 15000."""
    scale = _SCALE.match(rest)
    return number if scale is None else f"{(Decimal(number) * 10 ** _ZEROS[scale[0]]).normalize():f}"


def in_unit(words: Any, unit: str) -> str:
    """The number of an amount with its unit, in `unit`: 5,000千円 is 5 百万円. '' where either is no money: whether
    5,000千円 are 5000 人 nobody knows."""
    found, own = (p.fullmatch(half_width(plain(t)).strip()) for p, t in ((_MONEY, words), (_YEN, unit)))
    if found is None or own is None:
        return ""
    zeros = _ZEROS.get(found[3], 0) - _ZEROS.get(own[1], 0)
    return f"{Decimal(_digits(found[1])).scaleb(zeros).normalize():f}"


def _pair(text: str) -> tuple[str, str] | None:
    """Numerator and denominator of 12/31 or 31分の12."""
    plain_text = unicodedata.normalize("NFKC", text).strip()
    if match := _PAIR.fullmatch(plain_text):
        return match[1].replace(",", ""), match[2].replace(",", "")
    if match := _SHARE_OF.fullmatch(plain_text):
        return match[2].replace(",", ""), match[1].replace(",", "")
    return None


# ---- what of it can be stored


def fitting(found: Sequence[Figure], today: dt.date) -> tuple[list[Figure], list[Figure]]:
    """What can be stored, and what cannot: targets are yearly, and nothing is measured before its period ends.

    Of two targets of a year, and two actuals of a day, that of the whole year stands. What is said twice of one
    period in different ways stays, so that the dry run refuses it with row, column and value.
    """
    kept: dict[tuple[str, Any], list[Figure]] = {}
    left = []
    for figure in sorted(_joined(found), key=lambda f: f.is_part):
        if figure.numerator and figure.denominator and figure.value:
            left.append(replace(figure, numerator="", denominator=""))
            figure = replace(figure, value="")
        same = kept.setdefault((figure.kind, figure.year if figure.kind == TARGET else figure.ends), [])
        usable = _is_target(figure) if figure.kind == TARGET else figure.ends <= today
        if usable and all((f.starts, f.ends) == (figure.starts, figure.ends) for f in same):
            same.append(figure)
        else:
            left.append(figure)
    return sorted((f for same in kept.values() for f in same), key=lambda f: (f.ends, f.kind)), left


def _is_target(figure: Figure) -> bool:
    return holds_target(figure.starts, figure.ends) and not (figure.numerator or figure.denominator)


def _joined(found: Sequence[Figure]) -> list[Figure]:
    """Parts of one period as one figure; equal ones once."""
    made: list[Figure] = []
    places: dict[tuple[str, dt.date, dt.date], int] = {}
    for figure in found:
        at = places.setdefault((figure.kind, figure.starts, figure.ends), len(made))
        if at == len(made):
            made.append(figure)
        elif (both := _both(made[at], figure)) is not None:
            made[at] = both
        else:
            made.append(figure)
    return made


def _both(first: Figure, second: Figure) -> Figure | None:
    """Two cells of a period as one figure; None where they contradict each other."""
    given = {slot: (getattr(first, slot), getattr(second, slot)) for slot in SLOTS}
    if any(a and b and not _same(a, b) for a, b in given.values()):
        return None
    return replace(first, **{slot: a or b for slot, (a, b) in given.items()})


def _same(first: str, second: str) -> bool:
    try:
        return Decimal(first) == Decimal(second)
    except InvalidOperation:
        return first == second
