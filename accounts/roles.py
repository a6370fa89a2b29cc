"""Roles, permissions and the one table that joins them."""

from __future__ import annotations

from enum import Enum, StrEnum


class Role(StrEnum):
    ADMIN = "admin"
    SECRETARIAT = "secretariat"
    LEAD = "lead"
    MEMBER = "member"
    EXECUTIVE = "executive"
    VIEWER = "viewer"

    @property
    def label(self) -> str:
        return ROLE_LABELS[self]


ROLE_LABELS = {
    Role.ADMIN: "管理者",
    Role.SECRETARIAT: "事務局",
    Role.LEAD: "所属長",
    Role.MEMBER: "推進員",
    Role.EXECUTIVE: "本部員",
    Role.VIEWER: "閲覧",
}


def role_choices() -> list[tuple[str, str]]:
    return [(r.value, r.label) for r in Role]


class Permission(Enum):
    """What a role may do. Those in `SCOPED` hold only for the department of the membership."""

    READ = "read"  # published strategy, accepted reports and assessments
    READ_DRAFT_STRATEGY = "read_draft_strategy"
    EDIT_STRATEGY = "edit_strategy"
    EDIT_NATIONAL = "edit_national"
    EDIT_ACTION = "edit_action"
    REPORT_ACTION = "report_action"
    EDIT_FUNDING = "edit_funding"
    WRITE_PROPOSAL = "write_proposal"
    SUBMIT_PROPOSAL = "submit_proposal"
    DECIDE_PROPOSAL = "decide_proposal"
    READ_REPLY = "read_reply"
    ANSWER_REPLY = "answer_reply"
    APPROVE_REPLY = "approve_reply"
    GRADE_ACTION = "grade_action"
    MERGE_ACTION = "merge_action"  # the heir is often another department's
    WORK_HURDLE = "work_hurdle"
    RUN_ROUND = "run_round"
    RUN_MEETING = "run_meeting"
    READ_MINUTES = "read_minutes"  # what a meeting keeps for itself
    REPORT_DECISION = "report_decision"
    EDIT_RUBRIC = "edit_rubric"
    REVIEW_MATURITY = "review_maturity"
    READ_LEDGER = "read_ledger"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_BLANKS = "manage_blanks"  # the municipality's own 様式
    READ_ORPHANS = "read_orphans"  # what nobody is responsible for


P = Permission

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset({P.READ, P.READ_DRAFT_STRATEGY, P.READ_LEDGER, P.MANAGE_ACCOUNTS, P.READ_ORPHANS}),
    Role.SECRETARIAT: frozenset(P) - {P.MANAGE_ACCOUNTS},
    Role.LEAD: frozenset({
        P.READ, P.EDIT_ACTION, P.REPORT_ACTION, P.READ_REPLY, P.ANSWER_REPLY, P.APPROVE_REPLY,
        P.WRITE_PROPOSAL, P.SUBMIT_PROPOSAL, P.REPORT_DECISION,
    }),
    Role.MEMBER: frozenset({P.READ, P.READ_REPLY, P.ANSWER_REPLY, P.WRITE_PROPOSAL, P.REPORT_DECISION}),
    Role.EXECUTIVE: frozenset({P.READ, P.READ_MINUTES}),
    Role.VIEWER: frozenset({P.READ}),
}  # fmt: skip

SCOPED = frozenset({
    P.EDIT_ACTION, P.REPORT_ACTION, P.READ_REPLY, P.ANSWER_REPLY, P.APPROVE_REPLY, P.WRITE_PROPOSAL, P.SUBMIT_PROPOSAL,
    P.REPORT_DECISION,
})  # fmt: skip
SCOPED_ROLES = frozenset({Role.LEAD, Role.MEMBER})
