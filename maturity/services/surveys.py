"""Writes of the surveys: use of a system by feature, and the questionnaire with its triage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from lib import ledger
from maturity.models_evidence import BusinessAnswer, BusinessSurvey, UsageStatistic, UsageSurvey
from maturity.services.common import fill, lock, once, record, store

USAGE_FIELDS = ("system", "as_of", "accounts", "excluded_note", "all_unused", "low_use_rule", "source", "note")
SURVEY_FIELDS = ("title", "held_on", "note")
ANSWER_FIELDS = ("department", "kind", "problem", "wish")
TRIAGE_FIELDS = ("triage", "action_ref", "triage_note")
USAGE_ONCE = once(("system", "as_of"), "system", "同じシステムの同じ時点の調査がすでにあります。")
SURVEY_ONCE = once(("title",), "title", "同じ名称のアンケートがすでにあります。")
ANSWER_ONCE = once(("survey", "number"), "problem", "ほかの人が同時に登録しました。もう一度保存してください。")
FUTURE = "先の日付です。今日までの日にしてください。"


@transaction.atomic
def create_usage(*, rows: Sequence[Mapping[str, Any]], by: Any, **values: Any) -> UsageSurvey:
    """Store a usage survey with its features in the order given."""
    return _save_usage(UsageSurvey(), None, rows, by, values)


@transaction.atomic
def update_usage(
    *, survey: UsageSurvey, version: int, rows: Sequence[Mapping[str, Any]], by: Any, **values: Any
) -> UsageSurvey:
    """Change heads and features if the survey still has `version`.

    Raises ValidationError by field, or naming the row, column and value of a feature.
    """
    return _save_usage(lock(survey, version), version, rows, by, values)


def _save_usage(
    survey: UsageSurvey, version: int | None, rows: Sequence[Mapping[str, Any]], by: Any, values: Mapping[str, Any]
) -> UsageSurvey:
    before = None if version is None else usage_state(survey)
    fill(survey, values, USAGE_ONCE)
    if survey.as_of > timezone.localdate():
        raise ValidationError({"as_of": FUTURE})
    built = _built(survey, rows)
    store(survey, version=version, fields=USAGE_FIELDS)
    survey.statistics.all().delete()
    UsageStatistic.objects.bulk_create(built)
    record(survey, by=by, before=before, after=usage_state(survey))
    return survey


def _built(survey: UsageSurvey, rows: Sequence[Mapping[str, Any]]) -> list[UsageStatistic]:
    if not rows:
        raise ValidationError("機能を1つ以上入力してください。")
    messages: list[str] = []
    built: list[UsageStatistic] = []
    for number, row in enumerate(rows, 1):
        statistic = UsageStatistic(survey=survey, order=number, **row)
        try:
            statistic.full_clean(exclude=("survey",), validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            messages += _row_messages(number, error)
        if any(b.feature == statistic.feature for b in built):
            messages.append(f"機能の{number}行目：「{statistic.feature}」が2回あります。")
        built.append(statistic)
    if messages:
        raise ValidationError(messages)
    return built


def _row_messages(number: int, error: ValidationError) -> list[str]:
    return [
        f"機能の{number}行目の{UsageStatistic._meta.get_field(name).verbose_name}：{text}"
        for name, texts in error.message_dict.items()
        for text in texts
    ]


def usage_state(survey: UsageSurvey) -> dict[str, Any]:
    """What the ledger keeps: the heads, and each feature as one line."""
    lines = [
        f"{s.feature} 未利用{_count(s.unused)} 低利用{_count(s.low_use)} 母数{s.total}"
        for s in survey.statistics.order_by("order", "pk")
    ]
    return ledger.state_of(survey, USAGE_FIELDS) | {"features": lines}


def _count(value: int | None) -> str:
    return "判定なし" if value is None else str(value)


@transaction.atomic
def create_questionnaire(*, by: Any, **values: Any) -> BusinessSurvey:
    return _save_questionnaire(BusinessSurvey(), None, by, values)


@transaction.atomic
def update_questionnaire(*, survey: BusinessSurvey, version: int, by: Any, **values: Any) -> BusinessSurvey:
    return _save_questionnaire(lock(survey, version), version, by, values)


def _save_questionnaire(
    survey: BusinessSurvey, version: int | None, by: Any, values: Mapping[str, Any]
) -> BusinessSurvey:
    before = None if version is None else ledger.state_of(survey, SURVEY_FIELDS)
    fill(survey, values, SURVEY_ONCE)
    if survey.held_on > timezone.localdate():
        raise ValidationError({"held_on": FUTURE})
    store(survey, version=version, fields=SURVEY_FIELDS)
    record(survey, by=by, before=before, after=ledger.state_of(survey, SURVEY_FIELDS))
    return survey


@transaction.atomic
def create_answer(*, survey: BusinessSurvey, by: Any, **values: Any) -> BusinessAnswer:
    """Add an answer at the end of a questionnaire; it waits for triage."""
    BusinessSurvey.objects.select_for_update(no_key=True).get(pk=survey.pk)
    last = survey.answers.aggregate(last=Max("number"))["last"] or 0
    answer = BusinessAnswer(survey=survey, number=last + 1)
    fill(answer, values, ANSWER_ONCE)
    store(answer, version=None, fields=())
    record(answer, by=by, before=None, after=ledger.state_of(answer, ANSWER_FIELDS))
    return answer


@transaction.atomic
def update_answer(*, answer: BusinessAnswer, version: int, by: Any, **values: Any) -> BusinessAnswer:
    """Correct department, kind or texts if the answer still has `version`."""
    return _change(answer, version, values, ANSWER_FIELDS, by)


@transaction.atomic
def triage_answer(
    *, answer: BusinessAnswer, version: int, triage: str, action_ref: str, triage_note: str, by: Any
) -> BusinessAnswer:
    """Sort an answer into 課題, 取組 or 見送り, or back to 未整理; `action_ref` is an action's code or address."""
    values = {"triage": triage, "action_ref": action_ref, "triage_note": triage_note}
    return _change(answer, version, values, TRIAGE_FIELDS, by)


def _change(
    answer: BusinessAnswer, version: int, values: Mapping[str, Any], fields: Sequence[str], by: Any
) -> BusinessAnswer:
    stored = lock(answer, version)
    before = ledger.state_of(stored, fields)
    fill(stored, values, ANSWER_ONCE)
    after = ledger.state_of(stored, fields)
    if before != after:
        store(stored, version=version, fields=fields)
        record(stored, by=by, before=before, after=after)
    return stored
