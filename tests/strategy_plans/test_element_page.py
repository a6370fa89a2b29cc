"""The page of an element."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from django.test import Client
from django.urls import reverse

from accounts.models import User
from strategy import services
from strategy.models import Edition, Term
from tests.builders import make_edition, make_element, make_layer, make_plan
from tests.strategy_plans.shapes import BY, deep, named, queries


def url(pk: int) -> str:
    return reverse("strategy:element", args=[pk])


def test_everything_around_an_element(reader: Client, published: Edition) -> None:
    text = reader.get(url(named(published, "s1-1").pk)).text
    for key in ("mission", "v1", "m2", "m3"):
        assert f'href="{url(named(published, key).pk)}"' in text
    assert "時間や場所に関係なく" in text
    assert "申請も相談も自宅から" in text
    pk = named(published, "s1-1").pk
    assert f'hx-get="/actions/elements/{pk}/"' in text
    assert f'href="/actions/?element={pk}"' in text


def test_children_and_links_in(reader: Client, published: Edition) -> None:
    vision = reader.get(url(named(published, "v1").pk)).text
    assert all(f'href="{url(named(published, f"s1-{n}").pk)}"' in vision for n in (1, 2, 3))
    measure = reader.get(url(named(published, "m4").pk)).text
    assert all(f'href="{url(named(published, key).pk)}"' in measure for key in ("s1-2", "s2-1", "s3-1", "s3-2"))
    assert '<h2>関連する要素</h2><span class="sub num">4</span>' in measure


def test_terms_of_the_glossary_are_explained(reader: Client, published: Edition) -> None:
    Term.objects.create(term="BPR", reading="びーぴーあーる", explanation="仕事の流れを組み直すこと")
    Term.objects.create(term="RPA", reading="あーるぴーえー", explanation="出てこない言葉")
    text = reader.get(url(named(published, "m9").pk)).text
    assert "仕事の流れを組み直すこと" in text
    assert "出てこない言葉" not in text


def test_other_editions_of_the_same_element(editor: Client, reader: Client, published: Edition, draft: Edition) -> None:
    old, new = named(published, "v1"), named(draft, "v1")
    assert f'href="{url(old.pk)}"' in editor.get(url(new.pk)).text
    assert f'href="{url(new.pk)}"' in editor.get(url(old.pk)).text
    assert f'href="{url(new.pk)}"' not in reader.get(url(old.pk)).text


def test_a_draft_counts_the_actions_of_its_predecessor(editor: Client, published: Edition, draft: Edition) -> None:
    text = editor.get(url(named(draft, "m1").pk)).text
    assert f'href="/actions/?element={named(published, "m1").pk}"' in text
    assert "公開するとこの版へ移ります" in text
    fresh = services.create_element(layer=draft.layers.get(name="アクション"), title="新設", by=BY)
    assert f'href="/actions/?element={fresh.pk}"' in editor.get(url(fresh.pk)).text


def test_access(as_user: Callable[[User], Client], cast: SimpleNamespace, published: Edition, draft: Edition) -> None:
    drafted, open_ = named(draft, "v1").pk, named(published, "v1").pk
    for role in ("lead", "member", "executive", "viewer"):
        client = as_user(getattr(cast, role))
        assert client.get(url(drafted)).status_code == 404
        assert client.get(url(drafted), HTTP_HX_REQUEST="true", HTTP_HX_TARGET=f"s-{drafted}").status_code == 404
        assert client.get(url(open_)).status_code == 200
    assert as_user(cast.nobody).get(url(open_)).status_code == 403
    assert as_user(cast.admin).get(url(drafted)).status_code == 200
    assert as_user(cast.viewer).get(url(999999)).status_code == 404
    assert as_user(cast.viewer).post(url(open_)).status_code == 405


def test_edit_link_only_on_drafts_and_only_for_the_secretariat(
    as_user: Callable[[User], Client], cast: SimpleNamespace, published: Edition, draft: Edition
) -> None:
    drafted = named(draft, "v1")
    link = f"?edit={drafted.pk}"
    assert link in as_user(cast.secretariat).get(url(drafted.pk)).text
    assert link not in as_user(cast.admin).get(url(drafted.pk)).text
    assert "?edit=" not in as_user(cast.secretariat).get(url(named(published, "v1").pk)).text


def test_the_card_alone_for_its_slot(editor: Client, draft: Edition) -> None:
    element = named(draft, "s1-1")
    response = editor.get(url(element.pk), HTTP_HX_REQUEST="true", HTTP_HX_TARGET=f"s-{element.pk}")
    assert response.text.lstrip().startswith(f'<div class="slot" id="s-{element.pk}">')
    assert "<form" not in response.text
    motto = named(draft, "val1")
    response = editor.get(url(motto.pk), HTTP_HX_REQUEST="true", HTTP_HX_TARGET=f"s-{motto.pk}")
    assert response.text.lstrip().startswith(f'<li class="slot" id="s-{motto.pk}">')
    other = editor.get(url(element.pk), HTTP_HX_REQUEST="true", HTTP_HX_TARGET="s-999")
    assert "<html" in other.text


def test_text_is_escaped(reader: Client) -> None:
    layer = make_layer(edition=make_edition(plan=make_plan(), status="published"))
    evil = '"><img src=x onerror=alert(1)>'
    element = make_element(layer=layer, title=evil, body=evil)
    make_element(layer=layer, title=evil, parent=element)
    text = reader.get(url(element.pk)).text
    assert "<img" not in text
    assert "&lt;img" in text


def test_queries_do_not_grow(reader: Client) -> None:
    counts = []
    for levels in ((1, 1, 1, 1), (1, 15, 48, 78)):
        top = deep(counts=levels).elements.filter(parent=None)[0]
        counts.append(queries(reader, url(top.pk)))
    assert counts[0] == counts[1] <= 11
