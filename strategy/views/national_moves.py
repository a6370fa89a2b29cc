"""From one version of the national plan to another: the mapping of the items, and the move of the city."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from accounts.roles import Permission
from lib import htmx
from lib.forms import status_of
from lib.http import Request
from lib.writes import StaleError
from strategy import queries_move
from strategy.forms.national_versions import MappingForm, MoveForm
from strategy.models import NationalPlan
from strategy.services.national_mapping import LinesRefused, mapping_between, set_mapping
from strategy.services.national_move import follow_version
from strategy.views.national_common import sent

# Rows of the preview that are listed one by one; the counts are always of all.
SHOWN = 200


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_NATIONAL)
def mapping_edit(request: Request, pk: int, source_pk: int) -> HttpResponse:
    """The mapping into version `pk` from version `source_pk`, as one table."""
    target, source = get_object_or_404(NationalPlan, pk=pk), get_object_or_404(NationalPlan, pk=source_pk)
    if target == source:
        raise Http404
    rows = list(mapping_between(source, target))
    old, new = (list(plan.items.all()) for plan in (source, target))
    form = MappingForm(sent(request), target=target, rows=rows, old=old, new=new)
    if request.method == "POST" and _mapped(request, form, source, target):
        messages.success(request, f"{source.label}と{target.label}の対応を保存しました。")
        return htmx.redirect(request, f"{reverse('national:versions')}#map-{target.pk}")
    stale = form.has_error("__all__", "stale") if form.is_bound else False
    context = {"form": form, "source": source, "target": target, "stored": rows if stale else []}
    status = 422 if form.is_bound and form.refusals else status_of(form)
    return htmx.render(request, "strategy/national/mapping.html", context, status=status)


def _mapped(request: Request, form: MappingForm, source: NationalPlan, target: NationalPlan) -> bool:
    if not form.is_valid():
        return False
    lines = [line for _, line in form.kept]
    try:
        set_mapping(
            source=source, target=target, version=form.cleaned_data["version"], lines=lines, by=request.user
        )
    except LinesRefused as refused:
        form.add_lines(refused)
        return False
    except ValidationError as refusal:
        form.add_refusal(refusal)
        return False
    return True


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_NATIONAL)
def version_follow(request: Request, pk: int) -> HttpResponse:
    """Preview of the move of the city to version `pk`, and the move itself."""
    plan, current = queries_move.with_current(pk)
    if plan is None:
        raise Http404
    move = queries_move.move_to(plan, current)
    form = MoveForm(sent(request), move=move)
    if request.method == "POST" and _followed(request, form, plan):
        return htmx.redirect(request, reverse("national:home"))
    context = {
        "form": form, "move": move, "plan": plan, "rows": _rows(move), "total": len(move.live),
        "mapping": [(item, move.named(move.heirs.get(item.pk, ())), _held(move, item.pk)) for item in move.old_items],
        "added": [i for i in move.new_items if not any(i.pk in heirs for heirs in move.heirs.values())],
    }  # fmt: skip
    return htmx.render(request, "strategy/national/follow.html", context, status=status_of(form))


def _rows(move: queries_move.Move) -> list[dict[str, object]]:
    return [
        {
            "step": row, "before": move.named(row.holder.items), "gone": move.named(row.step.gone),
            "given": move.named(row.step.given), "lost": move.named(row.step.lost),
        }
        for row in move.live[:SHOWN]
    ]  # fmt: skip


def _held(move: queries_move.Move, item: int) -> int:
    return sum(item in row.holder.items for row in move.live)


def _followed(request: Request, form: MoveForm, plan: NationalPlan) -> bool:
    if not form.is_valid():
        return False
    data = form.cleaned_data
    try:
        done = follow_version(
            plan=plan, version=data["version"], current_version=data["current_version"],
            choices=form.choices, by=request.user,
        )  # fmt: skip
    except ValidationError as refusal:
        form.add_error(None, refusal)
        if isinstance(refusal, StaleError) or refusal.code == "stale":
            form.renew()
        return False
    linked = f"取組と指標{done.moved}件、登録簿{done.registers}件を付け替えました。"
    left = f"{done.left}件は旧版の項目に残っています。" if done.left else ""
    messages.success(request, f"本市が従う版を{plan.label}にしました。{linked}{left}")
    return True
