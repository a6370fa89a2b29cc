"""The vocabulary of states on screen: key (also the CSS class), word and icon, in display order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    """One state as shown: never by colour alone (WCAG 2.2, 1.4.1)."""

    key: str
    label: str
    icon: str

    @property
    def css(self) -> str:
        return "wait" if self.key == "stop" else self.key


STATES: dict[str, State] = {
    s.key: s
    for s in (
        State("done", "完了", "circle-check"),
        State("run", "順調", "circle-arrow-right"),
        State("late", "遅れ", "triangle-alert"),
        State("over", "期限超過", "calendar-x-2"),
        State("todo", "未報告", "circle-dashed"),
        State("stop", "中止・休止", "circle-pause"),
    )
}
