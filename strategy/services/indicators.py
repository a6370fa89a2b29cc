"""Writes of indicators: what is measured, its targets, its actuals and their corrections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from lib import fiscal, ledger, wareki
from lib.writes import insert, save_versioned
from strategy.achievement import figure
from strategy.models import (
    ActualCorrection,
    Element,
    Indicator,
    IndicatorActual,
    IndicatorTarget,
    PriorityItem,
)

FIELDS = (
    "name", "unit", "kind", "method", "direction", "qualitative", "baseline", "baseline_text",
    "baseline_on", "department", "source", "note",
)  # fmt: skip
# What past actuals mean depends on these.
FIXED = ("method", "qualitative")
ACTUAL_FIELDS = ("as_of", "value", "numerator", "denominator", "text")

Goal = Decimal | int | str
R = TypeVar("R", Indicator, IndicatorActual)


@transaction.atomic
def create_indicator(
    *, elements: Iterable[Element] = (), items: Iterable[PriorityItem] = (),
    targets: Mapping[int, Goal] | None = None, by: Any, **values: Any,
) -> Indicator:  # fmt: skip
    """Store an indicator; `targets` maps fiscal years to numbers, or to words for a qualitative one."""
    indicator = Indicator()
    _assign(indicator, values)
    indicator.full_clean()
    _check_department(indicator)
    insert(indicator)
    _link(indicator, elements, items)
    _store_targets(indicator, targets or {})
    ledger.record(by=by, act="create", obj=indicator, after=_state(indicator))
    return indicator


@transaction.atomic
def update_indicator(
    *, indicator: Indicator, version: int, elements: Iterable[Element] | None = None,
    items: Iterable[PriorityItem] | None = None, targets: Mapping[int, Goal] | None = None, by: Any, **values: Any,
) -> Indicator:  # fmt: skip
    """Change an indicator; None leaves elements, items or targets as they are. `targets` is the whole
    list: a year that it does not name loses its target."""
    fresh = _locked(indicator)
    before = _state(fresh)
    kind = tuple(getattr(fresh, name) for name in FIXED)
    department_id = fresh.department_id
    _assign(fresh, values)
    fresh.full_clean()
    if fresh.department_id != department_id:
        _check_department(fresh)
    if kind != tuple(getattr(fresh, name) for name in FIXED):
        _check_change_of_kind(fresh, targets)
    save_versioned(fresh, version=version, fields=FIELDS)
    _link(fresh, elements, items)
    if targets is not None:
        _store_targets(fresh, targets)
    ledger.record(by=by, act="update", obj=fresh, before=before, after=_state(fresh))
    return fresh


@transaction.atomic
def set_targets(*, indicator: Indicator, targets: Mapping[int, Goal], version: int, by: Any) -> Indicator:
    """Replace all yearly targets; they share the version of their indicator."""
    fresh = _locked(indicator)
    before = _target_state(fresh)
    _store_targets(fresh, targets)
    save_versioned(fresh, version=version, fields=())
    ledger.record(by=by, act="update", obj=fresh, before=before, after=_target_state(fresh))
    return fresh


@transaction.atomic
def archive_indicator(*, indicator: Indicator, version: int, by: Any) -> Indicator:
    """Take an indicator out of use; its figures stay readable."""
    fresh = _locked(indicator)
    fresh.archived_at = timezone.now()
    save_versioned(fresh, version=version, fields=("archived_at",))
    ledger.record(by=by, act="archive", obj=fresh)
    return fresh


@transaction.atomic
def restore_indicator(*, indicator: Indicator, version: int, by: Any) -> Indicator:
    fresh = Indicator.objects.select_for_update(no_key=True).get(pk=indicator.pk)
    fresh.archived_at = None
    fresh.full_clean()
    save_versioned(fresh, version=version, fields=("archived_at",))
    ledger.record(by=by, act="restore", obj=fresh)
    return fresh


@transaction.atomic
def record_actual(
    *, indicator: Indicator, as_of: dt.date, value: Decimal | None = None, numerator: Decimal | None = None,
    denominator: Decimal | None = None, text: str = "", comment: str = "", by: Any,
) -> IndicatorActual:  # fmt: skip
    """Enter what was measured on a day. A rate is given by its parts, a cumulative one as the total
    since the beginning. Refused: unknown (never 0), in the future, a second one of the same day."""
    locked = _locked(indicator)
    actual = IndicatorActual(
        indicator=locked, as_of=as_of, value=value, numerator=numerator, denominator=denominator,
        text=text, comment=comment, recorded_label=ledger.actor(by).label,
    )  # fmt: skip
    _check_given(actual)
    _check_day(actual)
    actual.full_clean()
    _check_total(actual)
    actual.save(force_insert=True)
    after = ledger.state_of(_reread(actual), (*ACTUAL_FIELDS, "comment"))
    ledger.record(by=by, act="create", obj=actual, after=after)
    return actual


@transaction.atomic
def correct_actual(
    *, actual: IndicatorActual, version: int, reason: str, as_of: dt.date | None = None, value: Decimal | None = None,
    numerator: Decimal | None = None, denominator: Decimal | None = None, text: str = "", withdraw: bool = False,
    by: Any,
) -> IndicatorActual:  # fmt: skip
    """Correct an actual and keep what it said. `withdraw` makes its value unknown again."""
    locked = _locked(actual.indicator)
    stored = IndicatorActual.objects.select_for_update(no_key=True).get(pk=actual.pk)
    fresh = IndicatorActual.objects.get(pk=actual.pk)
    fresh.indicator = locked
    given = {"as_of": as_of or stored.as_of, "value": value, "numerator": numerator, "denominator": denominator}
    blank = {"value": None, "numerator": None, "denominator": None, "text": ""}
    for name, new in (given | {"text": text} | (blank if withdraw else {})).items():
        setattr(fresh, name, new)
    if not withdraw:
        _check_given(fresh)
    if not reason.strip():
        raise ValidationError({"reason": "訂正の理由を入力してください。"})
    _check_day(fresh)
    fresh.full_clean()
    _check_total(fresh)
    if all(getattr(fresh, name) == getattr(stored, name) for name in ACTUAL_FIELDS):
        raise ValidationError("いまの実績と同じです。訂正する値を入力してください。")
    save_versioned(fresh, version=version, fields=ACTUAL_FIELDS)
    _keep_old(stored, reason, by)
    before, after = (ledger.state_of(row, ACTUAL_FIELDS) for row in (stored, _reread(fresh)))
    ledger.record(by=by, act="correct", obj=fresh, before=before, after=after, note=reason)
    return fresh


def check_actual(actual: IndicatorActual, *, instead_of: IndicatorActual | None = None) -> None:
    """Refuse a figure that could not be recorded, without recording it. `instead_of` is the one it would replace;
    that the day has a figure already is no refusal here."""
    _check_given(actual)
    actual.clean_fields(exclude=("indicator", "recorded_label"))
    actual.clean()
    actual.pk = instead_of.pk if instead_of else None
    _check_total(actual)
    actual.pk = None


def _keep_old(stored: IndicatorActual, reason: str, by: Any) -> None:
    actor = ledger.actor(by)
    row = ActualCorrection(
        actual=stored, reason=reason, corrected_by_id=actor.user_id, corrected_label=actor.label,
        **{f"old_{name}": getattr(stored, name) for name in ACTUAL_FIELDS},
    )  # fmt: skip
    row.full_clean()
    row.save(force_insert=True)


def _locked(indicator: Indicator) -> Indicator:
    """Hold the indicator for this transaction; one in the archive takes no writes."""
    fresh = Indicator.objects.select_for_update(no_key=True).get(pk=indicator.pk)
    if fresh.archived_at is not None:
        raise ValidationError("保管した指標は変更できません。先に「使用を再開する」を押してください。")
    return fresh


def _assign(indicator: Indicator, values: Mapping[str, Any]) -> None:
    if foreign := set(values) - set(FIELDS):
        raise TypeError(f"not editable: {sorted(foreign)}")
    for name, value in values.items():
        setattr(indicator, name, value)


def _check_department(indicator: Indicator) -> None:
    closed = indicator.department.valid_to
    if closed and closed < timezone.localdate():
        raise ValidationError({"department": "廃止された所属は選べません。"})


def _check_change_of_kind(indicator: Indicator, targets: Mapping[int, Goal] | None) -> None:
    if indicator.actuals.exists():
        message = "実績があるため、数え方と定性の別は変えられません。この指標を保管し、新しい指標を作ってください。"
        raise ValidationError({"method": message})
    if targets is None and indicator.targets.exists():
        raise ValidationError("数え方か定性の別を変えるときは、目標も入力し直してください。")


def _link(indicator: Indicator, elements: Iterable[Element] | None, items: Iterable[PriorityItem] | None) -> None:
    if elements is not None:
        chosen = list(elements)
        usable = Element.objects.filter(pk__in=[e.pk for e in chosen]).exclude(edition__status="draft")
        _check_all_there(chosen, set(usable.values_list("pk", flat=True)), "elements", "戦略の要素")
        indicator.elements.set(chosen)
    if items is not None:
        wanted = list(items)
        there = PriorityItem.objects.filter(pk__in=[i.pk for i in wanted])
        _check_all_there(wanted, set(there.values_list("pk", flat=True)), "items", "国の項目")
        indicator.items.set(wanted)


def _check_all_there(chosen: list[Any], there: set[int], field: str, name: str) -> None:
    missing = [str(row) for row in chosen if row.pk not in there]
    if missing:
        message = f"{name}「{'」「'.join(missing)}」は、公開した版にありません。選び直してください。"
        raise ValidationError({field: message})


def _store_targets(indicator: Indicator, targets: Mapping[int, Goal]) -> None:
    stored = {row.fiscal_year: row for row in indicator.targets.all()}
    for year, goal in sorted(targets.items()):
        row = stored.pop(year, None) or IndicatorTarget(indicator=indicator, fiscal_year=year)
        _set_goal(row, goal, is_words=indicator.qualitative)
        row.save()
    IndicatorTarget.objects.filter(pk__in=[row.pk for row in stored.values()]).delete()


def _set_goal(row: IndicatorTarget, goal: Goal, *, is_words: bool) -> None:
    try:
        if isinstance(goal, str) is not is_words:
            raise ValidationError("定性の指標の目標は文で、ほかの指標の目標は数で入力してください。")
        row.value, row.text = (None, goal) if isinstance(goal, str) else (Decimal(goal), "")
        row.full_clean()
    except ValidationError as error:
        name = wareki.fiscal_year_name(row.fiscal_year) if 1900 < row.fiscal_year < 9000 else row.fiscal_year
        raise ValidationError([f"{name}の目標：{message}" for message in error.messages]) from error


def _check_given(actual: IndicatorActual) -> None:
    """An actual says something: what nobody knows is left out, not entered as a blank or a 0."""
    if not actual.is_empty:
        return
    if actual.indicator.is_rate:
        blank = "率の実績は、分子と分母を入力してください。分からないときは登録しないでください。"
        raise ValidationError({"numerator": blank, "denominator": blank})
    name = "text" if actual.indicator.qualitative else "value"
    raise ValidationError({name: "実績を入力してください。分からないときは登録しないでください。"})


def _check_day(actual: IndicatorActual) -> None:
    """Two actuals of one day: the message names the figure that is already there."""
    there = actual.indicator.actuals.filter(as_of=actual.as_of).exclude(pk=actual.pk).first()
    if there is None:
        return
    said = "取り消した実績" if there.is_withdrawn else there.text or f"{figure(there.value)}{actual.indicator.unit}"
    day = wareki.format_date(actual.as_of)
    message = f"{day}の実績（{said}）は、すでに登録されています。値を直すときは、実績の履歴から訂正してください。"
    raise ValidationError({"as_of": message})


def _check_total(actual: IndicatorActual) -> None:
    """A running total never falls: entering the amount of one period instead is the usual slip."""
    indicator = actual.indicator
    if indicator.method != "cumulative" or indicator.qualitative or actual.value is None:
        return
    others = indicator.actuals.exclude(pk=actual.pk).filter(value__isnull=False)
    before = others.filter(as_of__lt=actual.as_of).order_by("-as_of").first()
    after = others.filter(as_of__gt=actual.as_of).order_by("as_of").first()
    if before and actual.value < before.value:
        raise ValidationError({"value": _total_message(before, "より小さく")})
    if after and actual.value > after.value:
        raise ValidationError({"value": _total_message(after, "より大きく")})


def _total_message(other: IndicatorActual, relation: str) -> str:
    day = wareki.format_date(other.as_of)
    said = f"{figure(other.value)}{other.indicator.unit}"
    return f"累計は、{day}の{said}{relation}できません。その期間の数でなく、始めからの合計を入力してください。"


def _state(indicator: Indicator) -> dict[str, Any]:
    links: dict[str, Iterable[Model]] = {"elements": indicator.elements.all(), "items": indicator.items.all()}
    named = {name: [str(row) for row in rows] for name, rows in links.items()}
    return ledger.state_of(_reread(indicator), FIELDS) | named | _target_state(indicator)


def _reread(row: R) -> R:
    """The row as stored: 60 and 60.000 are one value, and the ledger must see no change between them."""
    return type(row)._default_manager.get(pk=row.pk)


def _target_state(indicator: Indicator) -> dict[str, Any]:
    rows = IndicatorTarget.objects.filter(indicator=indicator)
    return {f"target {fiscal.parse(str(t.fiscal_year)).key}": t.text or ledger.plain(t.value) for t in rows}
