"""The computed state, pure and in SQL, and the rules around a report."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions import rules, status
from actions.models import Action
from actions.rules import Said, Span
from tests.builders import make_action, make_department, make_element

TODAY = dt.date(2026, 11, 21)
START, END = dt.date(2026, 4, 1), dt.date(2027, 3, 31)
SPAN = Span(START, END)
DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2028, 12, 31))
LIFECYCLES = st.sampled_from(["planned", "studying", "running", "done", "stopped", "paused"])


def facts(**kw):
    values = {
        "lifecycle": "running", "percent": 50, "starts_on": START, "ends_on": END,
        "reported_as_of": dt.date(2026, 9, 30), "behind": False, "expected_as_of": dt.date(2026, 9, 30),
    }  # fmt: skip
    return status.Facts(**values | kw)


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({}, "run"),
        ({"behind": True}, "late"),
        ({"lifecycle": "done", "behind": True, "ends_on": START}, "done"),
        ({"lifecycle": "stopped", "ends_on": START}, "stop"),
        ({"lifecycle": "paused", "reported_as_of": None}, "stop"),
        ({"ends_on": TODAY - dt.timedelta(days=1)}, "over"),
        ({"ends_on": TODAY}, "run"),
        ({"reported_as_of": None}, "todo"),
        ({"reported_as_of": dt.date(2026, 3, 31), "behind": True}, "todo"),
        ({"reported_as_of": None, "expected_as_of": None}, "run"),
        ({"reported_as_of": None, "starts_on": dt.date(2026, 10, 1)}, "run"),
    ],
)
def test_the_first_rule_that_holds_gives_the_state(changed, key):
    assert status.state(facts(**changed), TODAY) == key


@pytest.mark.parametrize(
    ("on", "percent"),
    [(START - dt.timedelta(days=1), 0), (START, 0), (dt.date(2026, 9, 30), 50), (END, 100), (dt.date(2030, 1, 1), 100)],
)
def test_the_plan_is_a_straight_line(on, percent):
    assert status.planned_percent(START, END, on) == percent


def test_a_plan_of_one_day_is_whole_on_that_day():
    assert status.planned_percent(START, START, START) == 100


def test_behind_begins_beyond_the_tolerance():
    as_of = dt.date(2026, 9, 30)
    assert not status.is_behind(50 - status.TOLERANCE, START, END, as_of)
    assert status.is_behind(49 - status.TOLERANCE, START, END, as_of)


@given(DAYS, DAYS, DAYS, DAYS)
def test_the_plan_never_falls_and_stays_within_bounds(a, b, c, d):
    first, last = sorted((a, b))
    earlier, later = sorted((c, d))
    one, other = (status.planned_percent(first, last, on) for on in (earlier, later))
    assert 0 <= one <= other <= 100


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"behind": True, "percent": 20}, "予定50%に対し20%。差が20ポイントを超えるため「遅れ」"),
        ({}, "予定50%に対し50%"),
        ({"ends_on": TODAY - dt.timedelta(days=3)}, "終了予定日を3日過ぎています"),
        ({"reported_as_of": None}, "最新の照会への報告がまだ受理されていません"),
        ({"reported_as_of": None, "expected_as_of": None}, "報告の時期がまだ来ていません"),
        ({"lifecycle": "done"}, "状況が「完了」と報告され、受理された取組"),
    ],
)
def test_the_rule_is_explained_with_its_figures(changed, words):
    assert status.explain(facts(**changed), TODAY) == words


def test_a_draft_is_not_called_accepted():
    assert status.explain(facts(lifecycle="done"), TODAY, is_draft=True) == status.DRAFT_DONE
    assert status.explain(facts(), TODAY, is_draft=True) == "予定50%に対し50%"


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lifecycle=LIFECYCLES, days=st.tuples(DAYS, DAYS), reported=st.none() | DAYS, behind=st.booleans(),
    expected=st.none() | DAYS, today=DAYS, percent=st.integers(0, 100),
)  # fmt: skip
def test_sql_and_the_pure_function_agree(lifecycle, days, reported, behind, expected, today, percent):
    starts, ends = sorted(days)
    with transaction.atomic():
        action = make_action(
            lifecycle=lifecycle, starts_on=starts, ends_on=ends, reported_as_of=reported, behind=behind, percent=percent
        )
        row = Action.objects.with_state(today, expected).get(pk=action.pk)
        assert row.state_key == status.state(action.facts(expected), today)


@pytest.mark.django_db
def test_serving_counts_an_action_of_two_elements_once():
    one, other = make_element(), make_element()
    action = make_action(elements=[one, other])
    make_action()
    assert list(Action.objects.serving({one.pk, other.pk})) == [action]


@pytest.mark.django_db
def test_reportable_leaves_out_the_finished_and_the_archived(django_assert_num_queries):
    department = make_department()
    kept = [make_action(lead_department=department, lifecycle=x) for x in ("planned", "running", "paused")]
    for lifecycle in ("done", "stopped"):
        make_action(lead_department=department, lifecycle=lifecycle)
    make_action(lead_department=department, archived_at="2026-01-01T00:00:00Z")
    assert set(Action.objects.reportable()) == set(kept)


AS_OF = dt.date(2026, 9, 30)
ON_TIME = Said("running", 40, dt.date(2026, 3, 31))


@pytest.mark.parametrize(
    ("after", "begins"),
    [
        (Said("running", 50, AS_OF), ""),
        (Said("running", 20, AS_OF), "理由が必要です。判定が「遅れ」"),
        (Said("running", 39, AS_OF), "理由が必要です。進捗率が前回の40%から下がっています"),
        (Said("paused", 50, AS_OF), "理由が必要です。中止または休止"),
        (Said("stopped", 50, AS_OF), "理由が必要です。中止または休止"),
        (Said("done", 100, AS_OF), ""),
    ],
)
def test_a_reason_is_due(after, begins):
    words = rules.reason_demand(ON_TIME, after, SPAN, TODAY)
    assert words.startswith(begins)
    assert bool(words) == bool(begins)


def test_an_overdue_action_needs_a_reason_until_it_is_done():
    past = Span(START, dt.date(2026, 10, 31))
    assert "期限超過" in rules.reason_demand(ON_TIME, Said("running", 95, AS_OF), past, TODAY)
    assert rules.reason_demand(ON_TIME, Said("done", 100, AS_OF), past, TODAY) == ""


def test_a_paused_action_that_stays_paused_needs_no_new_reason():
    paused = Said("paused", 40, dt.date(2026, 3, 31))
    assert rules.reason_demand(paused, Said("paused", 40, AS_OF), SPAN, TODAY) == ""


def test_newly_late_means_not_late_at_the_report_before():
    late = Said("running", 10, AS_OF)
    assert rules.is_newly_late(Said("running", 5, dt.date(2026, 4, 30)), late, SPAN, TODAY)
    assert rules.is_newly_late(Said(), late, SPAN, TODAY)
    assert not rules.is_newly_late(Said("running", 5, dt.date(2026, 8, 31)), late, SPAN, TODAY)
    assert not rules.is_newly_late(Said(), Said("running", 50, AS_OF), SPAN, TODAY)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Said("planned", 30), "未着手なのに進捗率が30%"),
        (Said("running", 100), "進捗率が100%なのに完了でない"),
        (Said("planned", 0), ""),
        (Said("done", 100), ""),
        (Said("paused", 100), ""),
    ],
)
def test_a_report_may_contradict_itself(said, words):
    assert rules.contradiction(said) == words
