"""Builders of budgets, and what the pages of money need in the small city."""

from __future__ import annotations

from itertools import count
from types import SimpleNamespace
from typing import Any

from actions.models import Budget, FundingProgramme, Proposal, Review
from actions.queries_proposals import guiding_layers
from actions.services import proposals
from lib import fiscal
from tests import builders as make

_n = count(1)


def this_year() -> int:
    return fiscal.fiscal_year(make.today())


def make_programme(**kw: Any) -> FundingProgramme:
    n = next(_n)
    return FundingProgramme.objects.create(**{"name": f"交付金{n}", "short_name": f"交付{n}"} | kw)


def make_budget(**kw: Any) -> Budget:
    action = kw.pop("action", None) or make.make_action()
    return Budget.objects.create(**{"action": action, "fiscal_year": this_year()} | kw)


def build(world: SimpleNamespace) -> None:
    world.programme = make_programme()
    world.budget = make_budget(action=world.action, requested=1000, programme=world.programme)
    make_guidelines(edition=world.edition)
    world.proposal = make_proposal(department=world.own)
    world.handed_in = make_proposal(department=world.own, state="submitted")
    review = make_review([world.cast.secretariat, world.cast.executive], world.cast.secretariat, department=world.own)
    world.in_review = review.proposal


def grow_budgets(world: SimpleNamespace) -> None:
    """One more action of the department with 当初, 補正 and a programme, and one that has asked for nothing."""
    shared = {"plan": world.plan, "lead_department": world.own, "items": [world.item]}
    action = make.make_action(**shared)
    programme = make_programme()
    for year in (this_year() - 1, this_year()):
        make_budget(action=action, fiscal_year=year, requested=900, approved=800, general=800, programme=programme)
        make_budget(action=action, fiscal_year=year, kind="extra", number=1, approved=50, programme=programme)
    make.make_action(**shared)


def grow_years(world: SimpleNamespace) -> None:
    """One more row of one action."""
    number = world.action.budgets.count()
    make_budget(action=world.action, kind="extra", number=number, approved=10, programme=make_programme())


def make_guidelines(**kw: Any) -> Any:
    """A layer of three guidelines in a published edition of the main plan."""
    edition = kw.pop("edition", None) or make.make_edition(status="published")
    layer = make.make_layer(edition=edition, name="行動指針", role="guideline")
    for number in range(1, 4):
        make.make_element(layer=layer, label="①②③"[number - 1], title=f"指針{number}", order=number)
    return layer


def make_proposal(**kw: Any) -> Proposal:
    values = {
        "title": f"導入計画{next(_n)}", "issue": "課題", "content": "内容", "effect": "効果",
        "starts_on": make.today(), "ends_on": make.today(),
    }  # fmt: skip
    department = kw.pop("department", None) or make.make_department()
    return Proposal.objects.create(**{"department": department} | values | kw)


def make_review(reviewers: Any, by: Any, **kw: Any) -> Review:
    proposal = make_proposal(state="submitted", **kw)
    layers = list(guiding_layers()) or [make_guidelines()]
    return proposals.start_review(proposal=proposal, version=1, layers=layers, reviewers=reviewers, by=by)


def grow_proposals(world: SimpleNamespace) -> None:
    """One more of the department in each state, and one more reviewer of that which is being reviewed."""
    make_proposal(department=world.own)
    review = make_review([world.cast.secretariat], world.cast.secretariat, department=world.own)
    sheet = review.sheets.get()
    scores = {g["key"]: (2, "よい") for g in review.guidelines}
    proposals.save_sheet(sheet=sheet, version=1, scores=scores, by=world.cast.secretariat)
    proposals.decide_proposal(
        proposal=review.proposal, version=2, decision="adopted", reason="よい", by=world.cast.secretariat
    )
    reviewer = make.make_user("lead", department=make.make_department())
    world.in_review.reviews.get().sheets.create(reviewer=reviewer).scores.create(key="x", score=1)
