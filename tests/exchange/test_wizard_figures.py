"""Wide tables of indicators: years side by side become yearly targets and dated actuals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as pace
from hypothesis import strategies as st

from exchange.models import Import
from exchange.wizard import figures, periods
from exchange.wizard.figures import Figure
from exchange.wizard.periods import ACTUAL, TARGET
from strategy.models import Indicator
from strategy.models.indicators import direction_choices, kind_choices, method_choices
from tests import builders as make
from tests.exchange import corpus
from tests.exchange.helpers import messages
from tests.exchange.test_wizard_pages import begun, page, step
from tests.indicators.builders import make_indicator

MARCH = {year: dt.date(year + 1, 3, 31) for year in range(2023, 2030)}
TODAY = dt.date(2026, 11, 29)


def kinds(labels: list[str]) -> dict[str, tuple[str, dt.date]]:
    return {labels[at]: (c.kind, c.ends) for at, c in periods.columns(labels).items()}


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        (["指標", "基準値（R6）", "目標値／令和7年度", "目標値／令和8年度", "実績値／令和7年度"],
         [(TARGET, 2025), (TARGET, 2026), (ACTUAL, 2025)]),
        (["KPI", "R7目標", "R7実績", "R8目標", "R8実績", "達成率"],
         [(TARGET, 2025), (ACTUAL, 2025), (TARGET, 2026), (ACTUAL, 2026)]),
        (["指標", "担当", "２０２４", "２０２５"], [("", 2024), ("", 2025)]),
        (["指標", "2024年度（目標）", "2024年度（実績）"], [(TARGET, 2024), (ACTUAL, 2024)]),
        (["指標", "令和７年度", "８年度", "９年度"], [("", 2025), ("", 2026), ("", 2027)]),
        (["指標", "目標", "実績"], []),
        (["指標", "目標（令和8年度）", "担当"], []),
        (["番号", "1", "2", "3"], []),
    ],
)  # fmt: skip
def test_heads_name_periods_and_kinds(labels: list[str], found: list[tuple[str, int]]) -> None:
    assert list(kinds(labels).values()) == [(kind, MARCH[year]) for kind, year in found]


def test_what_was_read_is_told() -> None:
    found = periods.columns(["指標", "R5目標", "R6目標", "R5実績", "R6実績", "R7"])
    assert periods.told(found.values()) == "目標 R5年度〜R6年度、実績 R5年度〜R6年度、見出しにない列 R7年度"


def test_half_years_end_in_september_and_march() -> None:
    ends = [c.ends for c in periods.columns(["指標", "令和7年度上期", "下期"]).values()]
    assert ends == [dt.date(2025, 9, 30), MARCH[2025]]


@pytest.mark.parametrize(
    ("cell", "value", "text"),
    [
        ("１，２００人", "1200", ""), ("75%", "75", ""), ("約30件", "30", ""), ("△5", "-5", ""), (3.5, "3.5", ""),
        (12, "12", ""), (0, "0", ""), ("0", "0", ""), ("－", "", ""), ("未定", "", ""), ("集計中", "", ""),
        ("2千", "2000", ""), ("1.5万人", "15000", ""), ("△3百万", "-3000000", ""), ("5,000千円", "", "5,000千円"),
        (None, "", ""), ("規程を定める", "", "規程を定める"), ("1回/年", "1", ""),
    ],
)  # fmt: skip
def test_cells_are_numbers_words_or_unknown(cell: object, value: str, text: str) -> None:
    found = figures.of_row([cell], [cell], {0: periods.Column(dt.date(2025, 4, 1), MARCH[2025], TARGET)}, "")
    assert [(f.value, f.text) for f in found] == ([(value, text)] if value or text else [])


@pytest.mark.parametrize(
    ("words", "unit", "number"),
    [
        ("5,000千円", "千円", "5000"), ("５，０００千円", "百万円", "5"), ("約1.5億円", "万円", "15000"),
        ("△300円", "千円", "-0.3"),
        ("5,000千円", "人", ""), ("5,000千円", "", ""), ("5000", "千円", ""), ("円", "円", ""),
    ],
)  # fmt: skip
def test_an_amount_is_told_in_the_unit_of_its_indicator_or_not_at_all(words: str, unit: str, number: str) -> None:
    assert figures.in_unit(words, unit) == number


@pace(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(st.none(), st.integers(), st.floats(allow_nan=False), st.text(max_size=12)), max_size=6))
def test_any_cell_is_read(cells: list[object]) -> None:
    apart = periods.columns(["R5", "R6", "R7", "R8", "R9", "R10"])
    for figure in figures.of_row(cells, cells, apart, TARGET):
        assert bool(figure.value) != bool(figure.text)
        Decimal(figure.value or 0)


def test_a_row_may_say_what_its_figures_are() -> None:
    apart = periods.columns(["指標", "区分", "R6", "R7"])
    row = ["相談件数", "実績値", 10, 20]
    assert {f.kind for f in figures.of_row(row, row, apart, TARGET)} == {ACTUAL}
    row = ["目標を立てた課の数", "", 10, 20]
    assert {f.kind for f in figures.of_row(row, row, apart, ACTUAL)} == {ACTUAL}


def test_only_what_can_be_known_is_stored() -> None:
    half = Figure(TARGET, dt.date(2026, 4, 1), dt.date(2026, 9, 30), "5")
    second = Figure(TARGET, dt.date(2026, 10, 1), MARCH[2026], "6")
    whole = Figure(TARGET, dt.date(2026, 4, 1), MARCH[2026], "7")
    measured = Figure(ACTUAL, dt.date(2026, 4, 1), dt.date(2026, 9, 30), "3")
    running = Figure(ACTUAL, dt.date(2026, 10, 1), MARCH[2026], "1")
    kept, left = figures.fitting([half, second, whole, measured, running], TODAY)
    assert [f.value for f in kept] == ["3", "7"]
    assert {f.label for f in left} == {"R8上期目標", "R8下期目標", "R8下期実績"}


# ---- from the file to the register


SHEET = [
    ["ＤＸ推進計画　成果指標一覧"],
    ["No.", "指標名", "単位", "担当課", "目標値", None, None, "実績値", None],
    [None, None, None, None, "令和５年度", "令和６年度", "令和７年度", "令和５年度", "令和６年度"],
    [1, "オンライン申請の割合", "％", "税務課", 40, "５０", "60%", "41", 48],
    [2, "相談の件数", "件", "税務課", "1,000件", "1,200件", None, "－", "集計中"],
    ["※ 令和5年度から"],
]
MERGED = ("A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:G2", "H2:I2")


def sheet(rows: list[list[object]] = SHEET, merged: tuple[str, ...] = MERGED) -> bytes:
    def dress(book: object) -> None:
        for area in merged:
            book.active.merge_cells(area)

    return corpus.book(rows, dress)


@pytest.fixture
def client(cast: SimpleNamespace, as_user: Callable[..., Client]) -> Client:
    return as_user(cast.secretariat)


def taken(client: Client, data: bytes, **changes: object) -> Import:
    draft = begun(client, data, "indicators:0", "指標.xlsx")
    fixed = {
        "x-kind": dict(kind_choices())["outcome"], "x-method": dict(method_choices())["single"],
        "x-direction": dict(direction_choices())["up"],
    }  # fmt: skip
    assert step(client, draft, "sheet").status_code == 302
    assert step(client, draft, "columns", **(fixed | changes)).status_code == 302
    assert step(client, draft, "values").status_code == 302
    shown = client.get(page(client, draft, "preview")).content.decode()
    assert "目標と実績" in shown
    client.post(page(client, draft, "preview"))
    return Import.objects.latest("created_at")


@pytest.mark.django_db
def test_a_wide_table_becomes_indicators_with_targets_and_actuals(client: Client) -> None:
    kept = taken(client, sheet())
    assert kept.counts == {"new": 2 + 5 + 2}, messages(kept)
    client.post(reverse("exchange:confirm", args=[kept.pk]), {"seen": kept.seen})
    share, count = Indicator.objects.order_by("pk")
    assert {t.fiscal_year: t.value for t in share.targets.all()} == {2023: 40, 2024: 50, 2025: 60}
    assert {a.as_of: a.value for a in share.actuals.all()} == {MARCH[2023]: 41, MARCH[2024]: 48}
    assert {t.fiscal_year: t.value for t in count.targets.all()} == {2023: 1000, 2024: 1200}
    assert not count.actuals.exists(), "unknown is not 0"


@pytest.mark.django_db
def test_the_same_table_again_changes_nothing_and_a_correction_needs_its_reason(client: Client) -> None:
    kept = taken(client, sheet())
    client.post(reverse("exchange:confirm", args=[kept.pk]), {"seen": kept.seen})
    rows = [list(row) for row in SHEET]
    again = taken(client, sheet(rows))
    assert again.counts == {"same": 9}
    rows[3][7], rows[3][4] = "42", 45
    assert messages(taken(client, sheet(rows))) == ["訂正の理由を入力してください。"]
    kept = taken(client, sheet(rows), reason="集計の誤り")
    assert kept.counts == {"same": 7, "changed": 2}, messages(kept)
    client.post(reverse("exchange:confirm", args=[kept.pk]), {"seen": kept.seen})
    share = Indicator.objects.earliest("pk")
    actual = share.actuals.get(as_of=MARCH[2023])
    assert (actual.value, actual.corrections.get().reason) == (42, "集計の誤り")
    assert share.targets.get(fiscal_year=2023).value == 45


@pytest.mark.django_db
def test_rows_of_targets_and_actuals_under_one_name(client: Client, cast: SimpleNamespace) -> None:
    known = make_indicator(name="相談の件数", department=cast.tax, targets={2023: 5})
    rows = [
        ["指標名", "担当課", "区分", "R5", "R6"],
        ["相談の件数", "税務課", "目標", 5, 10],
        [None, None, "実績", 4, 9],
    ]
    kept = taken(client, sheet(rows, ("A2:A3", "B2:B3")))
    assert kept.counts == {"same": 2, "new": 3}, messages(kept)
    client.post(reverse("exchange:confirm", args=[kept.pk]), {"seen": kept.seen})
    assert {t.fiscal_year: t.value for t in known.targets.all()} == {2023: 5, 2024: 10}
    assert {a.as_of: a.value for a in known.actuals.all()} == {MARCH[2023]: 4, MARCH[2024]: 9}


@pytest.mark.django_db
@pytest.mark.parametrize(("words", "proposed"), [(("目標", "実績"), ""), (("成果", "活動"), "kind")])
def test_a_column_that_says_what_the_figures_are_is_no_kind_of_indicator(
    client: Client, words: tuple[str, str], proposed: str
) -> None:
    rows = [["指標名", "担当課", "区分", "R5", "R6"], *(["相談の件数", "税務課", word, 5, 10] for word in words)]
    draft = begun(client, sheet(rows, ()), "indicators:0", "指標.xlsx")
    step(client, draft, "sheet")
    draft.refresh_from_db()
    assert draft.chosen().columns.get(2, "") == proposed


@pytest.mark.django_db
def test_years_may_be_left_out(client: Client) -> None:
    make.make_department()
    draft = begun(client, sheet(), "indicators:0", "指標.xlsx")
    step(client, draft, "sheet")
    step(client, draft, "columns", grid=None)
    draft.refresh_from_db()
    assert draft.chosen().grid is False
    assert "目標と実績" not in client.get(page(client, draft, "preview")).content.decode()


MONEY = [
    ["指標名", "単位", "担当課", "R5目標", "R6目標", "R5実績"],
    ["削減した額", "百万円", "税務課", "5,000千円", "1億円", 7],
]


@pytest.mark.django_db
def test_amounts_come_in_the_unit_of_the_indicator(client: Client) -> None:
    kept = taken(client, sheet(MONEY, ()))
    client.post(reverse("exchange:confirm", args=[kept.pk]), {"seen": kept.seen})
    saved = Indicator.objects.get()
    assert {t.fiscal_year: t.value for t in saved.targets.all()} == {2023: 5, 2024: 100}
    assert saved.actuals.get().value == 7


@pytest.mark.django_db
def test_the_unit_of_an_indicator_that_is_there_counts_too(client: Client, cast: SimpleNamespace) -> None:
    known = make_indicator(name="削減した額", department=cast.tax, unit="千円")
    rows = [[row[0], *row[2:]] for row in MONEY]
    kept = taken(client, sheet(rows, ()))
    client.post(reverse("exchange:confirm", args=[kept.pk]), {"seen": kept.seen})
    assert {t.fiscal_year: t.value for t in known.targets.all()} == {2023: 5000, 2024: 100_000}


@pytest.mark.django_db
def test_an_amount_for_an_indicator_that_counts_no_money_is_refused(client: Client) -> None:
    rows = [MONEY[0], ["来た人", "人", *MONEY[1][2:]]]
    kept = taken(client, sheet(rows, ()))
    assert [m for m in messages(kept) if "数で入力してください" in m] != []
