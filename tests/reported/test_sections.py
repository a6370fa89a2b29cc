"""Register rows and indicators in a reply: saved, refused, accepted, frozen, corrected."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from audit.models import Entry
from lib.writes import StaleError
from rounds.models import Reply
from strategy import queries_reported as queries
from strategy.models import Indicator, RegisterEntry, ReportedFigure
from strategy.sections import IndicatorSection, RegisterSection
from strategy.services import reported as services
from tests.builders import make_register_entry, make_reply, make_round
from tests.indicators.builders import make_indicator

PERIOD_END = dt.date(2025, 9, 30)


@pytest.fixture
def reply(cast: SimpleNamespace) -> Reply:
    return make_reply(round=make_round("2025H1", sections=["registers", "indicators"]), department=cast.tax)


@pytest.fixture
def entry(cast: SimpleNamespace) -> RegisterEntry:
    return make_register_entry(department=cast.tax, group="子育て", applicable="yes", state="working", volume=100)


@pytest.fixture
def indicator(cast: SimpleNamespace) -> Indicator:
    return make_indicator(department=cast.tax, name="電子申告の件数", actuals={"2025-03-31": 40})


def report(reply: Reply, entry: RegisterEntry, by: Any, version: int = 0, **values: Any) -> ReportedFigure:
    return services.report_entry(reply=reply, entry=entry, answer="given", values=values, version=version, by=by)


def measure(reply: Reply, indicator: Indicator, by: Any, version: int = 0, **values: Any) -> ReportedFigure:
    return services.report_actual(
        reply=reply, indicator=indicator, answer="given", values=values, version=version, by=by
    )


def accept(reply: Reply, by: Any) -> None:
    for section in (RegisterSection(), IndicatorSection()):
        section.accept(reply=reply, by=by)


# ---- saving


def test_a_report_is_a_draft_until_the_reply_is_accepted(reply: Reply, entry: RegisterEntry, cast) -> None:
    report(reply, entry, cast.member, volume=200, online_volume=50)
    entry.refresh_from_db()
    assert (entry.volume, entry.online_volume) == (100, None)
    last = Entry.objects.order_by("-seq")[0]
    assert (last.act, last.actor) == ("report", cast.member.ledger_label)
    accept(reply, cast.secretariat)
    entry.refresh_from_db()
    assert (entry.volume, entry.online_volume, entry.state) == (200, 50, "working")
    assert ReportedFigure.objects.get().accepted_at is not None


def test_no_change_is_an_answer_and_moves_nothing(reply: Reply, entry: RegisterEntry, cast) -> None:
    section, version = RegisterSection(), entry.version
    assert section.standing(reply).done == 0
    services.report_entry(reply=reply, entry=entry, answer="no_change", values={"volume": 5}, version=0, by=cast.member)
    assert (section.standing(reply).done, section.standing(reply).total) == (1, 1)
    assert section.changes([reply])[reply.pk] == []
    accept(reply, cast.secretariat)
    entry.refresh_from_db()
    assert (entry.volume, entry.version) == (100, version)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"volume": 10, "online_volume": 20}, "online_volume"),
        ({"state": "done", "done_on": None}, "done_on"),
        ({"state": "done", "done_on": dt.date(2100, 1, 1)}, "done_on"),
        ({"volume": None, "online_volume": 3}, "volume"),
        ({"volume_year": 2100}, "volume_year"),
    ],
)
def test_a_report_that_the_register_would_refuse(reply, entry, cast, values: dict, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        report(reply, entry, cast.member, **values)
    assert field in refused.value.error_dict
    assert not ReportedFigure.objects.exists()


def test_a_foreign_row_or_a_round_that_does_not_ask(reply: Reply, entry: RegisterEntry, cast) -> None:
    foreign = make_register_entry(department=cast.welfare, register=entry.register)
    with pytest.raises(ValidationError, match="たずねていない行"):
        report(reply, foreign, cast.member, volume=1)
    other = make_reply(round=make_round("2024H1", sections=["progress"]), department=cast.tax)
    with pytest.raises(ValidationError, match="たずねていない行"):
        report(other, entry, cast.member, volume=1)


def test_the_second_member_sees_what_the_first_said(reply: Reply, entry: RegisterEntry, cast) -> None:
    first = report(reply, entry, cast.member, volume=200)
    with pytest.raises(StaleError) as stale:
        report(reply, entry, cast.lead, version=0, volume=300)
    assert stale.value.current == first
    assert report(reply, entry, cast.lead, version=first.version, volume=300).values["volume"] == 300


def test_the_same_again_writes_nothing(reply: Reply, entry: RegisterEntry, cast) -> None:
    report(reply, entry, cast.member, volume=200)
    entries = Entry.objects.count()
    report(reply, entry, cast.member, version=1, volume=200)
    assert Entry.objects.count() == entries


def test_nothing_can_be_said_after_submission(reply: Reply, entry: RegisterEntry, cast) -> None:
    Reply.objects.filter(pk=reply.pk).update(state="approved")
    reply.refresh_from_db()
    with pytest.raises(ValidationError):
        report(reply, entry, cast.member, volume=200)


# ---- indicators


def test_a_figure_becomes_an_actual_of_the_period(reply: Reply, indicator: Indicator, cast) -> None:
    measure(reply, indicator, cast.member, value=Decimal("55.5"))
    assert not indicator.actuals.filter(as_of=PERIOD_END).exists()
    [change] = IndicatorSection().changes([reply])[reply.pk]
    assert change.pairs == [("実績", "40件", "55.5件")]
    accept(reply, cast.secretariat)
    assert indicator.actuals.get(as_of=PERIOD_END).value == Decimal("55.5")


def test_unknown_needs_a_comment_and_is_never_zero(reply: Reply, indicator: Indicator, cast) -> None:
    values = {"reply": reply, "indicator": indicator, "answer": "unknown", "values": {}, "version": 0}
    with pytest.raises(ValidationError) as refused:
        services.report_actual(**values, by=cast.member)
    assert "comment" in refused.value.error_dict
    services.report_actual(**values, comment="集計は12月", by=cast.member)
    accept(reply, cast.secretariat)
    assert not indicator.actuals.filter(as_of=PERIOD_END).exists()
    assert IndicatorSection().standing(reply).done == 1


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ({"method": "rate", "unit": "％"}, {"numerator": Decimal(1), "denominator": Decimal(0)}, "denominator"),
        ({"method": "rate", "unit": "％"}, {"numerator": None, "denominator": None}, "numerator"),
        ({"method": "cumulative"}, {"value": Decimal(1)}, "value"),
        ({}, {"value": None}, "value"),
    ],
)
def test_a_figure_that_could_not_be_recorded(reply, cast, kind: dict, values: dict, field: str) -> None:
    odd = make_indicator(department=cast.tax, actuals={} if "unit" in kind else {"2025-03-31": 40}, **kind)
    with pytest.raises(ValidationError) as refused:
        measure(reply, odd, cast.member, **values)
    assert field in refused.value.error_dict
    assert not ReportedFigure.objects.exists()


def test_a_corrected_reply_corrects_the_actual_and_keeps_the_old_value(reply, indicator, cast) -> None:
    measure(reply, indicator, cast.member, value=Decimal(55))
    accept(reply, cast.secretariat)
    for section in (RegisterSection(), IndicatorSection()):
        section.reopen(reply=reply, by=cast.secretariat)
    now = ReportedFigure.objects.get()
    assert now.accepted_at is None
    measure(reply, indicator, cast.member, version=now.version, value=Decimal(57))
    accept(reply, cast.secretariat)
    actual = indicator.actuals.get(as_of=PERIOD_END)
    assert actual.value == 57
    assert [c.old_value for c in actual.corrections.all()] == [Decimal(55)]


def test_what_the_register_refuses_by_now_stops_the_acceptance(reply, entry, cast) -> None:
    report(reply, entry, cast.member, volume=200, online_volume=150)
    RegisterEntry.objects.filter(pk=entry.pk).update(prefectural=True)
    with pytest.raises(ValidationError, match=str(entry)):
        accept(reply, cast.secretariat)
    entry.refresh_from_db()
    assert entry.volume == 100


# ---- what is kept


def test_frozen_with_labels(reply: Reply, entry: RegisterEntry, indicator: Indicator, cast) -> None:
    report(reply, entry, cast.member, volume=200)
    measure(reply, indicator, cast.member, value=Decimal(55))
    rows = RegisterSection().freeze(reply)
    assert rows["rows"] == [[str(entry.register), entry.name, "報告あり", "年間件数：100 → 200"]]
    frozen = IndicatorSection().freeze(reply)
    assert frozen["as_of"] == "2025-09-30"
    assert frozen["rows"] == [["電子申告の件数", "55件", "—"]]


def test_each_row_comes_once_with_its_report(reply: Reply, entry: RegisterEntry, indicator: Indicator, cast) -> None:
    """Other replies of the department, other figures of the indicator and other departments change nothing."""
    other = make_reply(round=make_round("2024H2", sections=["registers", "indicators"]), department=cast.tax)
    report(other, entry, cast.member, volume=1)
    measure(other, indicator, cast.member, value=Decimal(1))
    report(reply, entry, cast.member, volume=200)
    indicator.actuals.create(as_of=dt.date(2024, 3, 31), value=30)
    make_register_entry(register=entry.register, department=cast.welfare)
    blank = make_indicator(department=cast.tax, name="まだ実績のない指標")
    [row] = queries.entry_rows(reply)
    rows = queries.actual_rows(reply)
    assert (row.entry, row.report) == (entry, ReportedFigure.objects.get(reply=reply))
    assert [(r.indicator, r.before, r.report) for r in rows] == [(blank, "—", None), (indicator, "40件", None)]
    found = queries.reported_actuals([reply, other])
    assert [(r.indicator, r.before) for r in found[other.pk]] == [(indicator, "40件")]
    assert found[reply.pk] == []
