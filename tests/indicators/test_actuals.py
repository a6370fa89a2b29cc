"""Entering and correcting actuals: who may, what is refused, what stays on screen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal as D
from types import SimpleNamespace

import pytest
from django.test import Client

from accounts.models import User
from strategy.models import ActualCorrection, Indicator, IndicatorActual
from strategy.services import indicators as services
from tests.indicators.builders import make_indicator

SignIn = Callable[[User], Client]
DAY = dt.date(2026, 3, 31)


def url(indicator: Indicator) -> str:
    return f"/indicators/{indicator.pk}/actuals/create/"


def correct_url(actual: IndicatorActual) -> str:
    return f"/indicators/actuals/{actual.pk}/correct/"


@pytest.fixture
def office(as_user: SignIn, cast: SimpleNamespace) -> Client:
    return as_user(cast.secretariat)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("secretariat", 302), ("lead", 302), ("member", 302), ("other_lead", 403), ("executive", 403),
        ("viewer", 403), ("admin", 403), ("nobody", 403),
    ],
)  # fmt: skip
def test_office_and_owner_record(as_user: SignIn, cast: SimpleNamespace, who: str, status: int) -> None:
    indicator = make_indicator(department=cast.tax)
    client = as_user(getattr(cast, who))
    assert client.get(url(indicator)).status_code == (200 if status == 302 else 403)
    assert client.post(url(indicator), {"as_of": "R8.3.31", "value": "5"}).status_code == status
    assert indicator.actuals.count() == (status == 302)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("１２３，０００", D(123000)), ("1,234.5", D("1234.5")), (" 42 ", D(42)), ("０", D(0)), ("−3", D(-3)),
        ("1 000", D(1000)), ("1e3", D(1000)), ("50%", D(50)), ("５０％", D(50)), ("0e999999999", D(0)),
    ],
)  # fmt: skip
def test_number_as_people_type_it(office: Client, typed: str, value: D) -> None:
    indicator = make_indicator()
    assert office.post(url(indicator), {"as_of": "令和８年３月３１日", "value": typed}).status_code == 302
    assert indicator.actuals.get().value == value


@pytest.mark.parametrize(
    "typed", ["", "NaN", "sNaN", "Infinity", "1e400", "1e999999999", "約5", "1000000000000", "0.0001"]
)
def test_bad_number_is_refused_and_kept(office: Client, typed: str) -> None:
    indicator = make_indicator()
    response = office.post(url(indicator), {"as_of": "R8.3.31", "value": typed})
    assert response.status_code == 422
    assert 'class="err"' in response.text
    assert 'value="R8.3.31"' in response.text
    assert not indicator.actuals.exists()


@pytest.mark.parametrize(
    ("above", "below", "words"),
    [
        ("5", "0", "分母が0のため"), ("5", "-1", "分母は0より大きく"), ("-5", "10", "分子は0以上"), ("", "10", "分子"),
        ("5", "", "分母"), ("NaN", "10", "数字で入力"), ("999999999999", "0.001", "率が大きすぎます"),
    ],
)  # fmt: skip
def test_bad_rate_is_refused(office: Client, above: str, below: str, words: str) -> None:
    indicator = make_indicator(method="rate", unit="％")
    response = office.post(url(indicator), {"as_of": "R8.3.31", "numerator": above, "denominator": below})
    assert response.status_code == 422
    assert words in response.text
    assert not indicator.actuals.exists()


def test_rate_over_the_whole_is_kept_with_a_warning(office: Client) -> None:
    indicator = make_indicator(method="rate", unit="％")
    data = {"as_of": "R8.3.31", "numerator": "12", "denominator": "10"}
    response = office.post(url(indicator), data, follow=True)
    assert "分子が分母より大きいため、100％を超えています" in response.text
    assert indicator.actuals.get().value == D(120)


@pytest.mark.parametrize(
    ("as_of", "words"), [("R8.11.22", "先の日付"), ("", "時点"), ("R8.13.1", "日"), ("S63.1.1", "より前の日付")]
)
def test_bad_day_is_refused(office: Client, as_of: str, words: str) -> None:
    indicator = make_indicator()
    response = office.post(url(indicator), {"as_of": as_of, "value": "5"})
    assert response.status_code == 422
    assert words in response.text


def test_second_actual_of_a_day_shows_the_first(office: Client) -> None:
    indicator = make_indicator(actuals={"2026-03-31": D(41)})
    response = office.post(url(indicator), {"as_of": "R8.3.31", "value": "42"})
    assert response.status_code == 422
    assert "令和8年3月31日の実績（41件）は、すでに登録されています" in response.text
    assert 'value="42"' in response.text


def test_fields_follow_the_kind(office: Client) -> None:
    words = office.get(url(make_indicator(qualitative=True, unit=""))).text
    assert 'name="text"' in words
    assert 'name="value"' not in words
    total = office.get(url(make_indicator(method="cumulative", unit="人"))).text
    assert "始めからの合計（人）" in total
    rate = office.get(url(make_indicator(method="rate", unit="％"))).text
    assert 'name="numerator"' in rate
    assert 'name="value"' not in rate


def test_words_are_recorded(office: Client) -> None:
    indicator = make_indicator(qualitative=True, unit="")
    office.post(url(indicator), {"as_of": "R8.3.31", "text": "3課で\u0007試行した"})
    assert indicator.actuals.get().text == "3課で試行した"


def test_archived_indicator_takes_no_actual(office: Client, cast: SimpleNamespace) -> None:
    indicator = make_indicator()
    services.archive_indicator(indicator=indicator, version=1, by=cast.secretariat)
    response = office.post(url(indicator), {"as_of": "R8.3.31", "value": "5"})
    assert response.status_code == 422
    assert "保管した指標は変更できません" in response.text


def test_recent_actuals_stand_beside_the_form_with_their_mark(office: Client, cast: SimpleNamespace) -> None:
    indicator = make_indicator(actuals={"2026-03-31": D(41)})
    actual = indicator.actuals.get()
    assert "tag mark" not in office.get(url(indicator)).text
    services.correct_actual(actual=actual, version=1, value=D(40), reason="誤り", by=cast.secretariat)
    for path in (url(indicator), correct_url(actual)):
        text = office.get(path).text
        assert "40件" in text
        assert "tag mark" in text


# ---- corrections


def test_correction_needs_a_reason_and_keeps_the_old_value(office: Client) -> None:
    actual = make_indicator(actuals={"2026-03-31": D("41.500")}).actuals.get()
    page = office.get(correct_url(actual)).text
    assert 'value="41.5"' in page
    assert 'value="令和8年3月31日"' in page
    data = {"version": "1", "as_of": "R8.3.31", "value": "40"}
    response = office.post(correct_url(actual), data)
    assert response.status_code == 422
    assert "訂正の理由" in response.text
    response = office.post(correct_url(actual), data | {"reason": "二重に数えた"}, follow=True)
    assert "実績を訂正しました" in response.text
    row = ActualCorrection.objects.get()
    assert (row.old_value, row.actual.value, row.reason) == (D("41.5"), D(40), "二重に数えた")


def test_correction_without_a_change_is_refused(office: Client) -> None:
    actual = make_indicator(actuals={"2026-03-31": D(41)}).actuals.get()
    data = {"version": "1", "as_of": "R8.3.31", "value": "41.0", "reason": "確認した"}
    response = office.post(correct_url(actual), data)
    assert response.status_code == 422
    assert "いまの実績と同じです" in response.text


def test_stale_correction_shows_both_values(office: Client, cast: SimpleNamespace) -> None:
    actual = make_indicator(method="rate", unit="％", actuals={"2026-03-31": ("4", "10")}).actuals.get()
    services.correct_actual(
        actual=actual, version=1, numerator=D("3.50"), denominator=D(10), as_of=dt.date(2026, 3, 30), reason="先の人",
        by=cast.secretariat,
    )  # fmt: skip
    data = {"version": "1", "as_of": "R8.3.31", "numerator": "2", "denominator": "10", "reason": "後の人"}
    response = office.post(correct_url(actual), data)
    assert response.status_code == 409
    assert "いま保存されている値：3.5</span>" in response.text
    assert "いま保存されている値：令和8年3月30日</span>" in response.text
    assert 'name="numerator" value="2"' in response.text
    assert 'name="version" value="2"' in response.text
    assert ActualCorrection.objects.count() == 1
    assert office.post(correct_url(actual), data | {"version": "2"}).status_code == 302
    assert [c.reason for c in ActualCorrection.objects.all()] == ["先の人", "後の人"]


def test_withdrawal_needs_no_value(office: Client) -> None:
    actual = make_indicator(actuals={"2026-03-31": D(41)}).actuals.get()
    data = {"version": "1", "as_of": "R8.3.31", "value": "", "withdraw": "on", "reason": "別の指標の値"}
    assert office.post(correct_url(actual), data).status_code == 302
    actual.refresh_from_db()
    assert actual.is_withdrawn


@pytest.mark.parametrize("who", ["lead", "member", "other_lead", "executive", "viewer", "admin", "nobody"])
def test_only_the_secretariat_corrects(as_user: SignIn, cast: SimpleNamespace, who: str) -> None:
    actual = make_indicator(department=cast.tax, actuals={"2026-03-31": D(41)}).actuals.get()
    client = as_user(getattr(cast, who))
    assert client.get(correct_url(actual)).status_code == 403
    data = {"version": "1", "as_of": "R8.3.31", "value": "1", "reason": "x"}
    assert client.post(correct_url(actual), data).status_code == 403
    assert not ActualCorrection.objects.exists()


def test_wrong_addresses(office: Client) -> None:
    assert office.get("/indicators/999999/actuals/create/").status_code == 404
    assert office.get("/indicators/actuals/999999/correct/").status_code == 404
