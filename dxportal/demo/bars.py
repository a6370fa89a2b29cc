"""The schedule of an action (pure): planned bars, what became of them, and milestones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

SLOW = ("late", "slipping", "overdue")
DELAY = dt.timedelta(days=91)
DAY = dt.timedelta(days=1)
# Number of phases by number of half-years; longer actions have the last kind.
SHAPES = (
    ("準備", "実施"),
    ("調査検討", "トライアンドエラー", "浸透・拡大"),
    ("調査検討", "整備", "トライアンドエラー", "浸透・拡大"),
)
OWNERS = {"調査検討": "joint", "準備": "joint", "整備": "joint"}
RESULTS = {
    "調査検討": "進め方の決定", "準備": "様式と手順の決定", "整備": "環境の整備の完了",
    "トライアンドエラー": "試行の結果のとりまとめ", "浸透・拡大": "本格運用の定着", "実施": "本格運用の定着",
}  # fmt: skip
MOST_MILESTONES = 3


@dataclass(frozen=True)
class Bar:
    label: str
    owner: str
    starts_on: dt.date
    ends_on: dt.date
    actual: bool = False


@dataclass(frozen=True)
class Mark:
    """A milestone."""

    title: str
    due_on: dt.date
    done_on: dt.date | None = None


def planned(spans: Sequence[tuple[dt.date, dt.date]], *, led_by_office: bool, rng: Random) -> list[Bar]:
    """Bars over consecutive half-years `spans` (first and last day of each), 2–4 by their number."""
    labels = SHAPES[0 if len(spans) <= 3 else 1 if len(spans) <= 5 else 2]
    cuts = [len(spans) * n // len(labels) for n in range(len(labels) + 1)]
    bars = []
    for label, first, end in zip(labels, cuts, cuts[1:], strict=False):
        owner = OWNERS.get(label, "department")
        if label == "調査検討" and (led_by_office or rng.random() < 0.4):
            owner = "office"
        bars.append(Bar(label, owner, spans[first][0], spans[end - 1][1]))
    return bars


def actual(bars: Sequence[Bar], course: str, until: dt.date) -> list[Bar]:
    """What happened to the end of the day `until`: as planned, or a quarter of a year later."""
    found = []
    for number, bar in enumerate(bars):
        delay = DELAY if course in SLOW and number else dt.timedelta()
        ends_late = DELAY if course in SLOW else dt.timedelta()
        starts_on, ends_on = bar.starts_on + delay, min(bar.ends_on + ends_late, until)
        if starts_on <= ends_on:
            found.append(replace(bar, starts_on=starts_on, ends_on=ends_on, actual=True))
    return found


def milestones(bars: Sequence[Bar]) -> list[Mark]:
    """One at the end of each of the last bars."""
    return [Mark(RESULTS.get(b.label, f"{b.label}の完了"), b.ends_on) for b in bars[-MOST_MILESTONES:]]


def reached(marks: Sequence[Mark], course: str, until: dt.date, rng: Random) -> list[Mark]:
    """Marks with the day they were reached. A slow action still owes the last that is due; one that finished
    ahead of time owes nothing."""
    due = [m for m in marks if m.due_on <= until or course == "early"]
    owed = due[-1:] if course in SLOW else []
    return [m if m in owed or m not in due else _done(m, until, rng) for m in marks]


def _done(mark: Mark, until: dt.date, rng: Random) -> Mark:
    return replace(mark, done_on=min(mark.due_on, until) - dt.timedelta(days=rng.randint(0, 20)))
