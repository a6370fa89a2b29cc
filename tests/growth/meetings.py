"""Pages of the meetings."""

from types import SimpleNamespace

from meetings import services
from tests.access import pk
from tests.builders import make_action
from tests.growth.base import Page
from tests.growth.grow import grow_actions, grow_bodies
from tests.meetings.making import make_agenda, make_decision, make_meeting


def grow_meetings(world: SimpleNamespace) -> None:
    make_decision(meeting=make_meeting(body=world.body), department=world.own)


def grow_agenda(world: SimpleNamespace) -> None:
    """A longer agenda and more decisions of one meeting, each with an action."""
    make_agenda(meeting=world.meeting).actions.add(make_action(lead_department=world.own))
    decision = make_decision(meeting=world.meeting, department=world.own, due_on=world.meeting.held_on)
    decision.links.create(action=make_action(lead_department=world.own))
    world.meeting.attendance.create(post=f"職{decision.pk}", state="present")


def grow_reports(world: SimpleNamespace) -> None:
    world.decision.links.create(action=make_action(lead_department=world.own))
    world.decision.reports.create(text="進めた。", reported_label="税務課", reported_at="2026-11-01T00:00Z")


def grow_snapshots(world: SimpleNamespace) -> None:
    services.freeze_meeting(meeting=make_meeting(body=world.body), by=world.cast.secretariat)


PAGES = [
    Page("meetings:home", (grow_meetings, grow_agenda)),
    Page("meetings:create", (grow_bodies,)),
    Page("meetings:detail", (grow_agenda, grow_meetings), args=pk("meeting")),
    Page("meetings:attendance", (grow_agenda,), args=pk("meeting")),
    Page("meetings:agenda_propose", (grow_actions, grow_meetings), args=pk("meeting")),
    Page("meetings:bodies", (grow_bodies, grow_meetings)),
    Page("meetings:decisions", (grow_meetings, grow_agenda)),
    Page("meetings:decision", (grow_reports,), args=pk("decision")),
    Page("meetings:action_open", (grow_reports, grow_actions), args=pk("decision")),
    Page("meetings:action_link", (grow_reports, grow_actions), args=pk("decision")),
    Page("meetings:decision_create", (grow_agenda,), args=pk("meeting")),
    Page("meetings:snapshots", (grow_snapshots,)),
    Page("meetings:snapshot", (grow_snapshots, grow_actions), args=pk("snapshot")),
    Page("meetings:compare", (grow_actions,), data=lambda w: {"old": w.snapshot.pk, "new": "now"}),
    Page("meetings:compare", (grow_actions, grow_meetings)),
    Page("meetings:meeting_freeze", (grow_actions,), args=pk("meeting")),
    Page("meetings:round_freeze", (grow_actions,)),
]

SINGLE = {
    "meetings:edit", "meetings:agenda_create", "meetings:agenda_edit", "meetings:body_create", "meetings:body_edit",
    "meetings:decision_edit", "meetings:snapshot_json", "meetings:snapshot_correct",
}  # fmt: skip
