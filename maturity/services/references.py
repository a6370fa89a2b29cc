"""Writes of the comparison: scores of other municipalities, their import, and national figures."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from lib import ledger
from maturity import exchange_format, queries, queries_evidence
from maturity.exchange_format import Row
from maturity.models import Axis
from maturity.models_evidence import NationalIndicator, Reference, ReferenceScore, ReferenceUpload
from maturity.queries_evidence import Change
from maturity.services.common import fill, lock, once, record, store

REFERENCE_FIELDS = ("municipality", "as_of", "source", "note")
INDICATOR_FIELDS = (
    "area", "name", "unit", "own_answer", "own_value", "national_value", "denominator", "as_of", "source", "note",
)  # fmt: skip
KEEP = dt.timedelta(hours=1)
REFERENCE_ONCE = once(("municipality", "as_of"), "municipality", "同じ自治体の同じ基準日の点数がすでにあります。")
INDICATOR_ONCE = once(("name", "as_of"), "name", "同じ指標の同じ時点の値がすでにあります。")
FUTURE = "先の日付です。今日までの日にしてください。"
NO_RUBRIC = "使用中の評価基準がありません。先に評価基準を公開してください。"


@transaction.atomic
def create_reference(*, levels: Mapping[int, Decimal | None], by: Any, **values: Any) -> Reference:
    """Store another municipality's scores; `levels` maps axes of the rubric in use to a level or None."""
    return _save_reference(Reference(), None, levels, by, values)


@transaction.atomic
def update_reference(
    *, reference: Reference, version: int, levels: Mapping[int, Decimal | None], by: Any, **values: Any
) -> Reference:
    """Change them if the row still has `version`; None takes a level away."""
    return _save_reference(lock(reference, version), version, levels, by, values)


def _save_reference(
    reference: Reference, version: int | None, levels: Mapping[int, Decimal | None], by: Any, values: Mapping[str, Any]
) -> Reference:
    before = None if version is None else reference_state(reference)
    fill(reference, values, REFERENCE_ONCE)
    if reference.as_of > timezone.localdate():
        raise ValidationError({"as_of": FUTURE})
    axes = {axis.pk: axis for axis in _axes()}
    _check_levels(axes, levels, kept=bool(version and reference.scores.exclude(axis__in=axes).exists()))
    store(reference, version=version, fields=REFERENCE_FIELDS)
    _set_levels(reference, {axes[pk]: level for pk, level in levels.items()})
    record(reference, by=by, before=before, after=reference_state(reference))
    return reference


def _axes() -> list[Axis]:
    rubric = queries.current_rubric()
    if rubric is None:
        raise ValidationError(NO_RUBRIC)
    return list(rubric.axes.select_related("rubric"))


def _check_levels(axes: Mapping[int, Axis], levels: Mapping[int, Decimal | None], *, kept: bool) -> None:
    """Refuse an axis of another version, a level outside the range, and a row without any level."""
    errors = {}
    for pk, level in levels.items():
        if pk not in axes:
            raise ValidationError("この軸は、いまの評価基準にありません。画面を開き直してください。")
        low, high = axes[pk].rubric.lowest, axes[pk].rubric.highest
        if level is not None and not (level.is_finite() and low <= level <= high):
            errors[f"level_{pk}"] = f"「{level}」は段階の範囲（{low}〜{high}）にありません。"
    if errors:
        raise ValidationError(errors)
    if not kept and all(level is None for level in levels.values()):
        raise ValidationError("レベルを1つ以上入力してください。")


def _set_levels(reference: Reference, levels: Mapping[Axis, Decimal | None]) -> None:
    """Put each level in the place of what was known on the same line, whichever version that came from."""
    for axis, level in levels.items():
        reference.scores.filter(axis__line=axis.line).delete()
        if level is not None:
            ReferenceScore.objects.create(reference=reference, axis=axis, level=level)


def reference_state(reference: Reference) -> dict[str, Any]:
    """What the ledger keeps: the heads, and each level by its axis."""
    scores = reference.scores.select_related("axis").order_by("axis__order", "pk")
    return ledger.state_of(reference, REFERENCE_FIELDS) | {f"level_{s.axis.line}": f"{s.level:.2f}" for s in scores}


@transaction.atomic
def delete_reference(*, reference: Reference, version: int, by: Any) -> None:
    """Remove the scores of one municipality; the ledger keeps them."""
    stored = lock(reference, version)
    ledger.record(by=by, act="delete", obj=stored, before=reference_state(stored))
    stored.delete()


