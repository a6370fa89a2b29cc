"""Cells as offices write them, made plain (pure): blanks, circled numbers, ditto marks, loose dates."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

from lib import fiscal, wareki
from lib.fold import fold

Edge = Literal["start", "end"]
DITTO = {"〃", "″", "”", '"', "''", "々", "同上", "同", "上に同じ", "上記と同じ", "上記同様"}
_NOTE_MARK = re.compile(r"\s*[（(]?(?:※|＊|\*|注)\s*[0-9０-９]{0,2}[)）]?$")
_SPACES = re.compile(r"[ \t\u3000\xa0]+")
_ERA = r"(?:(?P<era>令和|平成|昭和|大正|明治|[RHSTM])(?P<number>[0-9]{1,2}|元)|(?P<west>[0-9]{4}))"
_YEAR = re.compile(_ERA + r"年度(?P<end>末)?")
# R8 alone: a year of a plan is a fiscal year. 令和8年 and 2026 may be calendar years and are asked about.
_SHORT_YEAR = re.compile(r"(?:令和|平成|[RH])(?:[0-9]{1,2}|元)")
_MONTH = re.compile(_ERA + r"(?:年|[./-])(?P<month>[0-9]{1,2})月?(?P<end>末)?")
# 上期, 上半期, 前期, 1H, H1, 第1半期
_HALF = re.compile(
    _ERA + r"(?:年度|年)?[./-]?(?:(?P<half>上|下|前|後)半?期?|H(?P<after>[12])|(?P<before>[12])H|第(?P<nth>[12])半期)"
)
_QUARTER = re.compile(_ERA + r"(?:年度|年)?(?:第(?P<n>[1-4])四半期|(?P<q>[1-4])Q)")
_LOOSE = re.compile(r"(?:頃|ごろ|ころ|まで|から|〜|~|予定|\(予定\)|\(見込\)|\(見込み\)|見込み?|目途|目処)$")


def plain(value: Any) -> str:
    """The text of a cell: no blanks around, single blanks within a line, line ends as \\n."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()[:10]
    lines = str(value).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line for line in (_SPACES.sub(" ", part).strip() for part in lines) if line)


@lru_cache(maxsize=8192)
def squeezed(text: str) -> str:
    """Letters and digits only, folded: what two words are compared by."""
    return "".join(c for c in fold(text) if c.isalnum())


def half_width(text: str) -> str:
    """Full-width letters, digits and signs, and circled numbers, as plain ones; kana and kanji stay."""
    return "".join(unicodedata.normalize("NFKC", c) if _is_wide_ascii(c) else c for c in text)


def _is_wide_ascii(char: str) -> bool:
    if "\uff01" <= char <= "\uff5e" or char == "\u3000":
        return True
    return unicodedata.category(char) == "No" and unicodedata.normalize("NFKC", char).isascii()


def code_of(value: Any) -> str:
    """A number or code as one writes it: ① is 1, Ａ－１ is A-1, (2) is 2."""
    text = half_width(plain(value)).replace("−", "-").strip()
    return re.sub(r"^\(([0-9]{1,3})\)$", r"\1", text)


def without_note_mark(text: str) -> str:
    """The text without a footnote mark at its end: 電子申請※1 is 電子申請."""
    bare = _NOTE_MARK.sub("", text)
    return bare or text


def is_ditto(value: Any) -> bool:
    return isinstance(value, str) and plain(value) in DITTO


def fill_ditto(rows: list[list[Any]]) -> int:
    """Put the value above in the place of every 〃; return how many were filled."""
    filled = 0
    for above, row in pairwise(rows):
        for at, value in enumerate(row):
            if is_ditto(value):
                row[at] = above[at] if at < len(above) else None
                filled += 1
    return filled


def loose_date(value: Any, edge: Edge) -> dt.date:
    """A day from a date, a month, a half or a fiscal year: its first or its last day. Raises ValueError (Japanese)."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and 20_000 <= value < 80_000:
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(value))
    text = "".join(unicodedata.normalize("NFKC", plain(value)).split())
    while bare := _LOOSE.search(text):
        text = text[: bare.start()]
    try:
        return wareki.parse_date(text)
    except ValueError as error:
        found = span_of(f"{text}年度" if _SHORT_YEAR.fullmatch(text.upper()) else text.upper())
        if found is None:
            raise ValueError(str(error)) from error
        return found[0] if edge == "start" else found[1]


def span_of(text: str) -> tuple[dt.date, dt.date] | None:
    """First and last day of a period such as 令和8年度, R8上期, 令和8年10月 or R8第2四半期; None if it is none."""
    clean = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    for pattern, reader in ((_QUARTER, _quarter), (_HALF, _half), (_YEAR, _year), (_MONTH, _month)):
        if match := pattern.fullmatch(clean):
            try:
                return reader(match)
            except ValueError:
                return None
    return None


def western(match: re.Match[str]) -> int:
    """The western year of an era year; a fiscal year bears the name of its first day."""
    if match["west"]:
        return int(match["west"])
    number = 1 if match["number"] == "元" else int(match["number"])
    era = next(e for e in wareki.ERAS if match["era"] in (e.name, e.letter))
    return era.first.year + number - 1


def _year(match: re.Match[str]) -> tuple[dt.date, dt.date]:
    period = fiscal.Period(f"{western(match):04}")
    # 年度末 is a day, not a year.
    return (period.end, period.end) if match["end"] else (period.start, period.end)


def _half(match: re.Match[str]) -> tuple[dt.date, dt.date]:
    number = match["after"] or match["before"] or match["nth"] or ("1" if match["half"] in "上前" else "2")
    period = fiscal.Period(f"{western(match):04}H{number}")
    return period.start, period.end


def _quarter(match: re.Match[str]) -> tuple[dt.date, dt.date]:
    period = fiscal.Period(f"{western(match):04}Q{match['n'] or match['q']}")
    return period.start, period.end


def _month(match: re.Match[str]) -> tuple[dt.date, dt.date]:
    year, month = western(match), int(match["month"])
    last = dt.date(year, month, calendar.monthrange(year, month)[1])
    return (last, last) if match["end"] else (last.replace(day=1), last)
