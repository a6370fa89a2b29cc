"""The meetings of サンプル市, told in their order: what was frozen, decided, reported, and what comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from actions.models import Action
from dxportal.demo.clock import moment, telling
from dxportal.demo.files import read
from dxportal.demo.halves import half, round_days
from dxportal.demo.people import People
from meetings import calendar, services
from meetings.models import Body, Decision, Meeting
from meetings.queries_proposals import proposed
from rounds.models import Round

OFFICE = "secretariat"
CLOCK = dt.time(10, 0)


def script() -> dict[str, Any]:
    return read("demo_meetings.json", {})


def set_up_bodies(posts: People) -> None:
    """Weekday, week and deputies, which the city decides for itself."""
    for name, values in script()["bodies"].items():
        body = Body.objects.get(name=name)
        services.update_body(body=body, version=body.version, by=posts.actor(OFFICE), **values)


def tell_meetings_after(offset: int, today: dt.date, posts: People) -> None:
    """Sittings that follow the round about the half-year at `offset`, with what was frozen for them."""
    for told in script()["meetings"]:
        if told.get("offset") == offset:
            day = calendar.workday(half(today, offset).end + dt.timedelta(days=told["days"]))
            closes = round_days(today, offset).closes or day
            _tell(told, max(day, calendar.workday(closes + dt.timedelta(days=1))), today, posts)


def tell_recent_meetings(today: dt.date, posts: People) -> None:
    """Sittings counted back from today, follow-ups that are due by now, and the next sitting with its agenda."""
    for told in script()["meetings"]:
        if "ago" in told:
            _tell(told, calendar.workday(today - dt.timedelta(days=told["ago"])), today, posts)
    _plan_next(script()["next"], today, posts)


def _tell(told: Mapping[str, Any], day: dt.date, today: dt.date, posts: People) -> None:
    by = posts.actor(OFFICE)
    with telling(moment(day - dt.timedelta(days=14), 9)):
        body = Body.objects.get(name=told["body"])
        meeting = services.plan_meeting(
            body=body, held_on=day, by=by, starts_at=CLOCK, place=script()["place"],
        )  # fmt: skip
        services.add_agenda(meeting=meeting, rows=[_item(row) for row in told["agenda"]], by=by)
    with telling(moment(day, 8)):
        if told.get("round"):
            services.freeze_round(round_=Round.objects.order_by("-period_end").first(), by=by)
        if told["freeze"]:
            services.freeze_meeting(meeting=meeting, by=by)
    with telling(moment(day, 17)):
        services.record_attendance(meeting=meeting, rows=_attendance(meeting, told["absent"]), by=by)
        services.update_meeting(
            meeting=meeting, version=meeting.version, by=by, state="held", minutes=told["minutes"],
            internal_minutes=told["internal"],
        )  # fmt: skip
        made = [(d, _decide(meeting, d, posts)) for d in told["decisions"]]
    for row, decision in made:
        _follow_up(row, decision, day, today, posts)


def _item(row: list[Any]) -> dict[str, Any]:
    kind, title, note, codes = row
    return {"kind": kind, "title": title, "note": note, "actions": Action.objects.filter(code__in=codes)}


def _attendance(meeting: Meeting, told: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """`told` names who was away: absent, or the deputy who came."""
    rows = []
    for post in meeting.body.members:
        away = told.get(post, "present")
        known = away in ("present", "absent")
        rows.append((post, away if known else "deputy", "" if known else away))
    return rows


def _decide(meeting: Meeting, row: Mapping[str, Any], posts: People) -> Decision:
    by, due = posts.actor(OFFICE), row.get("due")
    decision = services.add_decision(
        meeting=meeting, by=by, kind=row["kind"], text=row["text"],
        department=posts.departments[row["department"]] if "department" in row else None,
        due_on=calendar.workday(meeting.held_on + dt.timedelta(days=due)) if due else None,
    )  # fmt: skip
    for action in Action.objects.filter(code__in=row.get("actions", ())):
        services.link_action(decision=decision, action=action, by=by)
    return decision


def _follow_up(row: Mapping[str, Any], decision: Decision, day: dt.date, today: dt.date, posts: People) -> None:
    """What happened by now; the rest of the story has not come yet."""
    if row["kind"] == "decision":
        with telling(moment(day, 18)):
            services.finish_decision(decision=decision, version=decision.version, by=posts.actor(OFFICE))
    for days, text in row.get("reports", ()):
        at = calendar.workday(day + dt.timedelta(days=days))
        if at < today:
            with telling(moment(at, 15)):
                decision.refresh_from_db()
                by = posts.lead(row["department"])
                services.report_decision(decision=decision, version=decision.version, text=text, by=by)
    closed = calendar.workday(day + dt.timedelta(days=row.get("done", 10_000)))
    if closed < today:
        with telling(moment(closed, 16)):
            decision.refresh_from_db()
            services.finish_decision(decision=decision, version=decision.version, by=posts.actor(OFFICE))


def _plan_next(told: Mapping[str, Any], today: dt.date, posts: People) -> None:
    """The next 本部会議, its agenda chosen from what the portal proposes."""
    by = posts.actor(OFFICE)
    with telling(moment(today - dt.timedelta(days=1), 20)):
        meeting = services.plan_meeting(
            body=Body.objects.get(name=told["body"]), by=by, starts_at=CLOCK, place=told["place"],
            held_on=calendar.workday(today + dt.timedelta(days=told["ahead"])),
        )  # fmt: skip
        rows = [
            {"kind": p.kind, "title": p.title, "note": p.note, "actions": p.actions}
            for p in _chosen(proposed(meeting, today).rows, told["most"])
        ]
        services.add_agenda(meeting=meeting, rows=rows, by=by)


def _chosen(rows: list[Any], most: int) -> list[Any]:
    """Half of the agenda is to be discussed, the rest to be reported."""
    discuss = [p for p in rows if p.kind == "discuss"][: most // 2]
    return [*discuss, *[p for p in rows if p.kind == "report"][: most - len(discuss)]]
