"""The list of checklists, and making one from the guidelines of a plan."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from audit.models import Entry
from strategy.models import Checklist
from strategy.services.checklists import create_checklist_from_layer
from tests.builders import make_edition, make_element, make_layer, make_plan
from tests.national.making import make_check

pytestmark = pytest.mark.django_db
LIST, CREATE = reverse("national:checklists"), reverse("national:checklist_create")


def make_guidelines(**kw):
    """Two groups of two and one guideline, as Toyota's ten stand in three groups."""
    edition = make_edition(**{"status": "published"} | kw)
    groups = make_layer(edition=edition, name="区分", role="guideline")
    layer = make_layer(edition=edition, name="行動指針", role="guideline", parent=groups)
    for title, count in (("基本的考え方", 2), ("行動姿勢", 1)):
        parent = make_element(layer=groups, title=title)
        for _ in range(count):
            make_element(layer=layer, parent=parent)
    return layer


def test_a_checklist_from_a_layer(cast, as_user):
    layer = make_guidelines()
    client = as_user(cast.secretariat)
    assert "行動指針" in client.get(LIST).content.decode()
    response = client.post(CREATE, {"layer": layer.pk}, follow=True)
    checklist = Checklist.objects.get()
    html = response.content.decode()
    assert "点検表を作りました" in html
    assert "ステップ" not in html
    assert [(g.title, [c.number for c in g.items.all()]) for g in checklist.groups.all()] == [
        ("基本的考え方", [1, 2]), ("行動姿勢", [3]),
    ]  # fmt: skip
    assert str(layer.edition) in checklist.source
    assert Entry.objects.get().note == "3項目"


def test_what_cannot_be_a_checklist_is_refused(cast):
    by = cast.secretariat
    draft, empty = make_guidelines(status="draft"), make_layer(edition=make_edition(status="archived"), role="value")
    measure = make_element(layer=make_layer(edition=empty.edition, role="measure")).layer
    for layer, word in ((draft, "下書き"), (empty, "要素がない"), (measure, "指針・理念・価値")):
        with pytest.raises(ValidationError, match=word):
            create_checklist_from_layer(layer=layer, by=by)
    layer = make_guidelines()
    create_checklist_from_layer(layer=layer, by=by)
    with pytest.raises(ValidationError, match="すでに"):
        create_checklist_from_layer(layer=layer, by=by)
    assert Checklist.objects.count() == 1
    assert Entry.objects.count() == 1


def test_a_second_one_says_so_on_the_page(cast, as_user):
    layer = make_guidelines()
    create_checklist_from_layer(layer=layer, by=cast.secretariat)
    response = as_user(cast.secretariat).post(CREATE, {"layer": layer.pk}, follow=True)
    assert "すでにあります" in response.content.decode()


def test_a_foreign_layer_is_refused(cast, as_user):
    response = as_user(cast.secretariat).post(CREATE, {"layer": make_guidelines(status="draft").pk})
    assert response.status_code == 422
    assert not Checklist.objects.exists()


def test_everyone_reads_the_list_and_only_the_office_makes_one(cast, as_user):
    check = make_check()
    html = as_user(cast.viewer).get(LIST).content.decode()
    assert check.group.checklist.title in html
    assert CREATE not in html
    assert as_user(cast.viewer).post(CREATE, {}).status_code == 403


def test_an_empty_list_says_what_to_do(cast, as_user):
    html = as_user(cast.secretariat).get(LIST).content.decode()
    assert "点検表がまだありません" in html
    assert "階層がありません" in html


def test_queries_do_not_grow(cast, as_user, queries_of):
    client = as_user(cast.secretariat)
    make_check()
    make_guidelines()
    few = queries_of(client, LIST)
    for _ in range(10):
        make_check()
        make_guidelines(plan=make_plan())
    assert queries_of(client, LIST) == few <= 12

