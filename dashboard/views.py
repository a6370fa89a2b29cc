"""Home per role, the executive dashboard, its projector mode, and search."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import can, requires
from accounts.roles import Permission, Role
from actions import figures
from dashboard import desks, maturity, queries
from dashboard import search as searching
from dashboard import since as comparing
from dashboard.city import Scope, gather
from dashboard.named import named, of_department
from dashboard.visions import by_vision
from lib import htmx
from lib.fold import asked
from lib.http import Request
from lib.unchanged import kept
from meetings.compare import KINDS
from meetings.queries_home import ahead
from rounds.queries import expected_as_of

ACTING = (Role.LEAD, Role.MEMBER)


@require_GET
def home(request: Request) -> HttpResponse:
    """Land each role on its work: departments on the open round, everybody else on the city."""
    user = request.user
    if not can(user, Permission.READ):
        return render(request, "dashboard/welcome.html", status=403)
    if user.has_role(Role.SECRETARIAT, Role.EXECUTIVE):
        return _overview(request, home=True)
    if user.department_ids(*ACTING):
        return _department_home(request)
    if user.has_role(Role.ADMIN):
        context = {"today": timezone.localdate(), "desk": desks.admin(timezone.localdate())}
        return htmx.render(request, "dashboard/admin.html", context)
    return _overview(request, home=True)


@require_GET
@requires(Permission.READ)
def overview(request: Request) -> HttpResponse:
    return _overview(request, home=False)


@require_GET
@requires(Permission.READ)
def projector(request: Request) -> HttpResponse:
    return htmx.render(request, "dashboard/projector.html", city_context(timezone.localdate(), request.GET))


def _overview(request: Request, *, home: bool) -> HttpResponse:
    today = timezone.localdate()
    at_desk = home and can(request.user, Permission.RUN_ROUND)
    context = city_context(today, request.GET, at_desk=at_desk) | {"home": home}
    return htmx.render(request, "dashboard/overview.html", context)


ASKED = ("department", "item", "with")


def city_context(today: dt.date, asked: Mapping[str, str], *, at_desk: bool = False) -> dict[str, Any]:
    """Everything the dashboard shows; the projector shows the same. `at_desk` adds the work of 事務局."""
    params = {name: asked[name] for name in ASKED if asked.get(name)}
    return _shown(today, params, at_desk) if params else _whole(today, at_desk)


@kept
def _whole(today: dt.date, at_desk: bool) -> dict[str, Any]:
    return _shown(today, {}, at_desk)


def _shown(today: dt.date, asked: Mapping[str, str], at_desk: bool) -> dict[str, Any]:
    city = gather(today)
    scope = city.scope_of(asked)
    roll, old = city.within(scope), comparing.chosen(asked, today)
    found = named(city, figures.judge(city.lateness(scope), queries.LATE_SHOWN), old.keys)
    context = queries.overview(roll.counts(), found.late, today, city.expected, scope.params)
    departments = queries.by_department(city, roll, scope.params)
    visions = by_vision(roll, scope.params, drafts=at_desk)
    if at_desk:
        context["desk"] = desks.secretariat(city, visions.drafts)
    context |= queries.silence(city, departments, scope) | maturity.city(city.rounds)
    context["urls"] = context["urls"] | {"silent": "#silent"}
    if context["maturity_figure"] and not scope.is_narrow:
        context["figures"] = [*context["figures"], queries.maturity_tile(context["maturity_figure"])]
    context |= {
        "items": queries.by_item(city, roll, scope.params), "edition": visions.edition, "visions": visions.rows,
        "departments": departments, "vision_word": visions.word, "choices": city.choices, "threads": found.threads,
    }  # fmt: skip
    return context | _meeting_context(comparing.since(city, roll, scope, old, found.standing), scope, context)


def _meeting_context(found: comparing.Since, scope: Scope, shown: dict[str, Any]) -> dict[str, Any]:
    """What the meeting needs beside the figures: what moved, what was left to do, what is to be decided."""
    silent, before_us = shown["silent_count"] if shown["reply_count"] else None, ahead(shown["today"])
    url = comparing.comparisons(found, scope)
    return {
        "since": found, "scope": scope, "meeting": before_us.meeting,
        "sentence": comparing.pieces(found, silent) if found.is_readable else [],
        "toggle": comparing.toggle(found, scope), "query": comparing.query_of(found, scope),
        "compare_url": url(), "open": before_us.open, "agenda": before_us.agenda,
        "forward": found.forward,
        "links": {k: url(kind=k) for k in KINDS},
        "forward_urls": {k: url(kind="forward", item=k) for k in found.forward},
        "notes": {k: found.note(k, n) for k, n in shown["counts"].items()} if found.is_readable else {},
        "trend": None if scope.is_narrow else comparing.trend(found.known, shown["counts"]),
    }  # fmt: skip


def _department_home(request: Request) -> HttpResponse:
    today = timezone.localdate()
    mine = [d for d in request.user.departments(*ACTING) if d.exists_on(today)]
    if not mine:
        return _overview(request, home=True)
    wanted = request.GET.get("department", "")
    department = next((d for d in mine if str(d.pk) == wanted), None)
    if wanted and department is None:
        raise Http404
    department = department or mine[0]
    rounds = desks.rounds_of(department)
    expected = expected_as_of(today, [round_ for round_, _ in rounds])
    counts, found = of_department(department, today, expected, queries.LATE_SHOWN)
    context = queries.overview(counts, found.late, today, expected, {"department": department.pk})
    context |= maturity.department(department) | {
        "department": department, "others": [d for d in mine if d != department],
        "replies": desks.open_replies(rounds, request.user, today),
        "open": desks.decisions(department), "threads": found.threads,
    }  # fmt: skip
    return htmx.render(request, "dashboard/department.html", context)


@require_GET
@requires(Permission.READ)
def search(request: Request) -> HttpResponse:
    text = asked(request.GET.get("q", ""))
    drafts = can(request.user, Permission.READ_DRAFT_STRATEGY)
    groups = searching.everything(text, drafts=drafts) if text else []
    context = {"q": text, "groups": groups, "found": sum(g.total for g in groups)}
    return htmx.render(request, "dashboard/search.html", context)
