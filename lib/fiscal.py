"""The fiscal calendar of a municipality: 1 April to 31 March (地方自治法第208条), its halves, quarters and months."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, TypeAlias

from lib.wareki import era_year, fiscal_era_year, fiscal_year_name

PeriodKind: TypeAlias = Literal["year", "half", "quarter", "month"]

FIRST_MONTH = 4
# Japan counts by the Gregorian calendar from 1873; the upper bound keeps every end date inside datetime.date.
FIRST_YEAR, LAST_YEAR = 1873, 9997

_KEY = re.compile(r"(?P<year>[0-9]{4})(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")
_HALF_NAMES = {1: "上期", 2: "下期"}


@dataclass(frozen=True)
class Period:
    """A reporting period, held by its key: fiscal year "2026", half "2026H1", quarter "2026Q3", month "2026-07".

    The year in a key is the fiscal year, except in a month key, where it is the calendar year. Raises ValueError
    (Japanese) for any other key.
    """

    key: str

    def __post_init__(self) -> None:
        match = _KEY.fullmatch(self.key)
        if not match or not FIRST_YEAR <= int(match["year"]) <= LAST_YEAR:
            raise ValueError(
                f"「{self.key[:30]}」は期間として読めません。2026、2026H1、2026Q3、2026-07 の形で指定してください。"
            )

    @cached_property
    def kind(self) -> PeriodKind:
        return "half" if "H" in self.key else "quarter" if "Q" in self.key else "month" if "-" in self.key else "year"

    @cached_property
    def number(self) -> int:
        """Which half (1-2), quarter (1-4) or calendar month (1-12) this is; 1 for a year."""
        return int(re.split("[HQ-]", self.key)[1]) if self.kind != "year" else 1

    @cached_property
    def start(self) -> dt.date:
        year = int(self.key[:4])
        if self.kind == "month":
            return dt.date(year, self.number, 1)
        return _month_start(year, FIRST_MONTH + (self.number - 1) * self._months)

    @cached_property
    def end(self) -> dt.date:
        """The last day, included."""
        return _month_start(self.start.year, self.start.month + self._months) - dt.timedelta(days=1)

    @cached_property
    def fiscal_year(self) -> int:
        return fiscal_year(self.start)

    @cached_property
    def label(self) -> str:
        """Full name, e.g. 令和8年度上期."""
        if self.kind == "month":
            return f"{era_year(self.start).label}{self.number}月"
        return fiscal_year_name(self.fiscal_year) + self._part

    @cached_property
    def short_label(self) -> str:
        """Short name for table heads and chart axes, e.g. R8上期."""
        at = era_year(self.start) if self.kind == "month" else fiscal_era_year(self.fiscal_year)
        head = f"{at.era.letter}{at.year}"
        return f"{head}.{self.number}" if self.kind == "month" else head + (self._part or "年度")

    def next(self) -> Period:
        """Return the period of the same kind that begins on the day after the last."""
        return _containing(self.kind, self.end + dt.timedelta(days=1))

    def previous(self) -> Period:
        """Return the period of the same kind that ends on the day before the first."""
        return _containing(self.kind, self.start - dt.timedelta(days=1))

    def contains(self, d: dt.date) -> bool:
        return self.start <= d <= self.end

    @cached_property
    def _months(self) -> int:
        return {"year": 12, "half": 6, "quarter": 3, "month": 1}[self.kind]

    @property
    def _part(self) -> str:
        return (
            _HALF_NAMES[self.number]
            if self.kind == "half"
            else f"第{self.number}四半期"
            if self.kind == "quarter"
            else ""
        )


@lru_cache(maxsize=512)
def year_label(year: int) -> str:
    """Name of a fiscal year, e.g. 令和8年度."""
    return Period(str(year)).label


def parse(key: str) -> Period:
    """Read a period key in any width or case, with spaces. Raises ValueError (Japanese) if it is none."""
    return Period("".join(unicodedata.normalize("NFKC", key).split()).upper())


def countable(d: dt.date) -> dt.date:
    """The day itself. Raises ValueError (Japanese) for one outside of the fiscal years that can be counted: 9999-12-31,
    which people type for "never", would break every schedule that it stands in."""
    if FIRST_YEAR <= fiscal_year(d) <= LAST_YEAR:
        return d
    raise ValueError(
        f"「{d.isoformat()}」は扱えない日付です。"
        f"{FIRST_YEAR}年4月1日から{LAST_YEAR + 1}年3月31日までの日付にしてください。"
    )


def fiscal_year(d: dt.date) -> int:
    """Return the calendar year in which the fiscal year of `d` began."""
    return d.year if d.month >= FIRST_MONTH else d.year - 1


def fiscal_year_end(d: dt.date) -> dt.date:
    """Return 31 March of the fiscal year of `d`."""
    return dt.date(fiscal_year(d) + 1, FIRST_MONTH - 1, 31)


@lru_cache(maxsize=1024)
def half_of(d: dt.date) -> Period:
    """Return the half fiscal year of `d`: 上期 April to September, 下期 October to March."""
    return _containing("half", d)


def halves_between(start: dt.date, end: dt.date) -> list[Period]:
    """Return every half fiscal year touched by the days from `start` to `end`, both included; none if end < start."""
    if end < start:
        return []
    halves = [half_of(start)]
    while halves[-1].end < end:
        halves.append(halves[-1].next())
    return halves


def _containing(kind: PeriodKind, d: dt.date) -> Period:
    offset = (d.month - FIRST_MONTH) % 12
    match kind:
        case "year":
            return Period(f"{fiscal_year(d):04}")
        case "half":
            return Period(f"{fiscal_year(d):04}H{offset // 6 + 1}")
        case "quarter":
            return Period(f"{fiscal_year(d):04}Q{offset // 3 + 1}")
        case "month":
            return Period(f"{d.year:04}-{d.month:02}")


def _month_start(year: int, month: int) -> dt.date:
    """Return the first day of a month counted from January of `year`; 13 is January of the next year."""
    return dt.date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
