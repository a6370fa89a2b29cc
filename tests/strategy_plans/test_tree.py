"""What stands behind an element: its branch, and what the branch links to."""

from __future__ import annotations

import pytest

from strategy import tree
from strategy.models import Edition, Element
from tests.builders import make_element, make_layer
from tests.strategy_plans.shapes import named

TREE = {1: None, 2: 1, 3: 1, 4: 2, 5: None}


def test_branch_is_the_element_and_all_below() -> None:
    assert tree.branches(TREE) == {1: {1, 2, 3, 4}, 2: {2, 4}, 3: {3}, 4: {4}, 5: {5}}


def test_scope_adds_what_the_branch_links_to() -> None:
    scopes = tree.scopes(TREE, [(4, 5), (3, 5), (5, 3)])
    assert scopes == {1: {1, 2, 3, 4, 5}, 2: {2, 4, 5}, 3: {3, 5}, 4: {4, 5}, 5: {5, 3}}


def test_linked_elements_bring_no_branch_of_their_own() -> None:
    assert tree.scopes({1: None, 2: None, 3: 2}, [(1, 2)])[1] == {1, 2}


@pytest.mark.parametrize("ring", [{1: 1}, {1: 2, 2: 1}, {1: 3, 2: 1, 3: 2, 4: 3}])
def test_a_ring_ends(ring: dict[int, int | None]) -> None:
    found = tree.branches(ring)
    assert all(pk in branch for pk, branch in found.items())
    assert tree.path(1, ring)[-1] == 1
    assert len(tree.path(1, ring)) <= len(ring)


def test_a_parent_that_is_not_there_counts_as_none() -> None:
    assert tree.branches({1: 99, 2: 1}) == {1: {1, 2}, 2: {2}}


def test_path_from_the_top() -> None:
    assert tree.path(4, TREE) == [1, 2, 4]
    assert tree.path(5, TREE) == [5]


def test_scope_of_an_edition_takes_two_queries(published: Edition, django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        scope = tree.element_scope(published)
    assert len(scope) == 35
    names = {e.pk: e.label or e.layer.name for e in published.elements.select_related("layer")}
    behind = scope[named(published, "s1-1").pk]
    assert sorted(names[pk] for pk in behind) == ["1-1", "②", "③"]
    vision = scope[named(published, "v3").pk]
    assert {names[pk] for pk in vision} == {"3", "3-1", "3-2", "3-3", "3-4", "3-5", *"①④⑤⑥⑨⑩⑪"}
    whole = scope[named(published, "mission").pk]
    assert len(whole) == 1 + 2 + 3 + 11 + 11


def test_other_editions_stay_out(published: Edition) -> None:
    stranger = make_element(layer=make_layer())
    assert stranger.pk not in tree.element_scope(published)


def test_a_ring_in_the_database_ends(published: Edition) -> None:
    one, other = named(published, "v1"), named(published, "s1-1")
    Element.objects.filter(pk=one.pk).update(parent=other)
    assert {one.pk, other.pk} <= tree.element_scope(published)[one.pk]
