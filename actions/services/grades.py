"""Writes of grades: the scales, which plan uses which, and what headquarters gives an action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from actions.models import Action, Grade, GradeScale, HeadGrade, PlanScale
from actions.services.labels import refuse_long_text
from lib import ledger
from lib.writes import StaleError, insert, save_versioned
from strategy.models import Plan

Row = Mapping[str, Any]
GRADE_FIELDS = ("code", "label", "value", "agrees")
HEAD_FIELDS = ("grade", "comment", "as_of")
UNREPORTED = "受理した報告がまだないため、評価できません。"


@transaction.atomic
def create_scale(*, name: str, rows: Sequence[Row], by: Any, note: str = "") -> GradeScale:
    """Store a scale with its grades (code, label, value or None, agrees) in their order."""
    scale = GradeScale(name=name, note=note)
    scale.full_clean()
    insert(scale)
    _set_grades(scale, rows)
    ledger.record(by=by, act="create", obj=scale, after=_state(scale))
    return scale


@transaction.atomic
def update_scale(
    *, scale: GradeScale, version: int, name: str, rows: Sequence[Row], by: Any, note: str = ""
) -> GradeScale:  # fmt: skip
    """Change a scale; a grade in use may be reworded, never dropped. Old replies keep the words that they froze."""
    before = _state(scale)
    scale.name, scale.note = name, note
    scale.full_clean()
    save_versioned(scale, version=version, fields=("name", "note"))
    _set_grades(scale, rows)
    ledger.record(by=by, act="update", obj=scale, before=before, after=_state(scale))
    return scale


@transaction.atomic
def use_scale(*, plan: Plan, scale: GradeScale | None, by: Any) -> None:
    """Let a plan grade by `scale`, or by none. Grades given by another scale stay in the history."""
    held = PlanScale.objects.select_for_update(no_key=True).filter(plan=plan).first()
    before = str(held.scale) if held else ""
    if scale is None:
        PlanScale.objects.filter(plan=plan).delete()
    else:
        PlanScale.objects.update_or_create(plan=plan, defaults={"scale": scale})
    after = str(scale) if scale else ""
    if before != after:
        ledger.record(by=by, act="update", obj=plan, before={"評価区分": before}, after={"評価区分": after})


@transaction.atomic
def grade_action(*, action: Action, grade: Grade, by: Any, comment: str = "", version: int | None = None) -> HeadGrade:
    """Give the grade of headquarters (本部評価) for the day of the last official report.

    `version` is that of the grade seen for this day, None for none seen. A comment is required where the grade
    differs from the department's own.
    """
    stored = Action.objects.select_for_update(of=("self",), no_key=True).select_related("self_grade").get(pk=action.pk)
    _refuse(stored, grade, comment)
    given = HeadGrade.objects.select_for_update(no_key=True).filter(action=stored, as_of=stored.reported_as_of).first()
    if (given.version if given else None) != version:
        raise StaleError(given)
    before = ledger.state_of(given, HEAD_FIELDS) if given else {}
    given = given or HeadGrade(action=stored, as_of=stored.reported_as_of)
    given.grade, given.comment = grade, comment.strip()
    given.graded_at, given.graded_by_id = timezone.now(), ledger.actor(by).user_id
    refuse_long_text(given)
    if given.pk:
        save_versioned(given, version=version or 0, fields=("grade", "comment", "graded_at", "graded_by_id"))
    else:
        given.save(force_insert=True)
    Action.objects.filter(pk=stored.pk).update(head_grade=grade)
    action.head_grade = grade
    ledger.record(by=by, act="grade", obj=stored, before=before, after=ledger.state_of(given, HEAD_FIELDS))
    return given


def _refuse(action: Action, grade: Grade, comment: str) -> None:
    if action.reported_as_of is None:
        raise ValidationError(UNREPORTED)
    if not PlanScale.objects.filter(plan=action.plan_id, scale=grade.scale_id).exists():
        raise ValidationError({"grade": "この計画で使っている評価区分から選んでください。"})
    own = action.self_grade
    if own and own != grade and not comment.strip():
        raise ValidationError({"comment": f"自己評価「{own}」と違う評価にするときは、理由を書いてください。"})


def _state(scale: GradeScale) -> dict[str, Any]:
    grades = [f"{g}（{'平均に入れない' if g.value is None else g.value}）" for g in scale.grades.all()]
    return {"name": scale.name, "note": scale.note, "grades": grades}


def _set_grades(scale: GradeScale, rows: Sequence[Row]) -> None:
    """Put the grades in order, each continuing the one that it names by `id`, else the one of its code."""
    old = {g.pk: g for g in scale.grades.all()}
    by_code = {g.code: g for g in old.values()}
    codes = [row["code"] for row in rows]
    if not rows:
        raise ValidationError("評価を1つ以上入力してください。")
    if len(set(codes)) != len(codes):
        raise ValidationError("同じ記号の評価が2つあります。")
    kept = [_grade(scale, old.get(row.get("id")) or by_code.get(row["code"]), row, n) for n, row in enumerate(rows)]
    _drop([g for g in old.values() if g not in kept])
    # Codes may swap places: the old ones make room first.
    Grade.objects.bulk_update([_aside(g) for g in kept if g.pk], ["code"])
    for grade, code in zip(kept, codes, strict=True):
        grade.code = code
        grade.full_clean(exclude=("scale",), validate_constraints=False)
        grade.save()


def _grade(scale: GradeScale, grade: Grade | None, row: Row, order: int) -> Grade:
    grade = grade or Grade(scale=scale)
    for name in GRADE_FIELDS:
        setattr(grade, name, row[name])
    if grade.value == 0:
        raise ValidationError("平均に使う値は1以上にしてください。平均に入れない評価は空欄にします。")
    grade.order = order
    return grade


def _aside(grade: Grade) -> Grade:
    grade.code = f"~{grade.pk}"[:8]
    return grade


def _drop(grades: Sequence[Grade]) -> None:
    for grade in grades:
        try:
            with transaction.atomic():
                grade.delete()
        except ProtectedError as error:
            raise ValidationError(f"「{grade}」は報告や評価で使われているため、削除できません。") from error
