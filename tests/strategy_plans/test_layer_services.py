"""Layers of a draft."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError

from audit.models import Entry
from lib.writes import StaleError
from strategy import services
from strategy.models import Edition
from tests.builders import make_layer
from tests.strategy_plans.shapes import named


@pytest.fixture
def by(cast: SimpleNamespace):
    return cast.secretariat


def names(edition: Edition) -> list[str]:
    return list(edition.layers.values_list("name", flat=True))


def test_create_at_the_end(draft: Edition, by) -> None:
    parent = draft.layers.get(name="アクション")
    layer = services.create_layer(edition=draft, name="事業", role="other", numbering="number", parent=parent, by=by)
    assert names(draft)[-1] == "事業"
    assert layer.parent == parent
    assert Entry.objects.order_by("-seq")[0].act == "create"


def test_create_refuses_twin_names_and_foreign_parents(draft: Edition, by) -> None:
    with pytest.raises(ValidationError, match="同じ名前の階層"):
        services.create_layer(edition=draft, name="ビジョン", role="other", numbering="none", by=by)
    with pytest.raises(ValidationError, match="同じ版から"):
        services.create_layer(edition=draft, name="x", role="other", numbering="none", parent=make_layer(), by=by)


def test_update(draft: Edition, by) -> None:
    layer = draft.layers.get(name="アクション")
    values = {"name": "施策", "role": "measure", "numbering": "circled", "note": ""}
    services.update_layer(layer=layer, version=1, by=by, **values)
    assert "施策" in names(draft)
    assert Entry.objects.order_by("-seq")[0].changes["name"] == ["アクション", "施策"]
    with pytest.raises(StaleError):
        services.update_layer(layer=layer, version=1, by=by, **values)
    with pytest.raises(ValidationError):
        services.update_layer(layer=layer, version=2, by=by, **values | {"role": "王"})


def test_move(draft: Edition, by) -> None:
    services.move_layer(layer=draft.layers.get(name="バリュー"), direction="up", by=by)
    assert names(draft)[-2:] == ["バリュー", "アクション"]
    with pytest.raises(ValidationError, match="後には"):
        services.move_layer(layer=draft.layers.get(name="アクション"), direction="down", by=by)


def test_delete_only_when_empty(draft: Edition, by) -> None:
    with pytest.raises(ValidationError, match="要素があるため"):
        services.delete_layer(layer=draft.layers.get(name="バリュー"), by=by)
    top = services.create_layer(edition=draft, name="上", role="other", numbering="none", by=by)
    below = services.create_layer(edition=draft, name="下", role="other", numbering="none", parent=top, by=by)
    with pytest.raises(ValidationError, match="下位の階層があるため"):
        services.delete_layer(layer=top, by=by)
    services.delete_layer(layer=below, by=by)
    services.delete_layer(layer=top, by=by)
    assert "上" not in names(draft)


def test_renumber_follows_the_order_and_the_parent(draft: Edition, by) -> None:
    services.reparent_element(element=named(draft, "s1-1"), parent=named(draft, "v2"), version=1, by=by)
    before = Entry.objects.count()
    assert services.renumber_layer(layer=draft.layers.get(name="目指す姿"), by=by) == 3
    assert list(named(draft, "v1").children.values_list("label", flat=True)) == ["1-1", "1-2"]
    assert list(named(draft, "v2").children.values_list("label", flat=True)) == ["2-1", "2-2", "2-3", "2-4"]
    assert Entry.objects.count() == before + 3
    assert services.renumber_layer(layer=draft.layers.get(name="目指す姿"), by=by) == 0


def test_renumber_runs_through_a_circled_layer(draft: Edition, by) -> None:
    services.move_element(element=named(draft, "m11"), direction="up", by=by)
    services.renumber_layer(layer=draft.layers.get(name="アクション"), by=by)
    assert named(draft, "m11").label == "⑩"
    assert named(draft, "m10").label == "⑪"


def test_a_layer_without_numbers_is_cleared(draft: Edition, by) -> None:
    layer = draft.layers.get(name="バリュー")
    services.update_layer(layer=layer, version=1, name="バリュー", role="value", numbering="none", note="", by=by)
    assert services.renumber_layer(layer=layer, by=by) == 7
    assert set(layer.elements.values_list("label", flat=True)) == {""}
