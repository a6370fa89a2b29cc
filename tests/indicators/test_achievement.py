"""The published rule against tables worked out by hand, and its promise never to fail or to guess."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy import achievement
from strategy.achievement import LARGEST, Terms, figure, judge, percentage, standing

TODAY = dt.date(2026, 11, 21)


@dataclass(frozen=True)
class Actual:
    as_of: dt.date
    value: D | None = None
    numerator: D | None = None
    denominator: D | None = None


def on(day: str, value: str | None = None, parts: tuple[str, str] | None = None) -> Actual:
    above, below = (D(parts[0]), D(parts[1])) if parts else (None, None)
    return Actual(dt.date.fromisoformat(day), None if value is None else D(value), above, below)


def one(direction: str, baseline: str | None, target: str, actual: str) -> achievement.Result:
    terms = Terms("single", direction, None if baseline is None else D(baseline))
    return judge(terms, 2025, D(target), [on("2026-03-31", actual)], TODAY)


# direction, baseline, target, actual → grade, percentage
BY_HAND = [
    ("up", "10", "60", "60", "ahead", "100.0％"),
    ("up", "10", "60", "85", "ahead", "150.0％"),
    ("up", "10", "60", "50", "on", "80.0％"),
    ("up", "10", "60", "49.9", "behind", "79.8％"),
    ("up", "10", "60", "10", "behind", "0.0％"),
    ("up", "10", "60", "5", "behind", "−10.0％"),
    ("up", "0", "3", "2", "behind", "66.6％"),
    ("up", "-20", "20", "16", "on", "90.0％"),
    ("up", None, "200", "200", "ahead", "100.0％"),
    ("up", None, "200", "160", "on", "80.0％"),
    ("up", None, "200", "159", "behind", "79.5％"),
    ("up", None, "200", "0", "behind", "0.0％"),
    ("up", None, "0.5", "0.75", "ahead", "150.0％"),
    ("down", "100", "50", "50", "ahead", "100.0％"),
    ("down", "100", "50", "40", "ahead", "120.0％"),
    ("down", "100", "50", "60", "on", "80.0％"),
    ("down", "100", "50", "75", "behind", "50.0％"),
    ("down", "100", "50", "120", "behind", "−40.0％"),
    ("down", "100", "0", "0", "ahead", "100.0％"),
    ("down", None, "20", "16", "ahead", "125.0％"),
    ("down", None, "20", "25", "on", "80.0％"),
    ("down", None, "20", "30", "behind", "66.6％"),
    ("down", None, "0", "4", "behind", "0.0％"),
    ("down", None, "0", "0", "ahead", "目標の範囲内"),
    ("down", None, "5", "-1", "ahead", "目標の範囲内"),
    ("neutral", None, "100", "110", "ahead", "目標の範囲内"),
    ("neutral", None, "100", "90", "ahead", "目標の範囲内"),
    ("neutral", None, "100", "110.001", "behind", "目標の範囲外"),
    ("neutral", "50", "100", "89.9", "behind", "目標の範囲外"),
    ("neutral", None, "-100", "-95", "ahead", "目標の範囲内"),
]  # fmt: skip


@pytest.mark.parametrize(("direction", "baseline", "target", "actual", "grade", "shown"), BY_HAND)
def test_by_hand(direction: str, baseline: str | None, target: str, actual: str, grade: str, shown: str) -> None:
    result = one(direction, baseline, target, actual)
    assert (result.grade.key, result.shown) == (grade, shown)


# direction, baseline, target, actual → the words that say why there is no answer
WITHOUT_ANSWER = [
    ("up", "60", "60", "70", "基準値と同じ"),
    ("down", "60", "60", "50", "基準値と同じ"),
    ("up", "60", "50", "55", "逆の向き"),
    ("down", "50", "60", "40", "逆の向き"),
    ("up", None, "0", "5", "目標が0以下"),
    ("up", None, "-5", "5", "目標が0以下"),
    ("down", None, "-5", "5", "目標が0以下"),
    ("neutral", None, "0", "0", "幅を決められません"),
]  # fmt: skip


@pytest.mark.parametrize(("direction", "baseline", "target", "actual", "words"), WITHOUT_ANSWER)
def test_no_answer_says_why(direction: str, baseline: str | None, target: str, actual: str, words: str) -> None:
    result = one(direction, baseline, target, actual)
    assert result.grade.key == "unevaluable"
    assert (result.percent, result.shown) == (None, "—")
    assert words in result.explanation


def test_explanation_fills_in_the_figures() -> None:
    assert one("up", "12.4", "45", "42.5").explanation == (
        "（実績 42.5 − 基準値 12.4）÷（目標 45 − 基準値 12.4） ＝ 92.3％"
    )
    assert one("up", None, "1500", "1200").explanation == "実績 1,200 ÷ 目標 1,500 ＝ 80.0％"
    assert one("down", None, "20", "25").explanation == "目標 20 ÷ 実績 25 ＝ 80.0％"
    assert "（90〜110）に入りません" in one("neutral", None, "100", "111").explanation


def test_percentage_is_cut_off_so_that_almost_never_reads_as_met() -> None:
    result = one("up", None, "10000", "9999")
    assert (result.grade.key, result.shown) == ("on", "99.9％")


def test_rate_is_judged_by_its_parts_not_by_the_rounded_value() -> None:
    """2/3 is stored as 66.667; against a target of 66.667 the exact value falls short."""
    actual = on("2026-03-31", "66.667", ("2", "3"))
    result = judge(Terms("rate", "up"), 2025, D("66.667"), [actual], TODAY)
    assert result.grade.key == "on"
    assert achievement.value_of(actual, "rate") == Fraction(200, 3)


def test_rate_without_denominator_is_unknown() -> None:
    for parts in (("5", "0"), ("5", "-1")):
        result = judge(Terms("rate", "up"), 2025, D(50), [on("2026-03-31", "10", parts)], TODAY)
        assert result.grade.key == "unevaluable"
        assert result.actual is None


@pytest.mark.parametrize(
    ("above", "below", "value"),
    [
        ("1", "3", "33.333"), ("2", "3", "66.667"), ("0", "5", "0.000"), ("6", "5", "120.000"), ("5", "0", None),
        (None, "5", None), ("5", None, None), ("NaN", "5", None), ("5", "Infinity", None),
        ("999999999999", "0.001", None),
    ],
)  # fmt: skip
def test_percentage(above: str | None, below: str | None, value: str | None) -> None:
    found = percentage(None if above is None else D(above), None if below is None else D(below))
    assert found == (None if value is None else D(value))


# ---- which actual speaks for a year


def test_last_actual_of_the_year_counts() -> None:
    rows = [on("2026-03-31", "50"), on("2025-09-30", "20"), on("2025-03-31", "90"), on("2026-04-01", "99")]
    result = judge(Terms("single", "up"), 2025, D(100), rows, TODAY)
    assert result.actual.value == D(50)


def test_withdrawn_actual_is_passed_over() -> None:
    rows = [on("2025-09-30", "20"), on("2026-03-31")]
    assert judge(Terms("single", "up"), 2025, D(100), rows, TODAY).actual.value == D(20)


@pytest.mark.parametrize(
    ("method", "direction", "before", "grade"),
    [
        ("cumulative", "up", "500", "ahead"),  # a running total that has reached the target stays there
        ("cumulative", "up", "499", "unevaluable"),  # it may have reached it since: nobody knows
        ("cumulative", "down", "10", "unevaluable"),
        ("single", "up", "500", "unevaluable"),
        ("rate", "up", "500", "unevaluable"),
    ],
)
def test_year_without_an_actual(method: str, direction: str, before: str, grade: str) -> None:
    result = judge(Terms(method, direction), 2025, D(500), [on("2024-03-31", before)], TODAY)
    assert result.grade.key == grade


def test_running_year_has_no_grade_only_its_percentage() -> None:
    result = judge(Terms("single", "up"), 2026, D(100), [on("2026-09-30", "40")], TODAY)
    assert (result.grade.key, result.shown) == ("open", "40.0％")


def test_target_ahead_is_compared_with_the_latest_actual() -> None:
    rows = [on("2026-03-31", "40")]
    assert judge(Terms("single", "up"), 2030, D(100), rows, TODAY).shown == "40.0％"
    # This year's own figure is not known yet, so last year's does not stand for it.
    assert judge(Terms("single", "up"), 2026, D(100), rows, TODAY).shown == "—"
    assert judge(Terms("cumulative", "up"), 2026, D(100), rows, TODAY).shown == "40.0％"


# ---- where an indicator stands


def test_standing_names_the_last_year_that_ended_and_the_next() -> None:
    rows = [on("2025-03-31", "30"), on("2026-03-31", "45"), on("2026-09-30", "50")]
    found = standing(Terms("single", "up"), {2024: D(30), 2025: D(50), 2026: D(60), 2030: D(80)}, rows, TODAY)
    assert [r.year for r in found.results] == [2025, 2026]
    assert [r.shown for r in found.results] == ["90.0％", "83.3％"]
    assert found.grade.key == "on"


def test_year_ends_with_its_last_day() -> None:
    rows = [on("2026-03-31", "45")]
    goals = {2025: D(50)}
    assert standing(Terms("single", "up"), goals, rows, dt.date(2026, 3, 31)).grade.key == "open"
    assert standing(Terms("single", "up"), goals, rows, dt.date(2026, 4, 1)).grade.key == "on"


def test_standing_without_figures() -> None:
    terms = Terms("single", "up")
    assert standing(terms, {}, [on("2026-03-31", "5")], TODAY).grade.key == "unevaluable"
    assert "目標がありません" in standing(terms, {2025: None}, [], TODAY).reason
    missing = standing(terms, {2025: D(5)}, [], TODAY)
    assert missing.grade.key == "unevaluable"
    assert missing.reason == "令和7年度の実績がありません。"
    assert standing(terms, {2027: D(5)}, [], TODAY).grade.key == "open"


def test_qualitative_is_left_out() -> None:
    found = standing(Terms("single", "up", qualitative=True), {2025: None}, [], TODAY)
    assert found.grade.key == "words"
    assert not found.results


def test_every_grade_is_shown_by_icon_word_and_colour() -> None:
    from lib.templatetags.portal import icon

    for grade in achievement.GRADES.values():
        assert grade.label
        assert grade.css
        assert "<svg" in icon(grade.icon)


def test_rules_on_screen_name_the_thresholds_of_the_code() -> None:
    words = "".join(text for _, text in achievement.RULES)
    assert f"{int(achievement.MET * 100)}％以上は達成" in words
    assert f"{int(achievement.NEARLY * 100)}％以上はおおむね達成" in words
    assert f"±{int(achievement.BAND * 100)}％" in words


# ---- properties: never fails, never guesses

numbers = st.one_of(
    st.none(),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.decimals(min_value=-LARGEST, max_value=LARGEST, places=3),
    st.integers(-10, 10).map(D),
    st.sampled_from([D("1e400"), D("-1e-400"), D("NaN"), D("Infinity"), D(0), D("1e999999999"),
                     D("1e-999999999"), D("0e999999999"), D("sNaN")]),
)  # fmt: skip
days = st.dates(dt.date(1989, 4, 1), dt.date(2100, 3, 31))
actuals = st.lists(st.builds(Actual, days, numbers, numbers, numbers), max_size=6)
all_terms = st.builds(
    Terms, st.sampled_from(["cumulative", "single", "rate"]), st.sampled_from(["up", "down", "neutral"]), numbers,
    st.booleans(),
)  # fmt: skip
goals = st.dictionaries(st.integers(1989, 2100), numbers, max_size=5)


@given(all_terms, goals, actuals, days)
def test_never_raises_and_always_has_words(
    terms: Terms, targets: dict[int, D | None], rows: list[Actual], today: dt.date
) -> None:
    found = standing(terms, targets, rows, today)
    assert found.grade.key in achievement.GRADES
    for result in found.results:
        assert result.shown
        assert result.explanation
        assert result.label


@given(all_terms, st.integers(1989, 2100), numbers, actuals, days)
def test_unknown_is_never_a_number(
    terms: Terms, year: int, target: D | None, rows: list[Actual], today: dt.date
) -> None:
    result = judge(terms, year, target, rows, today)
    if achievement.exact(target) is None or result.actual is None:
        assert result.comparison.met is None
        assert result.shown == "—"
    if result.comparison.met is None:
        assert result.percent is None


@given(
    st.sampled_from(["up", "down"]), st.integers(0, 100), st.integers(0, 100), st.integers(0, 100), st.integers(1, 50)
)
def test_a_better_actual_never_lowers_the_result(
    direction: str, baseline: int, target: int, actual: int, more: int
) -> None:
    better = actual + more if direction == "up" else actual - more
    before = one(direction, str(baseline), str(target), str(actual)).comparison
    after = one(direction, str(baseline), str(target), str(better)).comparison
    assert (before.met is None) == (after.met is None)
    if before.ratio is not None and after.ratio is not None:
        assert after.ratio > before.ratio


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"), (D("0"), "0"), (D("-0.0004"), "0"), (D("60.000"), "60"), (D("1234567.5"), "1,234,567.5"),
        (D("-12.25"), "−12.25"), (Fraction(2, 3), "0.667"), (LARGEST, "999,999,999,999.999"), (D("1e3"), "1,000"),
    ],
)  # fmt: skip
def test_figure(value: D | Fraction | None, text: str) -> None:
    assert figure(value) == text
