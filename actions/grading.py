"""Ready-made scales of grades, and the average that leaves out what is not counted (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

GOOD = ("run", "done")


@dataclass(frozen=True)
class Step:
    """One grade of a ready-made scale. `value` None is counted in no average; `agrees` empty fits any state."""

    code: str
    label: str
    value: int | None
    agrees: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preset:
    key: str
    name: str
    note: str
    steps: tuple[Step, ...]


PRESETS = {
    p.key: p
    for p in (
        Preset(
            "abcd", "A〜D（4段階）", "目標より進んでいるか、遅れているか。評価できないものは平均に入れません",
            (
                Step("A", "目標より進んでいる", 3, GOOD), Step("B", "目標どおり", 2, GOOD),
                Step("C", "目標より遅れている", 1, ("late", "over")), Step("D", "評価できない", None, ("todo", "stop")),
            ),
        ),
        Preset(
            "sabc", "S・A・B・C（4段階）", "目標に対する到達の程度",
            (
                Step("S", "目標を上回る", 4, GOOD), Step("A", "目標どおり", 3, GOOD),
                Step("B", "目標をやや下回る", 2, ("run", "late")),
                Step("C", "目標を大きく下回る", 1, ("late", "over")),
            ),
        ),
        Preset(
            "seven", "7段階（S〜Z）", "未着手・中止・評価困難は、値のない評価として平均に入れません",
            (
                Step("S", "目標値以上", 4, GOOD), Step("A", "目標値どおり", 3, GOOD),
                Step("B", "要改善", 2, ("run", "late")), Step("C", "要大幅改善", 1, ("late", "over")),
                Step("X", "未着手", None, ("run", "todo", "over")), Step("Y", "中止", None, ("stop",)),
                Step("Z", "評価困難", None),
            ),
        ),
    )
}  # fmt: skip


def mean(values: Iterable[int | None]) -> Decimal | None:
    """Mean of the counted grades to one decimal place; None without any. A missing value is left out, never 0."""
    counted = [v for v in values if v is not None]
    if not counted:
        return None
    return (Decimal(sum(counted)) / len(counted)).quantize(Decimal("0.1"), ROUND_HALF_UP)
