"""Search by substring, without drafts for those who may not read them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from strategy.models import Term
from tests import builders

pytestmark = pytest.mark.django_db
URL = reverse("dashboard:search")


def titles(page) -> list[str]:
    return [hit.title for group in page.context["groups"] for hit in group.rows]


def test_finds_in_the_middle_of_japanese_text(cast, as_user) -> None:
    action = builders.make_action(title="課税証明書のコンビニ交付")
    page = as_user(cast.viewer).get(URL, {"q": "コンビニ"})
    assert titles(page) == [str(action)]


def test_groups_name_every_kind(cast, as_user) -> None:
    builders.make_element(
        layer=builders.make_layer(edition=builders.make_edition(status="published")), title="電子申請の柱"
    )
    builders.make_item(name="電子申請の項目")
    builders.make_register_entry(name="電子申請の行")
    Term.objects.create(term="電子申請", reading="でんししんせい", explanation="窓口に行かずに申し込むこと")
    page = as_user(cast.viewer).get(URL, {"q": "電子申請"})
    assert len(titles(page)) == 4


def test_drafts_are_found_only_by_those_who_edit(cast, as_user) -> None:
    builders.make_element(
        layer=builders.make_layer(edition=builders.make_edition(status="draft")), title="下書きの要素"
    )
    assert titles(as_user(cast.viewer).get(URL, {"q": "下書きの"})) == []
    assert len(titles(as_user(cast.secretariat).get(URL, {"q": "下書きの"}))) == 1


def test_nothing_found_says_so_and_escapes(cast, as_user) -> None:
    text = as_user(cast.viewer).get(URL, {"q": "<script>"}).content.decode()
    assert "見つかりませんでした" in text
    assert "<script>" not in text.split("<main", 1)[1]


def test_nothing_found_says_what_is_searched(cast, as_user) -> None:
    """A round is not among it, so the way to the rounds stands beside."""
    title = builders.make_round(title="令和8年度上期の調べ").title
    page = as_user(cast.viewer).get(URL, {"q": title})
    assert page.context["found"] == 0
    kinds = "取組、戦略、指標、国の計画、登録簿、点検表、ほかの計画との関係、用語、みんなのビジョン"
    assert f"探すのは、{kinds}です。" in page.text
    assert f'照会は、<a href="{reverse("rounds:list")}">照会の一覧</a>から開いてください。' in page.text


def test_long_or_odd_text_is_no_error(cast, as_user) -> None:
    assert as_user(cast.viewer).get(URL, {"q": "あ" * 5000}).status_code == 200
    assert as_user(cast.viewer).get(URL, {"q": "%_\\'\""}).status_code == 200
