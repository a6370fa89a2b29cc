"""Builders of what stands beside maturity: other cities, national figures, surveys."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import count
from types import SimpleNamespace
from typing import Any

from maturity.models import Axis
from maturity.models_evidence import (
    BusinessAnswer,
    BusinessSurvey,
    NationalIndicator,
    Reference,
    ReferenceUpload,
    UsageStatistic,
    UsageSurvey,
)
from tests import builders as make

_n = count(1)
DAY = dt.date(2026, 3, 31)


def make_reference(levels: dict[Axis, str] | None = None, **kw: Any) -> Reference:
    row = Reference.objects.create(**{"municipality": f"第{next(_n)}市", "as_of": DAY, "source": "資料"} | kw)
    for axis, level in (levels or {}).items():
        row.scores.create(axis=axis, level=Decimal(level))
    return row


def make_indicator(**kw: Any) -> NationalIndicator:
    values = {
        "area": "structure", "name": f"指標{next(_n)}", "as_of": DAY, "source": "国の調査",
        "national_value": 1270, "denominator": 1741,
    }  # fmt: skip
    return NationalIndicator.objects.create(**values | kw)


def make_usage(features: list[tuple[str, int | None, int | None]] = (("メール", 78, 185),), **kw: Any) -> UsageSurvey:
    values = {"system": f"システム{next(_n)}", "as_of": DAY, "accounts": 605, "low_use_rule": "年50回未満"}
    survey = UsageSurvey.objects.create(**values | kw)
    for order, (feature, unused, low) in enumerate(features, 1):
        UsageStatistic.objects.create(survey=survey, order=order, feature=feature, unused=unused, low_use=low)
    return survey


def make_questionnaire(**kw: Any) -> BusinessSurvey:
    return BusinessSurvey.objects.create(**{"title": f"アンケート{next(_n)}", "held_on": DAY} | kw)


def make_answer(**kw: Any) -> BusinessAnswer:
    survey = kw.pop("survey", None) or make_questionnaire()
    department = kw.pop("department", None) or make.make_department()
    values = {"number": survey.answers.count() + 1, "kind": "internal", "problem": "紙が多い", "wish": "減らしたい"}
    return BusinessAnswer.objects.create(survey=survey, department=department, **values | kw)


def make_upload(user: Any, axis: Axis) -> ReferenceUpload:
    row = {
        "place": "2行目", "municipality": "乙市", "as_of": "2026-03-31", "line": axis.line, "level": "2.50",
        "source": "資料", "note": "",
    }  # fmt: skip
    return ReferenceUpload.objects.create(file_name="b.csv", rows=[row], made_by=user)


def build(world: SimpleNamespace) -> None:
    """What the access matrix names."""
    world.reference = make_reference({world.axis: "2.40"})
    world.indicator = make_indicator()
    world.usage = make_usage()
    world.questionnaire = make_questionnaire()
    world.answer = make_answer(survey=world.questionnaire, department=world.own)
    world.upload = make_upload(world.cast.secretariat, world.axis)


def grow_references(world: SimpleNamespace) -> None:
    make_reference(dict.fromkeys(world.rubric.axes.all(), "3.10"))
    make_indicator()


def grow_surveys(world: SimpleNamespace) -> None:
    make_usage()
    make_answer(survey=make_questionnaire())
    number = world.usage.statistics.count() + 1
    UsageStatistic.objects.create(survey=world.usage, order=number, feature=f"機能{number}", unused=1, low_use=2)
    make_answer(survey=world.questionnaire)
