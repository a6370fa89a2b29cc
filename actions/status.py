"""State of an action, computed (pure). The rule is shown on screen word for word by `explain`.

An action's plan is a straight line from its first to its last day. It is behind when the
reported percent falls more than `TOLERANCE` points under that line on the day the report is for.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

TOLERANCE = 20
DONE_LIFECYCLES = ("done",)
# Their last word is said: no round asks for a report any more.
REPORTED_LAST = (*DONE_LIFECYCLES, "stopped")
STOPPED_LIFECYCLES = ("stopped", "paused")

RULES: dict[str, str] = {
    "done": "状況が「完了」と報告され、受理された取組",
    "stop": "状況が「中止」または「休止」の取組",
    "over": "終了予定日を過ぎても完了の報告がない取組",
    "todo": "期限を過ぎた最新の照会に、受理済みの報告がない取組",
    "late": f"報告の基準日に、予定の進捗率を{TOLERANCE}ポイントより大きく下回る取組",
    "run": "上のどれにも当たらない取組",
}
DRAFT_DONE = "状況が「完了」の報告です。受理されると、正式に「完了」になります"


def planned_percent(starts_on: dt.date, ends_on: dt.date, on: dt.date) -> int:
    """Percent that the plan expects on `on`, 0–100, rounded down."""
    if on < starts_on:
        return 0
    if on >= ends_on:
        return 100
    return (on - starts_on).days * 100 // (ends_on - starts_on).days


def is_behind(percent: int, starts_on: dt.date, ends_on: dt.date, as_of: dt.date) -> bool:
    """Whether `percent` reported for `as_of` lies more than TOLERANCE under the plan."""
    return planned_percent(starts_on, ends_on, as_of) - percent > TOLERANCE


@dataclass(frozen=True)
class Facts:
    """What the state depends on; `expected_as_of` is the end of the latest round past its due date."""

    lifecycle: str
    percent: int
    starts_on: dt.date
    ends_on: dt.date
    reported_as_of: dt.date | None
    behind: bool
    expected_as_of: dt.date | None


def state(facts: Facts, today: dt.date) -> str:
    """Return the state key: done, stop, over, todo, late or run; the first that holds wins."""
    if facts.lifecycle in DONE_LIFECYCLES:
        return "done"
    if facts.lifecycle in STOPPED_LIFECYCLES:
        return "stop"
    if facts.ends_on < today:
        return "over"
    if _unreported(facts):
        return "todo"
    return "late" if facts.behind else "run"


def _unreported(facts: Facts) -> bool:
    if facts.expected_as_of is None or facts.starts_on > facts.expected_as_of:
        return False
    return facts.reported_as_of is None or facts.reported_as_of < facts.expected_as_of


def explain(facts: Facts, today: dt.date, *, is_draft: bool = False) -> str:
    """One Japanese sentence with the figures behind the state; of a draft as if it were accepted."""
    key = state(facts, today)
    if key == "done" and is_draft:
        return DRAFT_DONE
    if key == "over":
        return f"終了予定日を{(today - facts.ends_on).days}日過ぎています"
    if key == "todo":
        return "最新の照会への報告がまだ受理されていません"
    if key in ("late", "run"):
        return _explain_plan(facts, key)
    return RULES[key]


def _explain_plan(facts: Facts, key: str) -> str:
    if facts.reported_as_of is None:
        return "報告の時期がまだ来ていません"
    planned = planned_percent(facts.starts_on, facts.ends_on, facts.reported_as_of)
    figures = f"予定{planned}%に対し{facts.percent}%"
    if key == "late":
        return f"{figures}。差が{TOLERANCE}ポイントを超えるため「遅れ」"
    return figures
