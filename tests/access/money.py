"""Budgets and funding programmes."""

from tests.access.base import SECRETARIAT, Row, everyone, form, may, pk

ROWS = [
    Row("actions:budgets", everyone()),
    Row("actions:budgets", everyone(), data=lambda w: {"gap": "none"}, case="without rows"),
    Row("actions:budget_totals", everyone()),
    Row("actions:budget_totals", everyone(), data=lambda w: {"by": "item"}, case="by item"),
    Row("actions:budget_season", everyone()),
    Row("actions:budget_grid", may("secretariat", "lead", "other_lead")),
    Row(
        "actions:budget_grid", may("secretariat", "lead"), data=lambda w: {"department": w.own.pk},
        case="one department",
    ),
    Row("actions:budget_grid", may("secretariat", "lead", "other_lead", ok=422), "POST", case="empty"),
    Row("actions:budget_create", may("secretariat", "lead"), args=pk("action")),
    Row("actions:budget_create", may("secretariat", "lead", ok=422), "POST", args=pk("action"), case="empty"),
    Row("actions:budget_edit", may("secretariat", "lead"), args=pk("budget")),
    Row("actions:budget_edit", may("secretariat", "lead", ok=409), "POST", args=pk("budget"), case="no version"),
    Row("actions:budget_delete", may("secretariat", "lead", ok=302), "POST", args=pk("budget")),
    Row("actions:programmes", everyone()),
    *form("actions:programme_create", "secretariat"),
    Row("actions:programme_edit", SECRETARIAT, args=pk("programme")),
    Row("actions:programme_edit", may("secretariat", ok=422), "POST", args=pk("programme"), case="empty"),
]  # fmt: skip
