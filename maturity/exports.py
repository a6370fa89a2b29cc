"""Maturity as files: levels of the departments in a round, and what is left to the targets."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.roles import Permission
from exchange.lists import Head, ListExport, Shown, register
from lib import listing
from lib.http import Request
from maturity import charts, queries
from maturity.filters import GapFilter
from maturity.models import Score
from maturity.views.city import found_city
from maturity.views.common import view_of
from maturity.views.gaps import SORTS

GAP_HEADS = (
    Head("課", "department"), Head("軸", "axis"), Head("いまのレベル", "level", "number"),
    Head("レベルの種類", "kind", note="確認後か自己評価"), Head("目標レベル", "target_level", "number"),
    Head("目標まで", "gap", "number"), Head("目標の期日", "target_on", "date"),
)  # fmt: skip
NOT_APPLICABLE = "該当なし"


def gaps(request: Request) -> Shown:
    found = GapFilter(request.GET, queryset=queries.open_gaps(timezone.localdate()))
    ordered = listing.ordered(request, found.qs, sorts=SORTS, default="-size")
    return Shown("目標までの差", GAP_HEADS, (_gap(s) for s in ordered))


def _gap(score: Score) -> list[Any]:
    kind = "自己評価" if score.reviewed_level is None else "確認後"
    return [
        score.assessment.department.name, score.axis.name, score.best, kind, score.target_level, score.gap_size,
        score.target_on,
    ]  # fmt: skip


def levels(request: Request) -> Shown | None:
    """The heat map: a row a department, a column an axis; a blank is unknown and never 0."""
    rounds = queries.assessed_rounds()
    found = found_city(request, rounds)
    if found is None:
        return None
    view = view_of(request)
    asked = queries.asked_departments(found.round.pk)
    rows = charts.city_rows(found, asked, request.GET.get("sort", ""), view)
    note = f"{charts.VIEWS[view]}のレベル。空欄は分からない（0ではない）"
    axes = [Head(a.name, a.key, "number", note) for a in found.axes]
    heads = (Head("課", "department"), *axes, Head("平均", "average", "number", "分かる軸だけの平均"))
    cells = ([r.department.name, *(_level(m, view) for m in r.marks), r.average] for r in rows)
    return Shown(f"成熟度 {found.round.fiscal_period.label}", heads, cells)


def _level(mark: Any, view: str) -> Any:
    return NOT_APPLICABLE if mark.not_applicable else mark.seen(view)


def register_all() -> None:
    register(ListExport("gaps", "目標までの差", Permission.READ, gaps))
    register(ListExport("maturity", "成熟度", Permission.READ, levels))
