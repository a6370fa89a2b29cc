"""Answering a round in the workbook: what the dry run shows is what the draft says afterwards."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from actions.models import ProgressReport
from tests.builders import make_report
from tests.exchange.helpers import Taken, cells_of, messages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("near", "city")]
DONE = "実績と次にすること"


@pytest.fixture
def action(world: SimpleNamespace) -> object:
    """With an official report of 40% and its grade."""
    found = world.action
    found.percent, found.last_report, found.self_grade = 40, world.report, world.grade
    found.save()
    return found


@pytest.fixture
def draft(world: SimpleNamespace, action: object) -> ProgressReport:
    return make_report(
        action=action, reply=world.reply, percent=20, done="今期の実績。", lifecycle="paused",
        reason_kind="budget", reason="予算の見直し",
        milestones_done={str(world.milestone.pk): {"title": "公開", "done_on": "2026-09-01"}},
    )  # fmt: skip


@pytest.fixture
def taken(world: SimpleNamespace, action: object) -> Taken:
    return Taken("progress", world.cast.lead, world.round)


def shown(kept: object) -> dict[str, tuple[str, str]]:
    return {column: (old, new) for column, old, new, _ in cells_of(kept, "changed")}


def test_no_change_with_other_values_is_refused(taken: Taken, world: SimpleNamespace, action: object) -> None:
    taken.put(action.pk, "変更なし", "はい").put(action.pk, "進捗率", 99).put(action.pk, DONE, "今回の新しい実績")
    kept = taken.stage()
    assert kept.counts["error"] == 1
    assert messages(kept) == [
        "「変更なし」は前回と同じと報告するので、「進捗率」「実績と次にすること」に入力した値は残りません。"
        "「変更なし」を空欄にするか、ほかの列を書き出したときのままに戻してください。"
    ]
    assert not kept.may_apply
    assert not world.reply.reports.exists()


def test_no_change_beside_the_values_of_before_is_taken(taken: Taken, world: SimpleNamespace, action: object) -> None:
    taken.put(action.pk, "変更なし", "はい").put(action.pk, "状況", "実施中").put(action.pk, "進捗率", 40).bring()
    stored = world.reply.reports.get(action=action)
    assert (stored.no_change, stored.percent, stored.done) == (True, 40, "試行した。")
