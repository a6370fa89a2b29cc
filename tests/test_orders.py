"""Rows of which several are locked at once are locked in one order, whoever does it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import models

from accounts import services as accounts
from accounts import services_reorganisation as reorganisations
from accounts.models import Department
from actions.services import proposals
from lib.bulk import swap_many
from rounds import services as rounds
from strategy.models import ReportedFigure
from strategy.services import national_versions
from strategy.services.registers import EntryChange, update_entries
from tests import builders as make
from tests.accounts.making import apply, change, make_reorganisation, new
from tests.crossing import met
from tests.money.making import make_review

pytestmark = pytest.mark.django_db(transaction=True)


def have(row: models.Model) -> Callable[[], Any]:
    rows = type(row)._default_manager.select_for_update(no_key=True, of=("self",)).filter(pk=row.pk)
    return lambda: list(rows.all())


def test_an_import_locks_rows_in_the_order_of_their_keys(cast: SimpleNamespace) -> None:
    first, second = make.make_action(), make.make_action()
    act = partial(swap_many, [(second, second.version), (first, first.version)], fields=("title",))
    assert not met(act, have(first), have(second))


def test_roles_are_extended_in_the_order_of_their_keys(cast: SimpleNamespace) -> None:
    first, second = (make.make_membership(user=u, role="viewer") for u in (cast.nobody, cast.member))
    act = partial(accounts.extend_memberships, memberships=[second, first], until=make.today(), by=cast.admin)
    assert not met(act, have(first), have(second))


def test_a_register_is_entered_in_the_order_of_its_keys(cast: SimpleNamespace) -> None:
    register = make.make_register()
    first, second = make.make_register_entry(register=register), make.make_register_entry(register=register)
    rows = [EntryChange(e, e.version, {"system_name": "新"}) for e in (second, first)]
    assert not met(partial(update_entries, rows=rows, by=cast.secretariat), have(first), have(second))


def test_figures_become_official_in_the_order_of_what_they_are_about(cast: SimpleNamespace) -> None:
    first, second = (make.make_register_entry(department=cast.tax) for _ in range(2))
    round_ = make.make_round(sections=["registers"])
    reply = make.make_reply(round=round_, department=cast.tax, state="approved")
    for entry in (second, first):
        ReportedFigure.objects.create(reply=reply, entry=entry, answer="given", values={"system_name": "新"})
    act = partial(rounds.accept_reply, reply=reply, version=reply.version, by=cast.secretariat)
    assert not met(act, have(first), have(second))


# ---- reorganisations


def renaming(cast: SimpleNamespace) -> Callable[[], Any]:
    """福祉課 and then 税務課 go on under new names."""
    row = make_reorganisation()
    change(row, "rename", [cast.welfare], [new("9001", "福祉推進課")], cast.admin)
    change(row, "rename", [cast.tax], [new("9002", "課税課")], cast.admin)
    return partial(apply, row, cast.admin)


def test_a_round_may_be_opened_while_departments_change(cast: SimpleNamespace) -> None:
    first, second = Department.objects.filter(pk__in=(cast.tax.pk, cast.welfare.pk)).order_by("pk")
    assert not met(renaming(cast), have(first), have(second))


def test_a_reply_may_be_saved_while_its_department_ends(cast: SimpleNamespace) -> None:
    reply = make.make_reply(round=make.make_round(sections=["progress"]), department=cast.welfare)
    report = make.make_report(action=make.make_action(lead_department=cast.welfare), reply=reply)
    assert not met(renaming(cast), have(reply), have(report))


def test_an_orphan_is_adopted_once(cast: SimpleNamespace) -> None:
    gone = make.make_department(valid_from=make.TERM["valid_from"], valid_to=make.TERM["valid_from"])
    action = make.make_action(lead_department=gone)

    def adopt(department: Department) -> None:
        reorganisations.adopt(keys=[f"action-{action.pk}"], department=department, by=cast.admin)

    with pytest.raises(ValidationError, match="一覧にない"):
        met(partial(adopt, cast.tax), partial(adopt, cast.welfare), lambda: None)
    action.refresh_from_db()
    assert action.lead_department == cast.welfare


# ---- rows that belong to each other


def test_a_sheet_is_saved_while_the_proposal_is_decided(cast: SimpleNamespace) -> None:
    review = make_review([cast.secretariat], cast.secretariat)
    sheet = review.sheets.get()
    act = partial(proposals.save_sheet, sheet=sheet, version=1, scores={}, by=cast.secretariat)
    assert not met(act, have(review.proposal), have(review))


def test_a_national_target_is_added_while_its_item_is_changed(cast: SimpleNamespace) -> None:
    item = make.make_item()
    act = partial(
        national_versions.create_target, item=item, by=cast.secretariat, statement="すべて", source="総務省",
        due_label="毎年度",
    )  # fmt: skip
    assert not met(act, have(item.plan), have(item))


def test_nothing_is_entered_once_a_round_is_closed(cast: SimpleNamespace) -> None:
    """PostgreSQL hands over a row that was waited for anew, but what is joined to it as it was before."""
    reply = make.make_reply(round=make.make_round(sections=["progress"]), department=cast.tax)
    close = partial(rounds.close_round, round_=reply.round, version=reply.round.version, by=cast.secretariat)
    with pytest.raises(ValidationError, match="締め切られました"):
        met(partial(rounds.touch, reply=reply, by=cast.member), close, lambda: None)
