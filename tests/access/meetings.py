"""Meetings: bodies, agenda, decisions, snapshots, comparison."""

from tests.access.base import SECRETARIAT, Row, everyone, form, may, pk

OWN_ANSWER = may("secretariat", "lead", "member", ok=422)
OWN_LEAD = may("secretariat", "lead")
POSTED = may("secretariat", ok=302)

ROWS = [
    Row("meetings:home", everyone()),
    *form("meetings:create", "secretariat"),
    Row("meetings:detail", everyone(), args=pk("meeting")),
    *form("meetings:edit", "secretariat", args=pk("meeting")),
    *form("meetings:attendance", "secretariat", args=pk("meeting")),
    Row("meetings:agenda_propose", SECRETARIAT, args=pk("meeting")),
    Row("meetings:agenda_propose", POSTED, "POST", args=pk("meeting"), fragment=204),
    *form("meetings:agenda_create", "secretariat", args=pk("meeting")),
    *form("meetings:agenda_edit", "secretariat", args=pk("agenda_item")),
    Row("meetings:agenda_move", POSTED, "POST", args=pk("agenda_item"), fragment=204),
    Row("meetings:agenda_remove", POSTED, "POST", args=pk("agenda_item"), fragment=204),
    Row("meetings:bodies", everyone()),
    *form("meetings:body_create", "secretariat"),
    *form("meetings:body_edit", "secretariat", args=pk("body")),
    Row("meetings:decisions", everyone()),
    *form("meetings:decision_create", "secretariat", args=pk("meeting")),
    Row("meetings:decision", everyone(), args=pk("decision")),
    *form("meetings:decision_edit", "secretariat", args=pk("decision")),
    Row("meetings:decision_report", OWN_ANSWER, "POST", args=pk("decision"), case="empty"),
    Row("meetings:decision_finish", POSTED, "POST", args=pk("decision"), fragment=204),
    Row("meetings:decision_reopen", POSTED, "POST", args=pk("decision"), fragment=204),
    Row("meetings:action_open", OWN_LEAD, args=pk("decision")),
    Row("meetings:action_open", may("secretariat", "lead", ok=422), "POST", args=pk("decision"), case="empty"),
    Row("meetings:action_link", OWN_LEAD, args=pk("decision")),
    Row("meetings:action_link", may("secretariat", "lead", ok=422), "POST", args=pk("decision"), case="empty"),
    Row("meetings:action_unlink", POSTED, "POST", args=pk("decision_link"), fragment=204),
    Row("meetings:snapshots", everyone()),
    Row("meetings:snapshot", everyone(), args=pk("snapshot")),
    Row("meetings:snapshot_json", everyone(), args=pk("snapshot")),
    *form("meetings:snapshot_correct", "secretariat", args=pk("snapshot")),
    Row("meetings:meeting_freeze", SECRETARIAT, args=pk("meeting")),
    Row("meetings:meeting_freeze", POSTED, "POST", args=pk("meeting"), fragment=204),
    Row("meetings:round_freeze", SECRETARIAT, args=lambda world: {"pk": world.round.pk}),
    Row("meetings:round_freeze", POSTED, "POST", args=lambda world: {"pk": world.round.pk}, fragment=204),
    Row("meetings:compare", everyone()),
]
