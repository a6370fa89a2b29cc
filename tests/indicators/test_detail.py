"""The page of an indicator: chart, verdict, years, history of corrections, links, what each role may do."""

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
from strategy.models import Indicator
from strategy.services import indicators as services
from tests.builders import make_edition, make_element, make_item, make_layer, make_national_plan
from tests.indicators.builders import BY, make_correction, make_indicator

SignIn = Callable[[User], Client]


def url(indicator: Indicator) -> str:
    return f"/indicators/{indicator.pk}/"


@pytest.fixture
def reader(as_user: SignIn, cast: SimpleNamespace) -> Client:
    return as_user(cast.viewer)


def plain(text: str) -> str:
    text = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", text, flags=re.S)
    return " ".join(text.split())


def rate(cast: SimpleNamespace, **kw: object) -> Indicator:
    return make_indicator(
        **{
            "name": "利用率", "method": "rate", "unit": "％", "department": cast.tax, "baseline": D("12.4"),
            "baseline_on": dt.date(2023, 3, 31), "targets": {2025: D(45), 2026: D(60)},
            "actuals": {"2026-03-31": ("4400", "10300"), "2026-09-30": ("2780", "5210")},
        }
        | kw
    )  # fmt: skip


def test_verdict_fills_the_rule_with_the_figures(reader: Client, cast: SimpleNamespace) -> None:
    text = plain(reader.get(url(rate(cast))).text)
    assert "（実績 42.718 − 基準値 12.4）÷（目標 45 − 基準値 12.4） ＝ 93.0％" in text
    assert "令和8年3月31日の実績を使用" in text
    assert "令和8年度 年度途中 86.0％" in text
    assert "達成率 ＝（実績 − 基準値）÷（目標 − 基準値）" in text


def test_chart_has_its_table(reader: Client, cast: SimpleNamespace) -> None:
    response = reader.get(url(rate(cast)))
    assert 'role="img"' in response.text
    table = re.search(r'<details class="alt">.*?</details>', response.text, flags=re.S)
    assert table
    assert "令和4年度（基準値） — 12.4％ — 令和7年度 45％ 42.7％ 93.0％" in plain(table[0])


def test_chart_without_a_baseline_or_with_one_figure(reader: Client) -> None:
    only_goal = make_indicator(targets={2026: D(5)})
    only_actual = make_indicator(actuals={"2026-03-31": D(-3)})
    for indicator in (only_goal, only_actual):
        assert 'role="img"' in reader.get(url(indicator)).text
    assert "目標も実績もまだありません" in reader.get(url(make_indicator())).text


def test_history_shows_each_correction_with_old_value_reason_person_and_date(
    reader: Client, cast: SimpleNamespace
) -> None:
    indicator = rate(cast)
    actual = indicator.actuals.get(as_of=dt.date(2026, 3, 31))
    services.correct_actual(
        actual=actual, version=1, numerator=D(4380), denominator=D(10300), reason="二重に数えた20件を除いた",
        by=cast.secretariat,
    )  # fmt: skip
    services.correct_actual(
        actual=actual, version=2, numerator=D(4380), denominator=D(10000), reason="分母の誤り",
        as_of=dt.date(2026, 3, 30), by=cast.secretariat,
    )  # fmt: skip
    text = reader.get(url(indicator)).text
    assert '<del class="dm">42.7％（4,400/10,300）</del> → <ins class="dm">42.5％（4,380/10,300）</ins>' in text
    assert '<del class="dm">42.5％（4,380/10,300）</del> → <ins class="dm">43.8％（4,380/10,000）</ins>' in text
    assert '時点 <del class="dm">R8.3.31</del> から変更' in text
    assert "理由：二重に数えた20件を除いた" in text
    assert text.count("事務局（secretariat）") == 2
    assert re.search(r"令和\d+年\d+月\d+日 \d\d:\d\d　事務局", text)


def test_mark_stands_wherever_the_corrected_figure_does(reader: Client) -> None:
    indicator = make_indicator(targets={2025: D(10)}, actuals={"2026-03-31": D(9)})
    assert "tag mark" not in reader.get(url(indicator)).text
    make_correction(indicator.actuals.get(), 8)
    text = reader.get(url(indicator)).text
    parts = {
        "verdict": r'<div class="verdict">.*?</div>',
        "chart": r'<section class="card w7">.*?</section>',
        "table beside the chart": r'<details class="alt"><summary>数値.*?</details>',
        "years": r'aria-label="年度ごとの表">.*?</table>',
        "history": r'<section class="card" id="history">.*?</section>',
    }
    for name, pattern in parts.items():
        found = re.search(pattern, text, flags=re.S)
        assert found, name
        assert "訂正" in found[0], name
    assert f'href="/indicators/{indicator.pk}/#actual-{indicator.actuals.get().pk}"' in text


def test_withdrawn_actual_is_unknown_everywhere_and_stays_in_the_history(reader: Client, cast: SimpleNamespace) -> None:
    indicator = make_indicator(targets={2025: D(10)}, actuals={"2026-03-31": D(77)})
    services.correct_actual(
        actual=indicator.actuals.get(), version=1, withdraw=True, reason="別の指標の値", by=cast.secretariat
    )
    text = plain(reader.get(url(indicator)).text)
    assert "令和7年度の実績がありません" in text
    assert "77件 → （取り消し）" in text
    assert "実績なし" in plain(reader.get("/indicators/").text)


