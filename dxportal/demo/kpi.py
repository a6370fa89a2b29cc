"""Indicators of サンプル市: each way of counting once, with a correction; all figures are made up for the city."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from accounts.models import Department
from dxportal.demo.clock import moment, telling
from dxportal.demo.people import People
from lib import fiscal
from strategy.models import Element, PriorityItem
from strategy.services.indicators import correct_actual, create_indicator, record_actual

# name, unit, kind, method, direction, department, measure's label, item's number, baseline, targets, actuals.
# Targets and actuals run over the four fiscal years that end with the one of today; None is not known yet.
Parts = tuple[int, int]
ROWS: tuple[tuple[Any, ...], ...] = (
    ("オンライン申請の利用率", "％", "outcome", "rate", "up", "情報政策課", "③", 1, 12, (20, 30, 40, 50),
     ((4210, 23800), (7180, 24100), (9920, 24300), None)),
    ("書かない窓口で受けた件数", "件", "activity", "single", "up", "市民課", "③", 1, None, (2000, 6000, 9000, 12000),
     (1820, 6450, 8730, None)),
    ("標準準拠システムへ移した業務", "業務", "outcome", "cumulative", "up", "情報政策課", "①", 2, 0, (4, 10, 20, 20),
     (3, 8, 12, None)),
    ("窓口の平均待ち時間", "分", "outcome", "single", "down", "市民課", "⑨", 1, 18, (16, 14, 12, 10),
     (17, 15, 11, None)),
    ("AI・RPAで減らした時間", "時間", "outcome", "single", "up", "総務課", "④", 6, 0, (1000, 3000, 5000, 7000),
     (1240, 2380, 5160, None)),
    ("DX研修を受けた職員", "人", "activity", "cumulative", "up", "人事課", "⑪", 7, 0, (100, 220, 340, 450),
     (96, 240, 351, None)),
)  # fmt: skip


def tell_indicators(today: dt.date, posts: People) -> None:
    """Let 事務局 enter the indicators with the actuals of the years that have ended."""
    office = posts.actor("secretariat")
    measures = {e.label: e for e in Element.objects.in_force().filter(layer__role="measure")}
    items = {i.number: i for i in PriorityItem.objects.current().filter(category="priority")}
    with telling(moment(today - dt.timedelta(days=1), 20, 30)):
        for row in ROWS:
            _tell(row, fiscal.fiscal_year(today) - 3, measures, items, office)


def _tell(row: tuple[Any, ...], first: int, measures: Any, items: Any, by: Any) -> None:
    name, unit, kind, method, direction, department, label, number, baseline, targets, actuals = row
    indicator = create_indicator(
        name=name, unit=unit, kind=kind, method=method, direction=direction,
        department=Department.objects.current().get(name=department),
        baseline=None if baseline is None else Decimal(baseline),
        baseline_on=None if baseline is None else fiscal.parse(str(first - 1)).end,
        elements=[measures[label]], items=[items[number]],
        targets={first + i: Decimal(v) for i, v in enumerate(targets)}, by=by,
    )  # fmt: skip
    stored = [
        record_actual(indicator=indicator, as_of=fiscal.parse(str(first + i)).end, by=by, **_figures(value))
        for i, value in enumerate(actuals)
        if value is not None
    ]
    if method == "rate":
        last = stored[-1]
        parts = _figures((actuals[2][0] + 130, actuals[2][1]))
        correct_actual(
            actual=last, version=last.version, reason="3月末の受付分が集計から漏れていたため", by=by, **parts
        )


def _figures(value: int | Parts) -> dict[str, Decimal]:
    if isinstance(value, tuple):
        return {"numerator": Decimal(value[0]), "denominator": Decimal(value[1])}
    return {"value": Decimal(value)}
