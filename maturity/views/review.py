"""Calibration: the levels that 事務局 sets beside the departments' own, and the city's own assessment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access import can, requires
from accounts.roles import Permission
from lib import htmx
from lib.forms import PortalForm, status_of
from lib.http import Request
from maturity import calibration, charts, pages, queries, services
from maturity.models import Axis, CityAssessment, Score
from maturity.views.common import chosen
from rounds.models import Round


@require_GET
@requires(Permission.REVIEW_MATURITY)
def review(request: Request, pk: int) -> HttpResponse:
    """One axis of a round, every accepted department: own level, evidence, last time, and the reviewed level."""
    round_ = _round(pk)
    scores = queries.scores_to_review(pk)
    tabs = calibration.tabs(scores)
    line = request.GET.get("axis") or next((t.line for t in tabs), "")
    if tabs and line not in {t.line for t in tabs}:
        raise Http404
    shown = [s for s in scores if s.axis.line == line]
    first = chosen(request.GET.get("department", ""), [s.assessment.department_id for s in shown])
    levels = calibration.levels_of([s.axis for s in shown])
    context = {
        "round": round_,
        "tabs": tabs,
        "line": line,
        "axis": shown[0].axis if shown else None,
        "levels": levels[shown[0].axis_id] if shown else [],
        "departments": [s.assessment.department for s in shown],
        "first": first,
        "divisions": calibration.divisions(shown, queries.scores_before(round_), levels, first),
    }
    return htmx.render(request, "maturity/review.html", context)


def _round(pk: int) -> Round:
    """A round that asks about maturity; 404 for any other."""
    round_ = get_object_or_404(Round, pk=pk)
    if "maturity" not in round_.sections:
        raise Http404
    return round_


@require_POST
@requires(Permission.REVIEW_MATURITY)
def review_score(request: Request, pk: int) -> HttpResponse:
    """Save the reviewed level and comment of one answer."""
    row = replace(_row(pk), data=request.POST)
    if _try(row.form, services.review_score, score=row.score, by=request.user):
        row = _row(pk)
        if not htmx.wants_fragment(request):
            messages.success(request, f"「{row.department}」の{row.score.axis}を確認しました。")
            return htmx.redirect(request, _review_url(row))
    context = {"row": row, "round": row.score.assessment.reply.round, "back": _review_url(row)}
    regions = {row.id: "maturity/_review_row.html"}
    return htmx.render(request, "maturity/review_score.html", context, regions=regions, status=status_of(row.form))


def _row(pk: int) -> calibration.Row:
    rows = Score.objects.official().with_axis().select_related("axis__rubric", "reviewed_by")
    score = get_object_or_404(rows, pk=pk)
    before = queries.scores_before(score.assessment.reply.round)
    key = (score.assessment.department_id, score.axis.line)
    return calibration.Row(score, list(score.axis.levels.all()), before.get(key))


def _review_url(row: calibration.Row) -> str:
    page = reverse("maturity:review", args=[row.score.assessment.reply.round_id])
    return f"{page}?{urlencode({'axis': row.score.axis.line})}#{row.id}"


def _try(form: PortalForm, write: Any, **arguments: Any) -> bool:
    """Call the service with the form's values when they are valid; a refusal ends on the form."""
    if not form.is_valid():
        return False
    try:
        write(**arguments, **form.cleaned_data)
    except ValidationError as error:
        form.add_refusal(error)
        return False
    return True


@require_GET
@requires(Permission.READ)
def city(request: Request, pk: int) -> HttpResponse:
    """組織として: the city's own level on each axis beside the departments' distribution."""
    round_ = _round(pk)
    found = queries.city_radar(pk)
    levels = pages.city_levels(round_, found)
    context = {
        "round": round_,
        "city": found,
        "levels": levels,
        "panels": [calibration.CityPanel(x.stored, x.levels) for x in levels],
        "editable": can(request.user, Permission.REVIEW_MATURITY),
        "legend": charts.level_legend([x.line for x in levels if x.line], found) if found else None,
    }
    context["rows"] = list(zip(levels, context["panels"], strict=True))
    return htmx.render(request, "maturity/city.html", context)


@require_POST
@requires(Permission.REVIEW_MATURITY)
def city_level(request: Request, round_pk: int, axis_pk: int) -> HttpResponse:
    """Save the city's own level on one axis."""
    round_ = _round(round_pk)
    rubric = queries.rubric_of_round(round_)
    axis = get_object_or_404(Axis.objects.filter(rubric=rubric), pk=axis_pk)
    panel = replace(_panel(round_, axis), data=request.POST)
    if _try(panel.form, services.save_city_level, round_=round_, axis=axis, by=request.user):
        panel = _panel(round_, axis)
        if not htmx.wants_fragment(request):
            messages.success(request, f"組織としての「{axis}」を保存しました。")
            return htmx.redirect(request, reverse("maturity:city", args=[round_pk]) + f"#{panel.id}")
    context = {"panel": panel, "round": round_, "editable": True}
    regions = {f"{panel.id}-form": "maturity/_city_form.html"}
    return htmx.render(request, "maturity/city_level.html", context, regions=regions, status=status_of(panel.form))


def _panel(round_: Round, axis: Axis) -> calibration.CityPanel:
    stored = CityAssessment.objects.filter(round=round_, axis=axis).select_related("axis").first()
    return calibration.CityPanel(stored or CityAssessment(round=round_, axis=axis), list(axis.levels.all()))
