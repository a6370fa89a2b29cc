"""The whole city in one round, one department, and their charts as files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import can, requires
from accounts.models import Department
from accounts.roles import Permission
from lib import htmx
from lib.charts.text import number
from lib.http import Request
from lib.listing import Column
from maturity import charts, downloads, drawing, pages, queries
from maturity.views.common import chosen, query_of, svg_response, view_of

Files = dict[str, tuple[str, Callable[[], str | None]]]


@require_GET
@requires(Permission.READ)
def home(request: Request) -> HttpResponse:
    """The whole city in one round: averages, distribution, course, and each department by axis."""
    rounds = queries.assessed_rounds()
    found = found_city(request, rounds)
    context: dict[str, Any] = {"rounds": rounds, "city": found}
    if found:
        context |= _city(request, found, rounds)
    return htmx.render(request, "maturity/home.html", context, regions={"city": "maturity/_city.html"})


def found_city(request: Request, rounds: list[Any]) -> queries.CityRadar | None:
    known = [r.pk for r in rounds]
    return queries.city_radar(
        chosen(request.GET.get("round", ""), known), rounds, chosen(request.GET.get("with", ""), known)
    )


def _city(request: Request, found: queries.CityRadar, rounds: list[Any]) -> dict[str, Any]:
    view = view_of(request)
    own = queries.city_levels(found.round.pk)
    sort = request.GET.get("sort", "")
    rows = charts.city_rows(found, queries.asked_departments(found.round.pk), sort, view)
    heat = charts.city_heat(found, rows, view)
    lines = charts.axis_lines(found, view, own)
    return {
        "view": view,
        "views": _views(request, view, "city"),
        "radar": charts.city_chart(found, own),
        "table": charts.city_table(found, own),
        "lines": list(zip(heat.rows, rows, charts.city_cells(heat, rows, view), strict=True)),
        "missing": charts.missing_word(view),
        "axes": lines,
        "distribution": charts.distribution_table(lines, found, view),
        "legend": charts.level_legend(lines, found, view),
        "steps": charts.heat_steps(found),
        **_trends(rounds, view, found.maximum),
        "ranges_differ": queries.ranges_differ(),
        "listing": {"columns": _heads(request, found, sort)},
        "files": _addresses("maturity:chart", request, ("radar", "distribution", "trend", "heat")),
        "reviews": can(request.user, Permission.REVIEW_MATURITY),
    }


def _trends(rounds: list[Any], view: str, maximum: int) -> dict[str, charts.Trend | None]:
    oldest_first = rounds[::-1]
    lines, labels = queries.city_trend(oldest_first, view), [r.fiscal_period.short_label for r in oldest_first]
    return {
        "trend": charts.trend_chart(lines, labels, maximum),
        "wide_trend": charts.trend_chart(lines, labels, maximum, wide=True),
    }


def _views(request: Request, view: str, anchor: str) -> list[tuple[str, str, bool]]:
    return [(label, query_of(request, view=key) + f"#{anchor}", key == view) for key, label in charts.VIEWS.items()]


def _addresses(route: str, request: Request, names: tuple[str, ...], *args: int) -> dict[str, str]:
    return {name: reverse(route, args=[*args, name]) + query_of(request) for name in names}


def _heads(request: Request, found: queries.CityRadar, sort: str) -> list[Column]:
    average = "平均（重み付き）" if found.weighted else "平均"
    heads = []
    for key, label in [("department", "課"), *((a.key, a.name) for a in found.axes), ("average", average)]:
        direction = {key: "up", f"-{key}": "down"}.get(sort, "")
        asked = f"-{key}" if direction == "up" else key
        heads.append(Column(key, label, query_of(request, sort=asked) + "#levels", direction))
    return heads


@require_GET
@requires(Permission.READ)
def city_chart(request: Request, name: str) -> HttpResponse:
    """One chart of the city's page as a file, with the same parameters."""
    rounds = queries.assessed_rounds()
    found = found_city(request, rounds)
    if found is None:
        raise Http404
    return _file(_city_files(request, found, rounds), name, f"成熟度 {found.round.fiscal_period.label}")


