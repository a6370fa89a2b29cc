"""Models of the meetings: bodies, meetings with agenda and attendance, decisions, frozen snapshots."""

from meetings.models.bodies import Body
from meetings.models.decisions import Decision, DecisionAction, DecisionReport
from meetings.models.meetings import AgendaItem, Attendance, Meeting
from meetings.models.packs import PackChoice, PackFile
from meetings.models.publications import Publication
from meetings.models.snapshots import Snapshot

__all__ = [
    "AgendaItem",
    "Attendance",
    "Body",
    "Decision",
    "DecisionAction",
    "DecisionReport",
    "Meeting",
    "PackChoice",
    "PackFile",
    "Publication",
    "Snapshot",
]
