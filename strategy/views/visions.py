"""自分のビジョン: the author's own page, and the list of the shared ones."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.roles import Permission
from lib import htmx, listing
from lib.fold import asked
from lib.http import Request, number_of
from strategy import services
from strategy.forms.reading import VisionForm
from strategy.models import PersonalVision
from strategy.queries_reading import shared_visions
from strategy.views.common import attempt, attempt_aloud, form_status, posted

PER_PAGE = 30
NEWEST: dict[str, Any] = {"sorts": {"new": ("-shared_at",)}, "default": "new"}


@require_http_methods(("GET", "HEAD", "POST"))
@requires(Permission.READ)
def my_vision(request: Request) -> HttpResponse:
    """The reader's own vision; there is no address under which anyone else could open it."""
    row = services.vision_of(request.user)
    form = VisionForm(posted(request), row=row)
    ok, saved = attempt(form, services.save_vision, by=request.user)
    if ok:
        told = "庁内に公開しています。" if saved.shared else "自分だけが読めます。"
        messages.success(request, f"自分のビジョンを保存しました。{told}")
        return redirect("strategy:my_vision")
    context = {"form": form, "vision": row, "shared_visions": shared_visions()}
    return htmx.render(request, "strategy/reading/my_vision.html", context, status=form_status(form))


@require_POST
@requires(Permission.READ)
def my_vision_delete(request: Request) -> HttpResponse:
    seen = number_of(request.POST.get("version", "")) or 0
    attempt_aloud(request, "自分のビジョンを消しました。", services.delete_vision, version=seen, by=request.user)
    return redirect("strategy:my_vision")


@require_GET
@requires(Permission.READ)
def visions(request: Request) -> HttpResponse:
    """The shared visions with department and role of their authors, newest first; `?q=` searches them."""
    wanted = asked(request.GET.get("q", ""))
    shared = PersonalVision.objects.shared().found(wanted).with_posts()
    rows = listing.build(request, shared, columns=(), per_page=PER_PAGE, **NEWEST)
    return htmx.render(request, "strategy/reading/visions.html", {"listing": rows, "q": wanted})
