"""What a reply asks about register rows and indicators, with what was said so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, FilteredRelation, OuterRef, Q, QuerySet, Subquery

from lib.forms import display
from lib.prepared import PreparedRows
from rounds.models import Reply
from strategy.achievement import figure, percentage
from strategy.models import Indicator, IndicatorActual, RegisterEntry, ReportedFigure
from strategy.models.reported import ENTRY_VALUES, FIGURE_VALUES, typed


@dataclass(frozen=True)
class EntryRow:
    """A register row of the department; `report` is None while nothing was said of it."""

    entry: RegisterEntry
    report: ReportedFigure | None

    @property
    def anchor(self) -> str:
        return f"entry-{self.entry.pk}"

    @property
    def asked(self) -> tuple[str, ...]:
        """A business system has no channel and no cases."""
        return ENTRY_VALUES if self.entry.group else ("state", "due_on", "done_on")

    @property
    def pairs(self) -> list[tuple[str, str, str]]:
        """Label, stored value and reported value of every field that the report changes."""
        if self.report is None or self.report.answer != "given":
            return []
        said = RegisterEntry(**typed(self.report.values))
        return [
            (label, now, new)
            for name in self.report.values
            if (now := words(self.entry, name)) != (new := words(said, name))
            for label in [str(RegisterEntry._meta.get_field(name).verbose_name)]
        ]


@dataclass(frozen=True)
class ActualRow:
    indicator: Indicator
    latest: IndicatorActual | None
    report: ReportedFigure | None

    @property
    def anchor(self) -> str:
        return f"indicator-{self.indicator.pk}"

    @property
    def asked(self) -> tuple[str, ...]:
        if self.indicator.qualitative:
            return ("text",)
        return ("numerator", "denominator") if self.indicator.is_rate else ("value",)

    @property
    def said(self) -> str:
        """The reported figure as a person reads it; empty while there is none."""
        if self.report is None:
            return ""
        if self.report.answer != "given":
            return self.report.get_answer_display()
        return figure_words(IndicatorActual(indicator=self.indicator, **_figures(self.report)), self.indicator)

    @property
    def before(self) -> str:
        return figure_words(self.latest, self.indicator) if self.latest else "—"


def words(entry: RegisterEntry, name: str) -> str:
    shown = getattr(entry, f"get_{name}_display", None)
    return shown() if shown else display(getattr(entry, name))


def _figures(report: ReportedFigure) -> dict[str, Any]:
    return {n: v for n, v in typed(report.values).items() if n in FIGURE_VALUES}


def figure_words(actual: IndicatorActual, indicator: Indicator) -> str:
    """A figure with its unit; a rate by its parts, from which its value is computed."""
    if actual.text:
        return actual.text
    if actual.numerator is not None:
        rate = percentage(actual.numerator, actual.denominator)
        return f"{figure(rate)}％（{figure(actual.numerator)} / {figure(actual.denominator)}）"
    return "（不明）" if actual.value is None else f"{figure(actual.value)}{indicator.unit}"


def entry_rows(reply: Reply) -> list[EntryRow]:
    """The rows of the department's registers that apply, or of which nobody knows yet (1 query)."""
    return [EntryRow(entry, entry.said) for entry in _ENTRIES.objects(reply.pk, reply.department_id)]


def reported_entries(replies: Sequence[Reply]) -> dict[int, list[EntryRow]]:
    """Those of them of which something was said (1 query)."""
    rows = ReportedFigure.objects.filter(reply__in=[r.pk for r in replies], entry__department=F("reply__department"))
    said = rows.exclude(entry__applicable="no").select_related("entry__register", "entry__department")
    found: dict[int, list[EntryRow]] = {r.pk: [] for r in replies}
    for report in said.order_by("entry__register", "entry__number", "entry"):
        found[report.reply_id].append(EntryRow(report.entry, report))
    return found


