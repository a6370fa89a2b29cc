"""Lists of money as files: the table of a year, totals, what must be requested, programmes."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.roles import Permission
from actions import money, queries_money
from actions.filters_money import BudgetFilter, SeasonFilter
from actions.models import Action, Budget, FundingProgramme
from actions.views.budgets import SEASON_SORTS, SORTS, asked_year
from exchange.lists import Head, ListExport, Shown, register
from lib import fiscal, listing
from lib.http import Request

UNIT = "千円。空欄は分からない（0ではない）"
_AMOUNTS = (
    Head("要求額", "requested", "number", UNIT), Head("予算現額", "approved", "number", f"当初と補正の合計。{UNIT}"),
    Head("決算額", "executed", "number", UNIT),
    *(Head(label, name, "number", f"決算、予算、要求のうち分かる最後の額の内訳。{UNIT}")
      for name, label in money.SOURCES.items()),
    Head("内訳の空欄", "unknown", "number", "内訳が分からない額。千円"),
)  # fmt: skip
BUDGET_HEADS = (
    Head("整理番号", "code"), Head("取組名", "title"), Head("担当", "lead_department"),
    Head("年度", "fiscal_year", "number", "西暦の年度"), *_AMOUNTS, Head("財源の制度", "programmes"),
)  # fmt: skip
SEASON_HEADS = (
    Head("整理番号", "code"), Head("取組名", "title"), Head("担当", "lead_department"),
    Head("要求を考える理由", "reasons"), Head("今年度の予算", "this_year", "number", UNIT),
    Head("終了予定日", "ends_on", "date"),
)  # fmt: skip
PROGRAMME_HEADS = (
    Head("名称", "name"), Head("略称", "short_name"), Head("区分", "level"),
    Head("使える最初の年度", "valid_from", "number", "西暦の年度"),
    Head("使える最後の年度", "valid_to", "number", "西暦の年度"),
    Head("補助率", "rate"), Head("備考", "note"), Head("出典", "source"), Head("出典の確認", "verified"),
    Head("使っている予算の行", "uses", "number"),
)  # fmt: skip


def budgets(request: Request) -> Shown:
    """One row an action with the sums of the year, under the filter and order of the page."""
    year = asked_year(request)
    base = Action.objects.live() if request.GET.get("gap") != "none" else queries_money.running_in(year)
    found = BudgetFilter(request.GET, request=request, queryset=queries_money.with_year(base, year), year=year)
    ordered = listing.ordered(request, found.qs.select_related("lead_department"), sorts=SORTS, default="code")
    rows = queries_money.rows_of_year(ordered, year)
    return Shown(f"{fiscal.Period(str(year)).label}の予算", BUDGET_HEADS, (_budget(r, year) for r in rows))


def _budget(row: queries_money.BudgetRow, year: int) -> list[Any]:
    action = row.action
    return [
        action.code, action.title, action.lead_department.name, year, *_amounts(row.year),
        "、".join(map(str, row.programmes)),
    ]  # fmt: skip


def _amounts(found: Any) -> list[int | None]:
    stages = [found.requested, found.approved, found.executed]
    return [*stages, *(found.sources[name] for name in money.SOURCES), found.unknown]


def totals(request: Request) -> Shown:
    """Sums by what the page is set to."""
    by = request.GET.get("by", "department")
    by = by if by in queries_money.GROUPS else "department"
    year = asked_year(request)
    rows = Budget.objects.of_live()
    rows = rows if by == "year" else rows.of_year(year)
    head = queries_money.GROUPS[by][0]
    heads = (Head(head, by), Head("取組の数", "actions", "number"), *_AMOUNTS)
    period = "" if by == "year" else f"{fiscal.Period(str(year)).label}　"
    cells = ([t.label, t.actions, *_amounts(t)] for t in queries_money.totals(rows, by))
    return Shown(f"予算の集計　{period}{head}ごと", heads, cells)


def season(request: Request) -> Shown:
    year = queries_money.season_year(timezone.localdate())
    found = SeasonFilter(request.GET, request=request, queryset=queries_money.without_request(year))
    rows = found.qs.select_related("lead_department", "last_report")
    ordered = listing.ordered(request, rows, sorts=SEASON_SORTS, default="department")
    cells = (_wanted(w) for w in queries_money.wanted(ordered, year))
    return Shown(f"{fiscal.Period(str(year)).label}の予算要求", SEASON_HEADS, cells)


def _wanted(row: queries_money.Wanted) -> list[Any]:
    action = row.action
    return [
        action.code, action.title, action.lead_department.name, "、".join(row.reasons), row.this_year, action.ends_on,
    ]  # fmt: skip


def programmes(request: Request) -> Shown:
    rows = FundingProgramme.objects.with_uses()
    return Shown("財源の制度", PROGRAMME_HEADS, (_programme(p) for p in rows))


def _programme(row: Any) -> list[Any]:
    return [
        row.name, row.short_name, row.get_level_display(), row.valid_from, row.valid_to, row.rate, row.note,
        row.source, "確認済み" if row.verified else "未確認", row.uses,
    ]  # fmt: skip


def register_all() -> None:
    register(ListExport("budgets", "予算", Permission.READ, budgets))
    register(ListExport("budget-totals", "予算の集計", Permission.READ, totals))
    register(ListExport("budget-season", "予算要求", Permission.READ, season))
    register(ListExport("programmes", "財源の制度", Permission.READ, programmes))
