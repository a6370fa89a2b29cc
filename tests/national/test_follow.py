"""Moving the city to another version of the national plan, and back."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from actions.models import Action
from audit.models import Entry
from lib.writes import StaleError
from strategy import moving
from strategy.models import NationalPlan, Register
from strategy.services.national_move import follow_version
from tests.builders import make_action, make_item, make_national_plan, make_register
from tests.indicators.builders import make_indicator
from tests.national.making import make_mapping

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """online and counter are absorbed by front; card splits in two; paper has no heir."""
    old, new = make_national_plan(label="旧版", is_current=True), make_national_plan(label="新版")
    a = {name: make_item(plan=old, name=name) for name in ("online", "counter", "card", "paper")}
    b = {name: make_item(plan=new, name=name) for name in ("front", "spread", "use", "added")}
    for source, target, relation in (
        ("online", "front", "absorbed"), ("counter", "front", "absorbed"),
        ("card", "spread", "superset"), ("card", "use", "superset"),
    ):  # fmt: skip
        make_mapping(source=a[source], target=b[target], relation=relation)
    make_mapping(target=b["added"], relation="new")
    return SimpleNamespace(
        old=old, new=new, a=a, b=b,
        online=make_action(items=[a["online"]], title="申請"), card=make_action(items=[a["card"], a["paper"]]),
        paper=make_action(items=[a["paper"]], title="紙をやめる"), none=make_action(),
        archived=make_action(items=[a["online"]], archived_at=timezone.now()),
        register=make_register(item=a["online"]), stuck=make_register(item=a["paper"]),
    )  # fmt: skip


def names(thing):
    return sorted(thing.items.values_list("name", flat=True))


def follow(world, cast, plan, current, **choices):
    plan.refresh_from_db()
    current.refresh_from_db()
    return follow_version(
        plan=plan, version=plan.version, current_version=current.version, choices=choices, by=cast.secretariat
    )


def test_everything_follows_its_items(cast, world):
    indicator = make_indicator()
    indicator.items.add(world.a["counter"])
    done = follow(world, cast, world.new, world.old)
    assert (done.moved, done.registers, done.left) == (4, 1, 2)
    assert NationalPlan.objects.current().get() == world.new
    assert names(world.online) == names(world.archived) == names(indicator) == ["front"]
    assert names(world.card) == ["paper", "spread", "use"]
    assert names(world.paper) == ["paper"]
    assert names(world.none) == []
    assert Register.objects.get(pk=world.register.pk).item == world.b["front"]
    assert Register.objects.get(pk=world.stuck.pk).item == world.a["paper"]
    assert Action.objects.get(pk=world.online.pk).version == 2
    assert Action.objects.get(pk=world.paper.pk).version == 1
    book = Entry.objects.get(object_type="actions.action", object_id=str(world.online.pk))
    assert book.changes["national_items"] == [["online"], ["front"]]
    assert Entry.objects.filter(act="move").count() == 2
    assert Entry.objects.get(object_type="strategy.register").changes["item"] == ["online", "front"]


def test_a_person_re_links_the_unmapped(cast, world):
    key = f"action-{world.paper.pk}"
    register = f"register-{world.stuck.pk}"
    done = follow(world, cast, world.new, world.old, **{key: world.b["added"].pk, register: world.b["added"].pk})
    assert done.left == 1
    assert names(world.paper) == ["added"]
    assert Register.objects.get(pk=world.stuck.pk).item == world.b["added"]


def test_moving_back_restores_exactly(cast, world):
    key = f"action-{world.paper.pk}"
    before = {a.pk: names(a) for a in Action.objects.all()}
    follow(world, cast, world.new, world.old, **{key: world.b["added"].pk})
    follow(world, cast, world.old, world.new)
    assert {a.pk: names(a) for a in Action.objects.all()} == before
    assert Register.objects.get(pk=world.register.pk).item == world.a["online"]
    assert NationalPlan.objects.current().get() == world.old


def test_what_changed_in_between_goes_back_by_the_mapping(cast, world):
    follow(world, cast, world.new, world.old)
    world.online.items.set([world.b["use"]])
    follow(world, cast, world.old, world.new)
    assert names(world.online) == ["card"]


def test_the_first_version_is_simply_followed(cast):
    plan = make_item().plan
    done = follow_version(plan=plan, version=1, current_version=None, choices={}, by=cast.secretariat)
    assert (done.moved, done.registers) == (0, 0)
    assert NationalPlan.objects.current().get() == plan


def test_refusals_leave_everything_where_it_was(cast, world):
    with pytest.raises(ValidationError, match="項目がありません"):
        follow(world, cast, make_national_plan(), world.old)
    with pytest.raises(ValidationError, match="すでに"):
        follow(world, cast, world.old, world.old)
    with pytest.raises(ValidationError, match="にない項目"):
        follow(world, cast, world.new, world.old, **{f"action-{world.paper.pk}": world.a["card"].pk})
    with pytest.raises(ValidationError, match="ほかの人の操作"):
        follow(world, cast, world.new, world.old, **{"action-999999": world.b["added"].pk})
    with pytest.raises(StaleError):
        follow_version(plan=world.new, version=1, current_version=9, choices={}, by=cast.secretariat)
    assert NationalPlan.objects.current().get() == world.old
    assert names(world.online) == ["online"]
    assert not Entry.objects.exists()


def test_a_failure_at_the_end_takes_it_all_back(cast, world, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("late")

    monkeypatch.setattr("strategy.services.national_move._record", fail)
    with pytest.raises(RuntimeError, match="late"):
        follow(world, cast, world.new, world.old)
    assert NationalPlan.objects.current().get() == world.old
    assert names(world.online) == ["online"]


def test_the_page_previews_and_moves(cast, as_user, world):
    url = reverse("national:version_follow", args=[world.new.pk])
    client = as_user(cast.secretariat)
    html = client.get(url).content.decode()
    assert "旧版から新版へ移る" in html
    assert "対応のない取組と指標（2件）" in html
    assert "紙をやめる" in html
    assert "対応が未登録" in html
    assert NationalPlan.objects.current().get() == world.old
    key = f"action-{world.paper.pk}"
    data = {"version": 1, "current_version": 1, key: world.b["use"].pk, f"register-{world.register.pk}": ""}
    response = client.post(url, data, follow=True)
    assert "本市が従う版を新版にしました" in response.content.decode()
    assert names(world.paper) == ["use"]
    assert Register.objects.get(pk=world.register.pk).item == world.a["online"]


def test_a_stale_page_keeps_the_choices(cast, as_user, world):
    NationalPlan.objects.filter(pk=world.new.pk).update(version=4)
    url = reverse("national:version_follow", args=[world.new.pk])
    key = f"action-{world.paper.pk}"
    data = {"version": 1, "current_version": 1, key: world.b["use"].pk}
    response = as_user(cast.secretariat).post(url, data)
    html = response.content.decode()
    assert response.status_code == 409
    assert 'name="version" value="4"' in html
    assert f'value="{world.b["use"].pk}" selected' in html
    assert NationalPlan.objects.current().get() == world.old


def test_a_foreign_choice_is_refused(cast, as_user, world):
    url = reverse("national:version_follow", args=[world.new.pk])
    data = {"version": 1, "current_version": 1, f"action-{world.paper.pk}": 999_999}
    response = as_user(cast.secretariat).post(url, data)
    assert response.status_code == 422
    assert "選ばれた項目がありません" in response.content.decode()


def test_steps_by_hand():
    heirs = moving.heirs_of([(1, 10), (1, 11), (2, 10)], [(30, 2)])
    assert heirs == {1: [10, 11], 2: [10, 30]}
    step = moving.step(frozenset({1, 3}), heirs)
    assert (step.gone, step.given, step.lost) == (frozenset({1}), frozenset({10, 11}), frozenset({3}))
    assert moving.chosen(step, 12) == moving.Step(frozenset({1, 3}), frozenset({10, 11, 12}), frozenset())
    assert moving.chosen(step, None) is step
    back = moving.step(frozenset({10}), {}, before=frozenset({5}), after=frozenset({10}))
    assert back == moving.Step(frozenset({10}), frozenset({5}), frozenset())
