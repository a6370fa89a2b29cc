"""Every service that once took the end of the ledger before it had all its rows: with somebody who has one of them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import models

from actions import services as actions
from actions.models import Hurdle
from actions.services.budgets import BudgetChange, create_budget, save_budgets
from maturity import services as maturity
from meetings import services as meetings
from rounds import services as rounds
from rounds.models import Answer, Reply
from strategy import services as strategy
from strategy.models import NationalTarget, ReportedFigure
from strategy.services import national_versions
from strategy.services.national_move import follow_version
from strategy.services.registers import EntryChange, update_entries
from strategy.services.reported import report_entry
from tests import builders as make
from tests.crossing import crossed
from tests.meetings.making import make_agenda, make_decision

pytestmark = pytest.mark.django_db(transaction=True)
Case = tuple[models.Model, Callable[[], Any]]


def fresh_reply(cast: SimpleNamespace, *sections: str) -> Reply:
    """A reply of 税務課 into which nobody has entered anything; what it holds came from the department before it."""
    return make.make_reply(round=make.make_round(sections=list(sections) or ["progress"]), department=cast.tax)


# ---- the first touch of a reply


def saving_a_report(cast: SimpleNamespace) -> Case:
    reply, action = fresh_reply(cast), make.make_action(lead_department=cast.tax)
    draft = make.make_report(action=action, reply=reply)
    values = {"lifecycle": "running", "percent": 50, "version": draft.version}
    return draft, lambda: actions.save_report(action=action, reply=reply, by=cast.member, **values)


def saying_that_nothing_changed(cast: SimpleNamespace) -> Case:
    reply, action = fresh_reply(cast), make.make_action(lead_department=cast.tax)
    draft = make.make_report(action=action, reply=reply)
    return draft, lambda: actions.mark_no_change(action=action, reply=reply, by=cast.member, version=draft.version)


def undoing_a_report(cast: SimpleNamespace) -> Case:
    reply, action = fresh_reply(cast), make.make_action(lead_department=cast.tax)
    draft = make.make_report(action=action, reply=reply)
    return draft, lambda: actions.undo_report(action=action, reply=reply, by=cast.member)


def raised(cast: SimpleNamespace, reply: Reply) -> Hurdle:
    return Hurdle.objects.create(
        reply=reply, raised_by_department=cast.tax, raised_on=make.today(), kind="budget", title="財源", text="足りない"
    )


def changing_a_hurdle(cast: SimpleNamespace) -> Case:
    hurdle = raised(cast, fresh_reply(cast, "hurdles"))
    return hurdle, lambda: actions.change_raised(hurdle=hurdle, version=hurdle.version, by=cast.member, title="人")


def dropping_a_hurdle(cast: SimpleNamespace) -> Case:
    hurdle = raised(cast, fresh_reply(cast, "hurdles"))
    return hurdle, lambda: actions.drop_raised(hurdle=hurdle, by=cast.member)


def answering_a_question(cast: SimpleNamespace) -> Case:
    reply = fresh_reply(cast)
    question = make.make_question(round=reply.round)
    answer = Answer.objects.create(reply=reply, question=question, text="前の課の答え")
    values = {"value": "こちらの答え", "version": answer.version}
    return answer, lambda: rounds.save_answer(reply=reply, question=question, by=cast.member, **values)


def taking_a_file_off(cast: SimpleNamespace) -> Case:
    attachment = make.make_attachment(reply=fresh_reply(cast))
    return attachment, lambda: rounds.remove_attachment(attachment=attachment, by=cast.member)


def assessing(cast: SimpleNamespace) -> Case:
    reply = fresh_reply(cast, "maturity")
    score = make.make_assessment(reply=reply).scores.first()
    values = {
        "level": 2, "not_applicable": False, "evidence": "手順書", "confidence": "", "target_level": None,
        "target_on": None, "version": score.version,
    }  # fmt: skip
    return score, lambda: maturity.save_score(reply=reply, axis=score.axis, by=cast.member, **values)


def reporting_a_figure(cast: SimpleNamespace) -> Case:
    reply = fresh_reply(cast, "registers")
    entry = make.make_register_entry(department=cast.tax)
    figure = ReportedFigure.objects.create(reply=reply, entry=entry, answer="unknown")
    values = {"answer": "no_change", "values": {}, "version": figure.version}
    return figure, lambda: report_entry(reply=reply, entry=entry, by=cast.member, **values)


# ---- several rows


def entering_budgets(cast: SimpleNamespace) -> Case:
    kept = [
        create_budget(action=make.make_action(), fiscal_year=2026, by=cast.secretariat, requested=100) for _ in range(2)
    ]
    rows = [BudgetChange(b.action, b.version, {"requested": 200}) for b in kept]
    return kept[1], lambda: save_budgets(rows=rows, fiscal_year=2026, by=cast.secretariat)


def entering_rows_of_a_register(cast: SimpleNamespace) -> Case:
    register = make.make_register()
    kept = [make.make_register_entry(register=register) for _ in range(2)]
    rows = [EntryChange(e, e.version, {"system_name": "新しい名前"}) for e in kept]
    return kept[1], lambda: update_entries(rows=rows, by=cast.secretariat)


def stranded(cast: SimpleNamespace) -> tuple[Any, Any, Any]:
    """An action on an element that the published edition has not, and one that it has."""
    plan = make.make_plan()
    former = make.make_edition(plan=plan, status="archived", order=1)
    gone = make.make_element(edition=former, layer=make.make_layer(edition=former))
    edition = make.make_edition(plan=plan, status="published", order=2)
    element = make.make_element(edition=edition, layer=make.make_layer(edition=edition))
    return edition, element, make.make_action(plan=plan, elements=[gone])


def giving_a_stranded_action_an_element(cast: SimpleNamespace) -> Case:
    edition, element, action = stranded(cast)
    choices = {f"action-{action.pk}": element}
    return action, lambda: strategy.decide_relinks(edition=edition, choices=choices, by=cast.secretariat)


def taking_it_back(cast: SimpleNamespace) -> Case:
    edition, element, action = stranded(cast)
    key = f"action-{action.pk}"
    strategy.decide_relinks(edition=edition, choices={key: element}, by=cast.secretariat)
    return action, lambda: strategy.undo_relink(edition=edition, key=key, by=cast.secretariat)


def following_another_national_plan(cast: SimpleNamespace) -> Case:
    old, new = make.make_item(plan=make.make_national_plan(is_current=True)), make.make_item()
    old.mapped_to.create(target=new, relation="equal")
    make.make_register(item=old)
    register = make.make_register(item=old)
    values = {"version": new.plan.version, "current_version": old.plan.version, "choices": {}}
    return register, lambda: follow_version(plan=new.plan, by=cast.secretariat, **values)


# ---- rows that go


def removing_an_agenda_item(cast: SimpleNamespace) -> Case:
    item = make_agenda()
    return item, lambda: meetings.remove_agenda_item(item=item, by=cast.secretariat)


def removing_an_agenda_item_with_a_decision(cast: SimpleNamespace) -> Case:
    item = make_agenda()
    decision = make_decision(meeting=item.meeting, agenda_item=item)
    return decision, lambda: meetings.remove_agenda_item(item=item, by=cast.secretariat)


def deleting_a_national_target(cast: SimpleNamespace) -> Case:
    target = NationalTarget.objects.create(item=make.make_item(), statement="すべての手続", order=1)
    return target, lambda: national_versions.delete_target(target=target, by=cast.secretariat)


CASES = [
    saving_a_report, saying_that_nothing_changed, undoing_a_report, changing_a_hurdle, dropping_a_hurdle,
    answering_a_question, taking_a_file_off, assessing, reporting_a_figure, entering_budgets,
    entering_rows_of_a_register, giving_a_stranded_action_an_element, taking_it_back, following_another_national_plan,
    removing_an_agenda_item, removing_an_agenda_item_with_a_decision, deleting_a_national_target,
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_ledger_is_taken_last(case: Callable[[SimpleNamespace], Case], cast: SimpleNamespace) -> None:
    row, act = case(cast)
    assert not crossed(act, row=row, by=cast.admin)
