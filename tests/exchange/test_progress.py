"""Answering a round in the workbook: what the dry run shows is what the draft says afterwards."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from actions.models import PlanScale, ProgressReport
from exchange import outcome
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
def taken(request: pytest.FixtureRequest, world: SimpleNamespace, action: object) -> Taken:
    """Exported after the draft, where a test has one."""
    if "draft" in request.fixturenames:
        request.getfixturevalue("draft")
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


def test_no_change_over_a_draft_shows_all_it_replaces(
    draft: ProgressReport, taken: Taken, world: SimpleNamespace, action: object
) -> None:
    kept = taken.put(action.pk, "変更なし", "はい").stage()
    assert shown(kept) == {
        "no_change": ("いいえ", "はい"), "lifecycle": ("休止", "実施中"), "percent": ("20", "40"),
        "done": ("今期の実績。", "試行した。"), "reason_kind": ("予算", ""), "reason": ("予算の見直し", ""),
        "自己評価": ("", str(world.grade)), "節目の達成日": ("公開 令和8年9月1日", ""),
    }  # fmt: skip
    taken.apply(kept)
    draft.refresh_from_db()
    assert (draft.percent, draft.done, draft.grade, draft.milestones_done) == (40, "試行した。", world.grade, {})


def test_a_value_over_no_change_shows_that_it_is_a_change(
    taken: Taken, world: SimpleNamespace, action: object
) -> None:
    taken.put(action.pk, "変更なし", "はい").bring()
    again = Taken("progress", world.cast.lead, world.round)
    kept = again.put(action.pk, "進捗率", 55).stage()
    assert shown(kept) == {"percent": ("40", "55"), "no_change": ("はい", "いいえ")}


def test_what_a_draft_says_beside_the_sheet_stays(
    draft: ProgressReport, taken: Taken, world: SimpleNamespace, action: object
) -> None:
    kept = taken.put(action.pk, "進捗率", 55).stage()
    assert shown(kept) == {"percent": ("20", "55")}
    taken.apply(kept)
    told = draft.milestones_done
    draft.refresh_from_db()
    assert (draft.percent, draft.milestones_done) == (55, told)


def test_a_first_report_begins_as_on_the_page(taken: Taken, world: SimpleNamespace, action: object) -> None:
    """The state and grade of before are chosen already, the words are blank."""
    kept = taken.put(action.pk, "進捗率", 70).stage()
    assert shown(kept) == {
        "percent": ("", "70"), "lifecycle": ("", "実施中"), "自己評価": ("", str(world.grade)),
    }  # fmt: skip
    taken.apply(kept)
    stored = world.reply.reports.get(action=action)
    assert (stored.lifecycle, stored.percent, stored.done, stored.reason) == ("running", 70, "", "")
    assert (stored.grade, stored.no_change) == (world.grade, False)


def test_a_first_report_of_words_alone_keeps_the_percent(
    taken: Taken, world: SimpleNamespace, action: object
) -> None:
    taken.put(action.pk, DONE, "今期の実績。").bring()
    stored = world.reply.reports.get(action=action)
    assert (stored.percent, stored.done) == (40, "今期の実績。")


def test_a_grade_that_the_plan_no_longer_uses_is_not_said_again(
    taken: Taken, world: SimpleNamespace, action: object
) -> None:
    PlanScale.objects.all().delete()
    kept = taken.put(action.pk, "進捗率", 70).stage()
    assert "自己評価" not in shown(kept)
    taken.apply(kept)
    assert world.reply.reports.get(action=action).grade is None


@pytest.mark.parametrize(
    ("label", "value", "percent"), [("進捗率", "（空欄にする）", "40"), ("状況", "完了", "100")]
)
def test_the_percent_follows_as_on_the_page(
    draft: ProgressReport, taken: Taken, action: object, label: str, value: str, percent: str
) -> None:
    kept = taken.put(action.pk, label, value).stage()
    assert shown(kept)["percent"] == ("20", percent)
    taken.apply(kept)
    draft.refresh_from_db()
    assert str(draft.percent) == percent


def test_a_value_in_a_column_to_read_is_named_and_left_out(
    taken: Taken, world: SimpleNamespace, action: object, as_user: Callable[[User], Client]
) -> None:
    row = taken.row(action.pk)
    kept = taken.put(action.pk, "取組名", "窓口の見直し").stage()
    assert kept.counts == {"same": kept.total}
    assert cells_of(kept) == [("title", "", "", "「窓口の見直し」は取り込みません。この列は見るだけの列です。")]
    kept = taken.put(action.pk, "進捗率", 70).stage()
    assert kept.may_apply
    page = as_user(world.cast.lead).get(reverse("exchange:confirm", args=[kept.pk])).content.decode()
    assert f"{row}行目「取組名」：「窓口の見直し」は取り込みません。" in page
    taken.apply(kept)
    action.refresh_from_db()
    assert (action.title, world.reply.reports.get(action=action).percent) == ("電子申請の拡大", 70)


def test_only_so_many_values_left_out_are_named() -> None:
    cell = ["title", "", "", "取り込みません。"]
    found = {"progress": [[n, "same", "", [cell]] for n in range(2, 16)] + [[20, "error", "", [cell]]]}
    told = outcome.left_out(found, {"progress": {"title": "取組名"}}, {"progress": "進捗"})
    assert told[0] == "進捗の2行目「取組名」：取り込みません。"
    assert (len(told), told[-1]) == (11, "ほかに4か所あります。行ごとの表で確かめてください。")
