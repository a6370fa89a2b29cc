"""Writes of a round: opening it with its questions, changing, closing and reopening it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import Department
from lib import fiscal, ledger
from lib.wareki import format_date
from lib.writes import StaleError, save_versioned
from rounds import sections
from rounds.models import Question, Reply, Round
from rounds.sections import QUESTIONS
from rounds.services.common import check_length
from rounds.states import FINISHED

ROUND_FIELDS = ("title", "period", "sections", "opens_on", "due_on", "closed_at", "note")
QUESTION_FIELDS = ("order", "text", "kind", "choices", "required", "help")
MOST_QUESTIONS = 20
ROUND_CHANGED = "表示したあとに、ほかの人がこの照会を変更しました。いまの内容を確かめてから、もう一度操作してください。"


def default_title(period: fiscal.Period) -> str:
    """The title a round gets when nobody writes another, e.g. 令和8年度上期の照会."""
    return f"{period.label}の照会"


@transaction.atomic
def open_round(
    *, title: str, period: str, sections: Sequence[str], opens_on: dt.date, due_on: dt.date,
    departments: Iterable[Department], by: Any, note: str = "", questions: Sequence[Mapping[str, Any]] = (),
) -> Round:  # fmt: skip
    """Store a round with one empty reply per department; without a title it is named by its period.

    `questions` are asked beside the sections, each with `text`, `kind`, `choices`, `required` and `help`.
    """
    span = _period(period)
    asked_of = [*(k for k in sections if k != QUESTIONS), *([QUESTIONS] if questions else [])]
    round_ = Round(
        title=title.strip() or default_title(span), period=span.key, period_start=span.start,
        period_end=span.end, sections=_known(asked_of), opens_on=opens_on, due_on=due_on, note=note,
    )  # fmt: skip
    _check(round_)
    chosen = _locked_departments(departments)
    _refuse_twin(round_, {d.pk for d in chosen})
    round_.save()
    written = _write_questions(round_, questions)
    replies = Reply.objects.bulk_create(Reply(round=round_, department=d) for d in chosen)
    opened = ledger.event(by=by, act="open", obj=round_, after=ledger.state_of(round_, ROUND_FIELDS))
    asked = [ledger.event(by=by, act="create", obj=r, after=ledger.state_of(r, ("state",))) for r in replies]
    set_up = [ledger.event(by=by, act="create", obj=q, after=ledger.state_of(q, QUESTION_FIELDS)) for q in written]
    ledger.record_many([opened, *set_up, *asked])
    return round_


def _write_questions(round_: Round, questions: Sequence[Mapping[str, Any]]) -> list[Question]:
    if len(questions) > MOST_QUESTIONS:
        raise ValidationError(f"自由設問は{MOST_QUESTIONS}問までです。")
    rows = [Question(round=round_, order=n, **values) for n, values in enumerate(questions, 1)]
    for row in rows:
        row.full_clean(exclude=("round",), validate_unique=False, validate_constraints=False)
    return Question.objects.bulk_create(rows)


@transaction.atomic
def update_round(*, round_: Round, version: int, by: Any, title: str, due_on: dt.date, note: str = "") -> Round:
    """Change what departments read; the due date can only move later, never under their feet."""
    stored = Round.objects.get(pk=round_.pk)
    before = ledger.state_of(stored, ROUND_FIELDS)
    if stored.closed_at:
        raise ValidationError("締め切った照会は変更できません。変更するには、締切を取り消してください。")
    if stored.version == version and due_on < stored.due_on:
        raise ValidationError({"due_on": f"回答の期限は早められません。いまの期限は{format_date(stored.due_on)}です。"})
    stored.title, stored.due_on, stored.note = title.strip() or default_title(stored.fiscal_period), due_on, note
    _check(stored)
    save_versioned(stored, version=version, fields=("title", "due_on", "note"))
    ledger.record(by=by, act="update", obj=stored, before=before, after=ledger.state_of(stored, ROUND_FIELDS))
    return stored


@transaction.atomic
def close_round(*, round_: Round, version: int, by: Any) -> Round:
    """End the entry of all departments, singly reopened ones too; what was approved can still be accepted."""
    stored = _locked(round_)
    if stored.closed_at:
        raise ValidationError("この照会はすでに締め切られています。")
    rows = stored.replies.exclude(state__in=FINISHED).select_for_update(of=("self",), no_key=True)
    open_ = list(rows.order_by("pk").values_list("pk", flat=True))
    Reply.objects.filter(pk__in=open_).update(reopened_at=None, reopened_by=None)
    return _shut(stored, timezone.now(), version=version, act="close", by=by)


@transaction.atomic
def reopen_round(*, round_: Round, version: int, by: Any) -> Round:
    """Take back the closing, so that late replies can be entered; they are marked by their date."""
    asked = _locked_departments(Department.objects.filter(replies__round=round_))
    stored = _locked(round_)
    if not stored.closed_at:
        raise ValidationError("この照会は締め切られていません。")
    _refuse_twin(stored, {d.pk for d in asked})
    return _shut(stored, None, version=version, act="open", by=by)


def _locked(round_: Round) -> Round:
    return Round.objects.select_for_update(no_key=True).get(pk=round_.pk)


def _shut(stored: Round, at: dt.datetime | None, *, version: int, act: str, by: Any) -> Round:
    before = ledger.state_of(stored, ("closed_at",))
    stored.closed_at = at
    try:
        save_versioned(stored, version=version, fields=("closed_at",))
    except StaleError as error:
        raise ValidationError(error.told(ROUND_CHANGED), code="stale") from error
    ledger.record(by=by, act=act, obj=stored, before=before, after=ledger.state_of(stored, ("closed_at",)))
    return stored


def _period(key: str) -> fiscal.Period:
    try:
        return fiscal.parse(key)
    except ValueError as error:
        raise ValidationError({"period": str(error)}) from error


def _known(keys: Sequence[str]) -> list[str]:
    if not keys:
        raise ValidationError({"sections": "たずねることを1つ以上選んでください。"})
    known = [s.key for s in sections.available()]
    if unknown := [k for k in keys if k not in known]:
        raise ValidationError({"sections": f"「{unknown[0]}」はたずねられません。一覧から選んでください。"})
    return [k for k in known if k in keys]


def _check(round_: Round) -> None:
    check_length(round_, "note", round_.note, "note")
    round_.full_clean()


def _locked_departments(departments: Iterable[Department]) -> list[Department]:
    """Lock the departments asked, so that the same is never asked of them in two rounds opened at once."""
    keys = {d.pk for d in departments}
    if not keys:
        raise ValidationError({"departments": "照会する所属を1つ以上選んでください。"})
    locked = list(Department.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    return sorted(locked, key=lambda d: (d.order, d.pk))


def _asks_the_same(one: Round, other: Round) -> bool:
    """Whether two rounds share a section; rounds of free questions are the same only under one title."""
    shared = set(one.sections) & set(other.sections)
    return bool(shared - {QUESTIONS}) or (bool(shared) and one.title == other.title)


def _refuse_twin(round_: Round, department_ids: set[int]) -> None:
    others = Round.objects.unclosed().filter(period=round_.period).exclude(pk=round_.pk)
    twins = [r.pk for r in others if _asks_the_same(r, round_)]
    asked = Reply.objects.filter(round__in=twins, department__in=department_ids)
    if first := asked.select_related("round", "department").first():
        raise ValidationError(
            f"同じ期間の照会「{first.round}」が、{first.department}などにまだ開いています。先に締め切ってください。",
            code="twin",
        )
