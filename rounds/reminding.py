"""Which reminder of a round is due on a day (pure)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One reminder: `days` after the due day (before it when negative); None stands for the opening day."""

    key: str
    label: str
    days: int | None


KINDS: tuple[Kind, ...] = (
    Kind("opened", "照会の開始", None),
    Kind("before7", "期限の7日前", -7),
    Kind("before1", "期限の1日前", -1),
    Kind("after1", "期限の1日後", 1),
    Kind("after7", "期限の7日後", 7),
)


@dataclass(frozen=True)
class Due:
    """A reminder that is due; `about_on` is the day that it speaks of."""

    kind: Kind
    about_on: dt.date


def due_on(opens_on: dt.date, due: dt.date, today: dt.date) -> Due | None:
    """Return the one reminder that stands on `today`, None before the opening.

    It is the last whose day has come: after days without a run, only the newest is sent, not all at once. In a
    short round the reminders before the opening fall away.
    """
    found = None
    for kind in KINDS:
        day = opens_on if kind.days is None else due + dt.timedelta(days=kind.days)
        if opens_on <= day <= today:
            found = Due(kind, opens_on if kind.days is None else due)
    return found
