"""What a department answers, what makes it official, and what 事務局 sets beside it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from lib import ledger
from lib.writes import save_versioned
from maturity import evidence as evidence_text
from maturity import queries
from maturity.models import Assessment, Axis, CityAssessment, Score, outside_words
from rounds.models import Reply, Round
from rounds.services import touch

FIELDS = (
    "level", "not_applicable", "not_applicable_reason", "evidence", "confidence", "target_level", "target_on",
)  # fmt: skip
REVIEW_FIELDS = ("reviewed_level", "review_comment")
CITY_FIELDS = ("level", "evidence", "comment")
UNSAFE = (
    "javascript: や data: で始まるアドレスは書けません。"
    "http:// か https:// のアドレスか、資料の名前を入力してください。"
)


@transaction.atomic
@ledger.gathered()
def save_score(
    *,
    reply: Reply,
    axis: Axis,
    level: int | None,
    not_applicable: bool,
    evidence: str,
    confidence: str,
    target_level: int | None,
    target_on: dt.date | None,
    version: int,
    by: Any,
    not_applicable_reason: str = "",
) -> Score:
    """Store a department's answer on one axis; the first save creates the assessment with a blank row an axis.

    A score that has no row yet has version 1. Saving the same values again writes nothing. Raises
    ValidationError (by field) if the reply is not editable or a value is refused, StaleError if somebody
    else has saved other values since `version`.
    """
    touch(reply=reply, by=by)
    score = _stored_score(reply, axis, by)
    before = ledger.state_of(score, FIELDS)
    score.level, score.not_applicable = level, not_applicable
    score.not_applicable_reason = not_applicable_reason.strip() if not_applicable else ""
    score.evidence, score.confidence = evidence.strip(), confidence
    score.target_level, score.target_on = target_level, target_on
    after = ledger.state_of(score, FIELDS)
    if before == after:
        return score
    _check(score, queries.previous_score(reply, axis))
    score.saved_by_id = ledger.actor(by).user_id
    save_versioned(score, version=version, fields=(*FIELDS, "saved_by_id"))
    ledger.record(by=by, act="assess", obj=score, before=before, after=after, note=str(reply))
    return score


def _stored_score(reply: Reply, axis: Axis, by: Any) -> Score:
    """Return the row of this axis, creating the assessment and its rows on the first save.

    Two first saves may race: the unique key of the reply lets one of them create, and the other waits for
    its commit, so the rows are there as well.
    """
    if "maturity" not in reply.round.sections:
        raise ValidationError("この照会は成熟度をたずねていません。")
    rubric = queries.rubric_of(reply)
    if rubric is None or axis.rubric_id != rubric.pk:
        raise ValidationError("この軸は、いまの評価基準にありません。画面を開き直してください。")
    assessment, created = Assessment.objects.get_or_create(
        reply=reply,
        defaults={"department": reply.department, "rubric": rubric, "as_of": reply.round.period_end},
    )
    if created:
        blank = queries.blank_scores(reply, rubric)
        for score in blank:
            score.assessment = assessment
        Score.objects.bulk_create(blank)
        ledger.record(by=by, act="create", obj=assessment, after=ledger.state_of(assessment, ("rubric", "as_of")))
    return assessment.scores.select_related("axis", "assessment").get(axis=axis)


def refuse_unsafe(text: str, name: str, errors: dict[str, Any]) -> None:
    """Add the refusal of a text with an address that runs code or carries content itself."""
    if evidence_text.is_unsafe(text):
        errors[name] = UNSAFE


def _check(score: Score, previous: Score | None) -> None:
    errors: dict[str, Any] = {}
    refuse_unsafe(score.evidence, "evidence", errors)
    refuse_unsafe(score.not_applicable_reason, "not_applicable_reason", errors)
    if "evidence" not in errors and _is_raised(score, previous) and not score.evidence:
        errors["evidence"] = f"前回（レベル{previous.level}）より上げるときは、根拠を入力してください。"
    if outside := outside_words(score.axis, score.target_level):
        errors["target_level"] = outside
    elif score.target_on and score.target_level is None:
        errors["target_level"] = "目標の期日を入力したときは、目標レベルも選んでください。"
    try:
        score.full_clean(exclude=("assessment", "axis", "saved_by", "reviewed_by"))
    except ValidationError as error:
        errors = error.error_dict | {k: v for k, v in errors.items() if k not in error.error_dict}
    if errors:
        raise ValidationError(errors)


def _is_raised(score: Score, previous: Score | None) -> bool:
    if previous is None or previous.level is None or score.level is None:
        return False
    return score.level > previous.level


@transaction.atomic
def accept_assessment(*, reply: Reply, by: Any) -> Assessment | None:
    """Make the assessment of an accepted reply official; None if the department entered none."""
    assessment = Assessment.objects.filter(reply=reply).first()
    if assessment is None:
        return None
    before = ledger.state_of(assessment, ("accepted_at",))
    assessment.accepted_at = reply.accepted_at or timezone.now()
    save_versioned(assessment, version=assessment.version, fields=("accepted_at",), force=True)
    ledger.record(
        by=by, act="accept", obj=assessment, before=before, after=ledger.state_of(assessment, ("accepted_at",))
    )
    return assessment


@transaction.atomic
def review_score(*, score: Score, reviewed_level: int | None, review_comment: str, version: int, by: Any) -> Score:
    """Set the level that 事務局 holds to be right, beside the department's own; None takes it back.

    Raises ValidationError (by field) if the assessment is not accepted, the axis does not apply, the level is
    not on the axis, or it differs from the own one without a comment; StaleError if others were faster.
    """
    score = Score.objects.select_related("axis", "assessment__reply").get(pk=score.pk)
    if score.assessment.accepted_at is None:
        raise ValidationError("受理した自己評価だけを確認できます。先に回答を受理してください。")
    before = ledger.state_of(score, REVIEW_FIELDS)
    score.reviewed_level, score.review_comment = reviewed_level, review_comment.strip()
    if before == ledger.state_of(score, REVIEW_FIELDS):
        return score
    _check_review(score)
    score.reviewed_by_id = ledger.actor(by).user_id
    score.reviewed_at = None if reviewed_level is None and not score.review_comment else timezone.now()
    save_versioned(score, version=version, fields=(*REVIEW_FIELDS, "reviewed_by_id", "reviewed_at"))
    ledger.record(
        by=by, act="review", obj=score, before=before, after=ledger.state_of(score, REVIEW_FIELDS),
        note=str(score.assessment.reply),
    )  # fmt: skip
    return score


def _check_review(score: Score) -> None:
    errors: dict[str, Any] = {}
    if score.not_applicable and score.reviewed_level is not None:
        errors["reviewed_level"] = "課が「該当しない」と答えた軸には、レベルを付けられません。コメントだけ残せます。"
    elif outside := outside_words(score.axis, score.reviewed_level):
        errors["reviewed_level"] = outside
    refuse_unsafe(score.review_comment, "review_comment", errors)
    if score.difference and not score.review_comment:
        errors["review_comment"] = f"自己評価（レベル{score.level}）と違うレベルにするときは、理由を書いてください。"
    try:
        score.clean_fields(exclude=("assessment", "axis", "saved_by", "reviewed_by"))
    except ValidationError as error:
        errors = error.error_dict | errors
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def save_city_level(
    *, round_: Round, axis: Axis, level: int | None, evidence: str, comment: str, version: int, by: Any
) -> CityAssessment:
    """Store one axis of the city's own assessment (組織として) in a round.

    A row that is not there yet has version 1. Saving the same again writes nothing. Raises ValidationError (by
    field), StaleError if others were faster.
    """
    rubric = queries.rubric_of_round(round_)
    if "maturity" not in round_.sections or rubric is None or axis.rubric_id != rubric.pk:
        raise ValidationError("この軸は、この照会の評価基準にありません。画面を開き直してください。")
    stored, _ = CityAssessment.objects.get_or_create(round=round_, axis=axis)
    before = ledger.state_of(stored, CITY_FIELDS)
    stored.level, stored.evidence, stored.comment = level, evidence.strip(), comment.strip()
    after = ledger.state_of(stored, CITY_FIELDS)
    if before == after:
        return stored
    _check_city(stored)
    stored.saved_by_id = ledger.actor(by).user_id
    save_versioned(stored, version=version, fields=(*CITY_FIELDS, "saved_by_id"))
    ledger.record(by=by, act="assess", obj=stored, before=before, after=after)
    return stored


def _check_city(stored: CityAssessment) -> None:
    errors: dict[str, Any] = {}
    refuse_unsafe(stored.evidence, "evidence", errors)
    refuse_unsafe(stored.comment, "comment", errors)
    if stored.level is not None and not stored.evidence and "evidence" not in errors:
        errors["evidence"] = "レベルを付けるときは、根拠を入力してください。"
    try:
        stored.full_clean(exclude=("round", "axis", "saved_by"), validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        errors = error.error_dict | errors
    if errors:
        raise ValidationError(errors)
