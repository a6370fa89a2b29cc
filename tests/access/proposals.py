"""導入計画書: drafts are the department's and 事務局's; sheets are their reviewer's."""

from tests.access.base import HIDDEN, OWN, Row, everyone, form, may, pk

LEADING = may("secretariat", "lead", ok=302, member=403, **HIDDEN)
DECIDING = {"lead": 403, "member": 403} | HIDDEN

ROWS = [
    Row("actions:proposals", everyone()),
    *form("actions:proposal_create", *OWN, "other_lead"),
    Row("actions:proposal", may(*OWN, **HIDDEN), args=pk("proposal"), case="draft"),
    Row("actions:proposal", may(*OWN, "executive", **HIDDEN), args=pk("in_review"), case="in review"),
    *form("actions:proposal_edit", *OWN, args=pk("proposal"), **HIDDEN),
    Row("actions:proposal_delete", may(*OWN, ok=302, **HIDDEN), "POST", args=pk("proposal")),
    Row("actions:proposal_submit", LEADING, "POST", args=pk("proposal")),
    Row("actions:proposal_withdraw", LEADING, "POST", args=pk("handed_in")),
    *form("actions:proposal_review", "secretariat", args=pk("handed_in"), **DECIDING),
    *form("actions:proposal_sheet", "secretariat", "executive", args=pk("in_review"), **HIDDEN),
    *form("actions:proposal_decide", "secretariat", args=pk("in_review"), **DECIDING, executive=403),
]
