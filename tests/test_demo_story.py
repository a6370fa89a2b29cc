"""The story of the demonstration city before it is stored: courses, calendar, bars (pure)."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from random import Random
from types import SimpleNamespace

import pytest

from accounts.models import Department
from dxportal.demo import build, halves, levels
from dxportal.demo.answers import Telling
from dxportal.demo.bars import Bar, Mark, actual, planned, reached
from dxportal.demo.course import Asked, Work, answers
from rounds.models import Reply

TODAY = dt.date(2026, 11, 21)


class TestDeterminism:
    def test_levels_are_the_same_for_the_same_seed(self) -> None:
        one, two = (levels.grow(["a", "b", "c"], {"x": [2.0, 2.4]}, Random("s")) for _ in range(2))
        assert one == two

    @pytest.mark.parametrize("today", [dt.date(2026, 10, 1), dt.date(2027, 3, 31), dt.date(2028, 6, 15)])
    def test_the_story_moves_with_the_day(self, today: dt.date) -> None:
        def ends(day: dt.date) -> dict[str, tuple[str, int]]:
            said = build.told_answers(build.told_jobs(day), day)
            return {c: (a[-1].lifecycle, a[-1].percent // 20) for c, a in said.items() if -1 in a}

        here, there = ends(TODAY), ends(today)
        assert here.keys() == there.keys()
        # Halves differ by a day or two, so a percent may fall into the next step.
        assert sum(here[c] != there[c] for c in here) <= 6


class TestCourse:
    """Answers of every action of the story, as a department would have to give them."""

    JOBS = build.told_jobs(TODAY)
    SAID = build.told_answers(JOBS, TODAY)

    def test_percent_never_falls_and_ends_at_done(self) -> None:
        for code, said in self.SAID.items():
            percents = [a.percent for a in said.values()]
            assert percents == sorted(percents), code
            assert [a.lifecycle for a in said.values()].count("done") <= 1, code
            assert all((a.lifecycle == "done") == (a.percent == 100) for a in said.values()), code

    def test_no_change_repeats_the_answer_before(self) -> None:
        pairs = [pair for said in self.SAID.values() for pair in pairwise(said.values()) if pair[1].no_change]
        assert len(pairs) > 5
        for before, after in pairs:
            assert (after.lifecycle, after.percent, after.done) == (before.lifecycle, before.percent, before.done)

    def test_a_steady_action_is_never_behind(self) -> None:
        rounds = [Asked(n, halves.half(TODAY, n).end, TODAY) for n in build.OFFSETS]
        for length in range(2, 11):
            ends_on = halves.half(TODAY, -5 + length).end
            steady = Work("steady", -5, -5 + length, halves.half(TODAY, -5).start, ends_on, ["a", "b", "c", "d"])
            for answer in answers(steady, rounds, Random(length)).values():
                assert not answer.reason_kind


class TestHalves:
    @pytest.mark.parametrize(("offset", "key"), [(0, "2026H2"), (-1, "2026H1"), (-5, "2024H1"), (4, "2028H2")])
    def test_counted_from_today(self, offset: int, key: str) -> None:
        assert halves.half(TODAY, offset).key == key

    @pytest.mark.parametrize(
        ("day", "months", "end"),
        [(TODAY, 0, dt.date(2026, 11, 30)), (TODAY, 1, dt.date(2026, 12, 31)), (TODAY, 15, dt.date(2028, 2, 29))],
    )
    def test_month_end(self, day: dt.date, months: int, end: dt.date) -> None:
        assert halves.month_end(day, months) == end

    @pytest.mark.parametrize("today", [dt.date(2026, 4, 1), dt.date(2026, 10, 3), TODAY, dt.date(2028, 2, 29)])
    @pytest.mark.parametrize("offset", build.OFFSETS)
    def test_steps_keep_their_order_inside_the_round(self, today: dt.date, offset: int) -> None:
        days = halves.round_days(today, offset)
        for seed in range(50):
            steps = halves.reply_steps(days, Random(seed))
            assert days.opens <= steps.entered <= steps.submitted <= steps.approved <= steps.accepted <= days.last
        assert days.last < today
        assert days.closes is None or days.closes < halves.round_days(today, offset + 1).opens

    @pytest.mark.parametrize("end", ["submitted", "approved", "returned", "accepted"])
    def test_moves_of_one_day_keep_their_order(self, end: str) -> None:
        story = SimpleNamespace(standing=lambda code, offset: end)
        reply = Reply(department=Department(code="0505"))
        told = Telling(story, -1, reply).events(halves.Days(TODAY, TODAY, TODAY, None))
        names = [move.__name__ for _, _, move in sorted(told, key=lambda e: e[:2])]
        whole = ["_enter", "_submit", "_approve", "_return" if end == "returned" else "_accept"]
        assert names == whole[: len(names)]

    def test_workday_is_never_a_weekend(self) -> None:
        assert halves.workday(dt.date(2026, 11, 21)) == halves.workday(dt.date(2026, 11, 22)) == dt.date(2026, 11, 23)
        assert halves.workday(dt.date(2026, 11, 20)) == dt.date(2026, 11, 20)


class TestBars:
    SPANS = [(h.start, h.end) for n in range(-4, 2) for h in [halves.half(TODAY, n)]]

    def test_planned_bars_cover_the_action_without_a_gap(self) -> None:
        bars = planned(self.SPANS, led_by_office=True, rng=Random(1))
        assert (bars[0].starts_on, bars[-1].ends_on) == (self.SPANS[0][0], self.SPANS[-1][1])
        assert all(b.starts_on == a.ends_on + dt.timedelta(days=1) for a, b in pairwise(bars))

    def test_slow_bars_come_later_and_stop_yesterday(self) -> None:
        bars = planned(self.SPANS, led_by_office=False, rng=Random(1))
        until = TODAY - dt.timedelta(days=1)
        late = actual(bars, "late", until)
        assert late[1].starts_on > bars[1].starts_on
        assert max(b.ends_on for b in late) == until

    def test_slow_action_owes_its_last_due_milestone(self) -> None:
        day = dt.timedelta(days=1)
        marks = [Mark("甲", TODAY - 90 * day), Mark("乙", TODAY - 30 * day), Mark("丙", TODAY + 30 * day)]
        assert [m.done_on is not None for m in reached(marks, "late", TODAY - day, Random(1))] == [True, False, False]
        assert [m.done_on is not None for m in reached(marks, "steady", TODAY - day, Random(1))] == [True, True, False]
        early = reached(marks, "early", TODAY - 60 * day, Random(1))
        assert all(m.done_on <= TODAY - 60 * day for m in early)

    def test_future_bars_have_not_happened(self) -> None:
        assert actual([Bar("準備", "joint", TODAY, TODAY)], "steady", TODAY - dt.timedelta(days=1)) == []
