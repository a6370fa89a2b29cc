"""Elements: their page, and their editing in place on a draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import can, requires
from accounts.roles import Permission
from lib import htmx
from lib.http import Request, number_of
from strategy import queries, queries_reading, relink, services
from strategy.forms.plans import ElementForm, LinksForm, NewElementForm, ParentForm, PlaceForm, VersionedForm
from strategy.models import DeletedElement, Element, Layer
from strategy.views.common import (
    arrive,
    attempt,
    attempt_aloud,
    closed,
    find_element,
    find_layer,
    form_status,
    plan_url,
    posted,
    reads_drafts,
)

GET_OR_POST = ("GET", "HEAD", "POST")
TITLES = {"edit": "要素の編集", "parent": "上位の要素を変える", "links": "関連する要素を選ぶ"}


@require_GET
@requires(Permission.READ)
def element(request: Request, pk: int) -> HttpResponse:
    """The page of an element; asked for by its slot on the sheet, its card."""
    row = find_element(request, pk)
    slot = f"s-{row.pk}"
    if htmx.wants_fragment(request) and request.htmx.target == slot:
        return _slot(request, row, None)
    others = queries.same_in_other_editions(row, drafts=reads_drafts(request))
    may_edit = can(request.user, Permission.EDIT_STRATEGY)
    glossary = queries_reading.glossary()
    context = {
        "element": row, "edition": row.edition, "path": queries.path_to(row),
        "related": queries.related_to(row),
        "children": row.children.select_related("layer").order_by("layer__order", "order", "pk"), "others": others,
        "glossary": glossary, "terms": glossary.terms_in(f"{row.title}\n{row.body}"),
        "can_edit": may_edit and row.edition.is_draft,
        "counted": _counted(row, others),
    }  # fmt: skip
    return htmx.render(request, "strategy/element.html", context)


def _counted(row: Element, others: list[Element]) -> Element:
    """The element on which actions hang: of a draft, its predecessor in force."""
    if not row.edition.is_draft:
        return row
    return next((e for e in others if e.edition.status == "published"), row)


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_STRATEGY)
def element_edit(request: Request, pk: int) -> HttpResponse:
    row = find_element(request, pk)
    if refusal := closed(request, row.edition):
        return refusal
    form = ElementForm(posted(request), element=row)
    label = row.label
    ok, _ = attempt(form, services.update_element, element=row, by=request.user)
    if not ok:
        return _editor(request, row, "edit", form)
    messages.success(request, f"「{row.title}」を保存しました。")
    if htmx.wants_fragment(request) and row.label == label:
        return _slot(request, row, None, saved=True)
    return arrive(request, plan_url(row.edition, element=row.pk))  # a new number also shows on linked cards


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_STRATEGY)
def element_parent(request: Request, pk: int) -> HttpResponse:
    row = find_element(request, pk)
    if refusal := closed(request, row.edition):
        return refusal
    form = ParentForm(posted(request), element=row)
    ok, _ = attempt(form, services.reparent_element, element=row, by=request.user)
    if not ok:
        return _editor(request, row, "parent", form)
    messages.success(request, f"「{row.title}」を移しました。番号は必要に応じて付け直してください。")
    return arrive(request, plan_url(row.edition, element=row.pk, query=f"?on={row.pk}"))


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_STRATEGY)
def element_links(request: Request, pk: int) -> HttpResponse:
    row = find_element(request, pk)
    if refusal := closed(request, row.edition):
        return refusal
    form = LinksForm(posted(request), element=row)
    ok, _ = attempt(form, services.set_links, element=row, by=request.user)
    if not ok:
        return _editor(request, row, "links", form)
    messages.success(request, f"「{row.title}」の関連を保存しました。")
    return arrive(request, plan_url(row.edition, element=row.pk, query=f"?on={row.pk}"))


def _editor(request: Request, row: Element, kind: str, form: VersionedForm) -> HttpResponse:
    """The form in the element's slot on the sheet, or on a page of its own."""
    if form.is_bound:
        row.refresh_from_db()
    editor = {"kind": kind, "form": form, "below": row.layer.children.all()}
    if htmx.wants_fragment(request) and request.htmx.target == f"s-{row.pk}":
        return _slot(request, row, editor, status=form_status(form))
    context = {"element": row, "edition": row.edition, "node": {"element": row, "pk": row.pk, "editor": editor}}
    context |= {"title": TITLES[kind], "can_edit": True, "alone": True}
    return htmx.render(request, "strategy/element_edit.html", context, status=form_status(form))


