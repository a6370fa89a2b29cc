"""Writes of 導入計画書: draft → submitted → reviewing → decided, and the action that becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from actions import scoring
from actions.models import Action, Proposal, Review, ReviewSheet, SheetScore, decision_choices
from actions.services.labels import labelled, refuse_long_text, refuse_unknown
from actions.services.plans import create_action
from lib import ledger
from lib.writes import StaleError, save_versioned
from strategy.models import Layer

PROPOSAL_FIELDS = (
    "department", "title", "issue", "content", "effect", "alternatives", "starts_on", "ends_on",
    "initial_cost", "yearly_cost",
)  # fmt: skip
NEEDED = ("issue", "content", "effect", "starts_on", "ends_on")
ADOPTED = ("adopted", "conditional")
MOST_REVIEWERS = 20
MOVED = "ほかの人が先にこの導入計画書を動かしました。いまの内容を確かめてから、もう一度操作してください。"


@transaction.atomic
def create_proposal(*, by: Any, **values: Any) -> Proposal:
    refuse_unknown(values, PROPOSAL_FIELDS)
    proposal = Proposal(written_by=_person(by), **values)
    _validate(proposal)
    proposal.save(force_insert=True)
    ledger.record(by=by, act="create", obj=proposal, after=labelled(proposal, PROPOSAL_FIELDS))
    return proposal


@transaction.atomic
def update_proposal(*, proposal: Proposal, version: int, by: Any, **values: Any) -> Proposal:
    """Change a draft if the row still has `version`."""
    refuse_unknown(values, PROPOSAL_FIELDS)
    stored = _locked(proposal)
    _expect(stored, "draft")
    before = labelled(stored, PROPOSAL_FIELDS)
    for name, value in values.items():
        setattr(proposal, name, value)
    _validate(proposal)
    save_versioned(proposal, version=version, fields=values)
    ledger.record(by=by, act="update", obj=proposal, before=before, after=labelled(proposal, PROPOSAL_FIELDS))
    return proposal


@transaction.atomic
def delete_draft(*, proposal: Proposal, version: int, by: Any) -> None:
    """Throw away a draft that was never handed in; what was reviewed once stays."""
    stored = _locked(proposal)
    _expect(stored, "draft")
    _expect_version(stored, version)
    if stored.reviews.exists():
        raise ValidationError("一度審査した導入計画書は削除できません。")
    ledger.record(by=by, act="delete", obj=stored, before=labelled(stored, PROPOSAL_FIELDS))
    stored.delete()


@transaction.atomic
def submit_proposal(*, proposal: Proposal, version: int, by: Any) -> Proposal:
    """Hand in a draft in which everything needed is said."""
    stored = _locked(proposal)
    _expect(stored, "draft")
    missing = [str(Proposal._meta.get_field(n).verbose_name) for n in NEEDED if not getattr(stored, n)]
    if missing:
        raise ValidationError(f"まだ提出できません。{'、'.join(missing)}を入力してください。")
    return _move(
        stored, version, by, "submit", state="submitted", submitted_at=timezone.now(), submitted_by=_person(by)
    )


@transaction.atomic
def withdraw_proposal(*, proposal: Proposal, version: int, by: Any) -> Proposal:
    """The department takes it back before the review begins."""
    stored = _locked(proposal)
    _expect(stored, "submitted")
    return _move(stored, version, by, "withdraw", state="draft", submitted_at=None, submitted_by=None)


@transaction.atomic
def start_review(
    *, proposal: Proposal, version: int, layers: Sequence[Layer], reviewers: Sequence[User], by: Any
) -> Review:
    """Copy the guidelines with their labels and give each reviewer a sheet."""
    stored = _locked(proposal)
    _expect(stored, "submitted")
    guidelines = frozen_guidelines(layers)
    if not guidelines:
        raise ValidationError({"layer": "採点する指針がありません。公開中の版に、指針の要素を登録してください。"})
    if not reviewers or len(reviewers) > MOST_REVIEWERS:
        raise ValidationError({"reviewers": f"審査員は1人から{MOST_REVIEWERS}人までにしてください。"})
    _move(stored, version, by, "open", state="reviewing")
    source = "、".join(dict.fromkeys(f"{layer.edition}「{layer.name}」" for layer in layers))[:200]
    review = Review.objects.create(
        proposal=stored, number=stored.reviews.count() + 1, source=source, guidelines=guidelines,
        started_at=timezone.now(), started_by=_person(by),
    )  # fmt: skip
    sheets = [ReviewSheet(review=review, reviewer=reviewer) for reviewer in reviewers]
    ReviewSheet.objects.bulk_create(sheets)
    after = {"source": source, "reviewers": [str(r) for r in reviewers], "guidelines": len(guidelines)}
    ledger.record(by=by, act="open", obj=review, after=after)
    return review


def frozen_guidelines(layers: Sequence[Layer]) -> list[dict[str, str]]:
    """The elements of the layers as they read now."""
    found = []
    for layer in layers:
        elements = layer.elements.order_by("order", "pk")
        found += [{"key": str(e.lineage), "label": e.label, "title": e.title, "body": e.body} for e in elements]
    return found


@transaction.atomic
def save_sheet(
    *, sheet: ReviewSheet, version: int, scores: Mapping[str, tuple[int | None, str]], by: Any,
    comment: str = "", done: bool = False,
) -> ReviewSheet:  # fmt: skip
    """Store what one reviewer says. `scores` maps the key of a guideline to points (or None) and a comment."""
    _expect(_locked(sheet.review.proposal), "reviewing")
    rows = ReviewSheet.objects.select_for_update(of=("self",), no_key=True)
    stored = rows.select_related("review__proposal").get(pk=sheet.pk)
    if stored.review.decision or ledger.actor(by).user_id != stored.reviewer_id:
        raise ValidationError("この審査票に書けるのは、審査中の本人だけです。")
    _refuse_scores(stored.review, scores)
    before = sheet_state(stored)
    stored.comment = comment
    stored.done_at = timezone.now() if done else None
    refuse_long_text(stored)
    save_versioned(stored, version=version, fields=("comment", "done_at"))
    stored.scores.all().delete()
    rows = [
        SheetScore(sheet=stored, key=key, score=score, comment=text)
        for key, (score, text) in scores.items()
        if score is not None or text
    ]
    SheetScore.objects.bulk_create(rows)
    ledger.record(by=by, act="review", obj=stored, before=before, after=sheet_state(stored))
    return stored


def sheet_state(sheet: ReviewSheet) -> dict[str, Any]:
    """Scores by the label of the guideline, for the ledger."""
    words = {g["key"]: f"{g['label']} {g['title']}".strip() for g in sheet.review.guidelines}
    points = {words.get(s.key, s.key): s.score for s in sheet.scores.all()}
    return {"scores": points, "comment": sheet.comment, "done": sheet.done_at is not None}


def _refuse_scores(review: Review, scores: Mapping[str, tuple[int | None, str]]) -> None:
    if set(scores) - {g["key"] for g in review.guidelines}:
        raise ValidationError("この審査にない指針の点が送られました。画面を開き直してください。")
    for score, text in scores.values():
        if score is not None and not scoring.LOWEST <= score <= scoring.HIGHEST:
            raise ValidationError("点は0から3までにしてください。")
        if len(text) > 300:
            raise ValidationError("指針ごとの意見は300字以内にしてください。")


@transaction.atomic
def decide_proposal(*, proposal: Proposal, version: int, decision: str, reason: str, by: Any) -> Review:
    """End the review. 差し戻し makes it a draft again, and may also come before any review."""
    stored = _locked(proposal)
    _expect(stored, *(("reviewing", "submitted") if decision == "returned" else ("reviewing",)))
    if decision not in dict(decision_choices()):
        raise ValidationError({"decision": "決定を選んでください。"})
    if not reason.strip():
        raise ValidationError({"reason": "理由を入力してください。条件付きのときは条件も書きます。"})
    review = stored.reviews.filter(decision="").first()
    _refuse_unscored(review, decision)
    back = {"state": "draft", "submitted_at": None, "submitted_by": None}
    _move(stored, version, by, "return" if decision == "returned" else "accept", **(
        back if decision == "returned" else {"state": "decided"}
    ))  # fmt: skip
    now = timezone.now()
    review = review or Review(
        proposal=stored, number=stored.reviews.count() + 1, started_at=now, started_by=_person(by)
    )
    review.decision, review.reason, review.decided_at, review.decided_by = decision, reason.strip(), now, _person(by)
    refuse_long_text(review)
    review.save()
    after = labelled(review, ("decision", "reason"))
    ledger.record(by=by, act="update", obj=review, before=dict.fromkeys(after, ""), after=after)
    return review


def _refuse_unscored(review: Review | None, decision: str) -> None:
    if decision == "returned" or review is None:
        return
    if not SheetScore.objects.filter(sheet__review=review, score__isnull=False).exists():
        raise ValidationError("まだだれも採点していません。採点のあとに決定してください。")


@transaction.atomic
def create_action_from(*, proposal: Proposal, by: Any, **values: Any) -> Action:
    """The action that an adopted proposal becomes; a second one is refused."""
    stored = _locked(proposal)
    if not may_become_action(stored):
        raise ValidationError("取組にできるのは、採択されて、まだ取組のない導入計画書だけです。")
    action = create_action(by=by, **values)
    _move(stored, stored.version, by, "link", action=action)
    return action


def may_become_action(proposal: Proposal) -> bool:
    last = proposal.reviews.order_by("-number").first()
    return proposal.state == "decided" and proposal.action_id is None and bool(last and last.decision in ADOPTED)


def _locked(proposal: Proposal) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",), no_key=True).select_related("department")
    stored = rows.filter(pk=proposal.pk).first()
    if stored is None:
        raise ValidationError("この導入計画書は削除されています。")
    return stored


def _expect(stored: Proposal, *states: str) -> None:
    if stored.state not in states:
        raise ValidationError(f"この導入計画書はいま「{stored.get_state_display()}」のため、この操作はできません。")


def _expect_version(stored: Proposal, version: int) -> None:
    if stored.version != version:
        raise ValidationError(MOVED, code="stale")


def _move(stored: Proposal, version: int, by: Any, act: str, **values: Any) -> Proposal:
    """Store `values` if the row still has the version seen, and record the move."""
    before = labelled(stored, ("state", *(n for n in values if n == "action")))
    for name, value in values.items():
        setattr(stored, name, value)
    try:
        save_versioned(stored, version=version, fields=values)
    except StaleError as error:
        raise ValidationError(error.told(MOVED), code="stale") from error
    after = labelled(stored, before)
    ledger.record(by=by, act=act, obj=stored, before=before, after=after)
    return stored


def _validate(proposal: Proposal) -> None:
    refuse_long_text(proposal)
    proposal.full_clean(validate_constraints=False)


def _person(by: Any) -> User | None:
    return by if isinstance(by, User) else User.objects.filter(pk=ledger.actor(by).user_id).first()

