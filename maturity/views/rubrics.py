"""The rubric for its readers, and its editor."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import can, requires
from accounts.roles import Permission
from lib import htmx
from lib.forms import PortalForm, status_of
from lib.http import Request
from maturity import pages, services
from maturity.forms import AxisForm, MappingForm, RubricForm, VersionForm
from maturity.models import Axis, Rubric
from maturity.services.rubrics import CLOSED
from maturity.views.common import chosen, posted

GET_OR_POST = ("GET", "HEAD", "POST")


@require_GET
@requires(Permission.READ)
def rubric(request: Request) -> HttpResponse:
    """The scale with all its levels; `?version=` shows another version, a draft only to its editors."""
    edits = can(request.user, Permission.EDIT_RUBRIC)
    versions = list(Rubric.objects.visible(drafts=edits).order_by("-is_current", "-pk"))
    picked = chosen(request.GET.get("version", ""), [r.pk for r in versions])
    shown = next((r for r in versions if (not r.is_draft if picked is None else r.pk == picked)), None)
    context = {
        "versions": versions, "rubric": shown, "axes": pages.axes_of(shown), "edits": edits,
        "draft": next((r for r in versions if r.is_draft), None),
    }  # fmt: skip
    return htmx.render(request, "maturity/rubric.html", context)


def _draft(pk: int) -> Rubric:
    return get_object_or_404(Rubric.objects.select_related("follows"), pk=pk)


def _editor(pk: int) -> str:
    return reverse("maturity:rubric_edit", args=[pk])


def _closed(request: Request, rubric: Rubric) -> HttpResponse | None:
    """Send an editor of a published version to its page; None for a draft."""
    if rubric.is_draft:
        return None
    messages.error(request, CLOSED.format(label=rubric.label))
    return redirect(f"{reverse('maturity:rubric')}?version={rubric.pk}")


def _attempt(request: Request, done: str, write: Any, **arguments: Any) -> Any:
    """Call a write that has no form; the next page tells `done` or the refusal. None if it was refused."""
    try:
        result = write(by=request.user, **arguments)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return None
    messages.success(request, done)
    return result or True


def _stored(form: PortalForm, write: Any, values: Any = None, **arguments: Any) -> bool:
    """Call the service with the form's values when they are valid; a refusal ends on the form."""
    if not form.is_valid():
        return False
    try:
        write(**arguments, **(values(form) if values else form.cleaned_data))
    except ValidationError as error:
        form.add_refusal(error)
        return False
    return True


@require_POST
@requires(Permission.EDIT_RUBRIC)
def rubric_draft(request: Request) -> HttpResponse:
    draft = _attempt(request, "次の版の下書きを作りました。", services.start_draft)
    draft = draft or Rubric.objects.drafts().first()
    return redirect(_editor(draft.pk) if draft else "maturity:rubric")


@require_GET
@requires(Permission.EDIT_RUBRIC)
def rubric_edit(request: Request, pk: int) -> HttpResponse:
    """The draft as the departments will see it, with its axes to change and what is still missing."""
    found = _draft(pk)
    if refusal := _closed(request, found):
        return refusal
    context = {"rubric": found, "axes": pages.axes_of(found), "problems": services.problems(found)}
    return htmx.render(request, "maturity/rubric_edit.html", context)


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_RUBRIC)
def rubric_settings(request: Request, pk: int) -> HttpResponse:
    found = _draft(pk)
    if refusal := _closed(request, found):
        return refusal
    form = RubricForm(posted(request), rubric=found)
    if _stored(form, services.update_rubric, rubric=found, by=request.user):
        messages.success(request, "版の設定を保存しました。")
        return redirect(_editor(pk))
    context = {"form": form, "rubric": found, "title": "版の設定", "action": "保存"}
    return htmx.render(request, "maturity/rubric_form.html", context, status=status_of(form))


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_RUBRIC)
def axis_create(request: Request, pk: int) -> HttpResponse:
    found = _draft(pk)
    if refusal := _closed(request, found):
        return refusal
    form = AxisForm(posted(request), rubric=found)
    if _preview(request, form):
        return _axis_page(request, found, form, "軸を追加")
    if _stored(form, services.create_axis, lambda f: f.values, rubric=found, by=request.user):
        messages.success(request, "軸を追加しました。")
        return redirect(_editor(pk))
    return _axis_page(request, found, form, "軸を追加")


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_RUBRIC)
def axis_edit(request: Request, pk: int) -> HttpResponse:
    axis = _axis(pk)
    if refusal := _closed(request, axis.rubric):
        return refusal
    form = AxisForm(posted(request), rubric=axis.rubric, axis=axis)
    if _preview(request, form):
        return _axis_page(request, axis.rubric, form, f"軸「{axis}」の編集")
    if _stored(form, services.update_axis, lambda f: f.values, axis=axis, by=request.user):
        messages.success(request, "軸を保存しました。")
        return redirect(_editor(axis.rubric_id) + f"#axis-{axis.key}")
    return _axis_page(request, axis.rubric, form, f"軸「{axis}」の編集")


