"""What assessors say, as files: grades of actions by both assessors, scales, 導入計画書 and their scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accounts.access import can
from accounts.roles import Permission
from actions.models import Action, GradeScale, Proposal
from actions.queries_grades import awaiting_grade, graded
from actions.queries_proposals import Result, shown_results
from actions.views.proposals import SORTS, ProposalFilter, last_review, visible_proposals
from exchange.lists import Head, ListExport, Named, Shown, register
from lib import listing
from lib.http import Request

GRADE_HEADS = (
    Head("整理番号", "code"), Head("取組名", "title"), Head("計画", "plan"), Head("担当", "lead_department"),
    Head("自己評価", "self_grade"), Head("本部評価", "head_grade", note="最後に付けたもの"),
    Head("本部評価の基準日", "head_as_of", "date"), Head("本部のコメント", "comment"),
    Head("本部評価を付けた人", "graded_by"), Head("進捗率", "percent", "number", "0〜100"),
    Head("最後の報告", "reported_as_of", "date", "報告の基準日"),
    Head("本部評価を待つ", "waiting", note="最後の報告に、まだ本部評価がないもの"),
)  # fmt: skip
SCALE_HEADS = (
    Head("評価区分", "scale"), Head("記号", "code"), Head("意味", "label"),
    Head("平均に使う値", "value", "number", "空欄は平均に入れない"), Head("使っている計画", "plans"),
    Head("説明", "note"),
)  # fmt: skip
PROPOSAL_HEADS = (
    Head("件名", "title"), Head("状態", "state"), Head("所属", "department"),
    Head("提出日時", "submitted_at", "moment"),
    Head("審査の回", "review", "number"), Head("決定", "decision"), Head("決定日時", "decided_at", "moment"),
    Head("理由・条件", "reason"), Head("できた取組", "action"), Head("始める時期", "starts_on", "date"),
    Head("終える時期", "ends_on", "date"), Head("初期費用", "initial_cost", "number", "千円"),
    Head("年間の費用", "yearly_cost", "number", "千円"), Head("現状と課題", "issue"), Head("導入する内容", "content"),
    Head("見込む効果", "effect"), Head("比べた方法と選んだ理由", "alternatives"),
)  # fmt: skip
SCORE_HEADS = (
    Head("審査の回", "review", "number"), Head("番号", "label"), Head("指針", "guideline"), Head("審査員", "reviewer"),
    Head("点", "score", "number", "0〜3。空欄は未採点"), Head("意見", "comment"),
)  # fmt: skip


def grades(request: Request) -> Shown:
    """Every action that the tables of the page count, with both grades."""
    waiting = set(awaiting_grade().order_by().values_list("pk", flat=True))
    return Shown("取組の評価", GRADE_HEADS, (_graded(a, a.pk in waiting) for a in graded()))


def _graded(action: Action, waits: bool) -> list[Any]:
    given = next(iter(action.head_grades.all()), None)
    words = [given.as_of, given.comment, str(given.graded_by or "")] if given else [None, None, None]
    return [
        action.code, action.title, action.plan.name, action.lead_department.name, _word(action.self_grade),
        _word(action.head_grade), *words, action.percent, action.reported_as_of, "はい" if waits else "いいえ",
    ]  # fmt: skip


def _word(grade: Any) -> str | None:
    return str(grade) if grade else None


def scales(request: Request) -> Shown:
    rows = GradeScale.objects.prefetch_related("grades", "plan_scales__plan")
    cells = (
        [s.name, g.code, g.label, g.value, "、".join(str(u.plan) for u in s.plan_scales.all()), s.note]
        for s in rows for g in s.grades.all()
    )  # fmt: skip
    return Shown("評価区分", SCALE_HEADS, cells)


def proposals(request: Request) -> Shown:
    found = ProposalFilter(request.GET, request=request, queryset=visible_proposals(request))
    ordered = listing.ordered(request, found.qs, sorts=SORTS, default="updated")
    return Shown("導入計画書", PROPOSAL_HEADS, (_proposal(p) for p in ordered))


def _proposal(row: Proposal) -> list[Any]:
    last = last_review(row)
    said = [last.number, last.get_decision_display(), last.decided_at, last.reason] if last else [None] * 4
    return [
        row.title, row.get_state_display(), row.department.name, row.submitted_at, *said,
        str(row.action) if row.action else None, row.starts_on, row.ends_on, row.initial_cost, row.yearly_cost,
        row.issue, row.content, row.effect, row.alternatives,
    ]  # fmt: skip


def scores(request: Request, pk: int) -> Shown | None:
    """What each reviewer says of each guideline; a review that runs is shown to those who decide only."""
    proposal = visible_proposals(request).filter(pk=pk).first()
    if proposal is None:
        return None
    found = shown_results(list(proposal.reviews.all()), decides=can(request.user, Permission.DECIDE_PROPOSAL))
    return Shown(f"{proposal}の審査", SCORE_HEADS, (row for result in found for row in _scores(result)))


def _scores(result: Result) -> Iterator[list[Any]]:
    for line in result.lines:
        for cell in line.cells:
            yield [result.review.number, line.label, line.title, cell.reviewer, cell.score, cell.comment]
    for sheet in result.sheets:
        if sheet.comment:
            yield [result.review.number, "", "全体の意見", str(sheet.reviewer), None, sheet.comment]


def reviewed(request: Request) -> Named:
    rows = visible_proposals(request).filter(reviews__isnull=False).distinct()
    return ((p.pk, str(p)) for p in rows)


def register_all() -> None:
    register(ListExport("grades", "取組の評価", Permission.READ, grades))
    register(ListExport("scales", "評価区分", Permission.GRADE_ACTION, scales))
    register(ListExport("proposals", "導入計画書", Permission.READ, proposals))
    register(ListExport("proposal-scores", "1つの導入計画書の審査", Permission.READ, scores, reviewed))
