"""Averages of maturity levels (pure). What is unknown stays out of every figure; it never counts as 0."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


@dataclass(frozen=True)
class Mark:
    """One department's answer on one axis. Neither a level nor 該当なし means: not answered.

    `reviewed` is the level that 事務局 set, None as long as it has not; it is never filled from the own level.
    """

    level: int | None = None
    not_applicable: bool = False
    target: int | None = None
    reviewed: int | None = None

    @property
    def is_answered(self) -> bool:
        return self.not_applicable or self.level is not None

    @property
    def counted_target(self) -> int | None:
        return None if self.not_applicable else self.target

    @property
    def difference(self) -> int | None:
        """Reviewed minus own level; None unless both are known."""
        return None if self.level is None or self.reviewed is None else self.reviewed - self.level

    def seen(self, view: str) -> int | None:
        """The level of a view: `reviewed`, else the department's own."""
        return self.reviewed if view == "reviewed" else self.level


@dataclass(frozen=True)
class AxisFigure:
    """One axis over many departments, each average as shown (one decimal), None where nothing is known.

    `answered` counts the departments with a level, `not_applicable` those for which the axis does not apply;
    `reviewed` is the average of the reviewed levels alone, of which there are `reviewed_count`.
    """

    key: str
    name: str
    now: Decimal | None
    previous: Decimal | None
    target: Decimal | None
    answered: int
    not_applicable: int
    reviewed: Decimal | None = None
    reviewed_count: int = 0
    weight: Decimal = Decimal(1)

    @property
    def gain(self) -> Decimal | None:
        """Change since the assessment before, of the figures as shown, so that the page adds up."""
        return subtract(self.now, self.previous)

    @property
    def gap(self) -> Decimal | None:
        """What is left to the target; negative when it has been passed."""
        return subtract(self.target, self.now)


def mean(values: Iterable[int | Fraction | None]) -> Fraction | None:
    """Return the exact mean of the known values, None if there is none."""
    known = [v for v in values if v is not None]
    return Fraction(sum(known)) / len(known) if known else None


def shown(value: Fraction | None) -> Decimal | None:
    """Round to one decimal, halves up as people do by hand (2.25 is 2.3)."""
    if value is None:
        return None
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal("0.1"), ROUND_HALF_UP)


def subtract(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """Return the difference, None unless both are known."""
    return None if one is None or other is None else one - other


def weighted_mean(pairs: Iterable[tuple[int | Fraction | None, Decimal]]) -> Fraction | None:
    """Return the mean of the known values by their weights, None if none is known.

    The weight of an unknown value leaves the divisor too, so a blank draws nothing towards 0.
    """
    known = [(Fraction(v), Fraction(weight)) for v, weight in pairs if v is not None]
    total = sum(weight for _, weight in known)
    return sum(v * weight for v, weight in known) / total if total else None


def axis_figure(
    key: str, name: str, now: Sequence[Mark], previous: Sequence[Mark] = (), weight: Decimal = Decimal(1)
) -> AxisFigure:
    """Average one axis over departments."""
    return AxisFigure(
        key, name,
        now=shown(mean(m.level for m in now)),
        previous=shown(mean(m.level for m in previous)),
        target=shown(mean(m.counted_target for m in now)),
        answered=sum(m.level is not None for m in now),
        not_applicable=sum(m.not_applicable for m in now),
        reviewed=shown(mean(m.reviewed for m in now)),
        reviewed_count=sum(m.reviewed is not None for m in now),
        weight=weight,
    )  # fmt: skip


def overall(
    groups: Iterable[Iterable[Mark]], weights: Iterable[Decimal] | None = None, view: str = "self"
) -> Decimal | None:
    """Average the averages of the axes; without `weights` each axis weighs the same.

    However many departments answered an axis, it counts once; an axis without any level does not count.
    """
    means = [mean(m.seen(view) for m in marks) for marks in groups]
    return shown(weighted_mean(zip(means, weights or [Decimal(1)] * len(means), strict=True)))


def average(marks: Iterable[Mark], weights: Iterable[Decimal], view: str = "self") -> Decimal | None:
    """One department's average over its axes."""
    return shown(weighted_mean(zip((m.seen(view) for m in marks), weights, strict=True)))


def differences(before: Mapping[str, Mark], after: Mapping[str, Mark]) -> dict[str, int | None]:
    """Return by axis of `after` how many levels it moved; None unless both assessments have a level."""
    return {key: _moved(before.get(key), mark) for key, mark in after.items()}


def _moved(before: Mark | None, after: Mark) -> int | None:
    if before is None or before.level is None or after.level is None:
        return None
    return after.level - before.level


@dataclass(frozen=True)
class Extreme:
    """The axes that share the largest value of a kind."""

    names: tuple[str, ...]
    value: Decimal

    def __str__(self) -> str:
        return "・".join(self.names)


def largest_gain(figures: Sequence[AxisFigure]) -> Extreme | None:
    """Return the axes that grew most, None if none grew."""
    return _largest(figures, lambda f: f.gain)


def largest_gap(figures: Sequence[AxisFigure]) -> Extreme | None:
    """Return the axes farthest below their target, None if no target is open."""
    return _largest(figures, lambda f: f.gap)


def _largest(figures: Sequence[AxisFigure], value: Callable[[AxisFigure], Decimal | None]) -> Extreme | None:
    values = [(v, f.name) for f in figures if (v := value(f)) is not None and v > 0]
    if not values:
        return None
    top = max(v for v, _ in values)
    return Extreme(tuple(name for v, name in values if v == top), top)


def sentence(figures: Sequence[AxisFigure], since: str = "前回") -> str:
    """Say in Japanese which axis grew most since then and which is farthest from its target; empty if neither."""
    gain, gap = largest_gain(figures), largest_gap(figures)
    text = ""
    if gain:
        text += f"{since}から最も伸びた軸は{gain}（+{gain.value}）です。"
    elif any(f.gain is not None for f in figures):
        text += f"{since}から伸びた軸はありません。"
    if gap:
        text += f"目標まで最も遠い軸は{gap}（あと{gap.value}）です。"
    elif any(f.gap is not None for f in figures):
        text += "目標のある軸は、すべて目標に届いています。"
    return text
