"""What a register's rows count as, computed by hand."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from strategy import progress

TODAY = dt.date(2026, 11, 21)
YESTERDAY, TOMORROW = TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=1)


def row(applicable="yes", state="planned", due_on=None, prefectural=False):
    return SimpleNamespace(applicable=applicable, state=state, due_on=due_on, prefectural=prefectural)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (row(state="done", due_on=YESTERDAY), "done"),
        (row(state="working"), "working"),
        (row(state="working", due_on=TODAY), "working"),
        (row(state="working", due_on=YESTERDAY), "over"),
        (row(state="deferred", due_on=TOMORROW), "deferred"),
        (row(state="unknown"), "unknown"),
        (row("unknown", "done"), "unclear"),
        (row("unknown", due_on=YESTERDAY), "unclear"),
        (row("no", "working", YESTERDAY), "excluded"),
        (row("yes", "done", prefectural=True), "prefecture"),
    ],
)
def test_kind_of_a_row(given, kind):
    assert progress.kind_of(given, TODAY) == kind


def test_tally_keeps_unknown_and_excluded_rows_out_of_both_numbers():
    rows = [
        row(state="done"), row(state="done"), row(state="working", due_on=TOMORROW), row(state="deferred"),
        row(state="unknown"), row(state="working", due_on=YESTERDAY),
        row("unknown"), row("unknown", "done"), row("no"), row("no", prefectural=True),
    ]  # fmt: skip
    counts = progress.tally(rows, TODAY)
    assert (counts.done, counts.applicable, counts.unclear, counts.excluded) == (2, 6, 2, 2)
    assert not counts.is_complete
    assert counts.remark == "作業中1・見込み超過1・特定移行支援1・状態を未確認1・該当を未確認2・対象外1・県の事務1"
    assert counts.latest == TOMORROW


def test_an_empty_register_has_no_numbers():
    counts = progress.tally([], TODAY)
    assert (counts.done, counts.applicable, counts.remark, counts.latest) == (0, 0, "", None)
    assert progress.outcome(counts, TOMORROW, TODAY) == "stop"


@pytest.mark.parametrize(
    ("rows", "due_on", "outcome"),
    [
        ([row(state="done")], YESTERDAY, "done"),
        ([row(state="done"), row("no")], YESTERDAY, "done"),
        ([row(state="done"), row("unknown")], YESTERDAY, "over"),
        ([row(state="done"), row(state="working")], YESTERDAY, "over"),
        ([row(state="done"), row(state="working")], TODAY, "run"),
        ([row(state="working")], None, "run"),
        ([row(state="working", due_on=TOMORROW + dt.timedelta(days=1))], TOMORROW, "late"),
        ([row(state="done", due_on=TOMORROW + dt.timedelta(days=1)), row()], TOMORROW, "run"),
        ([row("unknown")], YESTERDAY, "todo"),
        ([row("no")], YESTERDAY, "stop"),
    ],
)
def test_outcome(rows, due_on, outcome):
    assert progress.outcome(progress.tally(rows, TODAY), due_on, TODAY) == outcome


def test_the_worst_register_stands_for_the_item():
    assert progress.worst(["done", "over", "run"]) == "over"
    assert progress.worst(["done", "todo", "run"]) == "todo"
    assert progress.worst([]) is None


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(1, 3, "33.3%"), (0, 5, "0.0%"), (None, 5, "—"), (2, None, "—"), (0, 0, "—")]
)
def test_share(part, whole, text):
    assert progress.percent(progress.share(part, whole)) == text
