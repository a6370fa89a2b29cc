"""Grades: the scales and their plans, both assessors side by side, and the grade of headquarters for one action."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import can, check, requires
from accounts.roles import Permission
from actions import services
from actions.forms.grades import HeadGradeForm, PlanScaleForm, ScaleForms
from actions.grading import PRESETS
from actions.models import Action, GradeScale, PlanScale
from actions.queries_grades import awaiting_grade, given_for, tables
from lib import htmx
from lib.forms import status_of
from lib.http import Request
from strategy.models import Plan

SHOWN = 50


@require_GET
@requires(Permission.READ)
def grades(request: Request) -> HttpResponse:
    waiting = awaiting_grade().select_related("lead_department", "self_grade")
    context = {
        "tables": tables(), "waiting": waiting[:SHOWN], "waiting_count": waiting.count(),
        "may_grade": can(request.user, Permission.GRADE_ACTION),
    }  # fmt: skip
    return render(request, "actions/grades.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def head_grade(request: Request, pk: int) -> HttpResponse:
    check(request.user, Permission.GRADE_ACTION)
    rows = Action.objects.select_related("lead_department", "self_grade", "last_report")
    action = get_object_or_404(rows, pk=pk)
    given = given_for(action)
    sent = request.POST if request.method == "POST" else None
    form = HeadGradeForm(sent, action=action, given=given)
    if request.method == "POST" and form.is_valid() and _graded(request, form, action):
        messages.success(request, f"「{action}」の本部評価を記録しました。")
        return redirect(reverse("actions:detail", args=[pk]) + "#grades")
    context = {"form": form, "action": action, "given": given, "next": _next(action)}
    return htmx.render(request, "actions/head_grade.html", context, status=status_of(form))


def _graded(request: Request, form: HeadGradeForm, action: Action) -> bool:
    try:
        services.grade_action(action=action, by=request.user, **form.cleaned_data)
    except ValidationError as error:
        form.add_refusal(error)
        return False
    return True


def _next(action: Action) -> Action | None:
    return awaiting_grade().exclude(pk=action.pk).first()


@require_GET
@requires(Permission.READ)
def scales(request: Request) -> HttpResponse:
    check(request.user, Permission.GRADE_ACTION)
    return _scales(request, PlanScaleForm())


def _scales(request: Request, form: PlanScaleForm) -> HttpResponse:
    used = {u.plan_id: u.scale for u in PlanScale.objects.select_related("scale")}
    context = {
        "scales": GradeScale.objects.prefetch_related("grades", "plan_scales__plan"), "form": form,
        "plans": [(p, used.get(p.pk)) for p in Plan.objects.order_by("order", "pk")], "presets": PRESETS.values(),
    }  # fmt: skip
    return render(request, "actions/scales.html", context, status=status_of(form))


@require_POST
@requires(Permission.READ)
def plan_scale(request: Request) -> HttpResponse:
    check(request.user, Permission.GRADE_ACTION)
    form = PlanScaleForm(request.POST)
    if not form.is_valid():
        return _scales(request, form)
    services.use_scale(by=request.user, **form.cleaned_data)
    messages.success(request, f"「{form.cleaned_data['plan']}」の評価区分を保存しました。")
    return redirect("actions:scales")


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def scale_create(request: Request) -> HttpResponse:
    check(request.user, Permission.GRADE_ACTION)
    preset = PRESETS.get(request.GET.get("preset", ""))
    forms = ScaleForms(request.POST if request.method == "POST" else None, preset=preset)
    if request.method == "POST" and forms.is_valid() and _stored(request, forms, None):
        return redirect("actions:scales")
    return _scale_page(request, forms, None)


@require_http_methods(["GET", "POST"])
@requires(Permission.READ)
def scale(request: Request, pk: int) -> HttpResponse:
    check(request.user, Permission.GRADE_ACTION)
    stored = get_object_or_404(GradeScale, pk=pk)
    forms = ScaleForms(request.POST if request.method == "POST" else None, scale=stored)
    if request.method == "POST" and forms.is_valid() and _stored(request, forms, stored):
        return redirect("actions:scales")
    return _scale_page(request, forms, stored)


def _stored(request: Request, forms: ScaleForms, stored: GradeScale | None) -> bool:
    try:
        if stored is None:
            services.create_scale(by=request.user, **forms.values())
        else:
            version = forms.main.cleaned_data["version"] or 0
            services.update_scale(scale=stored, version=version, by=request.user, **forms.values())
    except ValidationError as error:
        forms.main.add_refusal(error)
        return False
    messages.success(request, f"評価区分「{forms.main.cleaned_data['name']}」を保存しました。")
    return True


def _scale_page(request: Request, forms: ScaleForms, stored: GradeScale | None) -> HttpResponse:
    wrong = forms.grades.is_bound and not forms.grades.is_valid()
    status = 422 if wrong else status_of(forms.main)
    title = GradeScale.objects.get(pk=stored.pk).name if stored else ""
    context = {"forms": forms, "form": forms.main, "scale": stored, "title": title}
    return render(request, "actions/scale.html", context, status=status)
