"""The fragments that the pages of an element and of a national item show."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal as D
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.builders import make_edition, make_element, make_item, make_layer, make_national_plan
from tests.indicators.builders import make_correction, make_indicator

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true", "HX-Target": "indicators-behind"}


def pages() -> SimpleNamespace:
    element = make_element(layer=make_layer(edition=make_edition(status="published")))
    item = make_item(plan=make_national_plan(is_current=True), key="online")
    return SimpleNamespace(
        element=element, item=item, of_element=f"/indicators/of-element/{element.pk}/",
        of_item="/indicators/of-item/online/",
    )  # fmt: skip


def test_fragment_lists_figures_with_their_mark(as_user: SignIn, cast: SimpleNamespace) -> None:
    shown = pages()
    indicator = make_indicator(
        name="利用件数",
        elements=[shown.element],
        items=[shown.item],
        targets={2025: D(10)},
        actuals={"2026-03-31": D(9)},
    )
    make_correction(indicator.actuals.get(), 8)
    make_indicator(name="別の指標")
    for path, query in (
        (shown.of_element, f"element={shown.element.pk}"), (shown.of_item, f"item={shown.item.pk}"),
    ):  # fmt: skip
        text = as_user(cast.viewer).get(path, headers=HTMX).text
        assert text.lstrip().startswith('<section class="card" id="indicators-behind">')
        assert "<html" not in text
        assert "利用件数" in text
        assert "別の指標" not in text
        assert text.count("tag mark") == 2
        assert f'href="/indicators/?{query}"' in text


def test_empty_fragment_says_what_to_do(as_user: SignIn, cast: SimpleNamespace) -> None:
    shown = pages()
    text = as_user(cast.secretariat).get(shown.of_element, headers=HTMX).text
    assert f'href="/indicators/create/?elements={shown.element.pk}"' in text
    text = as_user(cast.viewer).get(shown.of_item, headers=HTMX).text
    assert "結び付いた指標はまだありません" in text
    assert "create" not in text


def test_opened_by_itself_it_is_the_list(as_user: SignIn, cast: SimpleNamespace) -> None:
    shown = pages()
    response = as_user(cast.viewer).get(shown.of_element)
    assert response["Location"] == f"/indicators/?element={shown.element.pk}"


def test_access(as_user: SignIn, cast: SimpleNamespace) -> None:
    shown = pages()
    draft = make_element(layer=make_layer(edition=make_edition(status="draft")))
    hidden = f"/indicators/of-element/{draft.pk}/"
    for path in (shown.of_element, shown.of_item):
        assert as_user(cast.nobody).get(path, headers=HTMX).status_code == 403
        assert as_user(cast.other_lead).get(path, headers=HTMX).status_code == 200
    assert as_user(cast.viewer).get(hidden, headers=HTMX).status_code == 404
    assert as_user(cast.secretariat).get(hidden, headers=HTMX).status_code == 200


@pytest.mark.parametrize("path", ["/indicators/of-element/999999/", "/indicators/of-item/nothing/"])
def test_wrong_address(as_user: SignIn, cast: SimpleNamespace, path: str) -> None:
    assert as_user(cast.secretariat).get(path, headers=HTMX).status_code == 404


def test_same_queries_for_any_number_of_rows(as_user: SignIn, cast: SimpleNamespace) -> None:
    shown, client = pages(), as_user(cast.viewer)

    def after(more: int) -> int:
        for _ in range(more):
            make_indicator(elements=[shown.element], targets={2025: D(10)}, actuals={"2026-03-31": D(9)})
        with CaptureQueriesContext(connection) as log:
            client.get(shown.of_element, headers=HTMX)
        return len(log)

    after(1)
    assert after(9) == after(10)
