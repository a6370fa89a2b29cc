"""Half-year columns, and numerators with denominators: heads in many spellings, the pages, the rows that are stored."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import example, given
from hypothesis import settings as pace
from hypothesis import strategies as st

from exchange.models import Import
from exchange.wizard import figures, periods
from exchange.wizard.models import Draft
from exchange.wizard.periods import ACTUAL, DENOMINATOR, NUMERATOR, TARGET, Column
from lib import fiscal
from strategy.models import Indicator
from strategy.models.indicators import method_choices
from tests.exchange.helpers import cells_of, messages
from tests.exchange.test_wizard_figures import client as client
from tests.exchange.test_wizard_figures import sheet, taken
from tests.exchange.test_wizard_pages import begun, page, step
from tests.indicators.builders import make_actual, make_indicator

H1, H2, WHOLE = "2025H1", "2025H2", "2025"
TODAY = dt.date(2026, 11, 30)
SEPTEMBER, MARCH = dt.date(2025, 9, 30), dt.date(2026, 3, 31)


def read(label: str) -> tuple[str, str, str]:
    """Period, kind and part of a head that stands beside another."""
    found = periods.columns(["R1実績", label])
    if 1 not in found:
        return "", "", ""
    column = found[1]
    keys = (key for key in (WHOLE, H1, H2) if fiscal.Period(key).start == column.starts)
    return next((k for k in keys if fiscal.Period(k).end == column.ends), "?"), column.kind, column.part


@pytest.mark.parametrize(
    ("label", "found"),
    [
        ("R7上期目標", (H1, TARGET, "")), ("R7下期実績", (H2, ACTUAL, "")), ("令和7年度上半期 目標", (H1, TARGET, "")),
        ("2025H1実績", (H1, ACTUAL, "")), ("２０２５Ｈ２実績", (H2, ACTUAL, "")), ("2025年度1H実績", (H1, ACTUAL, "")),
        ("FY2025 2H 実績値", (H2, ACTUAL, "")), ("令和7年度（上期）実績", (H1, ACTUAL, "")),
        ("令和7年度実績（上半期）", (H1, ACTUAL, "")), ("Ｒ７【下期】実績", (H2, ACTUAL, "")),
        ("実績（R7上期）", (H1, ACTUAL, "")), ("上期（R7）実績", (H1, ACTUAL, "")),
        ("上期実績／令和7年度", (H1, ACTUAL, "")),
        ("実績／令和7年度／下期", (H2, ACTUAL, "")), ("令和7年度前期の実績", (H1, ACTUAL, "")),
        ("令和7年度\u3000後半実績", (H2, ACTUAL, "")), ("R7・上期・実績", (H1, ACTUAL, "")),
        ("R7-下期-実績", (H2, ACTUAL, "")),
        ("R7.上期実績", (H1, ACTUAL, "")), ("令和7年度第1半期実績", (H1, ACTUAL, "")), ("r7h2実績", (H2, ACTUAL, "")),
        ("R7上期実績※1", (H1, ACTUAL, "")), ("R7上期実績（9月末時点）", (H1, ACTUAL, "")),
        ("令和7年度（2025年度）上期実績", (H1, ACTUAL, "")), ("R7上期", (H1, "", "")),
        ("R7実績（分子）", (WHOLE, ACTUAL, NUMERATOR)), ("R7実績（分母）", (WHOLE, ACTUAL, DENOMINATOR)),
        ("R7実績_分子", (WHOLE, ACTUAL, NUMERATOR)), ("令和7年度実績／分母", (WHOLE, ACTUAL, DENOMINATOR)),
        ("分子（R7）", (WHOLE, ACTUAL, NUMERATOR)), ("R7分母", (WHOLE, ACTUAL, DENOMINATOR)),
        ("R7実績 母数（人）", (WHOLE, ACTUAL, DENOMINATOR)), ("R7上期実績（分子）", (H1, ACTUAL, NUMERATOR)),
        ("2025H2実績・分母", (H2, ACTUAL, DENOMINATOR)), ("R7実績（分子／分母）", (WHOLE, ACTUAL, "")),
        ("R7実績［分子］", (WHOLE, ACTUAL, NUMERATOR)), ("R7目標（分子）", (WHOLE, TARGET, NUMERATOR)),
        ("目標（令和7年度）", (WHOLE, TARGET, "")), ("R7達成率（分子）", ("", "", "")), ("上期実績", ("?", ACTUAL, "")),
        ("担当課（R7年度）", ("", "", "")), ("分子", ("", "", "")), ("H1", ("?", "", "")),
    ],
)  # fmt: skip
def test_heads_in_many_spellings(label: str, found: tuple[str, str, str]) -> None:
    assert read(label) == found


def test_a_half_year_with_its_word_may_stand_alone() -> None:
    assert [c.label for c in periods.columns(["指標", "R7上期実績", "担当"]).values()] == ["R7上期実績"]
    assert periods.columns(["指標", "R7上期", "担当"]) == {}


HEADS = st.lists(
    st.text("RHrH令和平成元年度上下半期前後目標実績分子母0123456789.-/／()（）【】FY月末※ ", max_size=12), max_size=6
)
ODD = ["1234-5", "9999-12", "1850.1実績", "R99上期実績", "H元実績", "0000年度"]


@pace(max_examples=150, deadline=None)
@example(ODD)
@given(HEADS)
def test_any_heads_are_read_and_offered(labels: list[str]) -> None:
    found = periods.columns(labels)
    assert isinstance(periods.told(found.values()), str)
    assert len(periods.offered(found.values(), TODAY)) >= 7
    for column in found.values():
        assert (Column.of(column.key), bool(periods.own(column))) == (column, True)
        assert column.fits in (True, False)


@pace(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(st.floats(), st.integers(), st.text("0123456789/.,%（）()人件分の約△-※〃 ", max_size=14)), max_size=4
    )
)
def test_any_cells_are_joined(cells: list[Any]) -> None:
    heads = ["R6実績", "令和6年度実績", "R6実績（分子）", "R6実績（分母）"]
    found = figures.of_row(cells, cells, periods.columns(heads), "")
    kept, left = figures.fitting(found, TODAY)
    assert all(f.said for f in [*kept, *left])
    assert len(kept) <= len(found) <= len(cells)


def test_a_column_is_kept_by_its_key() -> None:
    for column in periods.columns(["R7上期実績（分子）", "R7目標", "R7", "R7.9月末実績"]).values():
        assert Column.of(column.key) == column
    assert Column.of("title") is None


def test_what_was_read_is_told_with_parts() -> None:
    found = periods.columns(["R6実績（分子）", "R6実績（分母）", "R7上期実績（分子）", "R7上期実績（分母）", "R7目標"])
    assert periods.told(found.values()) == "目標 R7年度、実績の分子 R6年度〜R7上期、実績の分母 R6年度〜R7上期"


@pytest.mark.parametrize(
    ("label", "fits"),
    [("R7上期目標", False), ("R7下期目標", False), ("R7目標", True), ("R7年度末目標", True), ("R8.3月末目標", True),
     ("R7目標（分母）", False), ("R7下期実績", True), ("R7実績（分母）", True)],
)  # fmt: skip
def test_targets_are_whole_years_without_parts(label: str, fits: bool) -> None:
    assert periods.columns(["R1実績", label])[1].fits is fits


@pytest.mark.parametrize(
    ("cell", "numerator", "denominator"),
    [("12/31", "12", "31"), ("１２／３１", "12", "31"), ("1,200人 / 3,100人", "1200", "3100"), ("31分の12", "12", "31"),
     ("38.7%（12/31）", "12", "31"), ("12/31（38.7％）", "12", "31"), ("12／31※1", "12", "31"),
     ("12.5÷31", "12.5", "31")],
)  # fmt: skip
def test_a_cell_may_hold_both_parts(cell: str, numerator: str, denominator: str) -> None:
    (found,) = figures.of_row([cell], [cell], {0: Column(MARCH, MARCH, ACTUAL)}, "")
    assert (found.numerator, found.denominator, found.value) == (numerator, denominator, "")


@pytest.mark.parametrize("cell", ["2026/3/31", "1回/年", "12", "整備/運用", "12/"])
def test_other_cells_with_a_stroke_are_no_parts(cell: str) -> None:
    (found,) = figures.of_row([cell], [cell], {0: Column(MARCH, MARCH, ACTUAL)}, "")
    assert not found.numerator
    (found,) = figures.of_row(["12/31"], ["12/31"], {0: Column(MARCH, MARCH, TARGET)}, "")
    assert (found.text, found.numerator) == ("12/31", "")


def fitting(labels: list[str], cells: list[object]) -> tuple[list[figures.Figure], list[str]]:
    kept, left = figures.fitting(figures.of_row(cells, cells, periods.columns(labels), ""), TODAY)
    return kept, [f.label for f in left]


def test_parts_of_a_period_become_one_figure_and_its_rate_is_computed() -> None:
    kept, left = fitting(["R7実績（分子）", "R7実績（分母）", "R7実績"], ["１２件", 31, "38.7%"])
    assert [(f.numerator, f.denominator, f.value) for f in kept] == [("12", "31", "")]
    assert left == ["R7年度実績"]


def test_the_same_period_twice_is_one_figure_or_a_contradiction() -> None:
    heads = ["R7上期実績", "令和7年度上期実績"]
    assert len(fitting(heads, [5, "5.0"])[0]) == 1
    assert [f.value for f in fitting(heads, [5, 6])[0]] == ["5", "6"]
    kept, left = fitting(["R7下期実績", "R7実績"], [5, 12])
    assert ([f.value for f in kept], left) == (["12"], ["R7下期実績"])


def test_rows_of_parts_below_each_other() -> None:
    apart = periods.columns(["指標", "区分", "R6", "R7上期"])
    rows = [["利用率", "目標", 40, None], ["利用率", "実績（分子）", 12, 5], ["利用率", "分母", 31, 14]]
    found = [f for row in rows for f in figures.of_row(row, row, apart, TARGET)]
    kept, _ = figures.fitting(found, TODAY)
    assert [(f.kind, f.value, f.numerator, f.denominator) for f in kept] == [
        (ACTUAL, "", "12", "31"), (TARGET, "40", "", ""), (ACTUAL, "", "5", "14")
    ]  # fmt: skip


# ---- the pages


HALVES = [
    ["指標名", "単位", "担当課", "R7目標", "R7上期目標", "R7上期実績", "令和7年度下半期　実績", "メモ"],
    ["相談の件数", "件", "税務課", 10, 4, "５件※1", 6, 9],
    ["講座の回数", "回", "〃", "〃", None, "－", "約１２回", None],
]
RATE = [
    ["指標名", "単位", "担当課", "R7上期実績（分子）", "R7上期実績（分母）", "R7実績"],
    ["オンライン申請の割合", "％", "税務課", "１２件", 31, "40/62"],
]


def rate(client: Client, rows: list[list[object]] = RATE, **changes: object) -> Import:
    return taken(client, sheet(rows, ()), **{"x-method": dict(method_choices())["rate"]} | changes)


def columns_page(client: Client, rows: list[list[object]]) -> tuple[Draft, Any]:
    draft = begun(client, sheet(rows, ()), "indicators:0", "指標.xlsx")
    assert step(client, draft, "sheet").status_code == 302
    return draft, client.get(page(client, draft, "columns"))


@pytest.mark.django_db
def test_heads_of_half_years_are_proposed_and_what_has_no_place_is_told(client: Client) -> None:
    _, answer = columns_page(client, HALVES)
    form, text = answer.context["form"], answer.content.decode()
    assert [form[f"c{at}"].value() for at in (3, 4, 5, 6, 7)] == [
        "target:2025-04-01:2026-03-31:", "", "actual:2025-04-01:2025-09-30:", "actual:2025-10-01:2026-03-31:", "note"
    ]  # fmt: skip
    assert "目標 R7年度、実績 R7上期〜R7下期。R7上期目標は取り込みません" in text
    assert "年度・半期の4列を目標と実績にする" in text
    assert '<optgroup label="令和7年度">' in text
    assert "R7上期実績（分子）" in text


@pytest.mark.django_db
def test_half_years_are_stored_on_their_last_day(client: Client) -> None:
    kept = taken(client, sheet(HALVES, ()), c7=None)
    assert kept.counts == {"new": 2 + 2 + 3}, messages(kept)
    confirm(client, kept)
    first, second = Indicator.objects.order_by("pk")
    assert {t.fiscal_year: t.value for t in first.targets.all()} == {2025: 10}
    assert {t.fiscal_year: t.value for t in second.targets.all()} == {2025: 10}, "〃"
    assert {a.as_of: a.value for a in first.actuals.all()} == {SEPTEMBER: 5, MARCH: 6}
    assert {a.as_of: a.value for a in second.actuals.all()} == {MARCH: 12}, "unknown is not 0"
    assert taken(client, sheet(HALVES, ()), c7=None).counts == {"same": 7}


def confirm(client: Client, kept: Import) -> None:
    assert client.post(reverse("exchange:confirm", args=[kept.pk]), {"seen": kept.seen}).status_code == 302
    kept.refresh_from_db()
    assert kept.applied_at


@pytest.mark.django_db
def test_a_column_may_be_chosen_by_hand(client: Client) -> None:
    """The head 中間 says no period; the target of the second half stands for the year."""
    rows = [["指標名", "単位", "担当課", "中間", "R7下期目標"], ["相談の件数", "件", "税務課", 5, 9]]
    whole = fiscal.Period("2025")
    chosen = {"c3": f"actual:{whole.start}:{SEPTEMBER}:", "c4": f"target:{whole.start}:{whole.end}:"}
    kept = taken(client, sheet(rows, ()), **chosen)
    assert kept.counts == {"new": 3}, messages(kept)
    confirm(client, kept)
    indicator = Indicator.objects.get()
    assert (indicator.actuals.get().as_of, indicator.targets.get().value) == (SEPTEMBER, 9)
    draft, answer = columns_page(client, rows)
    assert Draft.objects.get(pk=draft.pk).remembered
    assert {n: answer.context["form"][n].value() for n in chosen} == chosen, "the layout is remembered"


@pytest.mark.django_db
def test_columns_may_be_chosen_where_no_head_names_a_period(client: Client) -> None:
    rows = [["指標名", "単位", "担当課", "中間"], ["相談の件数", "件", "税務課", 5]]
    kept = taken(client, sheet(rows, ()), c3=f"actual:2025-04-01:{SEPTEMBER}:")
    assert kept.counts == {"new": 2}, messages(kept)


@pytest.mark.django_db
def test_two_columns_of_one_period_are_refused_on_the_page(client: Client) -> None:
    rows = [["指標名", "単位", "担当課", "R7上期実績", "令和7年度上期 実績"], ["相談の件数", "件", "税務課", 5, 6]]
    draft, _ = columns_page(client, rows)
    answer = step(client, draft, "columns")
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"c4": ["「R7上期実績」の列と同じ期間です。どちらかを選び直してください。"]}
    assert step(client, draft, "columns", c4=None).status_code == 302


@pytest.mark.django_db
def test_periods_alone_are_no_table(client: Client) -> None:
    draft, _ = columns_page(client, HALVES)
    answer = step(client, draft, "columns", c0=None, c1=None, c2=None, c7=None)
    assert answer.context["form"].non_field_errors() == ["取り込む列を一つは選んでください。"]


@pytest.mark.django_db
def test_an_unknown_period_is_no_choice(client: Client) -> None:
    draft, _ = columns_page(client, HALVES)
    assert "c7" in step(client, draft, "columns", c7="actual:x:y:").context["form"].errors


# ---- numerators and denominators


@pytest.mark.django_db
def test_a_rate_is_stored_by_its_parts(client: Client) -> None:
    kept = rate(client)
    assert kept.counts == {"new": 3}, messages(kept)
    confirm(client, kept)
    half, whole = Indicator.objects.get().actuals.order_by("as_of")
    assert (half.as_of, half.numerator, half.denominator, float(half.value)) == (SEPTEMBER, 12, 31, 38.71)
    assert (whole.as_of, whole.numerator, whole.denominator) == (MARCH, 40, 62)
    assert rate(client).counts == {"same": 3}


@pytest.mark.django_db
def test_a_corrected_part_needs_its_reason(client: Client) -> None:
    confirm(client, rate(client))
    rows = [list(row) for row in RATE]
    rows[1][3] = 13
    assert messages(rate(client, rows)) == ["訂正の理由を入力してください。"]
    kept = rate(client, rows, reason="数え直した")
    assert kept.counts == {"same": 2, "changed": 1}, messages(kept)
    confirm(client, kept)
    assert Indicator.objects.get().actuals.get(as_of=SEPTEMBER).corrections.get().reason == "数え直した"


@pytest.mark.django_db
@pytest.mark.parametrize("said", ["38.7%", 38.71, "39", "38.7100000000"])
def test_the_rate_of_stored_parts_changes_nothing(client: Client, cast: SimpleNamespace, said: object) -> None:
    known = make_indicator(name="割合", department=cast.tax, method="rate", unit="％")
    make_actual(indicator=known, as_of=SEPTEMBER, numerator=12, denominator=31, value="38.71")
    kept = rate(client, [["指標名", "担当課", "R7上期実績"], ["割合", "税務課", said]])
    assert kept.counts == {"same": 2}, cells_of(kept)
    kept = rate(client, [["指標名", "担当課", "R7上期実績"], ["割合", "税務課", "45%"]], reason="集計の誤り")
    assert [cell for cell in cells_of(kept, "error") if cell[3]] == [
        ("value", "", "45", "率は分子と分母から計算します。直すときは、分子と分母を入力してください。")
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cells", "column", "value", "words"),
    [
        (["十二", 31, None], "numerator", "十二", "数ではありません"),
        ([12, None, None], "denominator", "", "率の実績は、分母を入力してください"),
        ([12, 0, None], "denominator", "0", "分母が0のため"),
        ([-1, 31, None], "numerator", "-1", "分子は0以上"),
        ([None, None, "0/0"], "denominator", "0", "分母が0のため"),
        ([None, None, "40%"], "numerator", "", "率の実績は、分子を入力してください"),
        ([None, None, "おおむね半分"], "text", "おおむね半分", "文で書けるのは、定性の指標だけです"),
    ],
)
def test_bad_cells_are_told_with_column_and_value(
    client: Client, cells: list[object], column: str, value: str, words: str
) -> None:
    kept = rate(client, [RATE[0], [*RATE[1][:3], *cells]])
    assert not kept.may_apply
    wrong = [cell for cell in cells_of(kept, "error") if cell[3]]
    assert any(c[0] == column and c[2] == value and words in c[3] for c in wrong), wrong


@pytest.mark.django_db
def test_parts_of_what_is_no_rate_are_refused(client: Client) -> None:
    kept = taken(client, sheet([RATE[0], ["相談", "件", "税務課", 12, 31, None]], ()))
    assert messages(kept) == ["分子と分母を入れられるのは、率の指標だけです。"]


@pytest.mark.django_db
def test_words_of_what_is_not_counted_stay_words(client: Client, cast: SimpleNamespace) -> None:
    known = make_indicator(name="規程", department=cast.tax, qualitative=True, unit="")
    kept = taken(client, sheet([["指標名", "担当課", "R7上期実績"], ["規程", "税務課", "3/4"]], ()))
    confirm(client, kept)
    assert known.actuals.get().text == "3/4"


@pytest.mark.django_db
def test_two_values_of_one_period_in_two_rows_are_refused_by_the_dry_run(client: Client) -> None:
    rows = [["指標名", "単位", "担当課", "R7上期実績"], ["相談", "件", "税務課", 5], ["相談", "件", "税務課", 6]]
    kept = taken(client, sheet(rows, ()))
    assert kept.counts["error"] == 1
    (wrong,) = [cell for cell in cells_of(kept, "error") if cell[3]]
    assert wrong[0] == "as_of"
    assert "すでに登録されています" in wrong[3]
