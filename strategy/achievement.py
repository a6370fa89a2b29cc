"""How far an indicator has come, by one published rule (pure; `today` is passed in).

What is unknown stays unknown: a missing actual or target makes a year 評価できない, never 0 ％.
Comparisons are exact (fractions); only what is shown is rounded, and always downwards, so that
99.96 ％ never reads as 100 ％.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor
from typing import Any, Protocol

from lib import fiscal

PLACES, MOST_PLACES = 3, 28
LARGEST = Decimal("999999999999.999")
MET, NEARLY = Fraction(1), Fraction(4, 5)
BAND = Fraction(1, 10)
NO_VALUE = "—"


@dataclass(frozen=True)
class Grade:
    """A step of the scale: never by colour alone."""

    key: str
    label: str
    css: str
    icon: str


GRADES: dict[str, Grade] = {
    g.key: g
    for g in (
        Grade("ahead", "達成", "done", "circle-check"),
        Grade("on", "おおむね達成", "run", "circle-arrow-right"),
        Grade("behind", "未達", "late", "triangle-alert"),
        Grade("open", "年度途中", "wait", "hourglass"),
        Grade("unevaluable", "評価できない", "todo", "circle-dashed"),
        Grade("words", "定性", "wait", "message-square-text"),
    )
}

RULES: tuple[tuple[str, str], ...] = (
    ("比べる実績", "目標の年度の中で、いちばん新しい日付の実績。率は 分子 ÷ 分母 × 100。累計は始めからの合計で入力し、"
     "増やす累計に限り、前の年度までの合計で目標に届いていれば、その合計を使う。"),
    ("基準値があるとき", "達成率 ＝（実績 − 基準値）÷（目標 − 基準値）"),
    ("基準値がないとき", "増やす指標は 実績 ÷ 目標、減らす指標は 目標 ÷ 実績。"
     "減らす指標で実績が0以下、目標が0以上なら達成。"),
    ("維持する指標", "実績が目標の±10％以内なら達成、外れたら未達。達成率は出さない。"),
    ("段階", "達成率100％以上は達成、80％以上はおおむね達成、80％未満は未達。達成率は小数第2位を切り捨てて示す。"),
    ("年度途中", "終わっていない年度の目標には段階を付けず、途中の達成率だけを示す。"),
    ("評価できない", "実績か目標がない、目標が基準値と同じ、目標が基準値から逆の向きにある、基準値がなく目標が0以下"
     "（減らす指標は0未満）、維持する指標の目標が0。分からない値を0とは数えない。"),
)  # fmt: skip


class Figure(Protocol):
    """An actual on its day. Read-only: any object with these attributes serves."""

    @property
    def as_of(self) -> dt.date: ...
    @property
    def value(self) -> Decimal | None: ...
    @property
    def numerator(self) -> Decimal | None: ...
    @property
    def denominator(self) -> Decimal | None: ...


@dataclass(frozen=True)
class Terms:
    """What kind of figure it is: cumulative, single or rate; up, down or neutral; where it began."""

    method: str
    direction: str
    baseline: Decimal | None = None
    qualitative: bool = False


@dataclass(frozen=True)
class Comparison:
    """`met` is None where the rule gives no answer; `words` then says why, else the sum as written."""

    words: str
    met: bool | None = None
    ratio: Fraction | None = None

    @property
    def grade(self) -> str:
        if self.met is None:
            return "unevaluable"
        if self.met:
            return "ahead"
        return "on" if self.ratio is not None and self.ratio >= NEARLY else "behind"


@dataclass(frozen=True)
class Result:
    """One target year: what was aimed at, what came of it, and the grade."""

    year: int
    target: Decimal | None
    actual: Any
    comparison: Comparison
    is_open: bool

    @property
    def grade(self) -> Grade:
        return GRADES["open" if self.is_open else self.comparison.grade]

    @property
    def percent(self) -> Decimal | None:
        """Achievement in per cent to one place, cut off downwards."""
        ratio = self.comparison.ratio
        return None if ratio is None else Decimal(floor(ratio * 1000)) / 10

    @property
    def shown(self) -> str:
        """The percentage; where the rule has none, in words whether the target is met; else a dash."""
        if self.percent is not None:
            return f"{self.percent:,.1f}％".replace("-", "−")
        if self.comparison.met is None:
            return NO_VALUE
        return "目標の範囲内" if self.comparison.met else "目標の範囲外"

    @property
    def explanation(self) -> str:
        """The rule with the figures filled in, or why it gives no answer."""
        if self.percent is None:
            return self.comparison.words
        return f"{self.comparison.words} ＝ {self.shown}"

    @property
    def label(self) -> str:
        return fiscal.parse(str(self.year)).label


@dataclass(frozen=True)
class Standing:
    """The last target year that has ended, the next one that has not, and the grade that lists show."""

    closed: Result | None = None
    running: Result | None = None
    grade: Grade = field(default=GRADES["unevaluable"])
    reason: str = ""

    @property
    def results(self) -> list[Result]:
        return [r for r in (self.closed, self.running) if r is not None]


def percentage(numerator: Decimal | None, denominator: Decimal | None) -> Decimal | None:
    """Return numerator ÷ denominator × 100 to three places; None if a part is unknown or nothing divides."""
    share = _share(numerator, denominator)
    if share is None or abs(share) > Fraction(LARGEST):
        return None
    unit = Decimal(1).scaleb(-PLACES)
    return (Decimal(share.numerator) / Decimal(share.denominator)).quantize(unit, ROUND_HALF_UP)


def standing(
    terms: Terms, targets: Mapping[int, Decimal | None], figures: Iterable[Figure], today: dt.date
) -> Standing:
    """Judge an indicator on `today`. `targets` maps fiscal years to values, None for a year without one."""
    if terms.qualitative:
        return Standing(grade=GRADES["words"], reason="定性の指標のため、計算の対象にしません。")
    known = sorted(year for year, value in targets.items() if exact(value) is not None)
    if not known:
        return Standing(reason="目標がありません。")
    rows = list(figures)
    ended = [y for y in known if year_end(y) < today]
    ahead = [y for y in known if year_end(y) >= today]
    closed = judge(terms, ended[-1], targets[ended[-1]], rows, today) if ended else None
    running = judge(terms, ahead[0], targets[ahead[0]], rows, today) if ahead else None
    shown = closed or running
    reason = shown.comparison.words if shown and shown.comparison.met is None else ""
    return Standing(closed, running, shown.grade if shown else GRADES["unevaluable"], reason)


def judge(terms: Terms, year: int, target: Decimal | None, figures: Iterable[Figure], today: dt.date) -> Result:
    """Compare one target year with its actual."""
    rows = sorted((f for f in figures if value_of(f, terms.method) is not None), key=lambda f: f.as_of)
    is_open = year_end(year) >= today
    actual = _actual_of(terms, year, target, rows, today)
    return Result(year, target, actual, _compared(terms, year, target, actual), is_open)


def compare(terms: Terms, target: Fraction, actual: Fraction) -> Comparison:
    """Apply the rule to two known values."""
    if terms.direction == "neutral":
        return _within_band(target, actual)
    baseline = exact(terms.baseline)
    if baseline is None:
        return _from_nothing(terms.direction, target, actual)
    return _from_baseline(terms.direction, baseline, target, actual)


def value_of(figure: Figure, method: str) -> Fraction | None:
    """The exact value of an actual; a rate comes from its parts, so that rounding decides no grade."""
    if method == "rate" and not (figure.numerator is None and figure.denominator is None):
        return _share(figure.numerator, figure.denominator)
    return exact(figure.value)


def exact(value: Any) -> Fraction | None:
    """The value as a fraction; None if unknown, not finite or beyond what is stored."""
    if not isinstance(value, Decimal | int) or isinstance(value, bool):
        return None
    number = Decimal(value)
    if not number.is_finite() or number.copy_abs() > LARGEST or number.as_tuple().exponent < -MOST_PLACES:
        return None
    # A zero may carry any exponent, and a fraction would write it out.
    return Fraction(number) if number else Fraction(0)


def figure(value: Decimal | Fraction | None, places: int = PLACES) -> str:
    """Write a value with digit groups and no more decimals than it needs; a dash if unknown."""
    if value is None:
        return NO_VALUE
    number = value if isinstance(value, Decimal) else Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "0") else text.replace("-", "−")


def year_end(year: int) -> dt.date:
    return fiscal.parse(str(year)).end


def _share(numerator: Decimal | None, denominator: Decimal | None) -> Fraction | None:
    above, below = exact(numerator), exact(denominator)
    return None if above is None or below is None or below <= 0 else above / below * 100


def _actual_of(terms: Terms, year: int, target: Decimal | None, rows: list[Figure], today: dt.date) -> Figure | None:
    """The actual that speaks for a year; a target ahead is compared with the latest one there is."""
    within = [f for f in rows if fiscal.fiscal_year(f.as_of) == year]
    if within:
        return within[-1]
    before = [f for f in rows if f.as_of <= year_end(year)]
    if not before:
        return None
    is_total = terms.method == "cumulative"
    if year_end(year) >= today and (is_total or year > fiscal.fiscal_year(today)):
        return before[-1]
    # A running total never falls: once it has reached the target, later years need no new figure.
    reached = is_total and terms.direction == "up" and _compared(terms, year, target, before[-1]).met
    return before[-1] if reached else None


def _compared(terms: Terms, year: int, target: Decimal | None, actual: Figure | None) -> Comparison:
    aim = exact(target)
    value = None if actual is None else value_of(actual, terms.method)
    name = fiscal.parse(str(year)).label
    if aim is None:
        return Comparison(f"{name}の目標がありません。")
    if value is None:
        return Comparison(f"{name}の実績がありません。")
    return compare(terms, aim, value)


def _within_band(target: Fraction, actual: Fraction) -> Comparison:
    if target == 0:
        return Comparison("目標が0のため、±10％の幅を決められません。")
    low, high = sorted((target * (1 - BAND), target * (1 + BAND)))
    met = low <= actual <= high
    words = f"実績 {figure(actual)} は、目標 {figure(target)} の±10％（{figure(low)}〜{figure(high)}）"
    return Comparison(f"{words}に{'入ります' if met else '入りません'}。", met)


def _from_baseline(direction: str, baseline: Fraction, target: Fraction, actual: Fraction) -> Comparison:
    if target == baseline:
        return Comparison("目標が基準値と同じため、達成率を計算できません。")
    if (target > baseline) is (direction == "down"):
        return Comparison("目標が基準値から逆の向きにあるため、達成率を計算できません。")
    ratio = (actual - baseline) / (target - baseline)
    start = figure(baseline)
    words = f"（実績 {figure(actual)} − 基準値 {start}）÷（目標 {figure(target)} − 基準値 {start}）"
    return Comparison(words, ratio >= MET, ratio)


def _from_nothing(direction: str, target: Fraction, actual: Fraction) -> Comparison:
    if target < 0 or (target == 0 and direction == "up"):
        return Comparison("基準値がなく、目標が0以下のため、達成率を計算できません。")
    if direction == "up":
        ratio = actual / target
        return Comparison(f"実績 {figure(actual)} ÷ 目標 {figure(target)}", ratio >= MET, ratio)
    if actual <= 0:
        return Comparison(f"実績 {figure(actual)} は0以下で、目標 {figure(target)} に収まっています。", True)
    ratio = target / actual
    return Comparison(f"目標 {figure(target)} ÷ 実績 {figure(actual)}", ratio >= MET, ratio)
