"""Many actions at once: every change is shown before, and all of them are stored or none."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from actions import services
from actions.models import Action, DateChange
from actions.services.bulk import Change, StaleRows, month_end_shift, seen
from audit.models import Entry
from tests.actions.conftest import days
from tests.builders import make_action, make_department, make_item, make_national_plan, today

pytestmark = pytest.mark.django_db
BULK = reverse("actions:bulk")


@pytest.fixture
def three(cast):
    end = dt.date(today().year + 2, 3, 31)
    return [
        make_action(code=f"K-{n}", lead_department=cast.tax, lifecycle="running", percent=50, ends_on=end)
        for n in (1, 2, 3)
    ]


def carry_out(actions, by, **kw):
    return services.change_actions(
        versions={a.pk: a.version for a in actions}, seen_values={a.pk: seen(a) for a in actions},
        change=Change(**kw), by=by,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2027-03-31", 6, "2027-09-30"), ("2027-03-31", -1, "2027-02-28"), ("2027-02-28", 1, "2027-03-31"),
        ("2027-01-30", 1, "2027-02-28"), ("2027-11-15", 3, "2028-02-15"), ("2028-02-29", 12, "2029-02-28"),
    ],
)  # fmt: skip
def test_a_shift_by_months_keeps_the_end_of_a_month(day, months, then):
    assert month_end_shift(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(then)


def test_every_part_changes_every_action(cast, three):
    department = make_department()
    item, other = (make_item(plan=make_national_plan()) for _ in range(2))
    three[0].items.add(other)
    count = carry_out(
        three, cast.secretariat, lead_department=department, months=6, reason="組織改正", reason_kind="system",
        add_items=[item], drop_items=[other],
    )  # fmt: skip
    assert count == 3
    for action in Action.objects.all():
        assert (action.lead_department, action.ends_on.month, action.pushes) == (department, 9, 1)
        assert list(action.items.all()) == [item]
    assert DateChange.objects.filter(reason="組織改正", reason_kind="system").count() == 3


def test_a_lifecycle_is_recorded_as_a_report_of_each(cast, three):
    carry_out(three, cast.secretariat, lifecycle="paused", reason="予算の凍結", reason_kind="budget")
    for action in Action.objects.all():
        report = action.reports.get()
        assert (action.lifecycle, report.lifecycle, report.reason) == ("paused", "paused", "予算の凍結")
        assert (report.reply, report.accepted_at is not None) == (None, True)


def test_one_refusal_stops_all(cast, three):
    three[1].starts_on = three[1].ends_on - days(20)
    three[1].save()
    before = Entry.objects.count()
    with pytest.raises(ValidationError, match="K-2"):
        carry_out(three, cast.secretariat, months=-2, lead_department=cast.welfare)
    assert not Action.objects.filter(lead_department=cast.welfare).exists()
    assert Entry.objects.count() == before


def test_stale_rows_show_both_values_and_stop_all(cast, three):
    stale = Action.objects.get(pk=three[2].pk)
    services.update_action(action=stale, version=1, by=cast.lead, lead_department=cast.welfare)
    with pytest.raises(StaleRows) as refused:
        carry_out(three, cast.secretariat, lifecycle="paused", reason="凍結", reason_kind="budget")
    [(action, was, now)] = refused.value.rows
    assert (action.pk, was["担当"], now["担当"]) == (three[2].pk, "税務課", "福祉課")
    assert not Action.objects.filter(lifecycle="paused").exists()


def test_a_report_accepted_meanwhile_is_noticed(cast, three):
    services.ad_hoc_report(action=Action.objects.get(pk=three[0].pk), lifecycle="done", percent=100, by=cast.lead)
    with pytest.raises(StaleRows):
        carry_out(three, cast.secretariat, lifecycle="paused", reason="凍結", reason_kind="budget")


def test_nothing_to_change_and_too_many_are_refused(cast, three):
    with pytest.raises(ValidationError, match="1つ以上"):
        carry_out(three, cast.secretariat)
    with pytest.raises(ValidationError, match="100件まで"):
        carry_out([], cast.secretariat, months=1)


def test_an_action_that_already_is_so_is_left_alone(cast, three):
    assert carry_out(three, cast.secretariat, lead_department=cast.tax) == 0
    assert not Entry.objects.filter(act="update").exists()


# ---- the page


def picked(actions):
    return {"pick": [a.pk for a in actions]}


def test_the_office_looks_and_then_changes(cast, as_user, three):
    client = as_user(cast.secretariat)
    assert "3件" in client.get(BULK, picked(three)).content.decode()
    preview = client.post(BULK, picked(three) | {"lead_department": cast.welfare.pk, "months": "６", "reason": "延長"})
    page = preview.content.decode()
    assert page.count("<b>福祉課</b>") == 3
    assert Action.objects.filter(lead_department=cast.tax).count() == 3
    done = client.post(BULK, {"sealed": preview.context["sealed"]})
    assert done["Location"] == reverse("actions:list")
    assert Action.objects.filter(lead_department=cast.welfare, pushes=1).count() == 3


def test_the_second_send_of_a_preview_changes_nothing_twice(cast, as_user, three):
    client = as_user(cast.secretariat)
    sealed = client.post(BULK, picked(three) | {"months": "6", "reason": "延長"}).context["sealed"]
    client.post(BULK, {"sealed": sealed})
    again = client.post(BULK, {"sealed": sealed})
    assert again.status_code == 409
    assert "いま保存されている値" in again.content.decode()
    assert set(Action.objects.values_list("pushes", flat=True)) == {1}


def test_a_forged_preview_changes_nothing(cast, as_user, three):
    client = as_user(cast.secretariat)
    sealed = client.post(BULK, picked(three) | {"months": "6", "reason": "延長"}).context["sealed"]
    assert client.post(BULK, {"sealed": sealed[:-3] + "abc"})["Location"] == reverse("actions:list")
    assert set(Action.objects.values_list("pushes", flat=True)) == {0}


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ({}, "変えることを1つ以上"), ({"months": "6"}, "理由を入力"), ({"months": "99"}, "-36から36"),
        ({"lifecycle": "stopped", "reason": "中止"}, "理由の区分を選んで"), ({"months": "六"}, "整数で入力"),
    ],
)  # fmt: skip
def test_bad_input_is_named_and_kept(cast, as_user, three, data, word):
    response = as_user(cast.secretariat).post(BULK, picked(three) | data)
    assert response.status_code == 422
    assert word in response.content.decode()


def test_a_lead_changes_own_actions_only(cast, as_user, three):
    foreign = make_action(lead_department=cast.welfare)
    client = as_user(cast.lead)
    assert client.get(BULK, picked([*three, foreign])).status_code == 403
    page = client.get(reverse("actions:list")).content.decode()
    assert page.count('name="pick"') == 3


def test_readers_have_nothing_to_tick(cast, as_user, three):
    assert 'name="pick"' not in as_user(cast.executive).get(reverse("actions:list")).content.decode()
