"""Heads that name a period (pure): whose figures stand below them, and what a column may be chosen to hold."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from exchange.wizard import grid
from exchange.wizard.heading import JOINED
from lib import fiscal, wareki

TARGET, ACTUAL = "target", "actual"
KIND_WORDS = {TARGET: "目標", ACTUAL: "実績"}
NUMERATOR, DENOMINATOR = "numerator", "denominator"
PART_WORDS = {NUMERATOR: "分子", DENOMINATOR: "分母"}
# Years around today that a column may be chosen to hold, besides those of the heads.
BEFORE, AFTER = 3, 3
UNSAID = "（目標か実績かは「行の扱い」で選ぶ）"
Options = list[tuple[str, list[tuple[str, str]]]]

_SAID = {
    TARGET: re.compile(r"目標(?:数値|値)?|計画値?|見込(?:み|値)?"), ACTUAL: re.compile(r"実績(?:数値|値)?|達成値|結果"),
}  # fmt: skip
_PARTS = {NUMERATOR: re.compile("分子"), DENOMINATOR: re.compile("分母|母数")}
# A starting value has a column of its own, and a share of the target is computed.
_NEITHER = re.compile(r"基準|策定時|現状|現況|達成率|達成度|進捗率")
_MARK = re.compile(r"(?:[※＊*]|注(?=[0-9０-９]))[0-9０-９]{0,2}")
_EMPTY = re.compile(r"[（(\[［【〔][\s／/・÷,、]*[)）\]］】〕]")
_YEAR = r"(?:(?:令和|平成|[RH])(?:[0-9]{1,2}|元)(?:年度|年)?|(?:19|20)[0-9]{2}(?:年度|年)?|[0-9]{1,2}年度)"
_HALF = r"(?:[上下前後]半?期?|H[12]|[12]H|第[12]半期)"
_WRAPPED = re.compile(rf"[(\[【〔](?P<year>{_YEAR})?(?P<half>{_HALF})?[)\]】〕]")
_TURNED = re.compile(rf"(?P<half>{_HALF})(?P<year>{_YEAR})")
_FISCAL = re.compile(r"FY((?:19|20)[0-9]{2})|((?:19|20)[0-9]{2})FY")


def period_label(starts: dt.date, ends: dt.date) -> str:
    """R8年度, R8上期, or the last day of anything else."""
    if _days(starts, ends) >= 300:
        return fiscal.Period(str(fiscal.fiscal_year(ends))).short_label
    half = fiscal.half_of(ends)
    return half.short_label if (half.start, half.end) == (starts, ends) else wareki.format_date(ends, "short")


def figure_label(kind: str, starts: dt.date, ends: dt.date, part: str = "") -> str:
    """R8上期実績（分子）."""
    return f"{period_label(starts, ends)}{KIND_WORDS.get(kind, '')}{f'（{PART_WORDS[part]}）' if part else ''}"


def holds_target(starts: dt.date, ends: dt.date) -> bool:
    """Targets are yearly: a column of the year, or of its last day or month."""
    closes = ends == fiscal.fiscal_year_end(ends)
    return closes and not 40 <= _days(starts, ends) < 300


def _is_known(day: dt.date) -> bool:
    """Codes such as 1234-5 look like months of years that no calendar here reaches."""
    return fiscal.FIRST_YEAR <= fiscal.fiscal_year(day) <= fiscal.LAST_YEAR


def _days(starts: dt.date, ends: dt.date) -> int:
    return (ends - starts).days


@dataclass(frozen=True)
class Column:
    """A period, whether its cells are targets or actuals ('' where nothing says so), and the part of a rate."""

    starts: dt.date
    ends: dt.date
    kind: str
    part: str = ""

    @property
    def key(self) -> str:
        """As a choice of a form and as it is kept: actual:2026-04-01:2026-09-30:numerator."""
        return f"{self.kind}:{self.starts}:{self.ends}:{self.part}"

    @classmethod
    def of(cls, key: str) -> Column | None:
        kind, _, rest = key.partition(":")
        days, _, part = rest.rpartition(":")
        starts, _, ends = days.partition(":")
        try:
            return cls(dt.date.fromisoformat(starts), dt.date.fromisoformat(ends), kind, part)
        except ValueError:
            return None

    @property
    def year(self) -> int:
        return fiscal.fiscal_year(self.ends)

    @property
    def is_half(self) -> bool:
        half = fiscal.half_of(self.ends)
        return (half.start, half.end) == (self.starts, self.ends)

    @property
    def label(self) -> str:
        return figure_label(self.kind, self.starts, self.ends, self.part)

    @property
    def fits(self) -> bool:
        """Whether the portal keeps what such a column holds."""
        return self.kind != TARGET or (not self.part and holds_target(self.starts, self.ends))


def columns(labels: Sequence[str]) -> dict[int, Column]:
    """The columns whose heads name a period, and perhaps 目標 or 実績, 分子 or 分母.

    A year alone may be anything: two columns must stand side by side, or one must be a half-year with its word.
    """
    spans = grid.spans([_period(label) for label in labels])
    found = {at: Column(*span, *said(labels[at])) for at, span in spans.items() if _is_known(span[1])}
    sure = any(at + 1 in found for at in found) or any(c.kind and c.is_half for c in found.values())
    return found if sure else {}


def said(text: str) -> tuple[str, str]:
    """What a head or a cell says of figures: target or actual, numerator or denominator; only actuals have parts."""
    kind = next((kind for kind, words in _SAID.items() if words.search(text)), "")
    parts = [part for part, words in _PARTS.items() if words.search(text)]
    # Heads with both words stand over cells such as 12/31.
    return kind or (ACTUAL if parts else ""), parts[0] if len(parts) == 1 else ""


def says_nothing_else(text: str) -> bool:
    return _EMPTY.sub("", _bare(text)).strip(" 　・_の") == ""


def _bare(label: str) -> str:
    for words in (*_SAID.values(), *_PARTS.values()):
        label = words.sub("", label)
    return label


def _period(label: str) -> str:
    """The head without what its figures are, the year before its half."""
    if _NEITHER.search(label):
        return ""
    bare = _EMPTY.sub("", _bare(_MARK.sub("", label)))
    parts = [_plain(part) for part in bare.split(JOINED)]
    if turned := _TURNED.fullmatch("".join(parts)):
        return turned["year"] + turned["half"]
    return JOINED.join(parts)


def _plain(part: str) -> str:
    text = "".join(unicodedata.normalize("NFKC", part).split()).upper()
    text = _FISCAL.sub(lambda m: f"{m[1] or m[2]}年度", text)
    outside = _WRAPPED.sub("", text)
    text = _WRAPPED.sub(lambda m: _unwrapped(m, outside), text)
    text = re.sub(r"[の・_:、,]", "", text).strip("-./ー−")
    return f"{turned['year']}{turned['half']}" if (turned := _TURNED.fullmatch(text)) else text


def _unwrapped(match: re.Match[str], outside: str) -> str:
    """What brackets add: 令和8年度(上期), but not 令和8年度(2026年度)."""
    year, half = match["year"] or "", match["half"] or ""
    return ("" if re.search(_YEAR, outside) else year) + ("" if re.search(_HALF, outside) else half)


def told(found: Iterable[Column]) -> str:
    """What the columns were read as, in words: 目標 R5年度〜R8年度、実績 R5年度〜R7年度."""
    spans: dict[str, list[str]] = {}
    kinds, parts = [*KIND_WORDS, ""], ["", *PART_WORDS]
    for column in sorted(found, key=lambda c: (kinds.index(c.kind), parts.index(c.part), c.ends)):
        part = f"の{PART_WORDS[column.part]}" if column.part else ""
        word = KIND_WORDS.get(column.kind, "見出しにない列") + part
        spans.setdefault(word, []).append(period_label(column.starts, column.ends))
    return "、".join(
        f"{word} {names[0] if names[0] == names[-1] else f'{names[0]}〜{names[-1]}'}" for word, names in spans.items()
    )


# ---- what a person may choose for a column


def offered(found: Iterable[Column], today: dt.date) -> Options:
    """What a column may hold, in groups by year: the years of the heads, and those around today."""
    now = fiscal.fiscal_year(today)
    years = {c.year for c in found} | set(range(now - BEFORE, now + AFTER + 1))
    return [
        (fiscal.year_label(year), [(c.key, c.label) for c in _of_year(year) if c.kind == TARGET or c.starts <= today])
        for year in sorted(years)
    ]


def _of_year(year: int) -> Iterator[Column]:
    whole = fiscal.Period(str(year))
    yield Column(whole.start, whole.end, TARGET)
    for key in (str(year), f"{year}H1", f"{year}H2"):
        period = fiscal.Period(key)
        for part in ("", NUMERATOR, DENOMINATOR):
            yield Column(period.start, period.end, ACTUAL, part)


def own(column: Column) -> str:
    """The words of a column as its head says it."""
    return column.label if column.kind else f"{column.label}{UNSAID}"