def _slot(
    request: Request, row: Element, editor: dict[str, Any] | None, *, status: int = 200, saved: bool = False
) -> HttpResponse:
    sheet, changes, former = queries.load_board(row.edition)
    node = sheet.nodes[row.pk]
    node.editor = editor
    context = {
        "node": node, "edition": row.edition, "former": former, "changes": changes,
        "can_edit": can(request.user, Permission.EDIT_STRATEGY) and row.edition.is_draft, "saved": saved,
    }  # fmt: skip
    return htmx.render(request, "strategy/_slot_alone.html", context, status=status)


@require_POST
@requires(Permission.EDIT_STRATEGY)
def element_move(request: Request, pk: int) -> HttpResponse:
    """Swap with the sibling before or after, and keep the editor open for the next step."""
    row = find_element(request, pk)
    if refusal := closed(request, row.edition):
        return refusal
    direction = request.POST.get("direction", "")
    if direction not in ("up", "down"):
        raise Http404
    done = f"「{row.title}」を{'前' if direction == 'up' else '後'}へ動かしました。"
    attempt_aloud(request, done, services.move_element, element=row, direction=direction, by=request.user)
    return arrive(request, plan_url(row.edition, element=row.pk, query=f"?edit={row.pk}&by={direction}"))


@require_POST
@requires(Permission.EDIT_STRATEGY)
def element_place(request: Request, pk: int) -> HttpResponse:
    """Put the element before or after another of its layer: what dropping a card does."""
    row = find_element(request, pk)
    if refusal := closed(request, row.edition):
        return refusal
    form = PlaceForm(request.POST, element=row)
    if not form.is_valid():
        messages.error(request, "動かす先が見つかりません。画面を開き直してください。")
        return arrive(request, plan_url(row.edition, element=row.pk))
    done = f"「{row.title}」を動かしました。番号は必要に応じて付け直してください。"
    attempt_aloud(request, done, services.place_element, element=row, by=request.user, **form.values)
    return arrive(request, plan_url(row.edition, element=row.pk))


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_STRATEGY)
def element_delete(request: Request, pk: int) -> HttpResponse:
    row = find_element(request, pk)
    if refusal := closed(request, row.edition):
        return refusal
    form = VersionedForm(posted(request), initial={"version": row.version})
    ok, deleted = attempt(form, services.delete_element, element=row, by=request.user)
    if ok:
        messages.success(request, f"「{row.title}」を削除しました。")
        return arrive(request, plan_url(row.edition, query=f"?undo={deleted.pk}"))
    others = queries.same_in_other_editions(row, drafts=True)
    uses = relink.uses({_counted(row, others).pk})
    context = {"element": row, "edition": row.edition, "form": form, "links": queries.related_to(row), "uses": uses}
    return htmx.render(request, "strategy/element_delete.html", context, status=form_status(form))


@require_POST
@requires(Permission.EDIT_STRATEGY)
def element_restore(request: Request, pk: int) -> HttpResponse:
    """Undo the removal `pk`."""
    deleted = get_object_or_404(DeletedElement.objects.select_related("edition__plan"), pk=pk)
    if refusal := closed(request, deleted.edition):
        return refusal
    done = f"「{deleted.label}」を元に戻しました。"
    _, row = attempt_aloud(request, done, services.restore_element, deleted=deleted, by=request.user)
    return arrive(request, plan_url(deleted.edition, element=row.pk if row else None))


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_STRATEGY)
def element_create(request: Request, pk: int) -> HttpResponse:
    """Add an element to layer `pk`, `?parent=` chosen beforehand."""
    layer = find_layer(request, pk)
    if refusal := closed(request, layer.edition):
        return refusal
    parent = _asked_parent(request, layer)
    form = NewElementForm(posted(request), layer=layer, parent=parent)
    ok, made = attempt(form, services.create_element, layer=layer, by=request.user)
    if ok:
        messages.success(request, f"「{made.title}」を追加しました。")
        return arrive(request, plan_url(layer.edition, element=made.pk, query=f"?on={made.pk}"))
    context = {"layer": layer, "edition": layer.edition, "form": form, "parent": parent}
    regions = {f"add-{layer.pk}": "strategy/_adder.html"}
    return htmx.render(request, "strategy/element_create.html", context, regions=regions, status=form_status(form))


def _asked_parent(request: Request, layer: Layer) -> Element | None:
    text = request.GET.get("parent", "")
    if not text:
        return None
    return get_object_or_404(layer.edition.elements, pk=number_of(text))
