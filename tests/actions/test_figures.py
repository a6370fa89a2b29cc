"""Counts for other pages: they agree with the list that they link to."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from actions import figures, rules
from actions.models import Action
from actions.roll import Roll
from rounds.queries import expected_as_of
from strategy.models import ElementLink
from strategy.tree import element_scope
from tests.builders import (
    make_action,
    make_department,
    make_edition,
    make_element,
    make_item,
    make_layer,
    make_report,
    today,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    return figures.live_with_state(today())


def test_every_state_is_counted(rows):
    make_action(lifecycle="done")
    make_action(lifecycle="done")
    make_action(archived_at=timezone.now(), lifecycle="done")
    make_action(behind=True)
    assert figures.state_counts(rows) == {"done": 2, "run": 0, "late": 1, "over": 0, "todo": 0, "stop": 0}


def test_counts_take_one_query_or_one_for_the_links(rows, django_assert_num_queries):
    item, department = make_item(), make_department()
    for _ in range(3):
        make_action(items=[item, make_item()], lead_department=department)
    make_action(lifecycle="done", lead_department=department)
    with django_assert_num_queries(2):
        assert figures.counts_by_item(rows)[item.pk]["run"] == 3
    with django_assert_num_queries(1):
        counts = figures.counts_by_department(rows)
    assert (counts[department.pk]["run"], counts[department.pk]["done"]) == (3, 1)


def test_counts_stay_true_on_filtered_rows(rows):
    one, other = make_item(), make_item()
    make_action(items=[one, other], elements=[make_element(), make_element()])
    assert sum(figures.state_counts(rows.behind_item(one.pk)).values()) == 1
    assert sum(figures.counts_by_item(rows.behind_item(one.pk))[other.pk].values()) == 1


def test_elements_count_each_action_once(rows, django_assert_num_queries):
    edition = make_edition(status="published")
    layer = make_layer(edition=edition)
    top = make_element(layer=layer)
    below = make_element(layer=layer, parent=top)
    alone = make_element(layer=layer)
    make_action(elements=[top, below], percent=40)
    make_action(elements=[below], percent=81)
    make_action(elements=[below], percent=10, lifecycle="paused")
    scope = element_scope(edition)
    with django_assert_num_queries(1):
        found = figures.counts_by_element(rows, scope)
    assert (found[top.pk].total, found[top.pk].mean_percent) == (3, 60)
    assert found[below.pk].counts["stop"] == 1
    assert alone.pk not in found
    listed = Action.objects.live().serving(element_scope(edition)[top.pk])
    assert listed.count() == found[top.pk].total


def test_one_pass_over_the_links_counts_as_the_census_does(rows):
    layer = make_layer(edition=make_edition(status="published"))
    top, other = (make_element(layer=layer) for _ in range(2))
    below = [make_element(layer=layer, parent=top) for _ in range(3)]
    ElementLink.objects.create(source=other, target=below[2])
    served = {10: below[:1], 25: below[:2], 40: [top, *below], 70: [other, below[2]], 85: [other]}
    for percent, elements in served.items():
        make_action(elements=elements, percent=percent, lifecycle="paused" if percent == 70 else "running")
    scope = element_scope(layer.edition)
    assert figures.counts_by_element(rows, scope) == figures.Census(rows).by_element(scope)


def test_the_worst_state_and_its_colour(rows):
    figure = figures.ElementFigures()
    assert (figure.worst, figure.mean_percent) == ("stop", None)
    figure.counts |= {"run": 3, "todo": 1}
    assert (figure.worst, figure.worst_css, figure.worst_count) == ("todo", "todo", 1)
    figure.counts |= {"over": 2}
    assert (figure.worst_state.label, figure.worst_css) == ("期限超過", "over")


def late_action(reports, **kw):
    """An action with accepted reports (percent, as_of); the last one is official."""
    day = today()
    action = make_action(**{"starts_on": day - dt.timedelta(days=400), "ends_on": day + dt.timedelta(days=400)} | kw)
    for percent, as_of, reason in reports:
        last = make_report(
            action=action, percent=percent, as_of=as_of, reason=reason, reason_kind="people" if reason else "",
            accepted_at=timezone.now(),
        )  # fmt: skip
        action.last_report, action.percent, action.reported_as_of = last, percent, as_of
    action.behind = True
    action.save()
    return action


def test_late_actions_stand_newly_late_first_with_their_reason(django_assert_num_queries):
    day = today()
    early, recent = day - dt.timedelta(days=350), day - dt.timedelta(days=10)
    known = late_action([(0, day - dt.timedelta(days=200), ""), (5, recent, "要員不足")], code="known")
    fresh = late_action([(5, early, ""), (10, recent, "契約の遅れ")], code="fresh")
    overdue = make_action(
        code="over", starts_on=early, ends_on=day - dt.timedelta(days=1), reported_as_of=early, lifecycle="running"
    )
    make_action(code="fine")
    with django_assert_num_queries(3):
        late = figures.late_list(day)
    assert [r.action.code for r in late] == ["over", "fresh", "known"]
    by_code = {r.action.code: r for r in late}
    assert by_code["fresh"].newly
    assert not by_code["known"].newly
    assert (by_code["fresh"].reason_kind, by_code["fresh"].reason) == ("人材", "契約の遅れ")
    assert by_code["fresh"].planned == 48
    assert {r.action.pk for r in late} == {known.pk, fresh.pk, overdue.pk}
    few = figures.late(figures.live_with_state(day), day, 1)
    assert (few.total, few.newly, [r.action.code for r in few.rows]) == (3, sum(r.newly for r in late), ["over"])


def test_a_census_counts_in_every_way_from_one_reading(rows, django_assert_num_queries):
    department, item = make_department(), make_item()
    make_action(lead_department=department, items=[item])
    make_action(lead_department=department, lifecycle="done")
    make_action(archived_at=timezone.now(), items=[item])
    with django_assert_num_queries(2):
        census = figures.Census(rows)
        assert census.states() == figures.empty_counts() | {"run": 1, "done": 1}
        assert census.by_department()[department.pk]["done"] == 1
        assert sum(census.by_item()[item.pk].values()) == 1
    assert figures.state_counts(rows) == {"done": 1, "run": 1, "late": 0, "over": 0, "todo": 0, "stop": 0}


def test_an_overdue_action_that_never_reported_is_not_news():
    day = today()
    make_action(starts_on=day - dt.timedelta(days=90), ends_on=day - dt.timedelta(days=1))
    (row,) = figures.late_list(day)
    assert (row.newly, row.reason, row.state_key) == (False, "", "over")


def test_figures_agree_with_the_state_of_each_action(rows):
    for n in range(6):
        make_action(behind=bool(n % 2), percent=n)
    day = today()
    counts = figures.state_counts(rows)
    keys = [a.state_key for a in Action.objects.live().with_state(day, expected_as_of(day))]
    assert counts == {k: keys.count(k) for k in counts}


@pytest.mark.parametrize("lifecycle", ["planned", "running", "done", "stopped", "paused"])
@pytest.mark.parametrize("percent", [0, 29, 30, 100])
@pytest.mark.parametrize("days", [-10, 0, 50, 100, 101])
def test_bare_values_are_judged_as_reports_are(lifecycle, percent, days):
    """`rules.was_delayed` is the short way of `rules.state_then`."""
    span = rules.Span(today(), today() + dt.timedelta(days=100))
    as_of = span.starts_on + dt.timedelta(days=days)
    state = rules.state_then(rules.Said(lifecycle, percent, as_of), span)
    assert rules.was_delayed(lifecycle, percent, span, as_of) == (state in rules.DELAYED)


def test_a_roll_counts_in_every_way_from_one_reading(rows, django_assert_num_queries):
    mine, other = make_action(), make_action(lifecycle="done")
    gone = make_action(archived_at=timezone.now())
    with django_assert_num_queries(1):
        roll = Roll.of(rows)
    assert roll.counts() == figures.empty_counts() | {"run": 1, "done": 1}
    assert roll.counted([str(mine.pk), str(gone.pk)]) == figures.empty_counts() | {"run": 1}
    assert roll.within([str(other.pk), str(gone.pk)]).counts() == figures.empty_counts() | {"done": 1}
    assert Roll.of(rows.none()).counts() == figures.empty_counts()


def test_counting_kinds_agrees_with_counting_actions():
    day, expected = dt.date(2026, 11, 30), dt.date(2026, 9, 30)
    for n in range(6):
        make_action(ends_on=day + dt.timedelta(days=n - 3), lifecycle=("running", "done", "paused")[n % 3])
    make_action(archived_at=timezone.now())
    rows = Action.objects.live().with_state(day, expected)
    assert figures.live_counts(day, expected) == figures.state_counts(rows)


@pytest.mark.parametrize("text", ["電子", "でんし", "ﾃﾞﾝｼ", "P-1", "p-1", "%", "_", "\\", "'", "無い言葉", "　"])
def test_counting_texts_agrees_with_searching_for_them(text):
    day, expected = dt.date(2026, 11, 30), dt.date(2026, 9, 30)
    for n, title in enumerate(("電子申請", "デンシ契約", "50%の削減_案", "a\\b'c", "書かない　窓口")):
        make_action(title=title, purpose="電子化" * (n % 2), lifecycle=("running", "done")[n % 2])
    make_action(title="電子 保管", archived_at=timezone.now())
    rows = Action.objects.live().with_state(day, expected).found(text)
    assert figures.found_counts(text, day, expected) == figures.state_counts(rows)
