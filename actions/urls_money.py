from django.urls import path

from actions.views import budget_grid, budgets, programmes

urlpatterns = [
    path("budgets/", budgets.index, name="budgets"),
    path("budgets/totals/", budgets.totals, name="budget_totals"),
    path("budgets/season/", budgets.season, name="budget_season"),
    path("budgets/grid/", budget_grid.grid, name="budget_grid"),
    path("budgets/<int:pk>/", budgets.edit, name="budget_edit"),
    path("budgets/<int:pk>/delete/", budgets.delete, name="budget_delete"),
    path("<int:pk>/budgets/new/", budgets.create, name="budget_create"),
    path("programmes/", programmes.index, name="programmes"),
    path("programmes/new/", programmes.create, name="programme_create"),
    path("programmes/<int:pk>/", programmes.edit, name="programme_edit"),
]
