"""Words of replies and rounds (pure)."""

from __future__ import annotations

import datetime as dt

import pytest

from rounds.models import Reply, state_choices
from rounds.sections import Change
from rounds.states import ATTENTION, CHANGE_LABELS, KINDS, REPLY_STATES, days_left, phase

DAY = dt.date(2026, 11, 13)


@pytest.mark.parametrize(
    ("today", "closed", "key"),
    [
        (dt.date(2026, 10, 31), False, "planned"),
        (dt.date(2026, 11, 1), False, "open"),
        (dt.date(2026, 11, 13), False, "open"),
        (dt.date(2026, 11, 14), False, "past"),
        (dt.date(2026, 11, 10), True, "closed"),
    ],
)
def test_phase_of_a_round(today: dt.date, closed: bool, key: str) -> None:
    assert phase(dt.date(2026, 11, 1), DAY, closed=closed, today=today).key == key


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (dt.date(2026, 11, 9), "あと4日"),
        (dt.date(2026, 11, 13), "きょうが期限です"),
        (dt.date(2026, 11, 16), "期限を3日過ぎました"),
    ],
)
def test_days_left(today: dt.date, words: str) -> None:
    assert days_left(DAY, today) == words


def test_every_state_of_a_reply_has_words() -> None:
    assert set(REPLY_STATES) == {key for key, _ in state_choices()} | {"silent"}
    assert sorted(ATTENTION) == sorted(REPLY_STATES)
    assert len({s.label for s in REPLY_STATES.values()}) == len(REPLY_STATES)


def test_silence_is_told_apart_from_a_draft() -> None:
    started = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    assert Reply(state="draft").shown_state == "silent"
    assert Reply(state="draft", started_at=started).shown_state == "draft"


def test_every_kind_of_change_is_found_by_one_filter() -> None:
    gathered = [kind for k in KINDS for kind in k.kinds]
    assert sorted(gathered) == sorted(CHANGE_LABELS)
    assert all(kind in (Change.__doc__ or "") for kind in gathered)
