"""Two people enter the same at the same moment: the second reads that it is there, and no server error."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import services as accounts
from actions.models import FundingProgramme, GradeScale
from actions.services import create_scale
from actions.services.budgets import create_programme, update_programme
from lib.writes import unique_fields
from maturity.services.surveys import create_questionnaire
from meetings import services as meetings
from meetings.models import Meeting
from strategy import services as strategy
from strategy.models import Indicator, PlanRelation
from strategy.services.indicators import create_indicator, restore_indicator
from strategy.services.national_versions import create_version, update_version
from tests import builders as make
from tests.crossing import met
from tests.indicators.builders import make_indicator
from tests.meetings.making import make_body, make_meeting

pytestmark = pytest.mark.django_db(transaction=True)
Acts = tuple[Callable[[], Any], Callable[[], Any]]
DAY = dt.date(2026, 4, 1)


def both(act: Callable[[], Any]) -> Acts:
    return act, act


def department(cast: SimpleNamespace) -> Acts:
    values = {"code": "901", "name": "新しい課", "short_name": "新課", "order": 9, "valid_from": DAY}
    return both(lambda: accounts.create_department(by=cast.admin, **values))


def department_code(cast: SimpleNamespace) -> Acts:
    def change(row: Any) -> None:
        accounts.update_department(department=row, version=row.version, by=cast.admin, code="901")

    return lambda: change(cast.tax), lambda: change(cast.welfare)


def user(cast: SimpleNamespace) -> Acts:
    values = {"login_id": "twin", "display_name": "双子", "password": "long-enough-and-odd-71"}
    return both(lambda: accounts.create_user(by=cast.admin, **values))


def membership(cast: SimpleNamespace) -> Acts:
    values = {"user": cast.nobody, "role": "viewer", "department": None, "valid_from": make.today()}
    return both(lambda: accounts.grant_membership(by=cast.admin, **values))


def scale(cast: SimpleNamespace) -> Acts:
    rows = [{"code": "A", "label": "順調", "value": 3, "agrees": []}]
    return both(lambda: create_scale(name="三段階", rows=rows, by=cast.secretariat))


def programme(cast: SimpleNamespace) -> Acts:
    return both(lambda: create_programme(by=cast.secretariat, name="交付金", short_name="交付"))


def programme_name(cast: SimpleNamespace) -> Acts:
    rows = [FundingProgramme.objects.create(name=name, short_name=name) for name in ("甲", "乙")]

    def change(row: Any) -> None:
        update_programme(programme=row, version=row.version, by=cast.secretariat, name="丙")

    return lambda: change(rows[0]), lambda: change(rows[1])


def indicator(cast: SimpleNamespace) -> Acts:
    values = {
        "name": "申請率",
        "unit": "%",
        "kind": "outcome",
        "method": "single",
        "direction": "up",
        "department": cast.tax,
    }
    return both(lambda: create_indicator(by=cast.secretariat, **values))


def indicator_out_of_the_archive(cast: SimpleNamespace) -> Acts:
    rows = [make_indicator(name="申請率", department=cast.tax, archived_at=timezone.now()) for _ in range(2)]

    def restore(row: Indicator) -> None:
        restore_indicator(indicator=row, version=row.version, by=cast.secretariat)

    return lambda: restore(rows[0]), lambda: restore(rows[1])


def national_version(cast: SimpleNamespace) -> Acts:
    values = {"name": "自治体DX推進計画", "label": "第9.0版", "source": "総務省", "as_of": DAY}
    return both(lambda: create_version(by=cast.secretariat, **values))


def national_label(cast: SimpleNamespace) -> Acts:
    rows = [make.make_national_plan() for _ in range(2)]

    def change(row: Any) -> None:
        update_version(plan=row, version=row.version, by=cast.secretariat, label="第9.0版")

    return lambda: change(rows[0]), lambda: change(rows[1])


def term(cast: SimpleNamespace) -> Acts:
    values = {"term": "BPR", "reading": "びーぴーあーる", "explanation": "業務の見直し"}
    return both(lambda: strategy.create_term(by=cast.secretariat, **values))


def relation(cast: SimpleNamespace) -> Acts:
    plan = make.make_plan()
    return both(lambda: strategy.create_relation(plan=plan, kind="upper", name="総合計画", by=cast.secretariat))


def questionnaire(cast: SimpleNamespace) -> Acts:
    return both(lambda: create_questionnaire(by=cast.secretariat, title="業務の困りごと", held_on=DAY, note=""))


def body(cast: SimpleNamespace) -> Acts:
    values = {"name": "推進本部", "purpose": "方針", "members": ["市長"], "frequency": "年4回"}
    return both(lambda: meetings.create_body(by=cast.secretariat, **values))


def day_of_a_meeting(cast: SimpleNamespace) -> Acts:
    rows = [make_meeting(body=found) for found in [make_body()] * 2]

    def move(row: Meeting) -> None:
        meetings.update_meeting(meeting=row, version=row.version, by=cast.secretariat, held_on=DAY)

    return lambda: move(rows[0]), lambda: move(rows[1])


CASES = [
    department, department_code, user, membership, scale, programme, programme_name, indicator,
    indicator_out_of_the_archive, national_version, national_label, term, relation, questionnaire, body,
    day_of_a_meeting,
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_second_is_told(case: Callable[[SimpleNamespace], Acts], cast: SimpleNamespace) -> None:
    act, first = case(cast)
    with pytest.raises(ValidationError) as refused:
        met(act, first, lambda: None)
    assert not any("制約" in message for message in refused.value.messages), "no name of a constraint"


@pytest.mark.parametrize(
    ("model", "names"),
    [(GradeScale, {"name"}), (Indicator, {"name", "department", "archived_at"}), (PlanRelation, set())],
)
def test_fields_that_must_differ(model: Any, names: set[str]) -> None:
    assert unique_fields(model) == names