@transaction.atomic
def stage_import(*, file_name: str, data: bytes, by: Any) -> ReferenceUpload:
    """Check a file of other cities' scores and keep its rows for an hour, until somebody confirms them.

    Raises ValidationError with a message for each fault, naming row, column and value; then nothing is kept.
    """
    rubric = queries.current_rubric()
    if rubric is None:
        raise ValidationError(NO_RUBRIC)
    try:
        rows = exchange_format.read(file_name, data, queries_evidence.scale_of(rubric), timezone.localdate())
    except exchange_format.FormatError as error:
        raise ValidationError([ValidationError(text) for text in error.messages]) from error
    ReferenceUpload.objects.filter(created_at__lt=timezone.now() - KEEP).delete()
    return ReferenceUpload.objects.create(
        file_name=file_name[-200:], rows=[row.plain() for row in rows], made_by_id=ledger.actor(by).user_id
    )


def is_expired(upload: ReferenceUpload) -> bool:
    return upload.created_at < timezone.now() - KEEP


def digest(changes: list[Change]) -> str:
    """Stands for what the dry run showed, so that confirming something else is noticed."""
    shown = [[c.municipality, c.as_of.isoformat(), c.line, str(c.before), str(c.after)] for c in changes]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()


@transaction.atomic
def apply_import(*, upload: ReferenceUpload, seen: str, by: Any) -> list[Reference]:
    """Store the rows of a checked file, once. `seen` is the digest of the changes that were shown.

    Raises ValidationError if the file was stored before, has expired, or would now change something else.
    """
    stored = ReferenceUpload.objects.select_for_update(no_key=True).filter(pk=upload.pk).first()
    if stored is None or is_expired(stored):
        raise ValidationError("受け付けてから1時間たったため、取り込めません。ファイルを選び直してください。")
    if stored.applied_at:
        raise ValidationError("このファイルは、すでに取り込みました。")
    rows = queries_evidence.rows_of(stored)
    if digest(queries_evidence.changes(rows)) != seen:
        raise ValidationError(
            "確認の画面を開いたあとに登録が変わりました。下の内容を確かめて、もう一度押してください。"
        )
    axes = {axis.line: axis for axis in _axes()}
    if gone := next((row for row in rows if row.line not in axes), None):
        raise ValidationError(f"{gone.place}の軸が、いまの評価基準にありません。ファイルを選び直してください。")
    stored.applied_at = timezone.now()
    stored.save(update_fields=("applied_at",))
    origin = ledger.Actor(ledger.actor(by).user_id, ledger.actor(by).label, "import")
    groups: dict[tuple[str, dt.date], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.municipality, row.as_of), []).append(row)
    return [_import_city(group, axes, stored.file_name, origin) for group in groups.values()]


def _import_city(rows: list[Row], axes: Mapping[str, Axis], file_name: str, by: Any) -> Reference:
    first = rows[0]
    place = {"municipality": first.municipality, "as_of": first.as_of}
    reference = Reference.objects.select_for_update(no_key=True).filter(**place).first()
    version = reference.version if reference else None
    before = reference_state(reference) if reference else None
    reference = reference or Reference()
    fill(reference, place | {"source": first.source, "note": first.note}, REFERENCE_ONCE)
    store(reference, version=version, fields=REFERENCE_FIELDS)
    _set_levels(reference, {axes[row.line]: row.level for row in rows})
    record(reference, by=by, before=before, after=reference_state(reference), note=file_name)
    return reference


@transaction.atomic
def create_indicator(*, by: Any, **values: Any) -> NationalIndicator:
    """Store one national figure with its source and date."""
    return _save_indicator(NationalIndicator(), None, by, values)


@transaction.atomic
def update_indicator(*, indicator: NationalIndicator, version: int, by: Any, **values: Any) -> NationalIndicator:
    """Change it if the row still has `version`."""
    return _save_indicator(lock(indicator, version), version, by, values)


def _save_indicator(
    indicator: NationalIndicator, version: int | None, by: Any, values: Mapping[str, Any]
) -> NationalIndicator:
    before = None if version is None else ledger.state_of(indicator, INDICATOR_FIELDS)
    fill(indicator, values, INDICATOR_ONCE)
    if indicator.as_of > timezone.localdate():
        raise ValidationError({"as_of": FUTURE})
    store(indicator, version=version, fields=INDICATOR_FIELDS)
    record(indicator, by=by, before=before, after=ledger.state_of(indicator, INDICATOR_FIELDS))
    return indicator


@transaction.atomic
def delete_indicator(*, indicator: NationalIndicator, version: int, by: Any) -> None:
    """Remove a figure entered by mistake; the ledger keeps it."""
    stored = lock(indicator, version)
    ledger.record(by=by, act="delete", obj=stored, before=ledger.state_of(stored, INDICATOR_FIELDS))
    stored.delete()
