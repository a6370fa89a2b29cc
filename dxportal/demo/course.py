"""What departments say of an action round after round (pure), from its course and its plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from actions import rules, status

FUTURE_SINCE = -2  # actions that begin later are entered one round before the latest
NOTHING_NEW = "前回の取組を続け、手順を見直した。"
NOT_BEGUN = "開始の時期まで準備を進める。"
REPEATS, REPEAT_CHANCE = 15, 0.15
SLOW_SINCE, SLOW_FROM_PLAN = -3, 30
STALLS_AT = 45  # planned percent at which an action that will be overdue begins to fall behind
SHORT = status.TOLERANCE + 7


@dataclass(frozen=True)
class Work:
    """An action of the story. `first` and `last` are its half-years; `holds` says 変更なし in the latest round."""

    course: str
    first: int
    last: int
    starts_on: dt.date
    ends_on: dt.date
    notes: Sequence[str]
    reason_kind: str = ""
    reason: str = ""
    holds: bool = False

    @property
    def known_since(self) -> int:
        return min(self.first, FUTURE_SINCE) if self.course == "future" else self.first


@dataclass(frozen=True)
class Asked:
    """One round: the half-year it asks about, the last day of that half, and the day of answering."""

    offset: int
    as_of: dt.date
    answered_on: dt.date


@dataclass(frozen=True)
class Answer:
    lifecycle: str
    percent: int
    done: str = ""
    reason_kind: str = ""
    reason: str = ""
    no_change: bool = False


def answers(work: Work, rounds: Sequence[Asked], rng: Random) -> dict[int, Answer]:
    """Answers by offset, from the first round that knows the action to the one that ends it."""
    asked = [r for r in rounds if r.offset >= work.known_since]
    given: dict[int, Answer] = {}
    before: Answer | None = None
    for number, round_ in enumerate(asked):
        answer = _answer(work, round_, before, rng)
        if not answer.no_change:
            answer = replace(answer, done=_note(work, number, _told(work, asked), answer))
        given[round_.offset] = before = _with_reason(work, round_, answer)
        if answer.lifecycle == "done":
            break
    return given


def _told(work: Work, asked: Sequence[Asked]) -> int:
    """Number of rounds in which the action is reported on at all."""
    if work.course not in ("done", "early"):
        return len(asked)
    return sum(r.offset <= _finish(work) for r in asked)


def _finish(work: Work) -> int:
    return -1 if work.course == "early" else work.last


def _answer(work: Work, round_: Asked, before: Answer | None, rng: Random) -> Answer:
    planned = status.planned_percent(work.starts_on, work.ends_on, round_.as_of)
    if work.course in ("done", "early") and round_.offset >= _finish(work):
        return Answer("done", 100)
    if before and work.holds and round_.offset == -1:
        return replace(before, no_change=True)
    if work.course == "future":
        return Answer("studying" if work.first == 0 and round_.offset == -1 else "planned", 0)
    if before and _repeats(work, before, planned, rng):
        return replace(before, no_change=True)
    percent = max(_percent(work, round_, planned, rng), before.percent if before else 0)
    return Answer("studying" if percent < 15 else "running", percent)


def _repeats(work: Work, before: Answer, planned: int, rng: Random) -> bool:
    quiet = not work.holds and work.course in ("steady", "done", "early") and planned - before.percent <= REPEATS
    return quiet and not before.no_change and rng.random() < REPEAT_CHANCE


def _percent(work: Work, round_: Asked, planned: int, rng: Random) -> int:
    match work.course:
        case "overdue" if planned == 100:
            return 75 + 5 * (round_.offset - work.last)
        case "overdue":
            return max(5, _down(planned - SHORT)) if planned >= STALLS_AT else _slow_in_time(planned)
        case "late" | "slipping":
            return max(5, _down(planned - SHORT)) if _is_slow(work, round_, planned) else _slow_in_time(planned)
    if work.holds and round_.offset == -2:
        ahead = status.planned_percent(work.starts_on, work.ends_on, _later(round_.as_of))
        return _up(ahead - REPEATS)
    wanted = _down(planned + 2.5) + rng.choice((-10, -5, 0, 0, 5, 5, 10))
    return min(95, max(5, wanted, _up(planned - status.TOLERANCE)))


def _is_slow(work: Work, round_: Asked, planned: int) -> bool:
    if work.course == "slipping":
        return round_.offset == -1
    return round_.offset >= SLOW_SINCE and planned >= SLOW_FROM_PLAN


def _slow_in_time(planned: int) -> int:
    """Low, but inside the tolerance."""
    return max(5, _down(planned * 0.65), _up(planned - status.TOLERANCE + 2))


def _later(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=184)


def _with_reason(work: Work, round_: Asked, answer: Answer) -> Answer:
    """Add the reason where the portal will ask for one, and drop one that is no longer true."""
    said = rules.Said(answer.lifecycle, answer.percent, round_.as_of)
    state = rules.state(said, rules.Span(work.starts_on, work.ends_on), round_.answered_on)
    if state in rules.DELAYED:
        return replace(answer, reason_kind=work.reason_kind, reason=work.reason)
    return replace(answer, reason_kind="", reason="")


def _note(work: Work, number: int, told: int, answer: Answer) -> str:
    if work.course == "future" and answer.lifecycle == "planned":
        return NOT_BEGUN
    if work.course == "future":
        return work.notes[0]
    many = len(work.notes)
    if told <= many:
        return work.notes[number + (many - told if work.course in ("done", "early") else 0)]
    at = number * many // told
    is_same = number > 0 and (number - 1) * many // told == at
    return NOTHING_NEW if is_same else work.notes[at]


def _down(value: float) -> int:
    return int(value // 5 * 5)


def _up(value: float) -> int:
    return -_down(-value)