def _note(found: queries.CityRadar) -> str:
    weighted = "全体の平均は軸に重みを付けて計算。" if found.weighted else ""
    reviewed = "一部の軸を確認" if found.partly_reviewed else "確認済み"
    return (
        f"受理した{found.answered}課の自己評価（照会した{found.asked}課のうち）。"
        f"{reviewed}{found.reviewed}課。受理していない課と該当なしは平均に含めない。{weighted}"
    )


def _city_files(request: Request, found: queries.CityRadar, rounds: list[Any]) -> Files:
    view = view_of(request)
    word = charts.VIEWS[view]

    def radar() -> str | None:
        chart = charts.city_chart(found, queries.city_levels(found.round.pk))
        return _drawn(
            "charts/_radar.html", chart, f"成熟度の全庁平均（{found.round.fiscal_period.label}）", _note(found)
        )

    def trend() -> str | None:
        return _drawn(
            "charts/_trend.html",
            _trends(rounds, view, found.maximum)["trend"],
            f"成熟度の推移（{word}）",
            "全庁の平均。受理していない課と該当なしは含めない。",
        )

    def distribution() -> str:
        lines = charts.axis_lines(found, view)
        made = drawing.bars_drawing([(x.figure.name, x.bar) for x in lines], charts.level_legend(lines, found, view))
        title = f"軸ごとのレベルの分布（{word}、{found.round.fiscal_period.label}）"
        return downloads.drawing_file(made, title=title, note=_note(found))

    def heat() -> str:
        rows = charts.city_rows(found, queries.asked_departments(found.round.pk), request.GET.get("sort", ""), view)
        averages = [number(r.average) for r in rows]
        made = drawing.heat_drawing(charts.city_heat(found, rows, view), averages, charts.missing_word(view))
        title = f"課ごとのレベル（{word}、{found.round.fiscal_period.label}）"
        return downloads.drawing_file(made, title=title, note=_note(found))

    return {"radar": ("レーダー", radar), "trend": ("推移", trend), "distribution": ("分布", distribution),
            "heat": ("課ごとのレベル", heat)}  # fmt: skip


def _drawn(template: str, chart: Any, title: str, note: str) -> str | None:
    return None if chart is None else downloads.chart_file(template, chart, title=title, note=note)


def _file(files: Files, name: str, prefix: str) -> HttpResponse:
    """The file of that name; 404 if there is no such chart, or it cannot be drawn from so few figures."""
    if name not in files:
        raise Http404
    word, draw = files[name]
    text = draw()
    if text is None:
        raise Http404
    return svg_response(text, f"{prefix}_{word}".replace(" ", "_"))


@require_GET
@requires(Permission.READ)
def department(request: Request, pk: int) -> HttpResponse:
    """One department: where it stands, what comes next, and how it came there."""
    found, picked = _picked(request, pk)
    view = view_of(request)
    context = {"department": found} | pages.department_context(picked, view, timezone.localdate())
    if picked:
        context["files"] = _addresses("maturity:department_chart", request, ("radar", "trend"), pk)
        context["views"] = _views(request, view, "course")
        context["rounds"] = [a.reply.round for a in picked.past]
    return htmx.render(request, "maturity/department.html", context)


def _picked(request: Request, pk: int) -> tuple[Department, pages.Chosen | None]:
    found = get_object_or_404(Department.objects.select_related("parent"), pk=pk)
    past = queries.history(found)
    known = [a.reply.round_id for a in past]
    names = (request.GET.get("round", ""), request.GET.get("with", ""))
    return found, pages.choose(past, *(chosen(name, known) for name in names))


@require_GET
@requires(Permission.READ)
def department_chart(request: Request, pk: int, name: str) -> HttpResponse:
    """One chart of a department's page as a file."""
    found, picked = _picked(request, pk)
    if picked is None:
        raise Http404
    view = view_of(request)
    period = picked.latest.reply.round.fiscal_period.label
    note = "受理した自己評価。未回答と該当なしは線を切って示す。"

    def radar() -> str | None:
        return _drawn("charts/_radar.html", pages.department_radar(picked), f"{found}の成熟度（{period}）", note)

    def trend() -> str | None:
        chart = pages.department_trend(picked.past, view)
        return _drawn("charts/_trend.html", chart, f"{found}の成熟度の推移（{charts.VIEWS[view]}）", note)

    files: Files = {"radar": ("レーダー", radar), "trend": ("推移", trend)}
    return _file(files, name, f"成熟度 {found}")
