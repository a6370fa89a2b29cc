"""成熟度の自己評価 as a part of a reply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.access import can
from accounts.models import User
from accounts.roles import Permission
from maturity import panels, queries, services
from maturity.models import Assessment, Score
from maturity.queries import Answers
from maturity.queries_answered import answered_axes
from maturity.scoring import differences
from maturity.services import corrections
from maturity.words import level_words, target_words
from rounds.models import Reply
from rounds.sections import Change, Dot, Missing, Standing

FELL, ROSE, FIRST = 30, 20, 10
HEADS = ("軸", "レベル", "到達した姿", "前回", "根拠", "確からしさ", "目標")


def is_editable(reply: Reply, user: User) -> bool:
    """Whether `user` may enter answers into `reply` today."""
    return reply.takes_entry(timezone.localdate()) and can(user, Permission.ANSWER_REPLY, reply)


class MaturitySection:
    key = "maturity"
    title = "成熟度の自己評価"
    template = "maturity/_section.html"
    order = 2

    def read(self, reply: Reply) -> Answers:
        return queries.answers_of(reply)

    def context(self, reply: Reply, user: User, found: Answers | None = None) -> dict[str, Any]:
        editable = is_editable(reply, user)
        return {"sheet": panels.sheet(reply, found or self.read(reply), editable=editable), "editable": editable}

    def standing(self, reply: Reply, found: Answers | None = None) -> Standing:
        scores = (found or self.read(reply)).scores
        return Standing(
            sum(s.is_answered for s in scores),
            len(scores),
            [Missing(f"{s.axis}が未回答", panels.anchor(s.axis)) for s in scores if not s.is_answered],
            [Dot(panels.anchor(s.axis), str(s.axis), "ok" if s.is_answered else "") for s in scores],
        )

    def counted(self, replies: Sequence[Reply]) -> dict[int, tuple[int, int]]:
        return answered_axes(replies)

    def changes(self, replies: Sequence[Reply]) -> dict[int, list[Change]]:
        """Levels that moved; a department's first assessment is one line."""
        return {now.reply_id: _changes(now, before) for now, before in queries.with_the_one_before(replies)}

    def freeze(self, reply: Reply) -> dict[str, Any]:
        found = self.read(reply)
        if found.rubric is None:
            return {"rubric": "", "heads": list(HEADS), "rows": [], "axes": []}
        previous, before = found.previous, found.before
        frozen = [_frozen(s, before.get(s.axis.line)) for s in found.scores]
        return {
            "rubric": str(found.rubric),
            "as_of": reply.round.period_end.isoformat(),
            "previous": previous.reply.round.fiscal_period.label if previous else "",
            "axes": frozen,
            "heads": list(HEADS),
            "rows": [_row(axis) for axis in frozen],
        }

    def accept(self, *, reply: Reply, by: Any) -> None:
        services.accept_assessment(reply=reply, by=by)

    def reopen(self, *, reply: Reply, by: Any) -> None:
        corrections.reopen_assessment(reply=reply, by=by)

    def hand_over(self, *, old: Reply, new: Reply, by: Any) -> None:
        corrections.inherit_assessment(old=old, new=new)


def _changes(now: Assessment, before: Assessment | None) -> list[Change]:
    url = reverse("maturity:department", args=[now.department_id])
    if before is None:
        known = [s for s in now.scores.all() if s.is_answered]
        pairs = [(str(s.axis), "—", level_words(s)) for s in known]
        return [Change("maturity", FIRST, "成熟度（初めての自己評価）", url, pairs=pairs)] if pairs else []
    last = before.by_key()
    moved = differences(
        {key: queries.mark(s) for key, s in last.items()},
        {key: queries.mark(s) for key, s in now.by_key().items()},
    )
    return [
        _change(s, last[s.axis.line], moved[s.axis.line], url)
        for s in now.scores.all()
        if s.is_answered and s.axis.line in last and level_words(s) != level_words(last[s.axis.line])
    ]


def _change(score: Score, last: Score, moved: int | None, url: str) -> Change:
    pairs = [("レベル", level_words(last), level_words(score))]
    if score.evidence:
        pairs.append(("根拠", last.evidence or "—", score.evidence))
    if score.not_applicable_reason:
        pairs.append(("該当しない理由", last.not_applicable_reason or "—", score.not_applicable_reason))
    weight = FELL if moved is not None and moved < 0 else ROSE
    return Change("maturity", weight, f"成熟度：{score.axis}", url, pairs=pairs)


def _frozen(score: Score, before: Score | None) -> dict[str, Any]:
    descriptors = {level.number: level.descriptor for level in score.axis.levels.all()}
    return {
        "key": score.axis.key,
        "line": score.axis.line,
        "axis": score.axis.name,
        "level": score.level,
        "not_applicable": score.not_applicable,
        "not_applicable_reason": score.not_applicable_reason,
        "level_label": level_words(score),
        "descriptor": descriptors.get(score.level, ""),
        "previous_level": before.level if before else None,
        "previous_label": level_words(before) if before else "",
        "evidence": score.evidence,
        "confidence": score.confidence,
        "confidence_label": score.get_confidence_display() if score.confidence else "",
        "target_level": score.target_level,
        "target_on": score.target_on.isoformat() if score.target_on else None,
        "target_label": target_words(score),
    }


def _row(axis: dict[str, Any]) -> list[str]:
    names = ("axis", "level_label", "descriptor", "previous_label", "evidence", "confidence_label", "target_label")
    reason = axis["not_applicable_reason"]
    shown = axis | {"evidence": axis["evidence"] or (f"該当しない理由：{reason}" if reason else "")}
    return [shown[name] or "—" for name in names]
