"""Pages of the indicators: list, detail, form, actuals and corrections, and what stands behind an element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import can, requires
from accounts.models import User
from accounts.roles import Permission
from lib import htmx, listing
from lib.forms import PortalForm, status_of
from lib.http import Request, number_of
from strategy import charts_indicators as charts
from strategy import queries_indicators as queries
from strategy.achievement import RULES
from strategy.filters_indicators import IndicatorFilter, visible_elements
from strategy.forms.indicators import ActualForm, CorrectionForm, IndicatorForm, goals_of, targets_form
from strategy.models import Indicator, IndicatorActual, Plan, PriorityItem
from strategy.querysets_indicators import IndicatorQuerySet
from strategy.services import indicators as services

COLUMNS = (
    ("name", "指標"), ("baseline", "基準値"), ("actual", "最新の実績"),
    ("target", "目標"), ("grade", "達成"), ("department", "担当"),
)  # fmt: skip
SORTS = {"name": ["name"], "department": ["department__order", "department__code", "name"]}


@require_GET
@requires(Permission.READ)
def indicators(request: Request) -> HttpResponse:
    found = IndicatorFilter(request.GET, queryset=Indicator.objects.all(), request=request)
    every = queries.readings(found.qs, timezone.localdate())
    grade = found.grade_asked
    by_pk = {r.indicator.pk: r for r in every if not grade or r.grade.key == grade}
    rows = Indicator.objects.filter(pk__in=by_pk)
    page = listing.build(request, rows, columns=COLUMNS, sorts=SORTS, default="department")
    context = {
        "filter": found, "listing": page, "readings": [by_pk[row.pk] for row in page.page],
        "counts": [(g, n, _graded(request, g.key)) for g, n in queries.counted(every)], "grade": grade,
        "whole": _graded(request, ""), "total": len(every), "rules": RULES,
        "may_edit": can(request.user, Permission.EDIT_STRATEGY),
    }  # fmt: skip
    regions = {"indicators": "strategy/indicators/_list.html"}
    return htmx.render(request, "strategy/indicators/list.html", context, regions=regions)


def _graded(request: Request, grade: str) -> str:
    """The list as filtered now, narrowed to a grade."""
    params = request.GET.copy()
    for name in ("page", "grade"):
        params.pop(name, None)
    if grade:
        params["grade"] = grade
    for name in [n for n in params if not any(params.getlist(n))]:
        params.pop(name)
    return f"?{params.urlencode()}"


@require_GET
@requires(Permission.READ)
def detail(request: Request, pk: int) -> HttpResponse:
    shown = get_object_or_404(queries.with_figures(Indicator.objects.all()), pk=pk)
    reading = queries.Reading(shown, timezone.localdate())
    is_live = shown.archived_at is None
    context = {
        "indicator": shown,
        "reading": reading,
        "chart": charts.by_year(reading),
        "history": queries.history(reading),
        "elements": shown.elements.filter(pk__in=visible_elements(request)).select_related("layer", "edition__plan"),
        "items": shown.items.select_related("plan"),
        "rules": RULES,
        "may_edit": can(request.user, Permission.EDIT_STRATEGY),
        "may_record": is_live and may_record(request.user, shown),
        "may_correct": is_live and can(request.user, Permission.EDIT_STRATEGY),
    }
    return htmx.render(request, "strategy/indicators/detail.html", context)


def may_record(user: User, indicator: Indicator) -> bool:
    """事務局 for every indicator, 所属長 and 推進員 for those of their department."""
    return can(user, Permission.EDIT_STRATEGY) or can(user, Permission.ANSWER_REPLY, indicator)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_STRATEGY)
def create(request: Request) -> HttpResponse:
    initial = {name: request.GET.getlist(name) for name in ("elements", "items") if name in request.GET}
    form = IndicatorForm(request.POST or None, instance=Indicator(), initial=initial)

    def save(**values: Any) -> Indicator:
        return services.create_indicator(by=request.user, **values)

    return _indicator_form(request, form, Indicator(), save, back=reverse("indicators:list"))


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_STRATEGY)
def edit(request: Request, pk: int) -> HttpResponse:
    shown = get_object_or_404(Indicator.objects.prefetch_related("targets"), pk=pk)
    form = IndicatorForm(request.POST or None, instance=shown, initial={"version": shown.version})

    def save(**values: Any) -> Indicator:
        version = form.cleaned_data["version"] or 0
        return services.update_indicator(indicator=shown, version=version, by=request.user, **values)

    return _indicator_form(request, form, shown, save, back=reverse("indicators:detail", args=[pk]))


def _indicator_form(
    request: Request, form: IndicatorForm, shown: Indicator, save: Callable[..., Indicator], *, back: str
) -> HttpResponse:
    """The indicator and its yearly targets: two forms on one page, stored together or not at all."""
    is_words = bool(request.POST.get("qualitative")) if form.is_bound else shown.qualitative
    name = str(Indicator.objects.values_list("name", flat=True).get(pk=shown.pk)) if shown.pk else ""
    targets = targets_form(
        shown, Plan.objects.filter(is_main=True).first(), is_words=is_words, today=timezone.localdate(),
        data=request.POST or None,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid() & targets.is_valid():
        saved = _try(form, lambda: save(targets=targets.goals, **form.values))
        if saved:
            messages.success(request, f"「{saved}」を保存しました。")
            return redirect("indicators:detail", saved.pk)
        if status_of(form) == 409:
            targets.show_conflicts(goals_of(Indicator.objects.get(pk=shown.pk)))
    context = {"form": form, "targets": targets, "name": name, "back": back, "is_words": is_words}
    status = status_of(form) if targets.is_bound and targets.is_valid() else 422 if targets.is_bound else 200
    return htmx.render(request, "strategy/indicators/form.html", context, status=status)


@require_POST
@requires(Permission.EDIT_STRATEGY)
def archive(request: Request, pk: int) -> HttpResponse:
    return _move(request, pk, services.archive_indicator, "を保管しました。「使用を再開する」で元に戻せます。")


@require_POST
@requires(Permission.EDIT_STRATEGY)
def restore(request: Request, pk: int) -> HttpResponse:
    return _move(request, pk, services.restore_indicator, "の使用を再開しました。")


def _move(request: Request, pk: int, act: Callable[..., Indicator], words: str) -> HttpResponse:
    shown = get_object_or_404(Indicator, pk=pk)
    try:
        act(indicator=shown, version=number_of(request.POST.get("version", "")) or 0, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"「{shown}」{words}")
    return htmx.redirect(request, reverse("indicators:detail", args=[pk]))


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def actual(request: Request, pk: int) -> HttpResponse:
    shown = get_object_or_404(queries.with_figures(Indicator.objects.all()), pk=pk)
    if not may_record(request.user, shown):
        raise PermissionDenied
    form = ActualForm(request.POST or None, indicator=shown)
    if request.method == "POST" and form.is_valid():
        saved = _try(form, lambda: services.record_actual(indicator=shown, by=request.user, **form.values))
        if saved:
            messages.success(request, "実績を登録しました。")
            _warn_over_whole(request, saved)
            return redirect("indicators:detail", pk)
    return _actual_form(request, form, shown, "実績の入力", "strategy/indicators/actual.html")


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_STRATEGY)
def correct(request: Request, pk: int) -> HttpResponse:
    held = get_object_or_404(IndicatorActual.objects.select_related("indicator"), pk=pk)
    shown = get_object_or_404(queries.with_figures(Indicator.objects.all()), pk=held.indicator_id)
    form = CorrectionForm(request.POST or None, actual=held)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        saved = _try(
            form, lambda: services.correct_actual(actual=held, version=version, by=request.user, **form.values)
        )
        if saved:
            messages.success(request, "実績を訂正しました。訂正前の値は履歴に残ります。")
            _warn_over_whole(request, saved)
            return redirect("indicators:detail", shown.pk)
    return _actual_form(request, form, shown, "実績の訂正", "strategy/indicators/correct.html", held=held)


def _actual_form(
    request: Request, form: PortalForm, shown: Indicator, title: str, template: str, **more: Any
) -> HttpResponse:
    reading = queries.Reading(shown, timezone.localdate())
    context = {
        "form": form, "indicator": shown, "reading": reading, "title": title,
        "history": queries.history(reading)[:3], "back": reverse("indicators:detail", args=[shown.pk]), **more,
    }  # fmt: skip
    return htmx.render(request, template, context, status=status_of(form))


def _warn_over_whole(request: Request, saved: IndicatorActual) -> None:
    if saved.numerator is not None and saved.denominator is not None and saved.numerator > saved.denominator:
        messages.warning(request, "分子が分母より大きいため、100％を超えています。値を確かめてください。")


@require_GET
@requires(Permission.READ)
def of_element(request: Request, pk: int) -> HttpResponse:
    """Indicators behind an element, for its page; opened by itself, the list with the same filter."""
    element = get_object_or_404(visible_elements(request), pk=pk)
    return _behind(request, queries.behind_element(element), f"element={pk}", f"elements={pk}")


@require_GET
@requires(Permission.READ)
def of_item(request: Request, key: str) -> HttpResponse:
    item = get_object_or_404(PriorityItem, key=key)
    return _behind(request, queries.behind_item(item), f"item={item.pk}", f"items={item.pk}")


def _behind(request: Request, rows: IndicatorQuerySet, query: str, preset: str) -> HttpResponse:
    link = f"{reverse('indicators:list')}?{query}"
    if not htmx.wants_fragment(request):
        return redirect(link)
    context = {
        "readings": queries.readings(rows, timezone.localdate()), "link": link,
        "may_edit": can(request.user, Permission.EDIT_STRATEGY),
        "create": f"{reverse('indicators:create')}?{preset}",
    }  # fmt: skip
    return htmx.render(request, "strategy/indicators/_behind.html", context)


def _try(form: PortalForm, act: Callable[[], Any]) -> Any:
    """Run a service; a refusal goes onto the form and the answer is None."""
    try:
        return act()
    except ValidationError as error:
        form.add_refusal(error)
        return None
