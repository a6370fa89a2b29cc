"""Pages of 導入計画書."""

from tests.access import pk
from tests.growth.base import Page
from tests.money.making import grow_proposals

PAGES = [
    Page("actions:proposals", (grow_proposals,)),
    Page("actions:proposals", (grow_proposals,), "lead"),
    Page("actions:proposal", (grow_proposals,), args=pk("in_review")),
    Page("actions:proposal_decide", (grow_proposals,)),
    Page("actions:proposal_review", (grow_proposals,)),
]
SINGLE = {"actions:proposal_create", "actions:proposal_edit", "actions:proposal_sheet"}
