"""Pages of budgets and funding programmes."""

from tests.growth.base import Page
from tests.money.making import grow_budgets, grow_years

PAGES = [
    Page("actions:budgets", (grow_budgets,)),
    Page("actions:budgets", (grow_budgets,), "lead"),
    Page("actions:budget_totals", (grow_budgets,)),
    Page("actions:budget_season", (grow_budgets,)),
    Page("actions:budget_grid", (grow_budgets,), "lead"),
    Page("actions:programmes", (grow_budgets,)),
    Page("actions:budget_create", (grow_years,)),
]
SINGLE = {"actions:budget_edit", "actions:programme_create", "actions:programme_edit"}
