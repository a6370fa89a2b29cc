"""Addresses in templates are Django's own, found once."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, get_resolver, set_script_prefix

from lib import addresses


def written(text: str, **values: object) -> str:
    return Template(text).render(Context(values))


def test_the_address_of_a_page_with_and_without_a_key() -> None:
    assert written("{% url 'actions:list' %}") == "/actions/"
    assert [written("{% url 'actions:detail' pk %}", pk=pk) for pk in (7, 8)] == ["/actions/7/", "/actions/8/"]
    assert written("{% url 'actions:list' as here %}<{{ here }}>") == "</actions/>"


def test_equal_values_of_another_kind_do_not_share_an_address() -> None:
    assert written("{% url 'actions:detail' pk %}", pk=1) == "/actions/1/"
    with pytest.raises(NoReverseMatch):
        written("{% url 'actions:detail' pk %}", pk=True)


def test_what_leads_nowhere_is_said_and_may_be_asked_for() -> None:
    with pytest.raises(NoReverseMatch):
        written("{% url 'actions:nowhere' %}")
    with pytest.raises(NoReverseMatch):
        written("{% url 'actions:detail' pk %}", pk=["no key"])
    assert written("{% url 'actions:nowhere' as here %}<{{ here }}>") == "<>"


def test_the_portal_may_stand_below_another_address() -> None:
    assert written("{% url 'actions:list' %}") == "/actions/"
    set_script_prefix("/dx/")
    try:
        assert written("{% url 'actions:list' %}") == "/dx/actions/"
    finally:
        set_script_prefix("/")


def test_each_address_is_looked_for_once() -> None:
    addresses._found.cache_clear()
    for _ in range(3):
        written("{% url 'actions:detail' 7 %}")
    assert addresses._found.cache_info().misses == 1


def test_every_namespace_stands_once() -> None:
    """So that nobody has to ask which instance of an app a page belongs to."""
    assert {app: names for app, names in get_resolver().app_dict.items() if len(names) > 1} == {}
