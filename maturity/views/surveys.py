"""Surveys as evidence: the use of a system by feature, and business questionnaires with their triage."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import can, requires
from accounts.roles import Permission
from lib import htmx, listing
from lib.forms import status_of
from lib.http import Request
from maturity import charts_evidence, queries_evidence
from maturity.evidence import Part, parts
from maturity.filters_evidence import AnswerFilter
from maturity.forms.surveys import AnswerForm, QuestionnaireForm, TriageForm, UsageForms
from maturity.models_evidence import BusinessAnswer, BusinessSurvey, UsageSurvey, kind_choices, triage_choices
from maturity.services import surveys as services
from maturity.views.common import posted
from maturity.views.evidence import done, form_page, stored, version_of

PER_PAGE = 25
COLUMNS = (
    ("number", "番号"),
    ("department", "所属"),
    ("kind", "区分"),
    ("problem", "困っていること・してほしいこと"),
    ("triage", "整理"),
)
SORTS = {"number": ["number"], "department": ["department__order", "department__code", "number"]}


@require_GET
@requires(Permission.READ)
def surveys(request: Request) -> HttpResponse:
    context = {
        "usage": queries_evidence.usage_surveys(),
        "questionnaires": queries_evidence.questionnaires(),
        "may_edit": can(request.user, Permission.EDIT_RUBRIC),
    }
    return htmx.render(request, "maturity/surveys.html", context)


@require_GET
@requires(Permission.READ)
def usage(request: Request, pk: int) -> HttpResponse:
    """One system: who does not use which feature."""
    survey = get_object_or_404(UsageSurvey, pk=pk)
    found = queries_evidence.uses(survey)
    context = {
        "survey": survey,
        "lines": charts_evidence.use_lines(found),
        "legend": charts_evidence.use_legend(found),
        "all_rate": queries_evidence.usage.rate(survey.all_unused, survey.accounts),
        "may_edit": can(request.user, Permission.EDIT_RUBRIC),
    }
    return htmx.render(request, "maturity/usage.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_RUBRIC)
def usage_create(request: Request) -> HttpResponse:
    forms = UsageForms(posted(request))
    made = request.method == "POST" and stored(forms, lambda: services.create_usage(by=request.user, **forms.values))
    if made:
        return done(request, "利用状況調査を登録しました。", reverse("maturity:usage", args=[made.pk]))
    return _usage_page(request, forms, {})


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_RUBRIC)
def usage_edit(request: Request, pk: int) -> HttpResponse:
    survey = get_object_or_404(UsageSurvey, pk=pk)
    forms = UsageForms(posted(request), survey=survey)
    if request.method == "POST" and stored(forms, lambda: services.update_usage(
        survey=survey, by=request.user, **version_of(forms.main), **forms.values
    )):  # fmt: skip
        return done(request, "利用状況調査を保存しました。", reverse("maturity:usage", args=[pk]))
    return _usage_page(request, forms, {"survey": survey})


def _usage_page(request: Request, forms: UsageForms, context: dict[str, Any]) -> HttpResponse:
    context |= {"forms": forms, "form": forms.main}
    return htmx.render(request, "maturity/usage_form.html", context, status=forms.status)


@dataclass(frozen=True)
class AnswerRow:
    """One answer on the questionnaire's page with the form of its triage."""

    answer: BusinessAnswer
    data: QueryDict | None = None

    @property
    def id(self) -> str:
        return f"triage-{self.answer.pk}"

    @cached_property
    def form(self) -> TriageForm:
        return TriageForm(self.data, answer=self.answer)

    @property
    def ref_parts(self) -> list[Part]:
        return parts(self.answer.action_ref)

    @property
    def is_code(self) -> bool:
        """Whether the action is named by its code, which the list of actions finds."""
        return bool(self.answer.action_ref) and not any(p.url for p in self.ref_parts)