def test_qualitative_has_words_and_no_chart(reader: Client) -> None:
    indicator = make_indicator(
        qualitative=True, unit="", baseline_text="仕組みがない", baseline_on=dt.date(2023, 3, 31),
        targets={2025: "試行する"}, actuals={"2026-03-31": "3課で試行した"},
    )  # fmt: skip
    response = reader.get(url(indicator))
    assert 'role="img"' not in response.text
    text = plain(response.text)
    assert "令和7年度 試行する 3課で試行した R8.3.31" in text
    assert "計算の対象にしません" in text
    assert "仕組みがない（令和5年3月31日）" in text


def test_links_lead_to_elements_and_items(as_user: SignIn, cast: SimpleNamespace) -> None:
    layer = make_layer(edition=make_edition(status="published"), name="ビジョン")
    former = make_layer(edition=make_edition(plan=layer.edition.plan, status="archived", label="旧版"))
    draft = make_layer(edition=make_edition(plan=layer.edition.plan))
    shown, old, hidden = (
        make_element(layer=row, title=t) for row, t in ((layer, "便利"), (former, "古い"), (draft, "案"))
    )
    item = make_item(plan=make_national_plan(is_current=True), key="online", name="オンライン化")
    indicator = make_indicator(elements=[shown, old, hidden], items=[item, make_item(name="旧版の項目")])
    text = as_user(cast.viewer).get(url(indicator)).text
    assert f'href="/strategy/elements/{shown.pk}/"' in text
    assert 'href="/national/items/online/"' in text
    assert '<span class="tag">旧版</span>' in text
    assert "旧版の項目" in text
    assert f'href="/strategy/elements/{hidden.pk}/"' not in text


@pytest.mark.parametrize(
    ("who", "edit", "record"),
    [
        ("secretariat", True, True), ("lead", False, True), ("member", False, True), ("other_lead", False, False),
        ("executive", False, False), ("viewer", False, False), ("admin", False, False),
    ],
)  # fmt: skip
def test_buttons_match_what_the_role_may_do(
    as_user: SignIn, cast: SimpleNamespace, who: str, edit: bool, record: bool
) -> None:
    indicator = make_indicator(department=cast.tax, actuals={"2026-03-31": D(5)})
    text = as_user(getattr(cast, who)).get(url(indicator)).text
    assert (f"{url(indicator)}edit/" in text) is edit
    assert (f"{url(indicator)}archive/" in text) is edit
    assert ("/correct/" in text) is edit
    assert (f"{url(indicator)}actuals/create/" in text) is record


def test_strangers_and_wrong_numbers(as_user: SignIn, cast: SimpleNamespace, reader: Client) -> None:
    indicator = make_indicator()
    assert as_user(cast.nobody).get(url(indicator)).status_code == 403
    assert Client().get(url(indicator)).status_code == 302
    assert reader.get("/indicators/999999/").status_code == 404
    assert reader.get(f"/indicators/{'9' * 25}/").status_code == 404
    assert reader.post(url(indicator)).status_code == 405


# ---- archive and restore


def test_archive_can_be_undone(as_user: SignIn, cast: SimpleNamespace) -> None:
    client = as_user(cast.secretariat)
    indicator = make_indicator()
    response = client.post(f"{url(indicator)}archive/", {"version": "1"}, follow=True)
    assert "を保管しました" in response.text
    assert "使用を再開する" in response.text
    assert f"{url(indicator)}actuals/create/" not in response.text
    response = client.post(f"{url(indicator)}restore/", {"version": "2"}, follow=True)
    assert "使用を再開しました" in response.text
    indicator.refresh_from_db()
    assert indicator.archived_at is None


@pytest.mark.parametrize("version", ["", "x", "7", "9" * 40])
def test_archive_by_a_stale_page_is_refused(as_user: SignIn, cast: SimpleNamespace, version: str) -> None:
    indicator = make_indicator()
    response = as_user(cast.secretariat).post(f"{url(indicator)}archive/", {"version": version}, follow=True)
    assert "ほかの人が先に保存しています" in response.text
    indicator.refresh_from_db()
    assert indicator.archived_at is None


@pytest.mark.parametrize("act", ["archive", "restore"])
def test_only_the_secretariat_archives(as_user: SignIn, cast: SimpleNamespace, act: str) -> None:
    indicator = make_indicator(department=cast.tax)
    for who in ("lead", "member", "executive", "viewer", "admin", "nobody"):
        assert as_user(getattr(cast, who)).post(f"{url(indicator)}{act}/", {"version": "1"}).status_code == 403
    assert as_user(cast.secretariat).get(f"{url(indicator)}{act}/").status_code == 405
    indicator.refresh_from_db()
    assert indicator.archived_at is None


def test_same_queries_for_any_number_of_actuals(reader: Client) -> None:
    indicator = make_indicator(targets={2025: D(5)})

    def after(years: range) -> int:
        for year in years:
            services.record_actual(indicator=indicator, as_of=dt.date(year, 3, 31), value=D(year), by=BY)
            make_correction(indicator.actuals.get(as_of=dt.date(year, 3, 31)), year + 1)
        with CaptureQueriesContext(connection) as log:
            reader.get(url(indicator))
        return len(log)

    after(range(2000, 2001))
    assert after(range(2001, 2006)) == after(range(2006, 2016))
