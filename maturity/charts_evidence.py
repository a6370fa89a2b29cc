"""Charts of the comparison and of the usage surveys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from lib.charts import STATE_STYLES, Legend, Meter, Radar, RadarSeries, StackedBar, legend, meter, radar, stacked_bar
from maturity import usage
from maturity.models_evidence import NationalIndicator
from maturity.queries_evidence import Own, Use

USE_STYLES = {
    "unused": replace(STATE_STYLES["todo"], word="未利用"),
    "seldom": replace(STATE_STYLES["late"], word="低利用（使ったことはある）"),
    "used": replace(STATE_STYLES["run"], word="利用"),
}


def comparison(own: Own, label: str, levels: Mapping[str, Decimal | None] | None) -> Radar | None:
    """The own averages, and another series where one is chosen; None for fewer than three axes."""
    series = [RadarSeries("now", "本市（自己評価）", [a.now for a in own.axes])]
    if levels is not None:
        series.append(RadarSeries("reference", label, [levels.get(a.key) for a in own.axes]))
    return radar([a.name for a in own.axes], series, own.maximum)


@dataclass(frozen=True)
class UseLine:
    """One feature with its bar; None where it was not judged."""

    use: Use
    bar: StackedBar | None


def use_lines(found: Sequence[Use]) -> list[UseLine]:
    """Each bar fills the width: what is compared are shares, and denominators may differ."""
    return [UseLine(u, stacked_bar(u.parts, styles=USE_STYLES, unit="人") if u.judged else None) for u in found]


def use_legend(found: Sequence[Use]) -> Legend:
    return legend(USE_STYLES, {key for u in found for key, n in u.parts.items() if n})


@dataclass(frozen=True)
class Figure:
    """One national figure with the meter of its share; None without a denominator."""

    indicator: NationalIndicator
    meter: Meter | None


def figures(rows: Sequence[NationalIndicator]) -> list[Figure]:
    return [
        Figure(r, meter(r.share) if usage.rate(r.national_value, r.denominator) is not None else None) for r in rows
    ]
