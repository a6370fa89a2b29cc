"""What a report must satisfy (pure): the state it would lead to, when it needs a reason, when it contradicts itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from actions import status
from lib.states import STATES

DELAYED = ("late", "over")
FIRST_LIFECYCLE = "planned"
STATE_WORDS = {key: shown.label for key, shown in STATES.items()}


@dataclass(frozen=True)
class Opinion:
    """A department's own grade: its words, and the computed states that it fits; none named fits all."""

    words: str
    agrees: tuple[str, ...] = ()

    def fits(self, key: str) -> bool:
        return not self.agrees or key in self.agrees


@dataclass(frozen=True)
class Said:
    """What one report says. `as_of` is None where nothing was ever reported."""

    lifecycle: str = FIRST_LIFECYCLE
    percent: int = 0
    as_of: dt.date | None = None
    grade: Opinion | None = None


@dataclass(frozen=True)
class Span:
    """The planned life of an action."""

    starts_on: dt.date
    ends_on: dt.date


def facts(said: Said, span: Span) -> status.Facts:
    """Facts as they would stand if `said` were the last official report and nothing else were expected."""
    behind = said.as_of is not None and status.is_behind(said.percent, span.starts_on, span.ends_on, said.as_of)
    return status.Facts(
        said.lifecycle, said.percent, span.starts_on, span.ends_on, said.as_of, behind, said.as_of
    )  # fmt: skip


def state(said: Said, span: Span, on: dt.date) -> str:
    """State on the day `on` with `said` as the last word; never reported is todo."""
    if said.as_of is None:
        return "todo"
    return state_of(said.lifecycle, said.percent, said.as_of, span.starts_on, span.ends_on, on)


@lru_cache(maxsize=8192)
def state_of(
    lifecycle: str, percent: int, as_of: dt.date, starts_on: dt.date, ends_on: dt.date, on: dt.date
) -> str:  # fmt: skip
    """The same from plain values, kept because the review queue asks for thousands of them."""
    return status.state(facts(Said(lifecycle, percent, as_of), Span(starts_on, ends_on)), on)


def state_then(said: Said, span: Span) -> str:
    """State on the day `said` was reported for: what it is compared with later."""
    return "todo" if said.as_of is None else state(said, span, said.as_of)


def was_delayed(lifecycle: str, percent: int, span: Span, as_of: dt.date) -> bool:
    """Whether `state_then` of a report is late or overdue, on bare values."""
    if lifecycle in status.DONE_LIFECYCLES or lifecycle in status.STOPPED_LIFECYCLES:
        return False
    return span.ends_on < as_of or status.is_behind(percent, span.starts_on, span.ends_on, as_of)


def is_newly_late(before: Said, after: Said, span: Span, today: dt.date, was: Span | None = None) -> bool:
    """Whether `after` leaves the action late or overdue although it was not at the report before, when the plan
    was `was` (the same plan unless given)."""
    return state(after, span, today) in DELAYED and state_then(before, was or span) not in DELAYED


def reason_demand(
    before: Said, after: Said, span: Span, today: dt.date, was: Span | None = None, *, pushes_milestone: bool = False
) -> str:
    """Japanese sentence that says why a reason is due; empty when none is. `was` is the plan before this report."""
    key = state(after, span, today)
    if was is not None and span.ends_on > was.ends_on:
        return "理由が必要です。終了予定日を後ろへ動かすときは、理由の区分と内容を入力してください。"
    if pushes_milestone:
        return "理由が必要です。節目の期日を後ろへ動かすときは、理由の区分と内容を入力してください。"
    if key in DELAYED:
        word = {"late": "遅れ", "over": "期限超過"}[key]
        return f"理由が必要です。判定が「{word}」の取組は、理由の区分と内容を入力してください。"
    if after.lifecycle in status.STOPPED_LIFECYCLES and after.lifecycle != before.lifecycle:
        return "理由が必要です。中止または休止にするときは、理由の区分と内容を入力してください。"
    if after.percent < before.percent:
        return f"理由が必要です。進捗率が前回の{before.percent}%から下がっています。"
    if after.grade and not after.grade.fits(key):
        return f"理由が必要です。自己評価「{after.grade.words}」が判定「{STATE_WORDS[key]}」と合いません。"
    return ""


def is_odd(lifecycle: str, percent: int) -> bool:
    """Whether a lifecycle does not fit the percent."""
    return (lifecycle == "planned" and percent > 0) or (lifecycle in ("studying", "running") and percent == 100)


def contradiction(said: Said) -> str:
    """Japanese words for a lifecycle that does not fit the percent; empty when both agree."""
    if not is_odd(said.lifecycle, said.percent):
        return ""
    return f"未着手なのに進捗率が{said.percent}%" if said.lifecycle == "planned" else "進捗率が100%なのに完了でない"
