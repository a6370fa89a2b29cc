"""Pages of grades and moved dates."""

from tests.access import pk
from tests.actions.making import (
    grow_depth,
    grow_graded,
    grow_graded_replies,
    grow_hurdles,
    grow_raised,
    grow_scales,
)
from tests.growth.base import Page
from tests.growth.grow import grow_own_actions

PAGES = [
    Page("actions:grades", (grow_graded, grow_scales)),
    Page("actions:scales", (grow_scales,)),
    Page("actions:list", (grow_graded,), "executive"),
    Page("actions:detail", (grow_depth,), "executive"),
    Page("dashboard:overview", (grow_graded,), "executive"),
    Page("rounds:reply", (grow_graded_replies, grow_raised), "member"),
    Page("actions:row", (grow_own_actions,), "member"),
    Page("actions:merge", (grow_graded,)),
    Page("actions:bulk", (grow_graded,)),
    Page("actions:hurdles", (grow_hurdles,)),
    Page("actions:hurdle", (grow_hurdles,)),
    Page("actions:hurdle_create", (grow_graded,)),
    Page("actions:hurdle_edit", (grow_hurdles,), args=pk("hurdle")),
    Page("actions:requests", (grow_hurdles,)),
]
SINGLE = {
    "actions:milestone", "actions:head_grade", "actions:scale", "actions:scale_create", "actions:request_create",
    "actions:request_edit", "actions:raised_hurdle",
}  # fmt: skip
