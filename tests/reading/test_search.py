"""Search over everything: each kind, any width, case and kana, the match marked."""

from __future__ import annotations

import pytest
from django.urls import reverse

from strategy.models import Checklist, ChecklistGroup, PersonalVision, Term
from tests import builders
from tests.indicators.builders import make_indicator

URL = reverse("dashboard:search")


def find(client, wanted: str) -> dict[str, int]:
    page = client.get(URL, {"q": wanted})
    return {group.title: group.total for group in page.context["groups"] if group.total}


@pytest.mark.parametrize("wanted", ["コンビニ", "ｺﾝﾋﾞﾆ", "こんびに"])
def test_finds_every_kind_in_any_spelling(reader, cast, element, wanted: str) -> None:
    builders.make_action(title="コンビニ交付")
    builders.make_element(layer=element.layer, title="別の表題", body="**ｺﾝﾋﾞﾆ**で受け取る")
    make_indicator(name="コンビニ交付率")
    builders.make_item(name="コンビニの項目")
    builders.make_register_entry(name="コンビニの行")
    element.edition.plan.relations.create(name="コンビニ計画", kind="upper")
    group = ChecklistGroup.objects.create(
        checklist=Checklist.objects.create(key="c", title="表", source="国", as_of="2026-10-01"), number=1, title="区分"
    )
    group.items.create(number=1, text="点検する", evidence="コンビニの資料")
    Term.objects.create(term="CVS", reading="しー", explanation="店", aliases=["コンビニ"])
    PersonalVision.objects.create(user=cast.lead, ideal="こんびにで会う", shared=True)
    PersonalVision.objects.create(user=cast.member, ideal="コンビニのひみつ")
    kinds = ("取組", "戦略", "指標", "国の計画", "登録簿", "点検表", "ほかの計画との関係", "用語", "みんなのビジョン")
    assert find(reader, wanted) == dict.fromkeys(kinds, 1)


def test_the_match_is_marked_in_title_and_text(reader, element) -> None:
    builders.make_element(layer=element.layer, title="別の表題", body="前の文。**ｺﾝﾋﾞﾆ**で受け取る")
    assert "前の文。 <mark>ｺﾝﾋﾞﾆ</mark> で受け取る" in reader.get(URL, {"q": "コンビニ"}).text


def test_marks_escape_the_text(reader, element) -> None:
    builders.make_element(layer=element.layer, title="<b>電子</b>")
    assert "&lt;b&gt;<mark>電子</mark>&lt;/b&gt;" in reader.get(URL, {"q": "電子"}).text


def test_counts_agree_with_the_lists_behind_them(reader) -> None:
    builders.make_action(title="ＤＸの取組")
    assert find(reader, "dx") == {"取組": 1}
    assert reader.get(reverse("actions:list"), {"q": "dx"}).text.count("ＤＸの取組")


def test_relations_of_hidden_plans_are_not_found(reader, editor) -> None:
    hidden = builders.make_edition(plan=builders.make_plan(), status="draft").plan
    hidden.relations.create(name="準備中の上位", kind="upper")
    assert find(reader, "準備中") == {}
    assert find(editor, "準備中") == {"ほかの計画との関係": 1}
