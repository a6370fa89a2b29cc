"""Writes of the meetings."""

from meetings.services.bodies import create_body, load_bodies, update_body
from meetings.services.decisions import (
    add_decision,
    change_action,
    finish_decision,
    link_action,
    open_action,
    reopen_decision,
    report_decision,
    unlink_action,
    update_decision,
)
from meetings.services.meetings import (
    add_agenda,
    move_agenda_item,
    plan_meeting,
    record_attendance,
    remove_agenda_item,
    update_agenda_item,
    update_meeting,
)
from meetings.services.snapshots import correct_snapshot, freeze_meeting, freeze_round

__all__ = [
    "add_agenda",
    "add_decision",
    "change_action",
    "correct_snapshot",
    "create_body",
    "finish_decision",
    "freeze_meeting",
    "freeze_round",
    "link_action",
    "load_bodies",
    "move_agenda_item",
    "open_action",
    "plan_meeting",
    "record_attendance",
    "remove_agenda_item",
    "reopen_decision",
    "report_decision",
    "unlink_action",
    "update_agenda_item",
    "update_body",
    "update_decision",
    "update_meeting",
]
