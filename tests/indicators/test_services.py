"""Writes of indicators: success, refusal, ledger row, rollback."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from lib.writes import StaleError
from strategy.models import ActualCorrection, Element, Indicator, IndicatorTarget
from strategy.services import indicators as services
from tests.builders import make_edition, make_element, make_item, make_layer
from tests.indicators.builders import correct, last_entry, make_actual, make_indicator, refusal

DAY = dt.date(2026, 3, 31)


def values(cast: SimpleNamespace, **kw: Any) -> dict[str, Any]:
    base = {
        "name": "オンライン申請の件数", "unit": "件", "kind": "outcome", "method": "single", "direction": "up",
        "department": cast.tax, "by": cast.secretariat,
    }  # fmt: skip
    return base | kw


def published_element(**kw: Any) -> Element:
    return make_element(layer=make_layer(edition=make_edition(status="published")), **kw)


# ---- create, update, targets


def test_create_stores_links_and_targets(cast: SimpleNamespace) -> None:
    element, item = published_element(title="行かない窓口"), make_item(name="オンライン化")
    given = values(cast, elements=[element], items=[item], targets={2026: D("60"), 2025: D(45)})
    indicator = services.create_indicator(**given)
    assert [(t.fiscal_year, t.value) for t in indicator.targets.all()] == [(2025, D(45)), (2026, D(60))]
    assert list(indicator.elements.all()) == [element]
    entry = last_entry()
    assert (entry.act, entry.object_label) == ("create", "オンライン申請の件数")
    assert entry.changes["department"] == [None, "税務課"]
    assert entry.changes["target 2026"] == [None, "60.000"]
    assert entry.changes["items"] == [None, ["オンライン化"]]


def test_rate_gets_its_unit(cast: SimpleNamespace) -> None:
    for unit in ("", "%", "％"):
        made = services.create_indicator(**values(cast, name=f"率{unit}", unit=unit, method="rate"))
        assert made.unit == "％"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"unit": "", "method": "single"}, "単位を入力"),
        ({"unit": "件", "method": "rate"}, "率の単位は％です"),
        ({"name": ""}, "空"),
        ({"kind": "other"}, "other"),
        ({"baseline": D(5)}, "いつの値か"),
        ({"baseline_on": DAY}, "基準値が空欄"),
        ({"baseline": D(5), "baseline_on": dt.date(2999, 1, 1)}, "先の日付"),
        ({"baseline": D(5), "baseline_on": dt.date(1980, 1, 1)}, "より前の日付"),
        ({"baseline": D("NaN"), "baseline_on": DAY}, "数"),
        ({"baseline": D("1e400"), "baseline_on": DAY}, "桁"),
        ({"baseline_text": "窓口だけ", "baseline_on": DAY}, "定性の指標だけ"),
        ({"qualitative": True, "baseline": D(5), "baseline_on": DAY}, "数の基準値は付けられません"),
        ({"targets": {2026: "全庁で運用"}}, "令和8年度の目標"),
        ({"targets": {2026: D("Infinity")}}, "令和8年度の目標"),
        ({"targets": {2026: D("1e13")}}, "令和8年度の目標"),
        ({"targets": {1900: D(1)}}, "1989"),
        ({"targets": {20260: D(1)}}, "2100"),
        ({"qualitative": True, "targets": {2026: D(5)}}, "文で"),
    ],
)
def test_create_is_refused_and_leaves_nothing(cast: SimpleNamespace, change: dict[str, Any], words: str) -> None:
    assert words in refusal(lambda: services.create_indicator(**values(cast, **change)))
    assert not Indicator.objects.exists()
    assert not IndicatorTarget.objects.exists()


def test_create_refuses_foreign_links_and_departments(cast: SimpleNamespace) -> None:
    draft = make_element(layer=make_layer(edition=make_edition(status="draft")), title="下書きの要素")
    gone = published_element()
    Element.objects.filter(pk=gone.pk).delete()
    cast.welfare.valid_to = dt.date(2025, 3, 31)
    cast.welfare.save()
    for change, words in (
        ({"elements": [draft]}, "下書きの要素"), ({"elements": [gone]}, "公開した版にありません"),
        ({"items": [SimpleNamespace(pk=10**6)]}, "国の項目"), ({"department": cast.welfare}, "廃止された所属"),
    ):  # fmt: skip
        assert words in refusal(lambda change=change: services.create_indicator(**values(cast, **change)))
    assert not Indicator.objects.exists()


def test_unknown_field_is_a_mistake_of_the_caller(cast: SimpleNamespace) -> None:
    with pytest.raises(TypeError, match="archived_at"):
        services.create_indicator(**values(cast, archived_at=timezone.now()))


def test_same_name_in_one_department_only_after_archiving(cast: SimpleNamespace) -> None:
    first = services.create_indicator(**values(cast))
    assert "同じ名前の指標" in refusal(lambda: services.create_indicator(**values(cast)))
    services.create_indicator(**values(cast, department=cast.welfare))
    services.archive_indicator(indicator=first, version=1, by=cast.secretariat)
    services.create_indicator(**values(cast))
    words = refusal(lambda: services.restore_indicator(indicator=first, version=2, by=cast.secretariat))
    assert "同じ名前の指標" in words


def test_update_records_only_what_changed(cast: SimpleNamespace) -> None:
    indicator = services.create_indicator(
        **values(cast, baseline=D("12.5"), baseline_on=DAY, targets={2025: D(45), 2026: D(60)})
    )
    services.update_indicator(
        indicator=indicator, version=1, name="申請の件数", baseline=D("12.50"), targets={2026: D("60.0"), 2027: D(70)},
        by=cast.secretariat,
    )  # fmt: skip
    assert last_entry().changes == {
        "name": ["オンライン申請の件数", "申請の件数"],
        "target 2025": ["45.000", None], "target 2027": [None, "70.000"],
    }  # fmt: skip


def test_update_leaves_links_and_targets_that_are_not_given(cast: SimpleNamespace) -> None:
    element = published_element()
    indicator = services.create_indicator(**values(cast, elements=[element], targets={2026: D(60)}))
    services.update_indicator(indicator=indicator, version=1, note="注", by=cast.secretariat)
    assert list(indicator.elements.all()) == [element]
    assert indicator.targets.count() == 1


def test_stale_update_is_refused_whole(cast: SimpleNamespace) -> None:
    indicator = services.create_indicator(**values(cast, targets={2026: D(60)}))
    services.update_indicator(indicator=indicator, version=1, name="先の人", by=cast.secretariat)
    with pytest.raises(StaleError) as caught:
        services.update_indicator(
            indicator=indicator, version=1, name="後の人", targets={2026: D(1)}, items=[make_item()],
            by=cast.secretariat,
        )  # fmt: skip
    assert caught.value.current.name == "先の人"
    indicator.refresh_from_db()
    assert (indicator.name, indicator.targets.get().value, indicator.items.count()) == ("先の人", D(60), 0)


def test_method_is_fixed_once_there_are_actuals(cast: SimpleNamespace) -> None:
    indicator = make_indicator(actuals={"2026-03-31": D(5)})
    for change in ({"method": "cumulative"}, {"qualitative": True}):
        words = refusal(
            lambda change=change: services.update_indicator(
                indicator=indicator, version=1, by=cast.secretariat, **change
            )
        )
        assert "実績があるため" in words


def test_change_of_kind_asks_for_the_targets_again(cast: SimpleNamespace) -> None:
    indicator = make_indicator(targets={2026: D(5)})
    change = {"indicator": indicator, "version": 1, "qualitative": True, "by": cast.secretariat}
    assert "目標も入力し直してください" in refusal(lambda: services.update_indicator(**change))
    services.update_indicator(**change, targets={2026: "全庁で運用する"})
    assert indicator.targets.get().text == "全庁で運用する"


def test_set_targets_replaces_all_and_moves_the_version(cast: SimpleNamespace) -> None:
    indicator = make_indicator(targets={2025: D(45), 2026: D(60)})
    services.set_targets(indicator=indicator, targets={2026: 65}, version=1, by=cast.secretariat)
    assert [(t.fiscal_year, t.value) for t in indicator.targets.all()] == [(2026, D(65))]
    assert last_entry().changes == {"target 2025": ["45.000", None], "target 2026": ["60.000", "65.000"]}
    with pytest.raises(StaleError):
        services.set_targets(indicator=indicator, targets={}, version=1, by=cast.secretariat)
    assert indicator.targets.count() == 1


def test_archive_and_restore(cast: SimpleNamespace) -> None:
    indicator = make_indicator()
    services.archive_indicator(indicator=indicator, version=1, by=cast.secretariat)
    assert last_entry().act == "archive"
    assert not Indicator.objects.live().exists()
    write = {"indicator": indicator, "by": cast.secretariat}
    for act in (
        lambda: services.update_indicator(**write, version=2, name="x"),
        lambda: services.record_actual(**write, as_of=DAY, value=D(1)),
        lambda: services.set_targets(**write, version=2, targets={}),
        lambda: services.archive_indicator(**write, version=2),
    ):
        assert "保管した指標は変更できません" in refusal(act)
    services.restore_indicator(**write, version=2)
    assert (last_entry().act, Indicator.objects.live().count()) == ("restore", 1)
    with pytest.raises(StaleError):
        services.archive_indicator(**write, version=1)


# ---- rollback


def test_failing_ledger_takes_every_write_back(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    indicator = make_indicator(targets={2026: D(5)}, actuals={"2026-03-31": D(10)})
    actual = indicator.actuals.get()

    def broken(**kw: Any) -> None:
        raise RuntimeError("ledger")

    monkeypatch.setattr(services.ledger, "record", broken)
    by = cast.secretariat
    for act in (
        lambda: services.create_indicator(**values(cast, targets={2026: D(1)})),
        lambda: services.update_indicator(indicator=indicator, version=1, name="x", targets={}, by=by),
        lambda: services.set_targets(indicator=indicator, version=1, targets={}, by=by),
        lambda: services.archive_indicator(indicator=indicator, version=1, by=by),
        lambda: services.record_actual(indicator=indicator, as_of=dt.date(2026, 9, 30), value=D(1), by=by),
        lambda: correct(actual, by, value=D(1)),
    ):
        with pytest.raises(RuntimeError):
            act()
    indicator.refresh_from_db()
    assert (Indicator.objects.count(), indicator.version, indicator.archived_at) == (1, 1, None)
    assert [t.value for t in indicator.targets.all()] == [D(5)]
    assert [a.value for a in indicator.actuals.all()] == [D(10)]
    assert not ActualCorrection.objects.exists()


# ---- the database keeps what the services promise


def test_database_refuses_what_slips_past_the_services(transactional_db: None) -> None:
    from django.db import IntegrityError

    indicator = make_indicator(actuals={"2026-03-31": D(1)})
    for act in (
        lambda: make_actual(indicator=indicator, as_of=DAY, value=D(2)),
        lambda: make_actual(indicator=indicator, as_of=dt.date(2025, 1, 1), numerator=D(1), denominator=D(0)),
        lambda: IndicatorTarget.objects.create(indicator=indicator, fiscal_year=2026),
        lambda: Indicator.objects.create(name=indicator.name, department=indicator.department),
        lambda: Indicator.objects.filter(pk=indicator.pk).update(baseline=D(1)),
    ):
        with pytest.raises(IntegrityError):
            act()
