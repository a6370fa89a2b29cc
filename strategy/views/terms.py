"""The glossary page, and its editing."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import can, requires
from accounts.roles import Permission
from lib import htmx
from lib.fold import asked
from lib.http import Request
from strategy import kana, services
from strategy.forms.reading import NewTermForm, SeenForm, TermForm
from strategy.models import Term
from strategy.queries_reading import terms_by_row
from strategy.views.common import attempt, form_status, posted

GET_OR_POST = ("GET", "HEAD", "POST")


@require_GET
@requires(Permission.READ)
def terms(request: Request) -> HttpResponse:
    """All terms under the rows of the kana table, or those found by `?q=`."""
    wanted = asked(request.GET.get("q", ""))
    rows = terms_by_row(wanted)
    shown = dict.fromkeys((*kana.ROWS, kana.OTHER), 0) | {row: len(found) for row, found in rows}
    context = {
        "q": wanted, "rows": rows, "index": list(shown.items()), "total": sum(shown.values()),
        "can_edit": can(request.user, Permission.EDIT_STRATEGY),
    }  # fmt: skip
    return htmx.render(request, "strategy/terms.html", context)


def _at(term: Term) -> str:
    return f"{reverse('strategy:terms')}#t{term.pk}"


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_STRATEGY)
def term_create(request: Request) -> HttpResponse:
    form = NewTermForm(posted(request))
    ok, row = attempt(form, services.create_term, by=request.user)
    if ok:
        messages.success(request, f"用語「{row.term}」を追加しました。")
        return redirect(_at(row))
    context = {"form": form, "title": "用語を追加", "action": "追加", "back": reverse("strategy:terms")}
    return htmx.render(request, "strategy/reading/form.html", context, status=form_status(form))


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_STRATEGY)
def term_edit(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(Term, pk=pk)
    form = TermForm(posted(request), row=row)
    ok, _ = attempt(form, services.update_term, row=row, by=request.user)
    if ok:
        messages.success(request, f"用語「{row.term}」を保存しました。")
        return redirect(_at(row))
    remove = reverse("strategy:term_delete", args=[row.pk])
    context = {"form": form, "title": "用語の編集", "action": "保存", "back": _at(row), "remove": remove}
    return htmx.render(request, "strategy/reading/form.html", context, status=form_status(form))


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_STRATEGY)
def term_delete(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(Term, pk=pk)
    form = SeenForm(posted(request), row=row)
    ok, _ = attempt(form, services.delete_term, row=row, by=request.user)
    if ok:
        messages.success(request, f"用語「{row.term}」を削除しました。")
        return redirect("strategy:terms")
    told = [("用語", row.term), ("説明", row.explanation)]
    context = {"form": form, "title": "用語を削除しますか", "told": told, "back": _at(row)}
    return htmx.render(request, "strategy/reading/delete.html", context, status=form_status(form))
