"""Reads of money: rows of a year, totals by what they are asked for, and what must be requested this autumn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from accounts.models import Department
from actions import money, status
from actions.models import Action, Budget, FundingProgramme
from actions.querysets import ActionQuerySet
from actions.querysets_money import BudgetQuerySet
from lib import fiscal
from lib.prepared import Prepared
from lib.wareki import format_date
from strategy.models import PriorityItem

ENDED = (*status.DONE_LIFECYCLES, *status.STOPPED_LIFECYCLES)
INITIAL, EXTRA = Q(kind="initial"), Q(kind="extra")
GROUPS = {
    "department": ("所属", "action__lead_department"), "item": ("国の項目", "action__items"),
    "programme": ("財源の制度", "programme"), "year": ("年度", "fiscal_year"),
}  # fmt: skip


def running_in(year: int) -> ActionQuerySet:
    """Actions in force whose period touches a fiscal year."""
    span = fiscal.Period(str(year))
    return Action.objects.live().filter(starts_on__lte=span.end, ends_on__gte=span.start)


def years_known(today: dt.date) -> list[int]:
    """Fiscal years with budgets, this one and the next, latest first."""
    this = fiscal.fiscal_year(today)
    used = Budget.objects.order_by().values_list("fiscal_year", flat=True).distinct()
    return sorted({*used, this, this + 1}, reverse=True)


def with_year(actions: ActionQuerySet, year: int) -> ActionQuerySet:
    """Annotate the sums of one fiscal year under the names of `money.STAGES`, and `rows` with their number."""
    joined = actions.annotate(in_year=FilteredRelation("budgets", condition=Q(budgets__fiscal_year=year)))
    sums = {f"sum_{stage}": Sum(f"in_year__{stage}") for stage in money.STAGES}
    return joined.annotate(rows=Count("in_year"), **sums)


@dataclass(frozen=True)
class BudgetRow:
    """One action of the table with its year."""

    action: Action
    year: money.YearMoney
    programmes: list[FundingProgramme]
    extras: int


def rows_of_year(actions: Iterable[Action], year: int) -> list[BudgetRow]:
    """The actions with what stands for them in one year (1 query)."""
    actions = list(actions)
    stored: dict[int, list[Budget]] = {}
    for row in Budget.objects.of_year(year).filter(action__in=actions).select_related("programme"):
        stored.setdefault(row.action_id, []).append(row)
    return [_row(action, stored.get(action.pk, [])) for action in actions]


def _row(action: Action, rows: Sequence[Budget]) -> BudgetRow:
    year = money.year_money((r.kind == "initial", r.amounts) for r in rows)
    programmes = list(dict.fromkeys(r.programme for r in rows if r.programme))
    return BudgetRow(action, year, programmes, sum(r.kind == "extra" for r in rows))


@dataclass(frozen=True)
class Total:
    """Sums over the known amounts of some budgets. `blank` counts the actions whose amount is not entered."""

    key: Any = None
    label: str = ""
    actions: int = 0
    requested: int | None = None
    initial: int | None = None
    extra: int | None = None
    executed: int | None = None
    divided: int | None = None
    sources: dict[str, int | None] = field(default_factory=dict)

    @property
    def approved(self) -> int | None:
        return money.add(self.initial, self.extra)

    @property
    def unknown(self) -> int | None:
        return None if self.divided is None else self.divided - sum(v or 0 for v in self.sources.values())


def total(rows: BudgetQuerySet) -> Total:
    """One line over all rows (1 query)."""
    return _total(None, "合計", rows.order_by().with_counted().aggregate(**_sums()))


def totals(rows: BudgetQuerySet, by: str) -> list[Total]:
    """One line for each department, item, programme or year (2 queries).

    An action of several items counts in each, so lines by item do not add up to the whole.
    """
    path = GROUPS[by][1]
    if by == "item":
        rows = rows.filter(Q(action__items__plan__is_current=True) | Q(action__items__isnull=True))
    grouped = rows.order_by().with_counted().values(key=F(path)).annotate(**_sums())
    found = {row.pop("key"): row for row in grouped}
    names = _names(by, found)
    return [_total(key, label, found[key]) for key, label in names if key in found]


def _sums() -> dict[str, Any]:
    counted = Q(counted=True)
    return {
        "actions": Count("action", distinct=True), "requested_sum": Sum("requested"),
        "initial_sum": Sum("approved", filter=INITIAL), "extra_sum": Sum("approved", filter=EXTRA),
        "executed_sum": Sum("executed"),
        "divided": Sum(Coalesce("executed", "approved", "requested"), filter=counted),
        **{f"{name}_sum": Sum(name, filter=counted) for name in money.SOURCES},
    }  # fmt: skip


def _total(key: Any, label: str, row: dict[str, Any]) -> Total:
    return Total(
        key, label, row["actions"], row["requested_sum"], row["initial_sum"], row["extra_sum"],
        row["executed_sum"], row["divided"], {name: row[f"{name}_sum"] for name in money.SOURCES},
    )  # fmt: skip


def _names(by: str, found: dict[Any, Any]) -> list[tuple[Any, str]]:
    """Keys with their words in the order of the page; what has none comes last."""
    keys = [k for k in found if k is not None]
    if by == "year":
        return [(y, fiscal.Period(str(y)).label) for y in sorted(keys)]
    if by == "department":
        return [(d.pk, d.name) for d in Department.objects.filter(pk__in=keys)]
    if by == "item":
        items = PriorityItem.objects.filter(pk__in=keys).order_by("order_key", "number")
        return [*((i.pk, f"{i.tag}　{i.name}") for i in items), (None, "国の項目に結び付かない取組")]
    return [*((p.pk, str(p)) for p in FundingProgramme.objects.filter(pk__in=keys)), (None, "制度を使わないもの")]


@dataclass(frozen=True)
class Wanted:
    """An action that runs next fiscal year without a requested amount, and what speaks for asking."""

    action: Action
    reasons: list[str]
    this_year: int | None


def season_year(today: dt.date) -> int:
    """The fiscal year whose budget is asked for now."""
    return fiscal.fiscal_year(today) + 1


def without_request(year: int) -> ActionQuerySet:
    """Actions still to be worked on in `year` of which nothing is requested; 0 is an answer, a blank is not."""
    asked = Budget.objects.of_year(year).filter(action=OuterRef("pk"), requested__isnull=False)
    return running_in(year).exclude(lifecycle__in=ENDED).filter(~Exists(asked))


def wanted(actions: Iterable[Action], year: int) -> list[Wanted]:
    """The reasons of each (1 query)."""
    before = {row.action.pk: row for row in rows_of_year(actions, year - 1)}
    return [_wanted(row, year) for row in before.values()]


def _wanted(row: BudgetRow, year: int) -> Wanted:
    action, last = row.action, row.year
    start = fiscal.Period(str(year)).start
    reasons = [f"{format_date(action.ends_on, 'month_end')}まで続く取組"]
    if action.starts_on >= start:
        reasons = [f"{format_date(action.starts_on)}に始まる取組"]
    this_year = last.requested if last.approved is None else last.approved
    if this_year:
        reasons.append(f"今年度の予算は{money.shown(this_year)}千円")
    reasons += [f"財源の「{p}」は今年度まで" for p in row.programmes if not p.is_valid_in(year)]
    report = action.last_report
    if report and report.reason_kind == "budget":
        reasons.append("遅れの理由が「予算」")
    return Wanted(action, reasons, this_year)


class BudgetLine(NamedTuple):
    """A row of one action as its page shows it."""

    pk: int
    fiscal_year: int
    kind: str
    number: int
    note: str
    programme: str | None
    requested: int | None
    approved: int | None
    executed: int | None
    national: int | None
    prefectural: int | None
    bond: int | None
    other: int | None
    general: int | None

    @property
    def year_label(self) -> str:
        return fiscal.year_label(self.fiscal_year)

    @property
    def kind_label(self) -> str:
        return money.kind_label(self.kind, self.number)


_BUDGETS = Prepared(
    lambda action: Budget.objects.filter(action=action).order_by("-fiscal_year", "-kind", "number", "pk").values_list(
        *BudgetLine._fields[:5], "programme__short_name", *money.AMOUNTS
    )
)  # fmt: skip


def budgets_of(action: Action) -> list[BudgetLine]:
    """Every row of one action, latest year first (1 query)."""
    return list(map(BudgetLine._make, _BUDGETS.rows(action.pk)))
