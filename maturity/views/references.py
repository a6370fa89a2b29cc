"""The comparison: other municipalities beside the own averages, their entry, import and the own export."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import can, requires
from accounts.roles import Permission
from lib import htmx, wareki
from lib.forms import plain_text
from lib.http import Request
from maturity import charts_evidence, exchange_format, queries
from maturity import queries_evidence as evidence
from maturity.forms.references import ConfirmForm, DeleteForm, ReferenceForm, UploadForm
from maturity.models import Axis
from maturity.models_evidence import Reference, ReferenceUpload
from maturity.services import references as services
from maturity.views.common import posted
from maturity.views.evidence import done, form_page, stored, version_of

AVERAGE, NONE = "average", "none"
ALIAS = "匿名の市"
NO_EXPORT = (
    f"書き出せる点数がありません。{evidence.FEWEST}課以上が答えた軸だけを書き出します"
    "（それより少ないと、課の答えが分かってしまうためです）。"
)


@require_GET
@requires(Permission.READ)
def references(request: Request) -> HttpResponse:
    """The own averages with another municipality, or the average of all, as a series that can be switched off."""
    lines = evidence.reference_lines()
    own = evidence.own_averages()
    chosen = _chosen(request.GET.get("with", AVERAGE), lines)
    axes = comparison_axes(own)
    means = {key: evidence.mean_of(lines, key) for key, _ in axes}
    label, levels = _series(chosen, lines, {key: m.value for key, m in means.items()})
    context = {
        "own": own,
        "axes": axes,
        "radar": charts_evidence.comparison(own, label, levels) if own and axes else None,
        "label": label if levels is not None else "",
        "choices": _choices(chosen, lines),
        "rows": [(line, [line.levels.get(key) for key, _ in axes]) for line in lines],
        "means": [means[key] for key, _ in axes],
        "may_edit": can(request.user, Permission.EDIT_RUBRIC),
    }
    return htmx.render(
        request, "maturity/references.html", context, regions={"comparison": "maturity/_comparison.html"}
    )


def comparison_axes(own: evidence.Own | None) -> list[tuple[str, str]]:
    """Keys and names of what is compared: as the own averages have them, else as the rubric does."""
    if own:
        return [(a.key, a.name) for a in own.axes]
    rubric = queries.current_rubric()
    return [(a.line, a.name) for a in rubric.axes.all()] if rubric else []


def _chosen(asked: str, lines: list[evidence.Line]) -> str:
    """The series asked for; one that is not there is a 404."""
    if asked not in {AVERAGE, NONE, *(str(line.reference.pk) for line in lines)}:
        raise Http404
    return asked


def _series(chosen: str, lines: list[evidence.Line], means: dict[str, Any]) -> tuple[str, dict[str, Any] | None]:
    """Label and levels of the series to draw; no levels where there is none."""
    if chosen == NONE or not lines:
        return "", None
    if chosen == AVERAGE:
        return "他市町村の平均", means
    line = next(line for line in lines if str(line.reference.pk) == chosen)
    return line.reference.municipality, dict(line.levels)


def _choices(chosen: str, lines: list[evidence.Line]) -> list[tuple[str, str, bool]]:
    found = [(AVERAGE, "平均")] + [(str(x.reference.pk), x.reference.municipality) for x in lines if x.latest]
    if chosen not in {key for key, _ in found} | {NONE}:
        old = next(x.reference for x in lines if str(x.reference.pk) == chosen)
        found.append((chosen, f"{old.municipality}（{wareki.format_date(old.as_of, 'short')}）"))
    found.append((NONE, "重ねない"))
    return [(f"?with={key}#comparison", label, key == chosen) for key, label in found]


def _axes() -> list[Axis]:
    rubric = queries.current_rubric()
    return list(rubric.axes.select_related("rubric")) if rubric else []


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_RUBRIC)
def reference_create(request: Request) -> HttpResponse:
    form = ReferenceForm(posted(request), axes=_axes())
    made = request.method == "POST" and stored(form, lambda: services.create_reference(by=request.user, **form.values))
    if made:
        return done(request, f"「{made.municipality}」の点数を登録しました。", reverse("maturity:references"))
    return form_page(request, "maturity/reference_form.html", {}, form)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_RUBRIC)
def reference_edit(request: Request, pk: int) -> HttpResponse:
    reference = get_object_or_404(Reference, pk=pk)
    form = ReferenceForm(posted(request), axes=_axes(), reference=reference)
    if request.method == "POST" and stored(form, lambda: services.update_reference(
        reference=reference, by=request.user, **version_of(form), **form.values
    )):  # fmt: skip
        return done(request, "点数を保存しました。", reverse("maturity:references"))
    return form_page(request, "maturity/reference_form.html", {"reference": reference}, form)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_RUBRIC)
def reference_delete(request: Request, pk: int) -> HttpResponse:
    """Ask once, then remove the scores of one municipality."""
    reference = get_object_or_404(Reference.objects.prefetch_related("scores__axis"), pk=pk)
    form = DeleteForm(posted(request), initial={"version": reference.version})

    def delete() -> bool:
        services.delete_reference(reference=reference, by=request.user, **version_of(form))
        return True

    if request.method == "POST" and stored(form, delete):
        return done(request, f"「{reference.municipality}」の点数を削除しました。", reverse("maturity:references"))
    context = {
        "title": f"{reference.municipality}の点数の削除", "back": reverse("maturity:references"), "what": reference,
        "lines": [f"{s.axis.name} {s.level}" for s in reference.scores.all()],
    }  # fmt: skip
    return form_page(request, "maturity/evidence_delete.html", context, form)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_RUBRIC)
def reference_import(request: Request) -> HttpResponse:
    """Take a file, check it, and go on to what it would change."""
    form = UploadForm(posted(request), request.FILES if request.method == "POST" else None)

    def stage() -> ReferenceUpload:
        file = form.cleaned_data["file"]
        return services.stage_import(file_name=file.name, data=file.read(), by=request.user)

    upload = request.method == "POST" and stored(form, stage)
    if upload:
        return htmx.redirect(request, reverse("maturity:reference_confirm", args=[upload.pk]))
    limit = f"{exchange_format.MAX_ROWS:,}"
    return form_page(
        request, "maturity/reference_import.html", {"columns": exchange_format.COLUMNS, "limit": limit}, form
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_RUBRIC)
def reference_confirm(request: Request, key: uuid.UUID) -> HttpResponse:
    """Show what a checked file would add and change, and store it once it is confirmed."""
    upload = get_object_or_404(ReferenceUpload, pk=key, made_by=request.user)
    form = ConfirmForm(posted(request))
    cities = request.method == "POST" and stored(
        form, lambda: services.apply_import(upload=upload, seen=form.cleaned_data["seen"], by=request.user)
    )
    if cities:
        return done(request, f"{len(cities)}件の自治体の点数を取り込みました。", reverse("maturity:references"))
    changes = evidence.changes(evidence.rows_of(upload))
    names = queries.line_names()
    context = {
        "upload": upload,
        "rows": [(c, names.get(c.line, c.line)) for c in changes],
        "counts": {kind: sum(c.kind == kind for c in changes) for kind in ("new", "changed", "same")},
        "seen": services.digest(changes),
        "open": not upload.applied_at and not services.is_expired(upload),
    }
    return form_page(request, "maturity/reference_confirm.html", context, form)


FILES = {
    "json": (exchange_format.write_json, "application/json; charset=utf-8"),
    "csv": (exchange_format.write_csv, "text/csv; charset=utf-8"),
}


@require_GET
@requires(Permission.READ)
def reference_export(request: Request, kind: str) -> HttpResponse:
    """The own averages in the format of the exchange, under the name that `label` gives; no departments."""
    if kind not in FILES:
        raise Http404
    label = plain_text(request.GET.get("label", "")).strip()[: exchange_format.LENGTHS["municipality"]]
    city = evidence.export_city(label or ALIAS)
    if city is None:
        messages.error(request, NO_EXPORT)
        return htmx.redirect(request, reverse("maturity:references"))
    write, content_type = FILES[kind]
    response = HttpResponse(write(city), content_type=content_type)
    name = f"成熟度の平均_{city.as_of.isoformat()}.{kind}"
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    return response
