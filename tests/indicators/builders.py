"""Builders of indicators, `make_x(**kw)`, and what the tests of their services share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from audit.models import Entry
from lib import ledger
from strategy.models import ActualCorrection, Indicator, IndicatorActual, IndicatorTarget
from strategy.services import indicators as services
from tests.builders import make_department

_n = count(1)
BY = ledger.command("組み立て")


def make_indicator(
    targets: dict[int, Any] | None = None, actuals: dict[str, Any] | None = None, **kw: Any
) -> Indicator:
    """An indicator with `targets` by fiscal year and `actuals` by day (a value, or the parts of a rate)."""
    n = next(_n)
    links = {name: kw.pop(name) for name in ("elements", "items") if name in kw}
    department = kw.pop("department", None) or make_department()
    values = {
        "name": f"指標{n}", "unit": "件", "kind": "outcome", "method": "single", "direction": "up",
        "department": department,
    }  # fmt: skip
    indicator = Indicator.objects.create(**values | kw)
    for name, rows in links.items():
        getattr(indicator, name).set(rows)
    for year, goal in (targets or {}).items():
        make_target(indicator=indicator, fiscal_year=year, **_said(goal))
    for day, said in (actuals or {}).items():
        make_actual(indicator=indicator, as_of=dt.date.fromisoformat(day), **_said(said))
    return indicator


def _said(said: Any) -> dict[str, Any]:
    if isinstance(said, tuple):
        above, below = map(Decimal, said)
        return {"numerator": above, "denominator": below, "value": round(above / below * 100, 3)}
    return {"text": said} if isinstance(said, str) else {"value": said}


def make_target(**kw: Any) -> IndicatorTarget:
    return IndicatorTarget.objects.create(**{"fiscal_year": 2026} | kw)


def make_actual(**kw: Any) -> IndicatorActual:
    values = {"as_of": dt.date(2026, 3, 31), "recorded_label": "組み立て"}
    return IndicatorActual.objects.create(**values | kw)


def make_correction(actual: IndicatorActual, value: Any, **kw: Any) -> ActualCorrection:
    """Correct an actual through the service and return what was kept."""
    given = {"reason": "集計の誤り", "by": BY} | kw
    services.correct_actual(actual=actual, version=actual.version, value=Decimal(value), **given)
    return ActualCorrection.objects.filter(actual=actual).latest("pk")


def last_entry() -> Entry:
    return Entry.objects.latest("seq")


def refusal(act: Callable[[], Any]) -> str:
    """The message of a refused write, which must leave no row and no ledger entry behind."""
    before = (Entry.objects.count(), IndicatorActual.objects.count(), ActualCorrection.objects.count())
    with pytest.raises(ValidationError) as caught:
        act()
    assert (Entry.objects.count(), IndicatorActual.objects.count(), ActualCorrection.objects.count()) == before
    return "".join(caught.value.messages)


def correct(actual: IndicatorActual, by: Any, **kw: Any) -> IndicatorActual:
    return services.correct_actual(**{"actual": actual, "version": 1, "reason": "二重に数えた", "by": by} | kw)
