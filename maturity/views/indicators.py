"""National figures beside the own ones."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import can, requires
from accounts.roles import Permission
from lib import htmx
from lib.http import Request
from maturity import charts_evidence
from maturity import queries_evidence as evidence
from maturity.forms.references import DeleteForm, IndicatorForm
from maturity.models_evidence import NationalIndicator
from maturity.services import references as services
from maturity.views.common import posted
from maturity.views.evidence import done, form_page, stored, version_of


@require_GET
@requires(Permission.READ)
def indicators(request: Request) -> HttpResponse:
    groups = [(area, charts_evidence.figures(rows)) for area, rows in evidence.indicators_by_area()]
    context = {"groups": groups, "may_edit": can(request.user, Permission.EDIT_RUBRIC)}
    return htmx.render(request, "maturity/indicators.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_RUBRIC)
def indicator_create(request: Request) -> HttpResponse:
    form = IndicatorForm(posted(request))
    made = request.method == "POST" and stored(form, lambda: services.create_indicator(by=request.user, **form.values))
    if made:
        return done(request, f"「{made.name}」を登録しました。", reverse("maturity:indicators"))
    return form_page(request, "maturity/indicator_form.html", {}, form)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_RUBRIC)
def indicator_edit(request: Request, pk: int) -> HttpResponse:
    indicator = get_object_or_404(NationalIndicator, pk=pk)
    name = indicator.name
    form = IndicatorForm(posted(request), indicator=indicator)
    if request.method == "POST" and stored(form, lambda: services.update_indicator(
        indicator=indicator, by=request.user, **version_of(form), **form.values
    )):  # fmt: skip
        return done(request, "指標を保存しました。", reverse("maturity:indicators"))
    return form_page(request, "maturity/indicator_form.html", {"indicator": indicator, "name": name}, form)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_RUBRIC)
def indicator_delete(request: Request, pk: int) -> HttpResponse:
    """Ask once, then remove a figure."""
    indicator = get_object_or_404(NationalIndicator, pk=pk)
    form = DeleteForm(posted(request), initial={"version": indicator.version})

    def delete() -> bool:
        services.delete_indicator(indicator=indicator, by=request.user, **version_of(form))
        return True

    if request.method == "POST" and stored(form, delete):
        return done(request, f"「{indicator.name}」を削除しました。", reverse("maturity:indicators"))
    value = indicator.national_value
    context = {
        "title": f"{indicator.name}の削除", "back": reverse("maturity:indicators"), "what": indicator,
        "lines": ["全国の値なし" if value is None else f"全国 {value} {indicator.unit}"],
    }  # fmt: skip
    return form_page(request, "maturity/evidence_delete.html", context, form)
