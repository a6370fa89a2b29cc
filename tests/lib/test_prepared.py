"""Statements compiled once: the answers of the query that they were made of, for whatever numbers."""

from __future__ import annotations

import datetime as dt

import pytest
from django.apps import apps
from django.db.models import Count, FilteredRelation, Model, Q, signals
from django.utils import timezone

from actions.models import Action, Milestone, Phase, ProgressReport
from lib.prepared import Prepared, PreparedRows
from tests.builders import make_action, make_milestone, make_phase, make_report, today
from tests.test_architecture import STOREY

pytestmark = pytest.mark.django_db

COLUMNS = ("label", "starts_on", "actual", "action__archived_at")


def test_the_same_rows_as_the_query(django_assert_num_queries):
    actions = [make_action() for _ in range(3)]
    for action in actions:
        make_phase(action=action, actual=True)
    prepared = Prepared(lambda pk: Phase.objects.filter(action=pk).values_list(*COLUMNS))
    for action in actions:
        with django_assert_num_queries(1):
            rows = prepared.rows(action.pk)
        assert rows == list(Phase.objects.filter(action=action).values_list(*COLUMNS))
        assert isinstance(rows[0][1], dt.date)


def test_several_numbers_each_in_its_places():
    one, other = make_action(), make_action()
    prepared = Prepared(
        lambda a, b: Milestone.objects.filter(action=a).order_by().values_list("action_id", "title").union(
            Milestone.objects.filter(action=b).order_by().values_list("action_id", "title"), all=True
        )
    )  # fmt: skip
    make_milestone(action=one, title="契約", due_on=today())
    make_milestone(action=other, title="公開", due_on=today())
    assert prepared.rows(one.pk, other.pk) == [(one.pk, "契約"), (other.pk, "公開")]
    assert prepared.rows(other.pk, other.pk) == [(other.pk, "公開")] * 2


def test_nothing_is_kept_of_an_answer():
    action = make_action()
    prepared = Prepared(lambda pk: Phase.objects.filter(action=pk).values_list("label"))
    assert prepared.rows(action.pk) == []
    make_phase(action=action, label="試行")
    assert prepared.rows(action.pk) == [("試行",)]


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63 - 1, 2**63, 10**30, -(10**30)])
def test_numbers_that_no_row_has(number):
    assert Prepared(lambda pk: Phase.objects.filter(action=pk).values_list("label")).rows(number) == []


def test_a_number_that_the_statement_does_not_hold_is_refused():
    with pytest.raises(ValueError, match="does not stand"):
        Prepared(lambda pk: Phase.objects.filter(label=f"第{pk}期").values_list("label")).rows(1)


def test_a_number_as_text():
    action = make_action()
    make_phase(action=action, label="12")
    prepared = Prepared(lambda number: Phase.objects.filter(label=str(number)).values_list("label"))
    assert (prepared.rows(12), prepared.rows(13)) == ([("12",)], [])


@pytest.mark.parametrize("text", ["契約", "it's", "100%", "%s", "\\", "契約' OR '1'='1", ""])
def test_a_text_is_a_value_of_each_call(text):
    action = make_action()
    make_phase(action=action, label=text)
    make_phase(action=action, label="ほか")
    prepared = Prepared(lambda label: Phase.objects.filter(label=label).values_list("label"))
    assert (prepared.rows("ほか"), prepared.rows(text), prepared.rows("なし")) == ([("ほか",)], [(text,)], [])


def test_what_never_changes_may_hold_any_sign():
    action = make_action()
    make_phase(action=action, label="50%の契約'済み %s")
    labels = Phase.objects.filter(label__contains="%の契約'済み %s")
    prepared = Prepared(lambda pk: labels.filter(action=pk).values_list("label"))
    for _ in range(3):
        assert prepared.rows(action.pk) == [("50%の契約'済み %s",)]


def test_a_day_is_a_value_of_each_call():
    action = make_action()
    for day in (today(), today() + dt.timedelta(days=1)):
        make_phase(action=action, label=day.isoformat(), starts_on=day, ends_on=day)
    prepared = Prepared(lambda pk, day: Phase.objects.filter(action=pk, starts_on=day).values_list("label"))
    for day in (today(), today() + dt.timedelta(days=1)):
        assert prepared.rows(action.pk, day) == [(day.isoformat(),)]


def test_whole_rows_with_what_they_point_to(django_assert_num_queries):
    one, other = make_action(), make_action(merged_into=make_action(), merge_kind="merged", archived_at=timezone.now())
    joined = ("plan", "merged_into")
    read = PreparedRows(Action, lambda pk: Action.objects.filter(pk=pk), without=("issue",), joined=joined)
    for action in (one, other):
        with django_assert_num_queries(1):
            (found,) = read.objects(action.pk)
            assert (found, found.title, found.plan, found.merged_into) == (
                action, action.title, action.plan, action.merged_into,
            )  # fmt: skip
        assert found.get_deferred_fields() == {"issue"}


def test_joined_rows_of_joined_rows_and_filtered_relations(django_assert_num_queries):
    """Each hangs on the one before it; columns of any of them may be left out, and annotations are attributes."""
    action, bare = make_action(), make_action()
    report = make_report(action=action)
    said = FilteredRelation("reports", condition=Q(reports__percent=report.percent))
    read = PreparedRows(
        Action, lambda pk: Action.objects.filter(pk=pk).annotate(said=said, n=Count("elements")),
        without=("said__done",), joined=("lead_department", ("said", ProgressReport), "lead_department__parent"),
        extra=("n",),
    )  # fmt: skip
    with django_assert_num_queries(1):
        (found,) = read.objects(action.pk)
        assert (found.said, found.said.percent, found.n) == (report, report.percent, 0)
        assert found.lead_department.parent == action.lead_department.parent
    assert found.said.get_deferred_fields() == {"done"}
    assert read.objects(bare.pk)[0].said is None


@pytest.mark.parametrize("model", [m for m in apps.get_models() if m.__module__.split(".")[0] in STOREY], ids=str)
def test_objects_are_made_as_django_makes_them(model):
    """`_made` passes over `__init__`: nothing of the portal's models may hang on it."""
    assert model.from_db.__func__ is Model.from_db.__func__
    assert model.__init__ is Model.__init__
    assert not signals.pre_init.has_listeners(model)
    assert not signals.post_init.has_listeners(model)


def test_an_object_of_some_columns_reads_the_others_later(django_assert_num_queries):
    action = make_action(title="題", purpose="目的")
    rows = PreparedRows(Action, lambda pk: Action.objects.filter(pk=pk), without=("purpose",))
    found, stored = rows.objects(action.pk)[0], Action.objects.defer("purpose").get()
    assert found.__dict__.keys() == stored.__dict__.keys()
    assert (found.get_deferred_fields(), found._state.adding, found == stored) == ({"purpose"}, False, True)
    with django_assert_num_queries(2):
        assert (found.purpose, found.lead_department.name) == ("目的", action.lead_department.name)
