"""Beside the figures in the rounds of サンプル市: a free question, remarks, late entries, a milestone moved, files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from actions.services.bulk import month_end_shift
from dxportal.demo.files import read
from dxportal.demo.halves import Days, Steps, workday
from dxportal.demo.work import Job
from lib import ledger
from rounds import services
from rounds.models import Reply

LATE_BY = 3


def told() -> dict[str, Any]:
    return read("demo_round.json", {})


def questions() -> list[Mapping[str, Any]]:
    """What the open round asks beside its sections; nobody has to answer."""
    return told()["questions"]


def tell_answer(reply: Reply, by: ledger.Actor) -> None:
    """The department's answer to the free question, where it has one."""
    words = told()["answers"].get(reply.department.code)
    if words:
        question = reply.round.questions.get()
        services.save_answer(reply=reply, question=question, value=words, version=0, by=by)


def tell_files(reply: Reply, offset: int, by: ledger.Actor) -> None:
    """The files that the department attaches; with a byte order mark, for spreadsheets to know that it is UTF-8."""
    written = told()["attached"].get(str(offset), {}).get(reply.department.code, {})
    uploads = [SimpleUploadedFile(n, "\r\n".join([*lines, ""]).encode("utf-8-sig")) for n, lines in written.items()]
    if uploads:
        services.attach_files(reply=reply, uploads=uploads, by=by)


def remarks(reply: Reply) -> list[services.Mark]:
    """What 事務局 asks to be corrected at single items."""
    written = told()["remarks"]
    reports = reply.reports.filter(action__code__in=written).select_related("action").order_by("action__code")
    return [
        services.Mark("progress", f"a-{r.action_id}", r.action.title, written[r.action.code]) for r in reports
    ]  # fmt: skip


def steps_of(code: str, offset: int, days: Days, steps: Steps) -> Steps:
    """The steps of a reply; a late department hands in after the due day, before the round is closed."""
    if code not in told()["late"].get(str(offset), []):
        return steps
    submitted = workday(days.due + dt.timedelta(days=LATE_BY))
    return replace(steps, submitted=submitted, approved=submitted, accepted=submitted)


def moved_milestones(job: Job) -> dict[str, dict[str, str]]:
    """The last open milestone of an action whose department proposes a later date for it."""
    months = told()["moved"].get(job.code)
    stone = job.stored.milestones.filter(done_on__isnull=True).last() if months else None
    if stone is None:
        return {}
    new = month_end_shift(stone.due_on, months)
    return {str(stone.pk): {"title": stone.title, "old_on": stone.due_on.isoformat(), "due_on": new.isoformat()}}
