"""The list of indicators: figures, counts that agree with their links, filters, order, fragment, access."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal as D
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from lib import listing
from strategy.models import ElementLink, ItemMapping
from tests.builders import (
    make_department,
    make_edition,
    make_element,
    make_item,
    make_layer,
    make_national_plan,
)
from tests.indicators.builders import make_correction, make_indicator

URL = "/indicators/"
SignIn = Callable[[User], Client]


@pytest.fixture
def reader(as_user: SignIn, cast: SimpleNamespace) -> Client:
    return as_user(cast.viewer)


def cells(text: str, name: str) -> list[str]:
    """The cells of the row that names the indicator, as plain text."""
    row = next(r for r in re.findall(r"<tr.*?</tr>", text, flags=re.S) if name in r)
    found = re.findall(r"<t[hd].*?</t[hd]>", row, flags=re.S)
    return [" ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", c, flags=re.S).split()) for c in found]


def test_row_shows_baseline_actual_targets_and_grades(reader: Client, cast: SimpleNamespace) -> None:
    make_indicator(
        name="利用率", method="rate", unit="％", department=cast.tax, baseline=D("12.4"),
        baseline_on=dt.date(2023, 3, 31), targets={2025: D(45), 2026: D(60)},
        actuals={"2026-03-31": ("4380", "10300"), "2026-09-30": ("2780", "5210")},
    )  # fmt: skip
    assert cells(reader.get(URL).text, "利用率") == [
        "利用率 成果指標 率 増やす", "12.4％ R5.3.31", "53.4％ R8.9.30", "R7年度 45％ R8年度 60％",
        "おおむね達成 92.4％ 年度途中 86.0％", "税務課",
    ]  # fmt: skip


def test_unknown_is_a_dash_never_zero(reader: Client) -> None:
    make_indicator(name="未計測", targets={2025: D(500)})
    make_indicator(name="目標なし", actuals={"2026-03-31": D(5)})
    text = reader.get(URL).text
    assert cells(text, "未計測")[1:5] == ["—", "実績なし", "R7年度 500件", "評価できない —"]
    assert cells(text, "目標なし</a>")[3:5] == ["目標なし", "評価できない"]


def test_qualitative_is_shown_in_words(reader: Client) -> None:
    make_indicator(
        name="挑戦できる職場", qualitative=True, unit="", targets={2026: "全庁で運用する"},
        actuals={"2026-03-31": "試行した"},
    )  # fmt: skip
    assert cells(reader.get(URL).text, "挑戦できる職場")[2:5] == ["試行した R8.3.31", "R8年度 全庁で運用する", "定性"]


def test_corrected_figures_carry_the_mark(reader: Client) -> None:
    indicator = make_indicator(name="訂正あり", targets={2025: D(10)}, actuals={"2026-03-31": D(9)})
    make_correction(indicator.actuals.get(), 8)
    found = cells(reader.get(URL).text, "訂正あり")
    assert found[2] == "8件 訂正 の履歴 R8.3.31"
    assert found[4] == "おおむね達成 80.0％ 訂正 の履歴"


def test_counts_agree_with_the_lists_they_open(reader: Client) -> None:
    for value in (100, 85, 80, 79, 10):
        make_indicator(targets={2025: D(100)}, actuals={"2026-03-31": D(value)})
    make_indicator(targets={2025: D(100)})
    make_indicator(targets={2030: D(100)})
    make_indicator(qualitative=True, unit="")
    text = reader.get(URL).text
    counts = re.findall(r'<li><a href="(\?grade=\w+)".*?<b class="num">(\d+)</b>', text, flags=re.S)
    assert [(link.partition("=")[2], int(n)) for link, n in counts] == [
        ("ahead", 1), ("on", 2), ("behind", 2), ("open", 1), ("unevaluable", 1), ("words", 1),
    ]  # fmt: skip
    for link, number in counts:
        assert f"{number}件（絞り込み中）" in reader.get(URL + link).text


def test_counts_keep_the_other_filters(reader: Client) -> None:
    make_indicator(name="窓口の待ち時間", kind="activity")
    make_indicator(name="窓口の件数")
    text = reader.get(URL, {"q": "窓口", "kind": "activity", "grade": "unevaluable", "page": "1"}).text
    assert "?q=%E7%AA%93%E5%8F%A3&amp;kind=activity&amp;grade=unevaluable" in text
    assert 'href="?q=%E7%AA%93%E5%8F%A3&amp;kind=activity">すべて' in text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "窓口"}, {"窓口の待ち時間"}), ({"q": "電子申請調査"}, {"利用率"}), ({"kind": "activity"}, {"研修"}),
        ({"q": "どこにもない"}, set()), ({"archived": "yes"}, {"古い指標"}), ({}, {"窓口の待ち時間", "利用率", "研修"}),
    ],
)  # fmt: skip
def test_filters(reader: Client, query: dict[str, str], names: set[str]) -> None:
    make_indicator(name="窓口の待ち時間")
    make_indicator(name="利用率", source="電子申請調査")
    make_indicator(name="研修", kind="activity")
    make_indicator(name="古い指標", archived_at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
    text = reader.get(URL, query).text
    assert {n for n in ("窓口の待ち時間", "利用率", "研修", "古い指標") if f">{n}</a>" in text} == names
    assert f"{len(names)}件" in text


def test_filter_by_department_offers_owners_only(reader: Client, cast: SimpleNamespace) -> None:
    make_indicator(name="税の指標", department=cast.tax)
    make_indicator(name="ほかの指標")
    text = reader.get(URL, {"department": cast.tax.pk}).text
    assert "税の指標" in text
    assert "ほかの指標" not in text
    assert "福祉課" not in text


def branch() -> SimpleNamespace:
    """Vision → sub-vision, which links to a measure; and the draft that follows with the same lineage."""
    edition = make_edition(status="published")
    layer = make_layer(edition=edition, name="ビジョン")
    vision = make_element(layer=layer, title="便利に")
    below = make_element(layer=layer, parent=vision, title="行かない窓口")
    measure = make_element(layer=layer, title="オンライン化")
    alone = make_element(layer=layer, title="つながりなし")
    ElementLink.objects.create(source=below, target=measure)
    draft = make_layer(edition=make_edition(plan=edition.plan), name="ビジョン")
    copy = make_element(layer=draft, title="便利に", lineage=vision.lineage)
    return SimpleNamespace(vision=vision, below=below, measure=measure, alone=alone, copy=copy)


def test_filter_by_element_counts_its_branch_and_its_links(reader: Client) -> None:
    tree = branch()
    make_indicator(name="施策の指標", elements=[tree.measure])
    make_indicator(name="両方の指標", elements=[tree.vision, tree.below])
    make_indicator(name="別の指標", elements=[tree.alone])
    for element, names in (
        (tree.vision, {"施策の指標", "両方の指標"}), (tree.below, {"施策の指標", "両方の指標"}),
        (tree.measure, {"施策の指標"}), (tree.alone, {"別の指標"}),
    ):  # fmt: skip
        text = reader.get(URL, {"element": element.pk}).text
        assert {n for n in ("施策の指標", "両方の指標", "別の指標") if n in text} == names
        assert f"{len(names)}件（絞り込み中）" in text


def test_indicators_follow_their_element_into_the_next_edition(as_user: SignIn, cast: SimpleNamespace) -> None:
    tree = branch()
    make_indicator(name="系譜の指標", elements=[tree.vision])
    assert "系譜の指標" in as_user(cast.secretariat).get(URL, {"element": tree.copy.pk}).text
    # A draft is not a reader's business: its element is no choice.
    refused = as_user(cast.viewer).get(URL, {"element": tree.copy.pk}).text
    assert 'class="err"' in refused


def test_filter_by_item_counts_items_that_live_on_in_it(reader: Client) -> None:
    old, middle = make_item(name="旧"), make_item(name="中")
    current = make_item(plan=make_national_plan(is_current=True), name="新")
    ItemMapping.objects.create(source=old, target=middle, relation="equal")
    ItemMapping.objects.create(source=middle, target=current, relation="absorbed")
    ItemMapping.objects.create(source=current, target=old, relation="equal")  # a ring must end
    ItemMapping.objects.create(source=None, target=make_item(), relation="new")
    make_indicator(name="旧版の指標", items=[old])
    make_indicator(name="無関係の指標", items=[make_item()])
    text = reader.get(URL, {"item": current.pk}).text
    assert "旧版の指標" in text
    assert "無関係の指標" not in text
    assert "旧版の指標" in reader.get(URL, {"item": old.pk}).text


@pytest.mark.parametrize(
    "query", [{"grade": "great"}, {"element": "x"}, {"item": "99999"}, {"department": "9" * 30}, {"kind": "0"}]
)
def test_wrong_filter_value_shows_its_error(reader: Client, query: dict[str, str]) -> None:
    make_indicator()
    response = reader.get(URL, query)
    assert response.status_code == 200
    assert 'class="err"' in response.text
    assert "1件" in response.text


def test_sorting_and_pages(reader: Client) -> None:
    early, late = make_department(order=1), make_department(order=2)
    make_indicator(name="い", department=late)
    make_indicator(name="ろ", department=early)
    text = reader.get(URL).text
    assert text.index(">ろ</a>") < text.index(">い</a>")
    assert reader.get(URL, {"sort": "-name"}).text.index(">ろ</a>") < text.index(">い</a>")
    for _ in range(listing.PER_PAGE):
        make_indicator(department=late, kind="activity")
    text = reader.get(URL, {"grade": "unevaluable"}).text
    assert f"{listing.PER_PAGE + 2}件" in text
    assert 'href="?grade=unevaluable&amp;page=2"' in text
    assert reader.get(URL, {"page": "2"}).text.count('<th scope="row">') == 2


def test_empty_list_says_what_to_do(as_user: SignIn, cast: SimpleNamespace) -> None:
    assert "「指標を作る」から" in as_user(cast.secretariat).get(URL).text
    text = as_user(cast.viewer).get(URL).text
    assert "事務局が登録すると" in text
    assert "/indicators/create/" not in text


def test_fragment_is_the_list_without_the_page(reader: Client) -> None:
    make_indicator()
    response = reader.get(URL, headers={"HX-Request": "true", "HX-Target": "indicators"})
    assert response.text.lstrip().startswith('<div id="indicators">')
    assert "<html" not in response.text


def test_rule_is_published_on_the_page(reader: Client) -> None:
    text = reader.get(URL).text
    assert "達成率100％以上は達成、80％以上はおおむね達成、80％未満は未達" in text
    assert "分からない値を0とは数えない" in text


def test_markup_in_names_is_shown_not_obeyed(reader: Client) -> None:
    make_indicator(name="<script>alert(1)</script>", unit="<b>")
    text = reader.get(URL).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("admin", 200), ("secretariat", 200), ("executive", 200), ("lead", 200), ("member", 200),
        ("other_lead", 200), ("viewer", 200), ("nobody", 403),
    ],
)  # fmt: skip
def test_access(as_user: SignIn, cast: SimpleNamespace, who: str, status: int) -> None:
    assert as_user(getattr(cast, who)).get(URL).status_code == status


def test_same_queries_for_any_number_of_rows(reader: Client) -> None:
    def after(more: int) -> int:
        for _ in range(more):
            one = make_indicator(targets={2025: D(5), 2026: D(6)}, actuals={"2025-03-31": D(4), "2026-03-31": D(5)})
            make_correction(one.actuals.first(), 3)
        with CaptureQueriesContext(connection) as log:
            assert "達成" in reader.get(URL, {"grade": "ahead"}).text
        return len(log)

    after(1)  # the first request of a client also reads its session
    assert after(9) == after(10)
