"""The city's own plans: list, the sheet of an edition, and the life of an edition."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import can, requires
from accounts.roles import Permission
from lib import htmx
from lib.http import Request, number_of
from lib.wareki import format_date
from strategy import queries, queries_checks, queries_editions, queries_reading, services
from strategy.forms.plans import EditionForm, ElementForm, NewPlanForm, PlanForm, PublishForm
from strategy.models import Plan
from strategy.queries_sheets import Sheets
from strategy.views.common import (
    arrive,
    attempt,
    attempt_aloud,
    closed,
    find_edition,
    form_status,
    plan_url,
    posted,
    reads_drafts,
)

GET_OR_POST = ("GET", "HEAD", "POST")


@require_GET
@requires(Permission.READ)
def home(request: Request) -> HttpResponse:
    """The only plan at once, several as a list; `?list` shows the list in any case."""
    plans = queries.plans_with_editions(drafts=reads_drafts(request))
    if len(plans) == 1 and "list" not in request.GET:
        return redirect(plan_url(queries.front(plans[0].shown_editions)))
    rows = [(plan, queries.front(plan.shown_editions)) for plan in plans]
    context = {"rows": rows, "can_edit": can(request.user, Permission.EDIT_STRATEGY)}
    context["shared_visions"] = queries_reading.shared_visions()
    return htmx.render(request, "strategy/home.html", context)


@require_GET
@requires(Permission.READ)
def plan(request: Request, pk: int) -> HttpResponse:
    """The whole hierarchy on one sheet. `?on=` stresses the links of an element, `?edit=` opens its editor."""
    edition = find_edition(request, pk)
    sheet, changes, former = queries.load_board(edition, on=_number(request, "on"))
    may_edit = can(request.user, Permission.EDIT_STRATEGY)
    node, moved = sheet.nodes.get(_number(request, "edit") or 0), request.GET.get("by")
    if node and may_edit and edition.is_draft:
        # After a step up or down the focus stays on that button, for the next step.
        form, below = ElementForm(element=node.element, focus=not moved), node.layer.children.all()
        node.editor = {"kind": "edit", "form": form, "below": below}
    undo = _number(request, "undo") if may_edit and edition.is_draft else None
    context = {
        "undo": edition.deleted_elements.filter(pk=undo).first() if undo else None,
        "edition": edition, "editions": edition.plan.editions.all(), "sheet": sheet, "changes": changes,
        "former": former, "can_edit": may_edit and edition.is_draft, "may_edit": may_edit,
        "figures": former if edition.is_draft else edition, "moved": moved,
        "draft": next((e for e in edition.plan.editions.all() if e.is_draft), None),
        **queries_reading.beside(edition),
    }  # fmt: skip
    return htmx.render(request, "strategy/plan.html", context, regions={"board": "strategy/_board.html"})


def _number(request: Request, name: str) -> int | None:
    return number_of(request.GET.get(name, ""))


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_STRATEGY)
def plan_create(request: Request) -> HttpResponse:
    has_main = Plan.objects.filter(is_main=True).exists()
    form = NewPlanForm(posted(request), municipality=settings.SITE_MUNICIPALITY, has_main=has_main)
    ok, edition = attempt(form, services.create_plan, by=request.user)
    if ok:
        messages.success(request, "計画を作りました。階層ごとに要素を追加してください。")
        return redirect(plan_url(edition))
    context = {"form": form, "title": "計画を追加", "action": "下書きを作る"}
    return _form_page(request, context, form)


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_STRATEGY)
def plan_edit(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(Plan, pk=pk)
    editions = list(row.editions.order_by("-order"))
    back = plan_url(queries.front(editions)) if editions else reverse("strategy:home")
    form = PlanForm(posted(request), plan=row)
    ok, _ = attempt(form, services.update_plan, plan=row, by=request.user)
    if ok:
        messages.success(request, "計画の名称と期間を保存しました。")
        return redirect(back)
    context = {"form": form, "title": "計画の名称と期間", "action": "保存", "back": back}
    return _form_page(request, context, form)


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_STRATEGY)
def edition_edit(request: Request, pk: int) -> HttpResponse:
    edition = find_edition(request, pk)
    if refusal := closed(request, edition):
        return refusal
    form = EditionForm(posted(request), edition=edition)
    ok, _ = attempt(form, services.update_edition, edition=edition, by=request.user)
    if ok:
        messages.success(request, "版の名前と要点を保存しました。")
        return redirect(plan_url(edition))
    context = {"form": form, "title": "版の名前と要点", "action": "保存", "back": plan_url(edition), "edition": edition}
    return _form_page(request, context, form)


def _form_page(request: Request, context: dict[str, Any], form: Any) -> HttpResponse:
    return htmx.render(request, "strategy/form.html", context, status=form_status(form))


@require_POST
@requires(Permission.EDIT_STRATEGY)
def edition_draft(request: Request, pk: int) -> HttpResponse:
    """Start the next edition of plan `pk`."""
    row = get_object_or_404(Plan, pk=pk)
    done = "下書きを作りました。公開するまで、事務局と管理者だけが見られます。"
    ok, draft = attempt_aloud(request, done, services.start_draft, plan=row, by=request.user)
    if ok:
        return arrive(request, plan_url(draft))
    editions = row.editions.order_by("-order")
    return arrive(request, plan_url(editions.filter(status="draft").first() or queries.front(list(editions))))


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_STRATEGY)
def edition_publish(request: Request, pk: int) -> HttpResponse:
    """Show what publishing changes, then publish."""
    edition = find_edition(request, pk)
    if refusal := closed(request, edition):
        return refusal
    former = queries.predecessor(edition)
    form = PublishForm(posted(request), edition=edition, former=former, today=timezone.localdate())
    ok, done = attempt(form, services.publish_edition, edition=edition, by=request.user)
    if ok:
        _tell(request, done)
        return redirect(plan_url(edition))
    sheets = Sheets()
    context = {
        "form": form, "edition": edition, "former": former, "back": "orphans",
        "is_early": queries_checks.is_early(form.day, former),
        "changes": queries_editions.changes_of(edition, sheets), "orphans": queries_editions.orphans(edition, sheets),
        "doubled": queries_checks.doubled(sheets.elements(edition)),
    }  # fmt: skip
    return htmx.render(request, "strategy/publish.html", context, status=form_status(form))


def _tell(request: Request, done: services.Publication) -> None:
    moved = f"取組{done.moved}件を新しい版の要素へ移しました。" if done.moved else ""
    messages.success(request, f"{done.edition.label}を公開しました。{moved}")
    if done.stranded:
        messages.warning(request, f"上位の要素がない取組が{len(done.stranded)}件あります。")
    if done.former and queries_checks.is_early(done.edition.effective_on, done.former):
        day = format_date(done.former.effective_on)
        messages.warning(request, f"{done.edition.label}の施行日が、{done.former.label}の施行日（{day}）より前です。")


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_STRATEGY)
def edition_discard(request: Request, pk: int) -> HttpResponse:
    edition = find_edition(request, pk)
    if refusal := closed(request, edition):
        return refusal
    if request.method == "POST":
        home_of = queries.predecessor(edition) or edition
        done = f"{edition.label}の下書きを削除しました。"
        ok, _ = attempt_aloud(request, done, services.discard_draft, edition=edition, by=request.user)
        return redirect(plan_url(home_of if ok else edition))
    return htmx.render(request, "strategy/discard.html", {"edition": edition, "changes": queries.changes_of(edition)})
