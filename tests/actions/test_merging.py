"""Merged and superseded actions: out of the lists, with their history, and a word on where they went."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from actions import services
from actions.models import Action
from audit.models import Entry
from lib.writes import StaleError
from tests.builders import (
    make_action,
    make_department,
    make_edition,
    make_element,
    make_item,
    make_layer,
    make_national_plan,
    make_report,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(cast):
    """K-12 with links of its own, and K-20 of another department that is to go on."""
    element = make_element(layer=make_layer(edition=make_edition(status="published")))
    item = make_item(plan=make_national_plan(is_current=True))
    old = make_action(
        code="K-12", lead_department=cast.tax, elements=[element], items=[item], supporting=[make_department()]
    )
    return old, make_action(code="K-20", lead_department=cast.welfare)


def merge(old, new, by, **kw):
    values = {"kind": "merged", "reason": "内容が同じ", "version": old.version}
    return services.merge_action(action=old, into=new, by=by, **values | kw)


def test_the_links_go_over_and_the_reports_stay(cast, pair):
    old, new = pair
    report = make_report(action=old, accepted_at=timezone.now())
    merge(old, new, cast.secretariat)
    old.refresh_from_db()
    assert (old.merged_into, old.merge_kind, old.merge_reason) == (new, "merged", "内容が同じ")
    assert old.archived_at is not None
    assert set(new.elements.all()) == set(old.elements.all()) != set()
    assert set(new.items.all()) == set(old.items.all()) != set()
    assert set(new.supporting.all()) == set(old.supporting.all()) != set()
    assert list(old.reports.all()) == [report]
    assert not new.reports.exists()
    acts = list(Entry.objects.filter(act="merge").order_by("pk").values_list("object_id", flat=True))
    assert acts == [str(old.pk), str(new.pk)]


def test_the_heir_never_supports_itself(cast, pair):
    old, new = pair
    old.supporting.add(new.lead_department)
    merge(old, new, cast.secretariat)
    assert new.lead_department not in new.supporting.all()


def test_lists_leave_it_out_and_its_page_says_where_it_went(cast, as_user, pair):
    old, new = pair
    merge(old, new, cast.secretariat, kind="superseded")
    client = as_user(cast.executive)
    listed = [r.action.pk for r in client.get(reverse("actions:list")).context["rows"]]
    assert listed == [new.pk]
    page = client.get(reverse("actions:detail", args=[old.pk])).content.decode()
    assert "新しい取組に置き換わりました" in page
    assert reverse("actions:detail", args=[new.pk]) in page
    heir = client.get(reverse("actions:detail", args=[new.pk])).content.decode()
    assert f"{old}</a>（置き換え）" in heir


def test_an_action_is_not_merged_into_itself(cast, pair):
    old, _ = pair
    with pytest.raises(ValidationError) as refused:
        merge(old, old, cast.secretariat)
    assert set(refused.value.error_dict) == {"into"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Action.objects.filter(pk=old.pk).update(merged_into=old, archived_at=timezone.now())


def test_there_is_no_cycle(cast, pair):
    old, new = pair
    merge(old, new, cast.secretariat)
    new.refresh_from_db()
    with pytest.raises(ValidationError, match="引き継ぎ先にできません"):
        merge(new, old, cast.secretariat)
    new.refresh_from_db()
    assert new.archived_at is None


def test_the_second_click_merges_nothing(cast, pair):
    old, new = pair
    merge(old, new, cast.secretariat)
    with pytest.raises(ValidationError, match="すでに"):
        merge(old, new, cast.secretariat)
    assert Entry.objects.filter(act="merge").count() == 2


@pytest.mark.parametrize(
    ("kw", "field"), [({"reason": " "}, "reason"), ({"reason": "長" * 301}, "reason"), ({"kind": "lost"}, "kind")]
)
def test_what_is_missing_is_named(cast, pair, kw, field):
    with pytest.raises(ValidationError) as refused:
        merge(*pair, cast.secretariat, **kw)
    assert set(refused.value.error_dict) == {field}
    assert not Action.objects.exclude(archived_at=None).exists()


def test_a_stale_page_merges_nothing(cast, pair):
    old, new = pair
    services.update_action(action=Action.objects.get(pk=old.pk), version=1, by=cast.lead, title="変えた")
    with pytest.raises(StaleError):
        merge(old, new, cast.secretariat)
    assert not new.elements.exists()


def test_a_merger_can_be_undone(cast, pair):
    old, new = pair
    merge(old, new, cast.secretariat)
    services.restore_action(action=Action.objects.get(pk=old.pk), by=cast.secretariat)
    old.refresh_from_db()
    assert (old.merged_into, old.merge_kind, old.archived_at) == (None, "", None)


def test_the_office_merges_on_its_page(cast, as_user, pair):
    old, new = pair
    client = as_user(cast.secretariat)
    url = reverse("actions:merge", args=[old.pk])
    assert "国の項目" in client.get(url).content.decode()
    wrong = client.post(url, {"into": old.pk, "kind": "merged", "reason": "同じ", "version": 1})
    assert wrong.status_code == 422
    done = client.post(url, {"into": new.pk, "kind": "merged", "reason": "同じ", "version": 1})
    assert done["Location"] == reverse("actions:detail", args=[new.pk])
    again = client.post(url, {"into": new.pk, "kind": "merged", "reason": "同じ", "version": 1})
    assert again.status_code == 422
