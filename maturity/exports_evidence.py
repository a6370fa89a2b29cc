"""What stands beside the own levels, as files: other municipalities, national figures, surveys, the review."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accounts.roles import Permission
from exchange.lists import Head, ListExport, Named, Shown, register
from lib import listing
from lib.http import Request
from lib.wareki import format_date
from maturity import queries
from maturity import queries_evidence as evidence
from maturity.filters_evidence import AnswerFilter
from maturity.models import Score
from maturity.models_evidence import BusinessAnswer, BusinessSurvey, NationalIndicator, UsageSurvey
from maturity.views.references import comparison_axes
from maturity.views.surveys import SORTS
from rounds.models import Round

INDICATOR_HEADS = (
    Head("指標", "name"), Head("分野", "area"), Head("本市", "own_answer"), Head("本市の値", "own_value", "number"),
    Head("全国の値", "national_value", "number"), Head("全国の母数", "denominator", "number"), Head("単位", "unit"),
    Head("全国の割合", "share", "number", "%"), Head("時点", "as_of", "date"), Head("出典", "source"),
    Head("備考", "note"),
)  # fmt: skip
USAGE_HEADS = (
    Head("機能", "feature"), Head("未利用者数", "unused", "number", "空欄は判定なし"),
    Head("未利用の率", "unused_rate", "number", "%"),
    Head("低利用者数", "low_use", "number", "未利用の人を含む。空欄は判定なし"),
    Head("低利用の率", "low_rate", "number", "%"),
    Head("母数", "accounts", "number"), Head("不足している機能", "missing"),
)  # fmt: skip
ANSWER_HEADS = (
    Head("番号", "number", "number"), Head("所属", "department"), Head("区分", "kind"),
    Head("困っていること", "problem"),
    Head("してほしいこと", "wish"), Head("整理", "triage"), Head("取組", "action_ref"),
    Head("整理のメモ", "triage_note"),
)  # fmt: skip
SURVEY_HEADS = (
    Head("種類", "kind"), Head("名称", "title"), Head("時点・実施日", "held_on", "date"),
    Head("対象のアカウント", "accounts", "number"), Head("機能", "features", "number"),
    Head("回答した所属", "departments", "number"), Head("回答", "answers", "number"),
    Head("未整理の回答", "waiting", "number"), Head("低利用の決め方", "low_use_rule"), Head("出典", "source"),
)  # fmt: skip
REVIEW_HEADS = (
    Head("課", "department"), Head("軸", "axis"), Head("自己評価", "level", "number", "空欄は未回答"),
    Head("該当なし", "not_applicable"), Head("根拠", "evidence"),
    Head("確認後", "reviewed_level", "number", "空欄は未確認"),
    Head("確認のコメント", "comment"), Head("確認した人", "reviewed_by"),
)  # fmt: skip


def references(request: Request) -> Shown:
    """A row a municipality and base date, the own averages first; a blank is unknown."""
    own = evidence.own_averages()
    axes = comparison_axes(own)
    note = "レベルの平均。空欄は分からない（0ではない）"
    heads = (
        Head("自治体", "municipality"), Head("基準日", "as_of", "date"),
        *(Head(name, key, "number", note) for key, name in axes), Head("出典", "source"), Head("備考", "note"),
    )  # fmt: skip
    return Shown("他市町村との比較", heads, _references(own, [key for key, _ in axes]))


def _references(own: evidence.Own | None, keys: list[str]) -> Iterator[list[Any]]:
    if own:
        yield ["本市", own.as_of, *(a.now for a in own.axes), "自己評価の平均", own.label]
    for line in evidence.reference_lines():
        row = line.reference
        yield [row.municipality, row.as_of, *(line.levels.get(key) for key in keys), row.source, row.note]


def indicators(request: Request) -> Shown:
    rows = (_indicator(i) for _, group in evidence.indicators_by_area() for i in group)
    return Shown("国の指標と本市", INDICATOR_HEADS, rows)


def _indicator(row: NationalIndicator) -> list[Any]:
    return [
        row.name, row.get_area_display(), row.get_own_answer_display(), row.own_value, row.national_value,
        row.denominator, row.unit, row.share, row.as_of, row.source, row.note,
    ]  # fmt: skip


def surveys(request: Request) -> Shown:
    """Both kinds of surveys in one table; the content of each has its own file."""
    usage = [
        ["システムの利用状況", s.system, s.as_of, s.accounts, s.features, None, None, None, s.low_use_rule, s.source]
        for s in evidence.usage_surveys()
    ]
    asked = [
        ["業務アンケート", s.title, s.held_on, None, None, s.departments, s.total, s.waiting, None, None]
        for s in evidence.questionnaires()
    ]
    return Shown("調査", SURVEY_HEADS, [*usage, *asked])


def usage(request: Request, pk: int) -> Shown | None:
    survey = UsageSurvey.objects.filter(pk=pk).first()
    if survey is None:
        return None
    return Shown(f"{survey.system}の利用状況", USAGE_HEADS, (_use(u) for u in evidence.uses(survey)))


def _use(use: evidence.Use) -> list[Any]:
    row = use.statistic
    return [row.feature, row.unused, use.unused_rate, row.low_use, use.low_rate, row.total, row.missing]


def answers(request: Request, pk: int) -> Shown | None:
    survey = BusinessSurvey.objects.filter(pk=pk).first()
    if survey is None:
        return None
    found = AnswerFilter(request.GET, queryset=survey.answers.select_related("department"))
    rows = listing.ordered(request, found.qs, sorts=SORTS, default="number")
    return Shown(survey.title, ANSWER_HEADS, (_answer(a) for a in rows))


def _answer(row: BusinessAnswer) -> list[Any]:
    return [
        row.number, row.department.name, row.get_kind_display(), row.problem, row.wish, row.get_triage_display(),
        row.action_ref, row.triage_note,
    ]  # fmt: skip


def review(request: Request, pk: int) -> Shown | None:
    """Every accepted answer of a round, all axes, with what 事務局 says of it."""
    round_ = Round.objects.filter(pk=pk).first()
    if round_ is None or "maturity" not in round_.sections:
        return None
    return Shown(f"成熟度の確認　{round_}", REVIEW_HEADS, (_score(s) for s in queries.scores_to_review(pk)))


def _score(row: Score) -> list[Any]:
    return [
        row.assessment.department.name, row.axis.name, row.level, "該当なし" if row.not_applicable else None,
        row.evidence, row.reviewed_level, row.review_comment, str(row.reviewed_by) if row.reviewed_by else None,
    ]  # fmt: skip


def usage_surveys(request: Request) -> Named:
    return ((s.pk, f"{s.system} {format_date(s.as_of)}") for s in UsageSurvey.objects.all())


def questionnaires(request: Request) -> Named:
    return BusinessSurvey.objects.values_list("pk", "title")


def reviewed_rounds(request: Request) -> Named:
    return ((r.pk, str(r)) for r in Round.objects.all() if "maturity" in r.sections)


def register_all() -> None:
    for key, title, shown in (
        ("references", "他市町村との比較", references), ("national-indicators", "国の指標と本市", indicators),
        ("surveys", "調査", surveys),
    ):  # fmt: skip
        register(ListExport(key, title, Permission.READ, shown))
    register(ListExport("usage", "1つのシステムの利用状況", Permission.READ, usage, usage_surveys))
    register(ListExport("answers", "1つのアンケートの回答", Permission.READ, answers, questionnaires))
    register(ListExport("review", "1つの照会の成熟度の確認", Permission.REVIEW_MATURITY, review, reviewed_rounds))
