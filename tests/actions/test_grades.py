"""Grades: scales of any words, two assessors, and unknown that is never 0."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from actions import grading, services
from actions.models import Action, GradeScale, HeadGrade, PlanScale
from actions.queries_grades import awaiting_grade, tables
from actions.sections import ProgressSection
from audit.models import Entry
from lib.writes import StaleError
from tests.actions.making import make_scale
from tests.builders import main_plan, make_action, make_plan

pytestmark = pytest.mark.django_db
GRADES = reverse("actions:grades")


@pytest.fixture
def scale(action):
    return make_scale("abcd", action.plan)


def grade_of(scale, code):
    return scale.grades.get(code=code)


def rows_of(scale):
    return list(scale.grades.values("id", "code", "label", "value", "agrees"))


# ---- scales


@pytest.mark.parametrize("preset", grading.PRESETS.values(), ids=lambda p: p.key)
def test_ready_made_scales_can_be_stored(cast, preset):
    rows = [{"code": s.code, "label": s.label, "value": s.value, "agrees": list(s.agrees)} for s in preset.steps]
    scale = services.create_scale(name=preset.name, note=preset.note, rows=rows, by=cast.secretariat)
    assert [g.code for g in scale.grades.all()] == [s.code for s in preset.steps]
    assert Entry.objects.latest("pk").act == "create"


def test_the_seven_grades_leave_three_out_of_every_average():
    steps = grading.PRESETS["seven"].steps
    assert len(steps) == 7
    assert [s.label for s in steps if s.value is None] == ["未着手", "中止", "評価困難"]


@pytest.mark.parametrize(
    ("values", "mean"),
    [([3, 2, None], "2.5"), ([None, None], None), ([], None), ([1, 1, 2], "1.3"), ([3, None, None, None], "3.0")],
)
def test_the_mean_leaves_unknown_grades_out(values, mean):
    assert grading.mean(values) == (Decimal(mean) if mean else None)


def test_no_grade_is_worth_nothing(scale):
    with pytest.raises(IntegrityError), transaction.atomic():
        scale.grades.create(code="E", label="なし", value=0, order=9)


def test_a_zero_is_refused_in_words(cast):
    rows = [{"code": "A", "label": "良い", "value": 0, "agrees": []}]
    with pytest.raises(ValidationError, match="空欄"):
        services.create_scale(name="試し", rows=rows, by=cast.secretariat)
    assert not GradeScale.objects.exists()


def test_codes_may_be_swapped_and_words_changed(cast, scale):
    rows = rows_of(scale)
    rows[0]["code"], rows[1]["code"] = rows[1]["code"], rows[0]["code"]
    first = rows[0]["id"]
    services.update_scale(scale=scale, version=1, name="新しい名前", rows=rows, by=cast.secretariat)
    assert scale.grades.get(pk=first).code == "B"


def test_a_grade_in_use_is_never_dropped(cast, action, scale):
    action.self_grade = grade_of(scale, "A")
    action.save()
    with pytest.raises(ValidationError, match="使われている"):
        services.update_scale(scale=scale, version=1, name=scale.name, rows=rows_of(scale)[1:], by=cast.secretariat)
    assert GradeScale.objects.get().grades.count() == 4


def test_the_same_code_twice_and_an_empty_scale_are_refused(cast, scale):
    rows = rows_of(scale)
    rows[1]["code"] = "A"
    for wrong, word in ((rows, "同じ記号"), ([], "1つ以上")):
        with pytest.raises(ValidationError, match=word):
            services.update_scale(scale=scale, version=1, name=scale.name, rows=wrong, by=cast.secretariat)


def test_a_stale_scale_is_not_overwritten(cast, scale):
    services.update_scale(scale=scale, version=1, name="先", rows=rows_of(scale), by=cast.secretariat)
    with pytest.raises(StaleError):
        services.update_scale(scale=scale, version=1, name="後", rows=rows_of(scale), by=cast.secretariat)
    assert GradeScale.objects.get().name == "先"


def test_a_plan_uses_one_scale_or_none(cast, scale, action):
    other = make_scale("sabc")
    services.use_scale(plan=action.plan, scale=other, by=cast.secretariat)
    assert PlanScale.objects.get().scale == other
    services.use_scale(plan=action.plan, scale=None, by=cast.secretariat)
    assert not PlanScale.objects.exists()
    assert Entry.objects.latest("pk").changes == {"評価区分": [other.name, ""]}


# ---- the department's own grade


def report(action, reply, by, **kw):
    return services.save_report(action=action, reply=reply, by=by, **{"lifecycle": "running", "percent": 40} | kw)


def test_an_own_grade_that_fits_needs_no_reason(cast, reply, action, scale):
    report(action, reply, cast.member, grade=grade_of(scale, "B"))
    assert not ProgressSection().standing(reply).missing


@pytest.mark.parametrize(("code", "percent"), [("C", 40), ("A", 10)])
def test_an_own_grade_against_the_computed_state_needs_a_reason(cast, reply, action, scale, code, percent):
    report(action, reply, cast.member, grade=grade_of(scale, code), percent=percent)
    assert len(ProgressSection().standing(reply).missing) == 1
    values = {"reason_kind": "people", "reason": "見込みと違う"}
    report(action, reply, cast.member, grade=grade_of(scale, code), percent=percent, version=1, **values)
    assert not ProgressSection().standing(reply).missing


def test_the_demand_names_both_words(cast, reply, action, scale):
    from actions.queries import row_for
    from tests.builders import today

    report(action, reply, cast.member, grade=grade_of(scale, "C"))
    demand = row_for(action, reply, today()).demand
    assert "目標より遅れている" in demand
    assert "順調" in demand


def test_a_falling_percent_needs_a_reason(cast, reply, action, scale):
    report(action, reply, cast.member, percent=29, grade=grade_of(scale, "B"))
    assert ProgressSection().standing(reply).missing[0].label == "K-12 の理由が未入力"


def test_a_grade_of_another_plan_is_refused(cast, reply, action, scale):
    foreign = make_scale("sabc", make_plan())
    with pytest.raises(ValidationError) as refused:
        report(action, reply, cast.member, grade=grade_of(foreign, "S"))
    assert set(refused.value.error_dict) == {"grade"}
    assert not reply.reports.exists()


def test_no_change_repeats_the_grade_and_acceptance_makes_it_official(cast, reply, action, scale):
    action.self_grade = grade_of(scale, "B")
    action.save()
    services.mark_no_change(action=action, reply=reply, by=cast.member)
    services.accept_reports(reply=reply, by=cast.secretariat)
    action.refresh_from_db()
    assert action.self_grade.code == "B"
    assert action.last_report.grade.code == "B"


# ---- the grade of headquarters


@pytest.fixture
def graded(action, scale):
    action.self_grade = grade_of(scale, "B")
    action.save()
    return action


def test_headquarters_grades_the_last_report(cast, graded, scale):
    given = services.grade_action(action=graded, grade=grade_of(scale, "B"), by=cast.secretariat)
    assert (given.as_of, given.graded_by) == (graded.reported_as_of, cast.secretariat)
    assert Action.objects.get(pk=graded.pk).head_grade == given.grade
    assert Entry.objects.latest("pk").act == "grade"


def test_another_grade_needs_a_comment(cast, graded, scale):
    with pytest.raises(ValidationError) as refused:
        services.grade_action(action=graded, grade=grade_of(scale, "C"), by=cast.secretariat, comment=" ")
    assert set(refused.value.error_dict) == {"comment"}
    services.grade_action(action=graded, grade=grade_of(scale, "C"), by=cast.secretariat, comment="利用者が少ない")
    assert HeadGrade.objects.get().comment == "利用者が少ない"


def test_two_assessors_at_once_end_in_a_conflict(cast, graded, scale):
    services.grade_action(action=graded, grade=grade_of(scale, "B"), by=cast.secretariat)
    with pytest.raises(StaleError):
        services.grade_action(action=graded, grade=grade_of(scale, "B"), by=cast.secretariat)
    services.grade_action(action=graded, grade=grade_of(scale, "A"), comment="良い", by=cast.secretariat, version=1)
    assert HeadGrade.objects.get().grade.code == "A"


def test_an_unreported_action_cannot_be_graded(cast, scale):
    action = make_action(plan=main_plan())
    with pytest.raises(ValidationError, match="報告がまだ"):
        services.grade_action(action=action, grade=grade_of(scale, "B"), by=cast.secretariat)


def test_the_table_counts_both_grades_and_its_means_leave_unknown_out(graded, scale):
    plan = graded.plan
    make_action(plan=plan, self_grade=grade_of(scale, "A"), head_grade=grade_of(scale, "C"))
    make_action(plan=plan, self_grade=grade_of(scale, "D"))
    make_action(plan=plan)
    [table] = tables()
    assert [line.total for line in table.lines] == [1, 1, 0, 1, 1]
    assert (table.self_mean, table.head_mean) == (Decimal("2.5"), Decimal("1.0"))
    assert table.lines[0].cells[2].count == 1


def test_the_list_of_waiting_actions_empties_as_they_are_graded(cast, graded, scale):
    assert list(awaiting_grade()) == [graded]
    services.grade_action(action=graded, grade=grade_of(scale, "B"), by=cast.secretariat)
    assert not awaiting_grade().exists()


# ---- pages


def test_every_number_of_the_table_opens_the_list_it_counts(cast, as_user, graded, scale):
    page = as_user(cast.executive).get(GRADES).content.decode()
    query = f"?self_grade={graded.self_grade_id}&amp;head_grade=null"
    assert query in page
    rows = as_user(cast.executive).get(reverse("actions:list") + query.replace("&amp;", "&"))
    assert [r.action.pk for r in rows.context["rows"]] == [graded.pk]


def test_the_office_grades_on_its_page(cast, as_user, graded, scale):
    url = reverse("actions:head_grade", args=[graded.pk])
    client = as_user(cast.secretariat)
    response = client.post(url, {"grade": grade_of(scale, "C").pk, "comment": "", "version": ""})
    assert response.status_code == 422
    assert "自己評価「B 目標どおり」と違う" in response.content.decode()
    response = client.post(url, {"grade": grade_of(scale, "C").pk, "comment": "遅れ気味", "version": ""})
    assert response["Location"].endswith("#grades")
    page = client.get(reverse("actions:detail", args=[graded.pk])).content.decode()
    assert "遅れ気味" in page
    again = client.post(url, {"grade": grade_of(scale, "B").pk, "comment": "", "version": ""})
    assert again.status_code == 409
    assert "いま保存されている値" in again.content.decode()


def test_a_scale_is_made_from_a_preset(cast, as_user):
    client = as_user(cast.secretariat)
    page = client.get(reverse("actions:scale_create"), {"preset": "seven"})
    assert "評価困難" in page.content.decode()
    data = {"name": "独自", "note": "", "version": "", "grades-TOTAL_FORMS": "3", "grades-INITIAL_FORMS": "0"}
    data |= {"grades-0-code": "○", "grades-0-label": "できた", "grades-0-value": "２"}
    data["grades-0-agrees"] = ["run", "done"]
    data |= {"grades-1-code": "－", "grades-1-label": "評価できない", "grades-1-value": ""}
    assert client.post(reverse("actions:scale_create"), data).status_code == 302
    good, unknown = GradeScale.objects.get().grades.all()
    assert (good.value, good.agrees, unknown.value) == (2, ["run", "done"], None)


def test_a_wrong_row_keeps_what_was_typed(cast, as_user):
    data = {"name": "独自", "note": "", "version": "", "grades-TOTAL_FORMS": "1", "grades-INITIAL_FORMS": "0"}
    data |= {"grades-0-code": "○", "grades-0-label": "できた", "grades-0-value": "0"}
    response = as_user(cast.secretariat).post(reverse("actions:scale_create"), data)
    assert response.status_code == 422
    assert "1以上にしてください" in response.content.decode()
    assert 'value="できた"' in response.content.decode()


def test_a_plan_takes_a_scale_on_the_page(cast, as_user, action):
    scale = make_scale("sabc")
    client = as_user(cast.secretariat)
    client.post(reverse("actions:plan_scale"), {"plan": action.plan_id, "scale": scale.pk})
    unchosen = client.post(reverse("actions:plan_scale"), {"plan": action.plan_id, "scale": ""})
    assert unchosen.status_code == 422, "what was not chosen takes no scale away"
    assert action.plan.plan_scale.scale == scale
    client.post(reverse("actions:plan_scale"), {"plan": action.plan_id, "scale": "none"})
    assert not PlanScale.objects.filter(plan=action.plan_id).exists()
    client.post(reverse("actions:plan_scale"), {"plan": action.plan_id, "scale": scale.pk})
    assert PlanScale.objects.get().scale == scale
    assert "S・A・B・C" in client.get(reverse("actions:scales")).content.decode()
