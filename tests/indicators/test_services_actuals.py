"""Writes of actuals and corrections: success, refusal, ledger row."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from lib import ledger
from lib.writes import StaleError
from strategy.models import ActualCorrection
from strategy.services import indicators as services
from tests.indicators.builders import correct, last_entry, make_indicator, refusal

DAY = dt.date(2026, 3, 31)


def test_record_actual(cast: SimpleNamespace) -> None:
    indicator = make_indicator(department=cast.tax)
    actual = services.record_actual(indicator=indicator, as_of=DAY, value=D("42"), comment="年度末", by=cast.lead)
    assert actual.recorded_label == "税務課長（lead-tax）"
    entry = last_entry()
    assert (entry.act, entry.object_type) == ("create", "strategy.indicatoractual")
    assert entry.changes["value"] == [None, "42.000"]
    assert entry.changes["as_of"] == [None, "2026-03-31"]


def test_rate_is_computed_and_keeps_its_parts(cast: SimpleNamespace) -> None:
    indicator = make_indicator(method="rate", unit="％")
    actual = services.record_actual(indicator=indicator, as_of=DAY, numerator=D(2), denominator=D(3), by=cast.lead)
    actual.refresh_from_db()
    assert (actual.numerator, actual.denominator, actual.value) == (D(2), D(3), D("66.667"))
    more = services.record_actual(
        indicator=indicator, as_of=dt.date(2025, 3, 31), numerator=D(6), denominator=D(5), by=cast.lead
    )
    assert more.value == D(120)


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        ({}, {}, "分からないときは登録しない"),
        ({}, {"value": D("NaN")}, "数"),
        ({}, {"value": D("-Infinity")}, "数"),
        ({}, {"value": D("1e400")}, "桁"),
        ({}, {"value": D("1000000000000")}, "桁"),
        ({}, {"value": D("1.2345")}, "小数"),
        ({}, {"numerator": D(1), "denominator": D(2)}, "率の指標だけ"),
        ({}, {"text": "よくなった"}, "定性の指標だけ"),
        ({}, {"value": D(1), "as_of": dt.date(2999, 1, 1)}, "先の日付"),
        ({}, {"value": D(1), "as_of": dt.date(1980, 1, 1)}, "より前の日付"),
        ({"method": "rate"}, {"numerator": D(1), "denominator": D(0)}, "分母が0"),
        ({"method": "rate"}, {"numerator": D(0), "denominator": D(0)}, "分母が0"),
        ({"method": "rate"}, {"numerator": D(1), "denominator": D(-2)}, "分母は0より大きく"),
        ({"method": "rate"}, {"numerator": D(-1), "denominator": D(2)}, "分子は0以上"),
        ({"method": "rate"}, {"denominator": D(2)}, "分子を入力"),
        ({"method": "rate"}, {"numerator": D(2)}, "分母を入力"),
        ({"method": "rate"}, {"value": D(50)}, "分子を入力"),
        ({"method": "rate"}, {}, "分子と分母を入力"),
        ({"method": "rate"}, {"numerator": D("NaN"), "denominator": D(2)}, "数"),
        ({"method": "rate"}, {"numerator": D("999999999999"), "denominator": D("0.001")}, "率が大きすぎます"),
        ({"qualitative": True}, {"value": D(1)}, "文で入力"),
        ({"qualitative": True}, {}, "分からないときは登録しない"),
        ({"qualitative": True}, {"text": "あ" * 201}, "200"),
    ],
)
def test_record_is_refused(cast: SimpleNamespace, kind: dict[str, Any], given: dict[str, Any], words: str) -> None:
    indicator = make_indicator(**kind)
    given = {"as_of": DAY} | given
    assert words in refusal(lambda: services.record_actual(indicator=indicator, by=cast.lead, **given))


def test_today_is_not_the_future(cast: SimpleNamespace) -> None:
    day = timezone.localdate()
    services.record_actual(indicator=make_indicator(), as_of=day, value=D(1), by=cast.lead)


def test_negative_value_is_a_value(cast: SimpleNamespace) -> None:
    actual = services.record_actual(indicator=make_indicator(), as_of=DAY, value=D("-3.5"), by=cast.lead)
    assert actual.value == D("-3.5")


def test_second_actual_of_a_day_names_the_first(cast: SimpleNamespace) -> None:
    indicator = make_indicator(unit="人", actuals={"2026-03-31": D(1250)})
    words = refusal(lambda: services.record_actual(indicator=indicator, as_of=DAY, value=D(9), by=cast.lead))
    assert "令和8年3月31日の実績（1,250人）" in words
    other = make_indicator()
    services.record_actual(indicator=other, as_of=DAY, value=D(9), by=cast.lead)


def test_running_total_never_falls(cast: SimpleNamespace) -> None:
    indicator = make_indicator(method="cumulative", actuals={"2025-03-31": D(100), "2026-03-31": D(200)})

    def record(day: str, value: int) -> Any:
        as_of = dt.date.fromisoformat(day)
        return services.record_actual(indicator=indicator, as_of=as_of, value=D(value), by=cast.lead)

    assert "令和7年3月31日の100件より小さくできません" in refusal(lambda: record("2025-09-30", 40))
    assert "令和8年3月31日の200件より大きくできません" in refusal(lambda: record("2025-09-30", 240))
    record("2025-09-30", 100)
    record("2026-09-30", 200)


# ---- corrections


def test_correction_keeps_the_old_value_reason_person_and_moment(cast: SimpleNamespace) -> None:
    indicator = make_indicator(method="rate", unit="％", actuals={"2026-03-31": ("44", "100")})
    actual = indicator.actuals.get()
    fixed = correct(actual, cast.secretariat, numerator=D(42), denominator=D(100))
    fixed.refresh_from_db()
    assert (fixed.value, fixed.numerator) == (D(42), D(42))
    row = ActualCorrection.objects.get()
    assert (row.old_value, row.old_numerator, row.old_denominator) == (D(44), D(44), D(100))
    assert (row.reason, row.corrected_by, row.corrected_label) == (
        "二重に数えた", cast.secretariat, "事務局（secretariat）",
    )  # fmt: skip
    assert timezone.now() - row.corrected_at < dt.timedelta(minutes=1)
    entry = last_entry()
    assert (entry.act, entry.note) == ("correct", "二重に数えた")
    assert entry.changes == {"value": ["44.000", "42.000"], "numerator": ["44.000", "42.000"]}


def test_several_corrections_are_all_kept(cast: SimpleNamespace) -> None:
    actual = make_indicator(actuals={"2026-03-31": D(10)}).actuals.get()
    correct(actual, cast.secretariat, value=D(9))
    correct(actual, ledger.command("取込"), version=2, value=D(8), as_of=dt.date(2026, 3, 30))
    rows = list(ActualCorrection.objects.all())
    assert [(r.old_value, r.old_as_of, r.corrected_by_id) for r in rows] == [
        (D(10), DAY, cast.secretariat.pk), (D(9), DAY, None),
    ]  # fmt: skip
    assert rows[1].corrected_label == "取込"


def test_withdrawal_makes_the_value_unknown(cast: SimpleNamespace) -> None:
    actual = make_indicator(method="rate", unit="％", actuals={"2026-03-31": ("1", "4")}).actuals.get()
    correct(actual, cast.secretariat, withdraw=True, numerator=D(9), denominator=D(9))
    actual.refresh_from_db()
    assert (actual.value, actual.numerator, actual.denominator) == (None, None, None)
    assert actual.is_withdrawn
    correct(actual, cast.secretariat, version=2, numerator=D(1), denominator=D(5))
    actual.refresh_from_db()
    assert actual.value == D(20)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"value": D(9), "reason": " "}, "訂正の理由"),
        ({"value": D(9), "reason": "あ" * 301}, "300"),
        ({"value": D("10.000")}, "いまの実績と同じ"),
        ({}, "分からないときは登録しない"),
        ({"value": D("NaN")}, "数"),
        ({"value": D(9), "as_of": dt.date(2999, 1, 1)}, "先の日付"),
        ({"value": D(9), "as_of": dt.date(2025, 3, 31)}, "すでに登録されています"),
        ({"value": D(4)}, "より小さくできません"),
    ],
)
def test_correction_is_refused(cast: SimpleNamespace, given: dict[str, Any], words: str) -> None:
    indicator = make_indicator(method="cumulative", actuals={"2025-03-31": D(5), "2026-03-31": D(10)})
    actual = indicator.actuals.get(as_of=DAY)
    assert words in refusal(lambda: correct(actual, cast.secretariat, **given))
    actual.refresh_from_db()
    assert (actual.value, actual.version) == (D(10), 1)


def test_stale_correction_is_refused(cast: SimpleNamespace) -> None:
    actual = make_indicator(actuals={"2026-03-31": D(10)}).actuals.get()
    correct(actual, cast.secretariat, value=D(9))
    with pytest.raises(StaleError) as caught:
        correct(actual, cast.secretariat, value=D(7))
    assert caught.value.current.value == D(9)
    assert ActualCorrection.objects.count() == 1
