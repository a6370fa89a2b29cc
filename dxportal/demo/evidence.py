"""What stands beside the maturity of サンプル市: a usage survey, a questionnaire, other cities, national figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from dxportal.demo.clock import moment, telling
from dxportal.demo.files import read
from dxportal.demo.halves import month_end
from dxportal.demo.people import People
from lib import ledger
from maturity.models import Axis
from maturity.services import references, surveys

USAGE = ("system", "accounts", "all_unused", "excluded_note", "low_use_rule", "source", "note")
FEATURE = ("feature", "unused", "low_use", "missing")
TRIAGE = ("triage", "action_ref", "triage_note")


def tell_evidence(today: dt.date, posts: People) -> None:
    """Store all of fixtures/demo_evidence.json as 事務局 would have entered it on the day before `today`."""
    told = read("demo_evidence.json", {})
    by = posts.actor("secretariat")
    with telling(moment(today - dt.timedelta(days=1), 20)):
        _tell_usage(told["usage"], today, by)
        _tell_questionnaire(told["questionnaire"], today, posts, by)
        _tell_references(told["references"], today, by)
        for row in told["indicators"]:
            _tell_indicator(row, by)


def _tell_usage(told: Mapping[str, Any], today: dt.date, by: ledger.Actor) -> None:
    surveys.create_usage(
        **{name: told[name] for name in USAGE}, as_of=month_end(today, -told["months_ago"]), by=by,
        rows=[dict(zip(FEATURE, row, strict=True)) for row in told["features"]],
    )  # fmt: skip


def _tell_questionnaire(told: Mapping[str, Any], today: dt.date, posts: People, by: ledger.Actor) -> None:
    survey = surveys.create_questionnaire(
        title=told["title"], held_on=month_end(today, -told["months_ago"]), note=told["note"], by=by
    )
    for row in told["answers"]:
        answer = surveys.create_answer(
            survey=survey, department=posts.departments[row["department"]], kind=row["kind"], problem=row["problem"],
            wish=row["wish"], by=by,
        )  # fmt: skip
        if row["triage"] != "open":
            surveys.triage_answer(answer=answer, version=answer.version, by=by, **{n: row[n] for n in TRIAGE})


def _tell_references(told: Sequence[Mapping[str, Any]], today: dt.date, by: ledger.Actor) -> None:
    axes = {axis.key: axis.pk for axis in Axis.objects.filter(rubric__is_current=True)}
    for row in told:
        references.create_reference(
            municipality=row["municipality"], as_of=month_end(today, -row["months_ago"]), source=row["source"],
            note=row["note"], levels={axes[k]: Decimal(v) for k, v in row["levels"].items()}, by=by,
        )  # fmt: skip


def _tell_indicator(row: Mapping[str, Any], by: ledger.Actor) -> None:
    values = dict(row) | {
        "as_of": dt.date.fromisoformat(row["as_of"]),
        "national_value": Decimal(row["national_value"]),
    }
    references.create_indicator(**values, by=by)