@require_GET
@requires(Permission.READ)
def questionnaire(request: Request, pk: int) -> HttpResponse:
    """The answers under a filter, each with its triage, and the counts by department."""
    survey = get_object_or_404(BusinessSurvey, pk=pk)
    rows = survey.answers.select_related("department")
    found = AnswerFilter(request.GET, queryset=rows)
    listed = listing.build(request, found.qs, columns=COLUMNS, sorts=SORTS, default="number", per_page=PER_PAGE)
    context = _counts(survey) | {
        "survey": survey,
        "filter": found,
        "listing": listed,
        "rows": [AnswerRow(answer) for answer in listed.page],
        "may_edit": can(request.user, Permission.EDIT_RUBRIC),
    }
    return htmx.render(request, "maturity/questionnaire.html", context, regions={"answers": "maturity/_answers.html"})


def _counts(survey: BusinessSurvey) -> dict[str, Any]:
    return {
        "tallies": queries_evidence.tallies(survey),
        "kinds": [label for _, label in kind_choices()],
        "states": [label for _, label in triage_choices()],
    }


@require_POST
@requires(Permission.EDIT_RUBRIC)
def triage(request: Request, pk: int) -> HttpResponse:
    """Sort one answer; the row and the counts by department are drawn again."""
    answer = _answer(pk)
    row = AnswerRow(answer, request.POST)
    saved = stored(row.form, lambda: services.triage_answer(answer=answer, by=request.user, **row.form.cleaned_data))
    page = reverse("maturity:questionnaire", args=[answer.survey_id])
    status = status_of(row.form)
    if saved:
        if not htmx.wants_fragment(request):
            return done(request, f"回答{answer.number}を整理しました。", f"{page}#triage-{pk}")
        row = AnswerRow(_answer(pk))
    context = {"row": row, "may_edit": True, "survey": answer.survey, "back": page, "saved": bool(saved)}
    if saved:
        context |= _counts(answer.survey) | {"oob": True}
    regions = {row.id: "maturity/_triage_redrawn.html"}
    return htmx.render(request, "maturity/triage.html", context, regions=regions, status=status)


def _answer(pk: int) -> BusinessAnswer:
    return get_object_or_404(BusinessAnswer.objects.select_related("survey", "department"), pk=pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_RUBRIC)
def questionnaire_create(request: Request) -> HttpResponse:
    form = QuestionnaireForm(posted(request))
    made = request.method == "POST" and stored(
        form, lambda: services.create_questionnaire(by=request.user, **form.values)
    )
    if made:
        return done(request, "アンケートを登録しました。", reverse("maturity:questionnaire", args=[made.pk]))
    return form_page(request, "maturity/questionnaire_form.html", {}, form)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_RUBRIC)
def questionnaire_edit(request: Request, pk: int) -> HttpResponse:
    survey = get_object_or_404(BusinessSurvey, pk=pk)
    title = survey.title
    form = QuestionnaireForm(posted(request), survey=survey)
    if request.method == "POST" and stored(form, lambda: services.update_questionnaire(
        survey=survey, by=request.user, **version_of(form), **form.values
    )):  # fmt: skip
        return done(request, "アンケートを保存しました。", reverse("maturity:questionnaire", args=[pk]))
    return form_page(request, "maturity/questionnaire_form.html", {"survey": survey, "title": title}, form)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_RUBRIC)
def answer_create(request: Request, pk: int) -> HttpResponse:
    survey = get_object_or_404(BusinessSurvey, pk=pk)
    form = AnswerForm(posted(request))
    made = request.method == "POST" and stored(
        form, lambda: services.create_answer(survey=survey, by=request.user, **form.values)
    )
    if made:
        return done(request, f"回答{made.number}を登録しました。", reverse("maturity:questionnaire", args=[pk]))
    return form_page(request, "maturity/answer_form.html", {"survey": survey}, form)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_RUBRIC)
def answer_edit(request: Request, pk: int) -> HttpResponse:
    answer = _answer(pk)
    form = AnswerForm(posted(request), answer=answer)
    if request.method == "POST" and stored(form, lambda: services.update_answer(
        answer=answer, by=request.user, **version_of(form), **form.values
    )):  # fmt: skip
        page = reverse("maturity:questionnaire", args=[answer.survey_id])
        return done(request, f"回答{answer.number}を保存しました。", f"{page}#triage-{pk}")
    return form_page(request, "maturity/answer_form.html", {"survey": answer.survey, "answer": answer}, form)
