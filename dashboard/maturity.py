"""Maturity on the dashboard: the radar of accepted assessments and one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import Department
from lib import charts
from maturity import queries
from maturity.charts import city_chart
from rounds.models import Round


@dataclass(frozen=True)
class Words:
    """What stands around the radar: whose it is, its accessible title, and the sentence below it."""

    scope: str
    title: str
    sentence: str


def city(rounds: Sequence[Round]) -> dict[str, Any]:
    """Radar of the city's averages, with the tile that opens the maturity page; `rounds` as `all_rounds` gives them."""
    found = queries.city_radar(rounds=queries.assessed_rounds(rounds))
    if found is None:
        return {"radar": None, "maturity": None, "maturity_figure": None}
    words = Words(f"全庁平均（{found.answered}課）", "成熟度の全庁平均", found.sentence)
    return {"radar": city_chart(found), "maturity": words, "maturity_figure": found}


def department(shown: Department) -> dict[str, Any]:
    """Radar of one department: its last accepted assessment, its targets and the one before."""
    history = queries.last_two(shown)
    if not history:
        return {"radar": None, "maturity": None}
    now = history[0].by_key()
    before = history[1].by_key() if len(history) > 1 else {}
    series = {
        "now": [s.level for s in now.values()],
        "target": [s.target_level for s in now.values()],
        "previous": [before[k].level if k in before else None for k in now],
    }
    period = history[0].reply.round.fiscal_period.label
    words = Words(shown.name, f"{shown.name}の成熟度", f"{period}の自己評価（受理済み）です。")
    return {"radar": _radar([s.axis.name for s in now.values()], series), "maturity": words}


LABELS = {"now": "現在", "target": "目標", "previous": "前回"}


def _radar(names: list[str], series: dict[str, list[Any]]) -> Any:
    return charts.radar(names, [charts.RadarSeries(k, LABELS[k], v) for k, v in series.items()])
