"""From a gap to the actions that close it, and the national steps beside maturity."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from actions.services.axes import link_axis
from audit.models import Entry
from maturity.models import Axis, Rubric
from strategy.models import Checklist, ChecklistGroup, ChecklistItem
from tests import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def axis() -> Axis:
    return make.make_rubric().axes.first()


def follow_up(axis: Axis) -> Axis:
    """The axis that continues it in a newer version, which takes its place."""
    Rubric.objects.update(is_current=False)
    newer = make.make_rubric(axes=0)
    return newer.axes.create(key="new", line=axis.line, name="新しい軸", order=1)


def gap(axis: Axis, department: Any) -> str:
    return f"{reverse('actions:gap_actions')}?department={department.pk}&axis={axis.pk}"


def test_shows_state_of_the_departments_actions_only(axis: Axis, cast: SimpleNamespace, as_user: Any) -> None:
    past = make.today() - dt.timedelta(days=3)
    make.make_action(lead_department=cast.tax, axes=[axis], title="遅れた取組", ends_on=past, lifecycle="running")
    make.make_action(lead_department=cast.welfare, axes=[axis], title="よその取組")
    make.make_action(lead_department=cast.tax, title="別の取組")
    text = as_user(cast.viewer).get(gap(axis, cast.tax)).text
    assert "遅れた取組" in text
    assert "1件のうち1件が遅れています" in text
    assert "よその取組" not in text
    assert "別の取組" not in text
    assert "結び付ける</button>" not in text


def test_an_action_linked_in_an_older_version_still_counts(axis: Axis, cast: SimpleNamespace, as_user: Any) -> None:
    make.make_action(lead_department=cast.tax, axes=[axis], title="前からの取組")
    assert "前からの取組" in as_user(cast.viewer).get(gap(follow_up(axis), cast.tax)).text


def test_links_an_action_in_place(axis: Axis, cast: SimpleNamespace, as_user: Any) -> None:
    action = make.make_action(lead_department=cast.tax, title="窓口の改善")
    foreign = make.make_action(lead_department=cast.welfare)
    url, data = reverse("actions:link_axis"), {"department": cast.tax.pk, "axis": axis.pk}
    client = as_user(cast.lead)
    assert client.post(url, data | {"action": foreign.pk}).status_code == 422
    headers = {"HX-Request": "true", "HX-Target": "gap-actions"}
    part = client.post(url, data | {"action": action.pk}, headers=headers)
    assert part.text.lstrip().startswith('<div id="gap-actions"')
    assert list(action.axes.all()) == [axis]
    assert as_user(cast.other_lead).post(url, data | {"action": action.pk}).status_code == 403
    assert as_user(cast.viewer).post(url, data | {"action": action.pk}).status_code == 403


def test_link_is_recorded_moves_the_version_and_is_refused_twice(axis: Axis, cast: SimpleNamespace) -> None:
    action = make.make_action(lead_department=cast.tax)
    link_axis(action=action, axis=axis, by=cast.lead)
    action.refresh_from_db()
    assert action.version == 2
    assert Entry.objects.get(act="link").changes == {"axes": [[], ["軸1"]]}
    with pytest.raises(ValidationError, match="すでに"):
        link_axis(action=action, axis=axis, by=cast.lead)
    other, newer = make.make_action(lead_department=cast.tax), follow_up(axis)
    with pytest.raises(ValidationError, match="いまの評価基準"):
        link_axis(action=other, axis=axis, by=cast.lead)
    assert newer.actions.count() == 0


def test_an_archived_action_is_not_linked(axis: Axis, cast: SimpleNamespace) -> None:
    action = make.make_action(lead_department=cast.tax, archived_at="2026-01-01T00:00:00Z")
    with pytest.raises(ValidationError, match="保管"):
        link_axis(action=action, axis=axis, by=cast.lead)


def test_a_new_action_is_prefilled(axis: Axis, cast: SimpleNamespace, as_user: Any) -> None:
    newer = follow_up(axis)
    url = reverse("actions:create")
    query = {"department": cast.tax.pk, "axis": axis.pk, "title": "研修を開く"}
    initial = as_user(cast.lead).get(url, query).context["form"].initial
    assert (initial["lead_department"], initial["axes"], initial["title"]) == (cast.tax.pk, [newer.pk], "研修を開く")
    wrong = {"department": "x", "axis": "9" * 40, "title": "題" * 300}
    initial = as_user(cast.lead).get(url, wrong).context["form"].initial
    assert len(initial["title"]) == 120
    assert "axes" not in initial


def gap_of_tax(axis: Axis, cast: SimpleNamespace) -> None:
    """The tax department stands at level 2 and wants level 4."""
    reply = make.make_reply(department=cast.tax, state="accepted", accepted_at=timezone.now())
    assessment = make.make_assessment(
        {axis.key: 2}, reply=reply, rubric=axis.rubric, accepted_at=timezone.now()
    )  # fmt: skip
    due = make.today() + dt.timedelta(days=300)
    assessment.scores.filter(axis=axis).update(target_level=4, target_on=due)


def test_an_action_begun_from_a_gap_has_its_words_and_stands_on_its_page(
    axis: Axis, cast: SimpleNamespace, as_user: Any
) -> None:
    gap_of_tax(axis, cast)
    client, query = as_user(cast.lead), {"department": cast.tax.pk, "axis": axis.pk}
    url = f"{reverse('actions:create')}?{urlencode(query)}"
    initial = client.get(url).context["form"].initial
    assert "レベル2" in initial["issue"]
    assert "レベル4" in initial["purpose"]
    assert (initial["starts_on"], initial["ends_on"]) == (make.today(), make.today() + dt.timedelta(days=300))
    data = blank_rows() | {
        "code": "Z-1", "title": "研修を開く", "plan": make.make_plan().pk, "lead_department": cast.tax.pk,
        "axes": [axis.pk], "starts_on": "2026-04-01", "ends_on": "2099-03-31",
    }  # fmt: skip
    assert client.post(url, data).headers["Location"] == reverse("maturity:gap", args=[cast.tax.pk, axis.pk])
    assert "研修を開く" in client.get(gap(axis, cast.tax)).text
    other = client.post(url, data | {"code": "Z-2", "axes": []})
    assert "/actions/" in other.headers["Location"], "an action that does not serve the axis shows itself"


def blank_rows() -> dict[str, Any]:
    return {f"{name}-{n}": "0" for name in ("phases", "milestones") for n in ("TOTAL_FORMS", "INITIAL_FORMS")}


def test_the_list_of_actions_filters_by_axis(axis: Axis, cast: SimpleNamespace, as_user: Any) -> None:
    make.make_action(lead_department=cast.tax, axes=[axis], title="軸の取組")
    make.make_action(lead_department=cast.tax, title="別の取組")
    text = as_user(cast.viewer).get(reverse("actions:list"), {"axis": axis.pk}).text
    assert "軸の取組" in text
    assert "別の取組" not in text


def test_steps_are_counted_by_group(cast: SimpleNamespace, as_user: Any) -> None:
    client, url = as_user(cast.viewer), reverse("national:checklist_summary")
    assert "まだありません" in client.get(url).text
    checklist = Checklist.objects.create(key="steps", title="手順書", source="総務省", as_of=dt.date(2026, 10, 1))
    for number, states in enumerate((["done", "done"], ["done", "working", "open"])):
        group = ChecklistGroup.objects.create(checklist=checklist, number=number, title=f"段階{number}")
        for n, state in enumerate(states, 1):
            ChecklistItem.objects.create(group=group, number=n, text="点検", state=state)
    response = client.get(url, headers={"HX-Request": "true"})
    assert response.text.lstrip().startswith('<div id="checklist-summary"')
    assert [(s.done, s.working, s.total) for s in response.context["steps"]] == [(2, 0, 2), (1, 1, 3)]
    assert "全体で5項目のうち3項目" in response.text
