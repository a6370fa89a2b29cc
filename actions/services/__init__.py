"""Writes of actions: the plan of an action, and what is reported on it."""

from actions.services.bulk import change_actions
from actions.services.grades import create_scale, grade_action, update_scale, use_scale
from actions.services.hurdles import (
    change_raised,
    create_hurdle,
    create_request,
    drop_raised,
    raise_hurdle,
    say_no_hurdle,
    update_hurdle,
    update_request,
)
from actions.services.merging import merge_action
from actions.services.plans import (
    archive_action,
    create_action,
    restore_action,
    set_milestones,
    set_phases,
    update_action,
    update_milestone,
)
from actions.services.reports import (
    accept_reports,
    ad_hoc_report,
    hold_actions,
    mark_no_change,
    mark_rest_no_change,
    save_report,
    unchanged,
    undo_report,
)

__all__ = [
    "accept_reports",
    "ad_hoc_report",
    "archive_action",
    "change_actions",
    "change_raised",
    "create_action",
    "create_hurdle",
    "create_request",
    "create_scale",
    "drop_raised",
    "grade_action",
    "hold_actions",
    "mark_no_change",
    "mark_rest_no_change",
    "merge_action",
    "raise_hurdle",
    "restore_action",
    "save_report",
    "say_no_hurdle",
    "set_milestones",
    "set_phases",
    "unchanged",
    "undo_report",
    "update_action",
    "update_hurdle",
    "update_milestone",
    "update_request",
    "update_scale",
    "use_scale",
]