def _axis(pk: int) -> Axis:
    return get_object_or_404(Axis.objects.select_related("rubric").prefetch_related("levels"), pk=pk)


def _preview(request: Request, form: AxisForm) -> bool:
    """Whether only the preview was asked for, and the form can be shown as it was typed."""
    return "preview" in request.POST and form.is_valid()


def _axis_page(request: Request, rubric: Rubric, form: AxisForm, title: str) -> HttpResponse:
    context = {"form": form, "rubric": rubric, "title": title, "previewing": "preview" in request.POST}
    regions = {"axis-preview": "maturity/_axis_preview.html"}
    return htmx.render(request, "maturity/axis_edit.html", context, regions=regions, status=status_of(form))


@require_POST
@requires(Permission.EDIT_RUBRIC)
def axis_move(request: Request, pk: int) -> HttpResponse:
    axis, direction = _axis(pk), request.POST.get("direction", "")
    if direction not in ("up", "down"):
        raise Http404
    if refusal := _closed(request, axis.rubric):
        return refusal
    _attempt(request, f"軸「{axis}」を動かしました。", services.move_axis, axis=axis, direction=direction)
    return redirect(_editor(axis.rubric_id))


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_RUBRIC)
def axis_delete(request: Request, pk: int) -> HttpResponse:
    axis = _axis(pk)
    if refusal := _closed(request, axis.rubric):
        return refusal
    if request.method == "POST":
        _attempt(request, f"軸「{axis}」を削除しました。", services.delete_axis, axis=axis)
        return redirect(_editor(axis.rubric_id))
    words = f"軸「{axis}」と、その段階の文章を下書きから削除します。公開した版は変わりません。"
    context = {"rubric": axis.rubric, "title": f"軸「{axis}」を削除しますか", "words": words}
    return htmx.render(request, "maturity/rubric_ask.html", context)


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_RUBRIC)
def mapping(request: Request, pk: int) -> HttpResponse:
    """Which axis of the version before each axis continues; it may be set after publication too."""
    found = _draft(pk)
    if found.follows is None:
        raise Http404
    axes, former = pages.axes_of(found), pages.axes_of(found.follows)
    form = MappingForm(posted(request), rubric=found, axes=axes, former=former)
    if _stored(form, services.set_mapping, _mapped, rubric=found, by=request.user):
        messages.success(request, "軸の対応を保存しました。")
        return redirect(_editor(pk) if found.is_draft else f"{reverse('maturity:rubric')}?version={pk}")
    ended = [a for a in former if a.line not in {x.line for x in axes}]
    context = {"form": form, "rubric": found, "ended": ended}
    return htmx.render(request, "maturity/mapping.html", context, status=status_of(form))


def _mapped(form: MappingForm) -> dict[str, Any]:
    return {"version": form.cleaned_data["version"], "pairs": form.pairs}


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_RUBRIC)
def rubric_publish(request: Request, pk: int) -> HttpResponse:
    found = _draft(pk)
    if refusal := _closed(request, found):
        return refusal
    form = VersionForm(posted(request), initial={"version": found.version})
    if _stored(form, services.publish_rubric, rubric=found, by=request.user):
        messages.success(request, f"{found.label}を公開しました。これから始める照会で使います。")
        return redirect("maturity:rubric")
    former = Rubric.objects.current().first()
    context = {
        "form": form, "rubric": found, "former": former, "axes": pages.axes_of(found),
        "problems": services.problems(found),
    }  # fmt: skip
    return htmx.render(request, "maturity/rubric_publish.html", context, status=status_of(form))


@require_http_methods(GET_OR_POST)
@requires(Permission.EDIT_RUBRIC)
def rubric_discard(request: Request, pk: int) -> HttpResponse:
    found = _draft(pk)
    if refusal := _closed(request, found):
        return refusal
    if request.method == "POST":
        _attempt(request, f"{found.label}の下書きを削除しました。", services.discard_draft, rubric=found)
        return redirect("maturity:rubric")
    words = f"{found.label}の下書きと、そこで行った変更がなくなります。公開した版は変わりません。"
    context = {"rubric": found, "title": "下書きを削除しますか", "words": words}
    return htmx.render(request, "maturity/rubric_ask.html", context)