def actual_rows(reply: Reply) -> list[ActualRow]:
    """The department's indicators in use, each with its latest official figure (1 query)."""
    rows = _ACTUALS.objects(reply.pk, reply.department_id)
    return [ActualRow(indicator, indicator.latest, indicator.said) for indicator in rows]


def reported_actuals(replies: Sequence[Reply]) -> dict[int, list[ActualRow]]:
    """By reply id: those of them of which something was said (1 query)."""
    live = _asked_indicators([r.department_id for r in replies])
    said = ReportedFigure.objects.filter(
        reply__in=[r.pk for r in replies], indicator__department=F("reply__department"), indicator__in=live.values("pk")
    )  # fmt: skip
    found: dict[int, list[ActualRow]] = {r.pk: [] for r in replies}
    rows = _with_latest(said, "indicator__").select_related("indicator", "latest")
    for report in rows.order_by("indicator__name", "indicator"):
        found[report.reply_id].append(ActualRow(report.indicator, report.latest, report))
    return found


def _with_latest(rows: QuerySet[Any], at: str) -> QuerySet[Any]:
    """Rows each with the latest figure of its indicator as `latest`; `at` leads to the indicator."""
    newest = IndicatorActual.objects.filter(indicator=OuterRef(f"{at}pk")).order_by("-as_of").values("pk")[:1]
    rows = rows.annotate(latest=FilteredRelation(f"{at}actuals"))
    return rows.filter(Q(latest__isnull=True) | Q(latest=Subquery(newest)))


def _with_said(rows: QuerySet[Any], field: str, **own: Any) -> QuerySet[Any]:
    """Rows once for each of the replies of their department that `own` names, with what the reply says of them."""
    said = FilteredRelation("own__figures", condition=Q((f"own__figures__{field}", F("pk"))))
    return rows.annotate(own=FilteredRelation("department__replies")).filter(**own).annotate(said=said)


def _asked_entries(departments: Sequence[int]) -> QuerySet[RegisterEntry]:
    return RegisterEntry.objects.filter(department__in=departments).exclude(applicable="no")


def _asked_indicators(departments: Sequence[int]) -> QuerySet[Indicator]:
    return Indicator.objects.filter(department__in=departments, archived_at__isnull=True)


def counted_entries(replies: Sequence[Reply]) -> dict[int, tuple[int, int]]:
    """By reply id how many rows of registers it answered, and how many it is asked about (1 query)."""
    return _counted(_asked_entries([r.department_id for r in replies]), replies, "entry")


def counted_actuals(replies: Sequence[Reply]) -> dict[int, tuple[int, int]]:
    """The same of indicators."""
    return _counted(_asked_indicators([r.department_id for r in replies]), replies, "indicator")


def _counted(rows: QuerySet[Any], replies: Sequence[Reply], field: str) -> dict[int, tuple[int, int]]:
    found: dict[int, list[bool]] = {r.pk: [] for r in replies}
    for reply, said in _with_said(rows, field, own__in=list(found)).order_by().values_list("own__pk", "said__pk"):
        found[reply].append(said is not None)
    return {pk: (sum(answered), len(answered)) for pk, answered in found.items()}


def _entries(reply: int, department: int) -> QuerySet[Any]:
    rows = RegisterEntry.objects.filter(department=department).exclude(applicable="no")
    return _with_said(rows, "entry", own=reply).order_by("register", "number", "pk")


def _actuals(reply: int, department: int) -> QuerySet[Any]:
    rows = Indicator.objects.filter(department=department, archived_at__isnull=True)
    return _with_latest(_with_said(rows, "indicator", own=reply), "").order_by("name", "pk")


_ENTRIES = PreparedRows(RegisterEntry, _entries, joined=("register", "department", ("said", ReportedFigure)))
_ACTUALS = PreparedRows(
    Indicator, _actuals, joined=("department", ("latest", IndicatorActual), ("said", ReportedFigure))
)
