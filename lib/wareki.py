"""Dates in the Japanese calendar (和暦): read what staff type, write what official documents show.

Month and day are always Gregorian. Japan used a lunisolar calendar until the end of Meiji 5, so a date before
1873-01-01 copied from an old document must be converted by hand first.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

DateStyle: TypeAlias = Literal["long", "weekday", "short", "month_end", "month"]

ACCEPTED = "令和8年11月1日、R8.11.1、2026-11-01 のように入力してください。"
WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True)
class Era:
    """One era name with the first and last day on which it is used; `last` is None for the era of today."""

    name: str
    letter: str
    first: dt.date
    last: dt.date | None


# 明治: 改元の詔 of 慶応4年9月8日, which counts the era from the first day of that lunar year (1868-01-25).
# 大正: 改元の詔書 of 明治45年7月30日. 昭和: 改元の詔書 of 大正15年12月25日. Both took effect on the day of issue,
# which is therefore counted as day one of the new era here.
# 平成: 元号を改める政令 (昭和64年政令第1号), in force the day after. 令和: 元号を改める政令 (平成31年政令第143号).
# The last two rest on 元号法 (昭和54年法律第43号).
ERAS = (
    Era("明治", "M", dt.date(1868, 1, 25), dt.date(1912, 7, 29)),
    Era("大正", "T", dt.date(1912, 7, 30), dt.date(1926, 12, 24)),
    Era("昭和", "S", dt.date(1926, 12, 25), dt.date(1989, 1, 7)),
    Era("平成", "H", dt.date(1989, 1, 8), dt.date(2019, 4, 30)),
    Era("令和", "R", dt.date(2019, 5, 1), None),
)

_ERA_BY_MARK = {mark: era for era in ERAS for mark in (era.name, era.letter)}
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))
_ERA_MARK = "(?P<era>" + "|".join(_ERA_BY_MARK) + ")"
_SHAPES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_ERA_MARK}(?P<year>[0-9]{{1,2}}|元)|(?P<west>[0-9]{{4}}))年"
        r"(?P<month>[0-9]{1,2})月(?:(?P<day>[0-9]{1,2})日|(?P<end>末)日?)(?:\((?P<weekday>[月火水木金土日])\))?",
        rf"(?:{_ERA_MARK}(?P<year>[0-9]{{1,2}}|元)|(?P<west>[0-9]{{4}}))"
        r"(?P<sep>[./-])(?P<month>[0-9]{1,2})(?P=sep)(?P<day>[0-9]{1,2})",
        r"(?P<west>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
    )
)
_NO_ERA = re.compile(r"[0-9]{1,2}(?:年|[./-])[0-9]{1,2}(?:月|[./-])[0-9]{1,2}日?")


class EraYear(NamedTuple):
    """A year within an era, e.g. 令和8年."""

    era: Era
    year: int

    @property
    def label(self) -> str:
        return f"{self.era.name}{'元' if self.year == 1 else self.year}年"


def era_year(d: dt.date) -> EraYear:
    """Return the era and its year for a day. Raises ValueError (Japanese) before 明治."""
    for era in reversed(ERAS):
        if d >= era.first:
            return EraYear(era, d.year - era.first.year + 1)
    raise ValueError(f"{d.isoformat()}は明治より前の日付のため、和暦で表せません。")


def parse_date(text: str) -> dt.date:
    """Read a date as typed or pasted by staff.

    Accepts 令和8年11月1日（日）, 令和8年11月末, R8.11.1, R8/11/1, 2026-11-01, 2026/11/1, 2026年11月1日 and 20261101,
    in full or half width, with 元 for year one and spaces anywhere. Raises ValueError whose Japanese message quotes
    the text and says what is wrong: no era, era not in use on that day (with the right year), or no such day.
    """
    clean = "".join(unicodedata.normalize("NFKC", text).split()).translate(_DASHES).upper()
    shown = f"「{text.strip()[:30]}」"
    for shape in _SHAPES:
        if match := shape.fullmatch(clean):
            return _from_parts(match.groupdict(), shown)
    if _NO_ERA.fullmatch(clean):
        raise ValueError(f"{shown}には元号がありません。R8.11.1 のように元号を付けるか、西暦4桁で入力してください。")
    raise ValueError(f"{shown}は日付として読めません。{ACCEPTED}")


def _from_parts(parts: dict[str, str | None], shown: str) -> dt.date:
    era = _ERA_BY_MARK.get(parts.get("era") or "")
    year = _western_year(era, parts, shown)
    written = f"{era.name}{parts['year']}年" if era else f"{year}年"
    d = _existing_day(year, int(parts["month"] or 0), parts.get("day"), shown, written)
    _check_era(era, d, shown)
    weekday = parts.get("weekday")
    if weekday and weekday != WEEKDAYS[d.weekday()]:
        raise ValueError(f"{shown}の曜日が合いません。{format_date(d)}は{WEEKDAYS[d.weekday()]}曜日です。")
    return d


def _western_year(era: Era | None, parts: dict[str, str | None], shown: str) -> int:
    if era is None:
        return int(parts["west"] or 0)
    number = 1 if parts["year"] == "元" else int(parts["year"] or 0)
    if number == 0:
        raise ValueError(f"{shown}の年が0です。最初の年は{era.name}元年です。")
    return era.first.year + number - 1


def _existing_day(year: int, month: int, day: str | None, shown: str, written: str) -> dt.date:
    try:
        number = int(day) if day else calendar.monthrange(year, month)[1]
        return dt.date(year, month, number)
    except ValueError:
        raise ValueError(f"{shown}という日はありません。{_last_day_hint(year, month, written)}") from None


def _last_day_hint(year: int, month: int, written: str) -> str:
    """`written` is the year in the calendar that the person typed."""
    if not (dt.MINYEAR <= year <= dt.MAXYEAR and 1 <= month <= 12):
        return "月は1から12までです。" if not 1 <= month <= 12 else ACCEPTED
    return f"{written}{month}月は1日から{calendar.monthrange(year, month)[1]}日までです。"


def _check_era(era: Era | None, d: dt.date, shown: str) -> None:
    right = era_year(d)
    if era is None or right.era is era:
        return
    bound = f"始まりは{format_date(era.first)}"
    if era.last and d > era.last:
        bound = f"終わりは{era.name}{era.last.year - era.first.year + 1}年{era.last.month}月{era.last.day}日"
    raise ValueError(f"{shown}は{era.name}の期間にありません（{bound}）。{format_date(d)}と入力してください。")


# Pure, and asked for the same few days many hundred times by a page of dates.
@lru_cache(maxsize=8192)
def format_date(d: dt.date, style: DateStyle = "long") -> str:
    """Write a day in 和暦.

    long 令和8年11月1日, weekday 令和8年11月1日（日）, short R8.11.1, month 令和8年11月; month_end 令和9年9月末 on the
    last day of a month and long on others. Raises ValueError for an unknown style or a day before 明治.
    """
    at = era_year(d)
    long = f"{at.label}{d.month}月{d.day}日"
    match style:
        case "long":
            return long
        case "weekday":
            return f"{long}（{WEEKDAYS[d.weekday()]}）"
        case "short":
            return f"{at.era.letter}{at.year}.{d.month}.{d.day}"
        case "month":
            return f"{at.label}{d.month}月"
        case "month_end":
            is_last = d.day == calendar.monthrange(d.year, d.month)[1]
            return f"{at.label}{d.month}月末" if is_last else long
    raise ValueError(f"unknown date style: {style!r}")


def fiscal_era_year(year: int) -> EraYear:
    """Return the era and year that name the fiscal year beginning in April of `year`.

    A fiscal year is named by its first day. FY2019 alone is 令和元年度 as a whole although it began in 平成31年
    (改元に伴う元号による年表示の取扱いについて, 関係省庁連絡会議申合せ, 平成31年4月1日).
    """
    return era_year(dt.date(year, 5, 1) if year == 2019 else dt.date(year, 4, 1))


def fiscal_year_name(year: int) -> str:
    """Return e.g. 令和8年度 for 2026, 令和元年度 for 2019."""
    return f"{fiscal_era_year(year).label}度"
