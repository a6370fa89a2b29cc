"""What stands in a cell (pure): text that no spreadsheet runs, the two words that take something away, dates."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from lib import fiscal, wareki

CLEAR, DELETE = "（空欄にする）", "（削除）"
CLEAR_FOLDED, DELETE_FOLDED = (unicodedata.normalize("NFKC", w) for w in (CLEAR, DELETE))
# A spreadsheet would run a cell that begins like this. An apostrophe in front is what Excel itself uses.
_RUNS = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
# Excel counts days from here (it takes 1900 for a leap year, which only moves January and February 1900).
_EPOCH = dt.date(1899, 12, 30)
_SERIAL = range(2, 100_000)
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_MINUS = ("△", "▲", "−")
_YEN = re.compile(r"(?P<number>-?[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>億円|百万円|万円|千円|円)?")
_IN_THOUSANDS = {
    "億円": Decimal(100_000), "百万円": Decimal(1000), "万円": Decimal(10), "千円": Decimal(1), "円": Decimal("0.001"),
}  # fmt: skip
_ERA_YEAR = re.compile(r"(?P<era>令和|平成|[RH])(?P<year>[0-9]{1,2}|元)")


def neutral(value: Any) -> Any:
    """A cell that no spreadsheet reads as a formula."""
    return f"'{value}" if isinstance(value, str) and _RUNS.match(value) else value


def unguarded(text: str) -> str:
    """The text before `neutral`."""
    return text[1:] if _GUARDED.match(text) else text


def legal(text: str) -> str:
    """The text without characters that no workbook can hold."""
    return _ILLEGAL.sub("", text)


def text_of(value: Any) -> str:
    """A cell as the text a person sees: 5.0 is 5, line ends are \\n, blanks around are gone."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, dt.date):
        return value.isoformat()
    return unguarded(legal(str(value)).replace("\r\n", "\n").replace("\r", "\n")).strip()


def is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def is_word(value: Any, folded: str) -> bool:
    """Whether the cell holds one of the two words, in whatever width."""
    return isinstance(value, str) and unicodedata.normalize("NFKC", value).strip() == folded


def clears(value: Any) -> bool:
    return is_word(value, CLEAR_FOLDED)


def deletes(value: Any) -> bool:
    return is_word(value, DELETE_FOLDED)


def number_text(value: Any) -> str:
    """The digits of a number typed in any width, with separators, a per cent sign, or △ for what is below nought."""
    text = unicodedata.normalize("NFKC", text_of(value)).replace(",", "").strip().removesuffix("%").strip()
    return "-" + text[1:].strip() if text[:1] in _MINUS else text


def thousands(value: Any) -> Decimal:
    """An amount in 千円; a unit that is typed behind it counts: 3百万円 is 3000. Raises InvalidOperation."""
    match = _YEN.fullmatch(number_text(value))
    if match is None:
        raise InvalidOperation
    return Decimal(match["number"]) * _IN_THOUSANDS[match["unit"] or "千円"]


def fiscal_year_of(value: Any) -> Decimal:
    """The western year of 2026, 2026年度, 令和8年度 or R8. Raises InvalidOperation."""
    text = number_text(value).removesuffix("年度")
    match = _ERA_YEAR.fullmatch(text.upper())
    if match is None:
        return Decimal(text)
    era = next(e for e in wareki.ERAS if match["era"] in (e.name, e.letter))
    return Decimal(era.first.year - 1 + (1 if match["year"] == "元" else int(match["year"])))


def date_of(value: Any) -> dt.date:
    """The day a cell names: a date of the spreadsheet, its serial number, 和暦 or ISO. Raises ValueError."""
    return fiscal.countable(_day(value))


def _day(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, float | int) and not isinstance(value, bool) and _is_serial(value):
        return _EPOCH + dt.timedelta(days=int(value))
    return wareki.parse_date(text_of(value))


def _is_serial(value: float) -> bool:
    """Within the range first: infinity has no whole number."""
    return _SERIAL.start <= value < _SERIAL.stop and value == int(value)


def shown(value: Any) -> str:
    """A cell as the dry run shows it: dates in 和暦."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return wareki.format_date(value)
    return text_of(value)
