"""Charts of the national plan: the meter of a register, and how procedures are accepted by group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from lib import charts
from lib.palette import PALETTE
from strategy import progress
from strategy.queries_national import ChecklistView, Entry, RegisterView

# Channels of the register in the colours of the look; 独自 and 未確認 are not in the look.
CHANNELS: dict[str, charts.Style] = {
    "mynaportal": charts.CHANNEL_STYLES["portal"],
    "generic": charts.CHANNEL_STYLES["form"],
    "own": charts.Style("独自", PALETTE["teal"], PALETTE["ink-on"]),
    "counter": charts.CHANNEL_STYLES["counter"],
    "none": replace(charts.CHANNEL_STYLES["none"], word="対象外・制度なし"),
    "unknown": replace(charts.STATE_STYLES["todo"], word="未確認"),
}
BAR_WIDTH = 240


def register_meter(view: RegisterView) -> charts.Meter:
    return charts.meter(view.tally.done, view.tally.applicable, view.outcome)


def checklist_meter(view: ChecklistView) -> charts.Meter:
    return charts.meter(view.done, view.total, "done" if view.done == view.total else "run")


@dataclass(frozen=True)
class ChannelRow:
    """A 分野: its own rows (the prefecture's are left out), their channels and the online rate."""

    group: str
    total: int
    counts: dict[str, int]
    bar: charts.StackedBar
    rate: float | None

    @property
    def percent(self) -> str:
        return progress.percent(self.rate)


@dataclass(frozen=True)
class Channels:
    rows: list[ChannelRow]
    legend: charts.Legend
    table: charts.Table
    prefectural: int


def channel_of(entry: Entry) -> str:
    """The channel a row counts under: a row that does not apply has none, an unclear one is unknown."""
    if entry.key == "excluded":
        return "none"
    return "unknown" if entry.key == "unclear" else entry.row.channel


def online_rate(entries: Iterable[Entry]) -> float | None:
    """Online cases over all cases, of the rows that give both numbers; None if none does."""
    known = [e.row for e in entries if e.kind.counts and None not in (e.row.volume, e.row.online_volume)]
    return progress.share(sum(r.online_volume for r in known), sum(r.volume for r in known))


def channels(view: RegisterView) -> Channels:
    """Bars of all groups on one scale, so that their lengths compare."""
    groups = [(name, [e for e in found if e.key != "prefecture"]) for name, found in view.groups]
    counted = [(name, found, Counter(map(channel_of, found))) for name, found in groups if found]
    scale = charts.stack_scale(counts for _, _, counts in counted)
    rows = [
        ChannelRow(name, len(found), dict(counts), _bar(counts, scale, view.register.unit), online_rate(found))
        for name, found, counts in counted
    ]
    total = sum((Counter(row.counts) for row in rows), Counter())
    styles = {key: replace(style, word=f"{style.word} {total[key]}") for key, style in CHANNELS.items()}
    prefectural = view.tally.kinds.get("prefecture", 0)
    return Channels(rows, charts.legend(styles, [key for key in total if total[key]]), _table(rows), prefectural)


def _bar(counts: Counter[str], scale: int, unit: str) -> charts.StackedBar:
    return charts.stacked_bar(counts, BAR_WIDTH, scale=scale, styles=CHANNELS, unit=unit)


def _table(rows: Iterable[ChannelRow]) -> charts.Table:
    heads = ("分野", "手続", *(style.word for style in CHANNELS.values()), "利用率")
    return charts.Table(
        heads,
        tuple(
            charts.TableRow(
                row.group, (str(row.total), *(str(row.counts.get(key, 0)) for key in CHANNELS), row.percent)
            )
            for row in rows
        ),
    )
