"""Making and editing an indicator with its yearly targets: both forms, bad numbers, stale versions, access."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal as D
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from audit.models import Entry
from strategy.models import Indicator
from strategy.services import indicators as services
from tests.builders import main_plan, make_edition, make_element, make_item, make_layer, make_national_plan
from tests.indicators.builders import make_indicator

CREATE = "/indicators/create/"
SignIn = Callable[[User], Client]


@pytest.fixture
def office(as_user: SignIn, cast: SimpleNamespace) -> Client:
    return as_user(cast.secretariat)


def edit_url(indicator: Indicator) -> str:
    return f"/indicators/{indicator.pk}/edit/"


def posted(cast: SimpleNamespace, goals: list[tuple[int | str, str]] | None = None, **kw: Any) -> dict[str, Any]:
    rows = goals or []
    data = {
        "name": "申請の件数", "kind": "outcome", "method": "single", "direction": "up", "unit": "件",
        "department": cast.tax.pk, "targets-TOTAL_FORMS": len(rows), "targets-INITIAL_FORMS": 0,
    }  # fmt: skip
    for i, (year, goal) in enumerate(rows):
        data |= {f"targets-{i}-year": year, f"targets-{i}-goal": goal}
    return data | kw


def fields_of(text: str) -> dict[str, str]:
    """Values of the text and hidden inputs as the page offers them."""
    inputs = [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in re.findall(r"<input[^>]*>", text)]
    return {i["name"]: i.get("value", "") for i in inputs if "name" in i and i.get("type") in ("text", "hidden")}


def test_create_stores_everything_and_leads_to_the_page(office: Client, cast: SimpleNamespace) -> None:
    element = make_element(layer=make_layer(edition=make_edition(status="published")))
    item = make_item(plan=make_national_plan(is_current=True))
    data = posted(
        cast, [(2026, "１２３，０００"), (2027, "1,500.5"), (2028, "")], elements=[element.pk], items=[item.pk],
        baseline="－１２．５", baseline_on="Ｒ５．３．３１",
    )  # fmt: skip
    response = office.post(CREATE, data)
    indicator = Indicator.objects.get()
    assert response["Location"] == f"/indicators/{indicator.pk}/"
    assert (indicator.baseline, indicator.baseline_on) == (D("-12.5"), dt.date(2023, 3, 31))
    assert [(t.fiscal_year, t.value) for t in indicator.targets.all()] == [(2026, D(123000)), (2027, D("1500.5"))]
    assert list(indicator.elements.all()) == [element]
    assert list(indicator.items.all()) == [item]
    assert "「申請の件数」を保存しました" in office.get(response["Location"]).text
    assert Entry.objects.filter(act="create", object_label="申請の件数").exists()


def test_rows_offer_the_years_of_the_plan_and_two_more(office: Client) -> None:
    main_plan()  # 令和5年度 to 令和12年度
    text = office.get(CREATE).text
    years = re.findall(r'<th scope="row">(令和\d+年度)<', text)
    assert years == [f"令和{n}年度" for n in range(5, 13)]
    assert text.count("年度を選ぶ") == 2
    assert '<option value="2036">令和18年度</option>' in text


def test_rows_without_a_plan_offer_this_year_and_the_next(office: Client) -> None:
    text = office.get(CREATE).text
    assert re.findall(r'<th scope="row">(令和\d+年度)<', text) == ["令和8年度", "令和9年度", "令和10年度"]


def test_qualitative_takes_words(office: Client, cast: SimpleNamespace) -> None:
    data = posted(
        cast, [(2026, "全庁で運用する")], qualitative="on", unit="", baseline_text="なし", baseline_on="R5.3.31"
    )
    assert office.post(CREATE, data).status_code == 302
    indicator = Indicator.objects.get()
    assert (indicator.targets.get().text, indicator.baseline_text) == ("全庁で運用する", "なし")
    assert 'value="全庁で運用する"' in office.get(edit_url(indicator)).text


@pytest.mark.parametrize(
    "typed", ["NaN", "nan", "Infinity", "-inf", "1e400", "1e999999", "九", "1000000000000", "1.2345"]
)
def test_bad_number_is_refused_and_kept_on_screen(office: Client, cast: SimpleNamespace, typed: str) -> None:
    response = office.post(CREATE, posted(cast, [(2026, typed)], baseline=typed, baseline_on="R5.3.31"))
    assert response.status_code == 422
    assert response.text.count(f'value="{typed}"') == 2
    assert response.text.count('class="err"') >= 2
    assert "まだ保存していません" in response.text
    assert not Indicator.objects.exists()


@pytest.mark.parametrize(
    ("goals", "change", "words"),
    [
        ([(2026, "5"), (2026, "6")], {}, "令和8年度の目標が2行以上あります"),
        ([("", "5")], {}, "年度を選んでください"),
        ([(1800, "5")], {}, "選択"),
        ([], {"name": ""}, "指標名"),
        ([], {"unit": ""}, "単位を入力してください"),
        ([], {"method": "rate"}, "率の単位は％です"),
        ([], {"department": "999999"}, "担当"),
        ([], {"elements": ["999999"]}, "戦略の要素"),
        ([], {"items": ["x"]}, "国の項目"),
        ([], {"baseline": "5"}, "いつの値か"),
        ([], {"baseline": "5", "baseline_on": "R99.1.1"}, "先の日付"),
        ([], {"baseline": "5", "baseline_on": "きのう"}, "日付として読めません"),
        ([], {"targets-TOTAL_FORMS": "x"}, "目標を確かめてください"),
        ([], {"note": "あ" * 2001}, "2000"),
    ],
)
def test_refusals(office: Client, cast: SimpleNamespace, goals: list[Any], change: dict[str, Any], words: str) -> None:
    response = office.post(CREATE, posted(cast, goals, **change))
    assert response.status_code == 422
    assert words in response.text
    assert not Indicator.objects.exists()


def test_same_name_is_refused_with_the_input_kept(office: Client, cast: SimpleNamespace) -> None:
    make_indicator(name="申請の件数", department=cast.tax)
    response = office.post(CREATE, posted(cast, [(2026, "5")]))
    assert response.status_code == 422
    assert "同じ名前の指標が、この所属にすでにあります" in response.text
    assert 'value="5"' in response.text


def test_link_from_an_element_is_ticked(office: Client) -> None:
    element = make_element(layer=make_layer(edition=make_edition(status="published")))
    text = office.get(CREATE, {"elements": element.pk, "items": "x"}).text
    assert re.search(rf'name="elements" value="{element.pk}"[^>]*checked', text)


# ---- editing


def test_edit_sends_back_what_it_offered_and_changes_nothing(office: Client, cast: SimpleNamespace) -> None:
    main_plan()
    indicator = make_indicator(
        name="率", method="rate", unit="％", department=cast.tax, baseline=D("12.500"),
        baseline_on=dt.date(2023, 3, 31), targets={2025: D("45.250"), 2031: D(90)},
    )  # fmt: skip
    offered = fields_of(office.get(edit_url(indicator)).text)
    assert (offered["baseline"], offered["baseline_on"]) == ("12.5", "令和5年3月31日")
    data = posted(cast, name="率", method="rate") | offered
    assert office.post(edit_url(indicator), data).status_code == 302
    assert Entry.objects.latest("seq").changes == {}
    assert {t.fiscal_year: t.value for t in indicator.targets.all()} == {2025: D("45.25"), 2031: D(90)}


def test_blank_target_takes_the_year_away(office: Client, cast: SimpleNamespace) -> None:
    indicator = make_indicator(department=cast.tax, targets={2025: D(45), 2026: D(60)})
    office.post(edit_url(indicator), posted(cast, [(2025, ""), (2026, "65")], version="1"))
    assert [(t.fiscal_year, t.value) for t in indicator.targets.all()] == [(2026, D(65))]


def test_stale_form_shows_both_values_of_fields_links_and_targets(office: Client, cast: SimpleNamespace) -> None:
    item, other = make_item(name="オンライン化"), make_item(name="標準化")
    indicator = make_indicator(department=cast.tax, targets={2025: D(45)}, items=[item])
    services.update_indicator(
        indicator=indicator, version=1, name="先の人の名前", baseline=D("7.50"), baseline_on=dt.date(2023, 3, 31),
        items=[item, other], targets={2025: D("1250.5")}, by=cast.lead,
    )  # fmt: skip
    data = posted(cast, [(2025, "50"), (2026, "")], name="後の人の名前", version="1", items=[item.pk])
    response = office.post(edit_url(indicator), data)
    assert response.status_code == 409
    assert "ほかの人が先に保存しています" in response.text
    assert 'value="後の人の名前"' in response.text
    for now in ("先の人の名前", "7.5", "オンライン化、標準化", "1,250.5"):
        assert f"いま保存されている値：{now}</span>" in response.text
    assert "目標にも、いま保存されている値と違う年度があります" in response.text
    assert response.text.count("いま保存されている値：") == 5  # baseline_on is the fifth
    indicator.refresh_from_db()
    assert indicator.name == "先の人の名前"
    # Saving the same page again is the person's choice.
    again = data | {"version": fields_of(response.text)["version"]}
    assert office.post(edit_url(indicator), again).status_code == 302
    indicator.refresh_from_db()
    assert (indicator.name, indicator.targets.get().value) == ("後の人の名前", D(50))


@pytest.mark.parametrize("version", ["", "x", "99"])
def test_missing_or_wrong_version_never_overwrites(office: Client, cast: SimpleNamespace, version: str) -> None:
    indicator = make_indicator(department=cast.tax)
    response = office.post(edit_url(indicator), posted(cast, name="別の名前", version=version))
    assert response.status_code in (409, 422)
    indicator.refresh_from_db()
    assert indicator.name != "別の名前"


def test_kind_with_actuals_is_fixed(office: Client, cast: SimpleNamespace) -> None:
    indicator = make_indicator(department=cast.tax, actuals={"2026-03-31": D(5)})
    response = office.post(edit_url(indicator), posted(cast, method="cumulative", version="1"))
    assert response.status_code == 422
    assert "実績があるため、数え方と定性の別は変えられません" in response.text


def test_element_of_a_former_edition_is_taken_to_its_successor(office: Client, cast: SimpleNamespace) -> None:
    plan = main_plan()
    former = make_layer(edition=make_edition(plan=plan, status="archived"))
    kept, dropped = make_element(layer=former, title="残った要素"), make_element(layer=former, title="消えた要素")
    now = make_element(layer=make_layer(edition=make_edition(plan=plan, status="published")), lineage=kept.lineage)
    indicator = make_indicator(department=cast.tax, elements=[kept, dropped])
    text = office.get(edit_url(indicator)).text
    ticked = {int(pk) for pk in re.findall(r'name="elements" value="(\d+)"[^>]*checked', text)}
    assert ticked == {now.pk, dropped.pk}
    assert f'name="elements" value="{kept.pk}"' not in text


def test_abolished_department_stays_on_its_indicator_only(office: Client, cast: SimpleNamespace) -> None:
    indicator = make_indicator(department=cast.welfare)
    cast.welfare.valid_to = dt.date(2025, 3, 31)
    cast.welfare.save()
    assert "福祉課" in office.get(edit_url(indicator)).text
    assert "福祉課" not in office.get(CREATE).text
    data = posted(cast, version="1", department=cast.welfare.pk)
    assert office.post(edit_url(indicator), data).status_code == 302


@pytest.mark.parametrize("who", ["admin", "executive", "lead", "member", "other_lead", "viewer", "nobody"])
def test_only_the_secretariat_edits(as_user: SignIn, cast: SimpleNamespace, who: str) -> None:
    indicator = make_indicator(department=cast.tax)
    client = as_user(getattr(cast, who))
    for path in (CREATE, edit_url(indicator)):
        assert client.get(path).status_code == 403
        assert client.post(path, posted(cast, version="1")).status_code == 403
    assert Indicator.objects.count() == 1


def test_wrong_address(office: Client) -> None:
    assert office.get("/indicators/999999/edit/").status_code == 404
