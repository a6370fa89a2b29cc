"""Writes of budgets and programmes: success, refusal, ledger, rollback, stale version."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from actions.models import Budget, FundingProgramme
from actions.services import budgets
from actions.services.budgets import BudgetChange, BudgetsRefused
from audit.models import Entry
from lib.writes import StaleError
from tests.builders import make_action
from tests.money.making import make_budget, make_programme, this_year

pytestmark = pytest.mark.django_db
PARTS = {"national": 500, "prefectural": 0, "bond": 0, "other": 0, "general": 500}


@pytest.fixture
def action(cast):
    return make_action(code="K-12", lead_department=cast.tax)


def create(action, by, **kw):
    return budgets.create_budget(**{"action": action, "fiscal_year": this_year(), "by": by} | kw)


def test_create_stores_and_records_labels(cast, action) -> None:
    programme = make_programme(short_name="交付金X")
    budget = create(action, cast.lead, requested=1000, programme=programme, **PARTS)
    assert (budget.kind, budget.number, budget.general) == ("initial", 0, 500)
    entry = Entry.objects.about(budget).get()
    assert entry.act == "create"
    assert entry.changes["programme"] == [None, "交付金X"]
    assert entry.changes["kind"] == [None, "当初"]
    assert entry.changes["requested"] == [None, 1000]
    assert entry.actor == cast.lead.ledger_label


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"requested": -1}, "requested"),
        ({"requested": 1_000_000_000}, "requested"),
        ({"requested": 999, **PARTS}, "general"),
        ({"national": 5}, "national"),
        ({"kind": "extra", "approved": 5}, "number"),
        ({"kind": "initial", "number": 2}, "number"),
        ({"kind": "extra", "number": 1, "executed": 5}, "executed"),
        ({"kind": "third"}, "kind"),
        ({"fiscal_year": 1999}, "fiscal_year"),
        ({"fiscal_year": 2999}, "fiscal_year"),
        ({"note": "長" * 201}, "note"),
    ],
)
def test_create_refuses_and_stores_nothing(cast, action, wrong, field) -> None:
    with pytest.raises(ValidationError) as refused:
        create(action, cast.lead, **wrong)
    assert field in refused.value.error_dict
    assert not Budget.objects.exists()
    assert not Entry.objects.filter(object_type="actions.budget").exists()


def test_a_year_has_one_first_budget_and_numbered_later_ones(cast, action) -> None:
    create(action, cast.lead, requested=1)
    with pytest.raises(ValidationError, match="当初は、すでに登録"):
        create(action, cast.lead, requested=2)
    create(action, cast.lead, kind="extra", number=1, approved=-200)
    create(action, cast.lead, kind="extra", number=2, approved=50)
    with pytest.raises(ValidationError, match="補正第2号は、すでに登録"):
        create(action, cast.lead, kind="extra", number=2)
    assert Budget.objects.count() == 3


def test_a_programme_is_used_in_its_years_only(cast, action) -> None:
    programme = make_programme(valid_to=this_year() - 1)
    with pytest.raises(ValidationError) as refused:
        create(action, cast.lead, requested=1, programme=programme)
    assert "使えるのは" in refused.value.message_dict["programme"][0]
    assert create(action, cast.lead, requested=1, programme=programme, fiscal_year=this_year() - 1).pk


def test_an_archived_action_takes_no_budget(cast, action) -> None:
    action.archived_at = timezone.now()
    with pytest.raises(ValidationError, match="保管"):
        create(action, cast.lead, requested=1)


def test_update_keeps_a_blank_apart_from_zero(cast, action) -> None:
    budget = make_budget(action=action, requested=1000, bond=0)
    budgets.update_budget(budget=budget, version=1, by=cast.lead, requested=0, bond=None)
    budget.refresh_from_db()
    assert (budget.requested, budget.bond, budget.version) == (0, None, 2)
    assert Entry.objects.about(budget).get().changes == {"requested": [1000, 0], "bond": [0, None]}


def test_the_same_values_write_nothing(cast, action) -> None:
    budget = make_budget(action=action, requested=1000)
    assert budgets.update_budget(budget=budget, version=1, by=cast.lead, requested=1000).version == 1
    assert not Entry.objects.about(budget).exists()


def test_a_stale_update_overwrites_nothing(cast, action) -> None:
    budget = make_budget(action=action, requested=1000)
    budgets.update_budget(budget=Budget.objects.get(), version=1, by=cast.lead, requested=1100)
    with pytest.raises(StaleError) as refused:
        budgets.update_budget(budget=budget, version=1, by=cast.secretariat, requested=900)
    assert refused.value.current.requested == 1100
    assert Budget.objects.get().requested == 1100


def test_a_result_that_breaks_the_breakdown_is_refused(cast, action) -> None:
    budget = make_budget(action=action, requested=1000, **PARTS)
    with pytest.raises(ValidationError, match="決算額980千円と合いません"):
        budgets.update_budget(budget=budget, version=1, by=cast.lead, executed=980)
    assert Budget.objects.get().executed is None


def test_delete_leaves_the_amounts_in_the_ledger(cast, action) -> None:
    budget = make_budget(action=action, requested=1000)
    pk = budget.pk
    budgets.delete_budget(budget=budget, version=1, by=cast.lead)
    entry = Entry.objects.get(object_type="actions.budget", object_id=str(pk), act="delete")
    assert entry.changes["requested"] == [1000, None]
    assert not Budget.objects.exists()


def test_delete_refuses_a_result_and_a_stale_page(cast, action) -> None:
    budget = make_budget(action=action, executed=5)
    with pytest.raises(ValidationError, match="決算額のある行"):
        budgets.delete_budget(budget=budget, version=1, by=cast.lead)
    with pytest.raises(StaleError):
        budgets.delete_budget(budget=budget, version=9, by=cast.lead)
    assert Budget.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"requested": 999, **PARTS}, {"kind": "extra", "number": 0}, {"kind": "initial", "number": 1},
        {"kind": "extra", "number": 1, "executed": 5}, {"approved": -1},
    ],
)  # fmt: skip
def test_the_database_refuses_too(action, values) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_budget(action=action, **values)


def test_the_database_lets_unknown_parts_pass(action) -> None:
    assert make_budget(action=action, requested=999, national=500).pk


class TestRows:
    def rows(self, action, other, **kw):
        return [BudgetChange(action, 0, {"requested": 100}), BudgetChange(other, 0, {"requested": 200} | kw)]

    def test_several_rows_are_stored_together(self, cast, action) -> None:
        other = make_action(lead_department=cast.tax)
        rows = self.rows(action, other)
        assert budgets.save_budgets(rows=rows, fiscal_year=this_year(), by=cast.lead) == 2
        assert Budget.objects.count() == 2

    def test_one_wrong_row_stores_none(self, cast, action) -> None:
        other = make_action(lead_department=cast.tax)
        with pytest.raises(BudgetsRefused) as refused:
            budgets.save_budgets(rows=self.rows(action, other, national=900), fiscal_year=this_year(), by=cast.lead)
        assert set(refused.value.rows) == {other.pk}
        assert not Budget.objects.exists()
        assert not Entry.objects.filter(object_type="actions.budget").exists()

    def test_a_row_that_another_person_made_is_a_conflict(self, cast, action) -> None:
        make_budget(action=action, requested=50)
        rows = [BudgetChange(action, 0, {"requested": 100})]
        with pytest.raises(BudgetsRefused) as refused:
            budgets.save_budgets(rows=rows, fiscal_year=this_year(), by=cast.lead)
        assert isinstance(refused.value.rows[action.pk], StaleError)

    def test_a_blank_row_makes_nothing(self, cast, action) -> None:
        rows = [BudgetChange(action, 0, {"requested": None, "note": ""})]
        assert budgets.save_budgets(rows=rows, fiscal_year=this_year(), by=cast.lead) == 0
        assert not Budget.objects.exists()


class TestProgrammes:
    def test_create_and_change(self, cast) -> None:
        made = budgets.create_programme(by=cast.secretariat, name="交付金", short_name="交付", rate="1/2")
        budgets.update_programme(programme=made, version=1, by=cast.secretariat, valid_to=this_year())
        assert FundingProgramme.objects.get().valid_to == this_year()
        assert [e.act for e in Entry.objects.about(made).order_by("seq")] == ["create", "update"]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"rate": "半分"}, "rate"), ({"rate": "0/2"}, "rate"), ({"valid_from": 2026, "valid_to": 2025}, "valid_to"),
            ({"verified": True}, "source"), ({"name": "ある交付金"}, "name"),
        ],
    )  # fmt: skip
    def test_refusals(self, cast, wrong, field) -> None:
        make_programme(name="ある交付金")
        with pytest.raises(ValidationError) as refused:
            budgets.create_programme(by=cast.secretariat, **{"name": "交付金", "short_name": "交付"} | wrong)
        assert field in refused.value.error_dict
        assert FundingProgramme.objects.count() == 1

    def test_years_in_use_stay(self, cast, action) -> None:
        programme = make_programme()
        make_budget(action=action, programme=programme)
        with pytest.raises(ValidationError, match="せばめられません"):
            budgets.update_programme(programme=programme, version=1, by=cast.secretariat, valid_to=this_year() - 1)
        assert FundingProgramme.objects.get().valid_to is None

    def test_stale(self, cast) -> None:
        with pytest.raises(StaleError):
            budgets.update_programme(programme=make_programme(), version=7, by=cast.secretariat, note="x")

    def test_loading_twice_adds_nothing(self, cast) -> None:
        row = {"name": "交付金", "short_name": "交付", "level": "national", "rate": "", "source": "", "note": ""}
        data = {"programmes": [row | {"valid_from": None, "valid_to": None, "verified": False}]}
        assert budgets.load_programmes(data=data, by=cast.secretariat) == 1
        assert budgets.load_programmes(data=data, by=cast.secretariat) == 0
        with pytest.raises(ValidationError, match="「verified」がありません"):
            budgets.load_programmes(data={"programmes": [row | {"valid_from": None, "valid_to": None}]}, by=cast.admin)
