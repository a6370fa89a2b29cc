"""The code that is proposed for a new action."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from actions.models import Action
from actions.queries_codes import following
from strategy.models import Plan
from tests.builders import make_action
from tests.meetings.making import make_decision


@pytest.mark.parametrize(
    ("codes", "proposed"),
    [
        ([], ""), (["窓口"], ""), (["K-9", "K-10"], "K-11"), (["K-01", "K-02"], "K-03"), (["K-09", "K-10"], "K-11"),
        (["099", "100"], "101"), (["S-3", "K-1", "K-2"], "K-3"), (["2-1-3", "2-1-4", "2-2-1"], "2-1-5"),
        (["K-1", "K-7"], "K-8"), (["A-000009"], "A-000010"), (["9" * 20], ""), (["K-１"], ""),
    ],
)  # fmt: skip
def test_following(codes: list[str], proposed: str) -> None:
    assert following(codes) == proposed


@pytest.fixture
def numbered(cast: SimpleNamespace) -> Plan:
    plan = make_action(code="K-11", lead_department=cast.tax).plan
    Plan.objects.update(is_main=False)
    Plan.objects.filter(pk=plan.pk).update(is_main=True)
    make_action(code="K-12", plan=plan, lead_department=cast.tax, archived_at=timezone.now())
    make_action(code="Z-900")
    return plan


def test_a_new_action_begins_with_the_next_number_and_may_have_another(as_user, cast, numbered: Plan) -> None:
    client = as_user(cast.lead)
    page = client.get(reverse("actions:create"))
    assert page.context["form"]["code"].value() == "K-13"
    data = {
        "plan": numbered.pk, "code": "K-20", "title": "別の番号", "lead_department": cast.tax.pk,
        "starts_on": "R8.4.1", "ends_on": "R9.3.31", "lifecycle": "not_started", "owner_kind": "section",
    }  # fmt: skip
    client.post(reverse("actions:create"), data)
    assert not Action.objects.filter(code="K-13").exists()


def test_an_action_from_a_decision_does_too(as_user, cast, numbered: Plan) -> None:
    decision = make_decision(department=cast.tax)
    page = as_user(cast.secretariat).get(reverse("meetings:action_open", args=[decision.pk]))
    assert page.context["form"]["code"].value() == "K-13"
