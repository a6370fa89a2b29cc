"""A rubric from data: the facts that the portal ships, or another municipality's scale."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from lib import ledger
from maturity.models import Axis, Level, Rubric
from maturity.services.publishing import retire_current, rubric_state


@transaction.atomic
def load_rubric(*, data: Mapping[str, Any], by: Any) -> Rubric:
    """Store a rubric in the shape of fixtures/rubric.json and make it the current one.

    A rubric whose version is already stored is returned as it is. Assessments that were begun keep
    their rubric. Raises ValidationError if the data has not that shape.
    """
    try:
        stored = Rubric.objects.filter(label=data["version"]).first()
        return stored or _load(data, by)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError, IntegrityError) as error:
        raise ValidationError("評価基準のデータの形が正しくありません。") from error


def _load(data: Mapping[str, Any], by: Any) -> Rubric:
    rubric = Rubric(
        name=data["name"], label=data["version"], source=data.get("source", ""), note=data.get("note", ""),
        as_of=dt.date.fromisoformat(data["as_of"]) if data.get("as_of") else None,
        target_level=data.get("target_level"), uses_weights=bool(data.get("uses_weights", False)),
    )  # fmt: skip
    if not data["axes"]:
        raise ValidationError("評価基準には軸が1つ以上必要です。")
    numbers = [row["number"] for axis in data["axes"] for row in axis["levels"]]
    rubric.lowest, rubric.highest = min(numbers), max(numbers)
    rubric.full_clean()
    rubric.follows = retire_current(by)
    rubric.is_current, rubric.published_at = True, timezone.now()
    rubric.save()
    for order, source in enumerate(data["axes"], start=1):
        _load_axis(rubric, source, order)
    ledger.record(by=by, act="load", obj=rubric, after=rubric_state(rubric))
    return rubric


def _load_axis(rubric: Rubric, source: Mapping[str, Any], order: int) -> None:
    axis = Axis(
        rubric=rubric, key=source["key"], name=source["name"],
        description=source.get("description", ""), order=order, weight=Decimal(str(source.get("weight", 1))),
    )  # fmt: skip
    axis.line = axis.key
    axis.full_clean()
    axis.save()
    levels = [Level(axis=axis, number=row["number"], descriptor=row["descriptor"]) for row in source["levels"]]
    if sorted(level.number for level in levels) != list(rubric.numbers):
        reach = f"{rubric.lowest}〜{rubric.highest}"
        raise ValidationError(f"軸「{axis}」の段階が{reach}にそろっていません。")
    for level in levels:
        level.clean_fields()
        if not level.descriptor.strip():
            raise ValidationError(f"軸「{axis}」の{level}に文章がありません。")
    Level.objects.bulk_create(levels)
