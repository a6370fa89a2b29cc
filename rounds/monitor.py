"""Who has answered: all departments of one round, grouped as the organisation is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from lib.charts import StackedBar
from rounds import charts
from rounds.burden import Burden, measure
from rounds.models import Reply
from rounds.states import ATTENTION, FINISHED, REPLY_STATES, TURN, ReplyState

OTHER = "その他"
# Named above the tiles; more of one state are counted, their names stand in the table.
NAMED = 6


@dataclass(frozen=True)
class Tile:
    """One department; `url` is empty where the reader may open nothing."""

    reply: Reply
    state: ReplyState
    url: str


@dataclass(frozen=True)
class Waiting:
    """The departments of one state that must act, the silent ones first."""

    state: ReplyState
    tiles: list[Tile]

    @property
    def named(self) -> list[Tile]:
        return self.tiles[:NAMED]

    @property
    def unnamed(self) -> int:
        return max(0, len(self.tiles) - NAMED)


@dataclass(frozen=True)
class Monitor:
    """Tiles by 部 in the order of the organisation, and the same rows with those who must act first."""

    groups: list[tuple[str, list[Tile]]]
    rows: list[Tile]
    legend: list[tuple[ReplyState, int]]
    bar: StackedBar
    burden: Burden

    @property
    def total(self) -> int:
        """Departments that are asked; those ended as 廃止 are not."""
        return sum(1 for t in self.rows if t.state.key != "void")

    @property
    def awaited(self) -> list[Waiting]:
        """Departments whose turn it is, by state."""
        turns = groupby((t for t in self.rows if t.state.key in TURN), key=lambda t: t.state)
        return [Waiting(state, list(tiles)) for state, tiles in turns]

    @property
    def waiting(self) -> int:
        """Replies that 事務局 must review."""
        return sum(1 for t in self.rows if t.state.key == "approved")

    @property
    def unfinished(self) -> int:
        """Replies from which something is awaited."""
        return sum(1 for t in self.rows if t.state.key not in FINISHED)


def build(replies: Iterable[Reply], url_of: Callable[[Reply], str]) -> Monitor:
    """Arrange `replies`, which come in the order of the organisation (`ReplyQuerySet.grouped`)."""
    replies = list(replies)
    tiles = [Tile(r, REPLY_STATES[r.shown_state], url_of(r)) for r in replies]
    counts = Counter(t.state.key for t in tiles)
    return Monitor(
        groups=[(name, list(rows)) for name, rows in groupby(tiles, key=_division)],
        rows=sorted(tiles, key=lambda t: ATTENTION.index(t.state.key)),
        legend=[(s, counts[k]) for k, s in REPLY_STATES.items() if counts[k]],
        bar=charts.progress(counts),
        burden=measure((r.started_at, r.handed_in_at, r.asked) for r in replies),
    )


def _division(tile: Tile) -> str:
    parent = tile.reply.department.parent
    return parent.name if parent else OTHER
