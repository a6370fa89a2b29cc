"""Writes of what departments report in a round about register rows and indicators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from lib import ledger
from lib.writes import StaleError, save_versioned
from rounds.models import Reply
from rounds.services import touch
from strategy.models import Indicator, IndicatorActual, RegisterEntry, ReportedFigure
from strategy.models.reported import ENTRY_VALUES, FIGURE_VALUES, typed
from strategy.services.indicators import check_actual, correct_actual, record_actual
from strategy.services.national import entry_refusals, update_entry

FIELDS = ("answer", "values", "comment")
CORRECTED = "照会の回答の訂正による"
# By the key of a section: which field names what is reported on.
TARGETS: dict[str, tuple[str, type[Model]]] = {
    "registers": ("entry", RegisterEntry), "indicators": ("indicator", Indicator),
}  # fmt: skip


@transaction.atomic
@ledger.gathered()
def report_entry(
    *, reply: Reply, entry: RegisterEntry, answer: str, values: Mapping[str, Any], version: int, by: Any
) -> ReportedFigure:
    """Store what a department says of one of its register rows; `version` is that of the report seen, 0 for none.

    `values` (any of ENTRY_VALUES) are checked as if they were stored on the row. Raises ValidationError by field,
    StaleError when somebody else has saved another answer since `version`.
    """
    if entry.department_id != reply.department_id or "registers" not in reply.round.sections:
        raise ValidationError("この照会でたずねていない行です。画面を開き直してください。")
    values = dict(values) if answer == "given" else {}
    if foreign := set(values) - set(ENTRY_VALUES):
        raise TypeError(f"not reportable: {sorted(foreign)}")
    _check_entry(entry, values)
    return _store(reply, {"entry": entry}, answer, values, "", version, by)


@transaction.atomic
@ledger.gathered()
def report_actual(
    *, reply: Reply, indicator: Indicator, answer: str, values: Mapping[str, Any], comment: str = "", version: int,
    by: Any,
) -> ReportedFigure:  # fmt: skip
    """Store the figure of one indicator for the period of the round, or that it is not known, which needs a comment."""
    if indicator.department_id != reply.department_id or "indicators" not in reply.round.sections:
        raise ValidationError("この照会でたずねていない指標です。画面を開き直してください。")
    if answer == "no_change":
        raise ValidationError("指標は、値を入力するか「今回は報告できない」を選んでください。")
    if answer == "unknown":
        if not comment.strip():
            raise ValidationError({"comment": "報告できない理由と、分かる時期を入力してください。"})
        values = {}
    else:
        check_actual(_actual(indicator, day_of(reply), values))
    return _store(reply, {"indicator": indicator}, answer, dict(values), comment.strip(), version, by)


def day_of(reply: Reply) -> dt.date:
    """The day for which a figure is reported: the last of the period, or today while the period still runs."""
    return min(reply.round.period_end, timezone.localdate())


def _check_entry(entry: RegisterEntry, values: Mapping[str, Any]) -> None:
    stored = RegisterEntry.objects.select_related("department").get(pk=entry.pk)
    asked = RegisterEntry.objects.select_related("department").get(pk=entry.pk)
    for name, value in values.items():
        setattr(asked, name, value)
    asked.full_clean()
    if errors := entry_refusals(asked, stored):
        raise ValidationError(errors)


def _actual(indicator: Indicator, day: dt.date, values: Mapping[str, Any]) -> IndicatorActual:
    return IndicatorActual(indicator=indicator, as_of=day, **{n: values[n] for n in FIGURE_VALUES if n in values})


def _store(
    reply: Reply, target: dict[str, Any], answer: str, values: dict[str, Any], comment: str, version: int, by: Any
) -> ReportedFigure:
    touch(reply=reply, by=by)
    stored = ReportedFigure.objects.select_related("entry", "indicator").filter(reply=reply, **target).first()
    report = stored or ReportedFigure(reply=reply, **target)
    before = ledger.state_of(report, FIELDS) if stored else {}
    report.answer, report.values, report.comment = answer, {k: ledger.plain(v) for k, v in values.items()}, comment
    report.clean_fields(exclude=("reply", "entry", "indicator"))
    after = ledger.state_of(report, FIELDS)
    if before == after:
        return report
    if stored is None:
        _create(report)
    else:
        save_versioned(report, version=version, fields=FIELDS)
    ledger.record(by=by, act="report", obj=report, before=before, after=after)
    return report


def _create(report: ReportedFigure) -> None:
    try:
        with transaction.atomic():
            report.save(force_insert=True)
    except IntegrityError as error:
        twin = ReportedFigure.objects.filter(
            reply=report.reply_id, entry=report.entry_id, indicator=report.indicator_id
        )
        raise StaleError(twin.first()) from error


def hold_figures(replies: Sequence[Reply], key: str) -> None:
    """Lock the rows of registers, or the indicators, that accepting the replies will write."""
    field, model = TARGETS[key]
    drafts = ReportedFigure.objects.filter(reply__in=replies, accepted_at__isnull=True, answer="given")
    rows = model._default_manager.filter(pk__in=drafts.values(field)).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


@transaction.atomic
def accept_figures(*, reply: Reply, key: str, by: Any) -> None:
    """Make the reports of one section (`registers` or `indicators`) official."""
    field, _ = TARGETS[key]
    rows = ReportedFigure.objects.filter(reply=reply, accepted_at__isnull=True, **{f"{field}__isnull": False})
    for report in rows.select_related("entry", "indicator").order_by("pk"):
        if report.answer == "given":
            _make_official(report, reply, by)
        report.accepted_at = timezone.now()
        save_versioned(report, version=report.version, fields=("accepted_at",), force=True)


def _make_official(report: ReportedFigure, reply: Reply, by: Any) -> None:
    values = typed(report.values)
    try:
        if report.entry:
            update_entry(entry=report.entry, version=report.entry.version, by=by, **values)
        else:
            _measure(report.indicator, day_of(reply), values, report.comment, by)
    except ValidationError as error:
        words = " ".join(error.messages)
        raise ValidationError(f"{report.entry or report.indicator}：{words}") from error


def _measure(indicator: Indicator, day: dt.date, values: dict[str, Any], comment: str, by: Any) -> None:
    """Record the figure; where the day has one already, another figure corrects it and keeps the old one."""
    there = indicator.actuals.filter(as_of=day).first()
    if there is None:
        record_actual(indicator=indicator, as_of=day, comment=comment, by=by, **values)
        return
    new = _actual(indicator, day, values)
    check_actual(new, instead_of=there)
    if any(getattr(new, name) != getattr(there, name) for name in FIGURE_VALUES):
        correct_actual(actual=there, version=there.version, reason=CORRECTED, by=by, **values)


@transaction.atomic
def reopen_figures(*, reply: Reply, key: str, by: Any) -> None:
    """Take the reports of a section back to drafts; what they made official stays until it is accepted anew."""
    field, _ = TARGETS[key]
    rows = ReportedFigure.objects.filter(reply=reply, accepted_at__isnull=False, **{f"{field}__isnull": False})
    for report in rows.select_related("entry", "indicator"):
        before = ledger.state_of(report, ("accepted_at",))
        report.accepted_at = None
        save_versioned(report, version=report.version, fields=("accepted_at",), force=True)
        ledger.record(by=by, act="correct", obj=report, before=before, after={"accepted_at": None})
