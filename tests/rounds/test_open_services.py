"""Opening, changing, closing and reopening a round."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from audit.models import Entry
from lib.ledger import command
from lib.writes import StaleError
from rounds import services
from rounds.models import Reply, Round
from tests.builders import make_department, make_round, today
from tests.rounds.conftest import FakeSection


def opened(cast: SimpleNamespace, **kw: Any) -> Round:
    values = {
        "title": "令和8年度上期の照会", "period": "2026H1", "sections": ["fake"], "opens_on": today(),
        "due_on": today() + dt.timedelta(days=14), "departments": [cast.welfare, cast.tax],
        "by": cast.secretariat, "note": "",
    }  # fmt: skip
    return services.open_round(**values | kw)


def test_a_round_gets_one_silent_reply_per_department(cast: SimpleNamespace, fake: FakeSection) -> None:
    round_ = opened(cast)
    replies = list(round_.replies.order_by("department__order"))
    assert [r.department for r in replies] == [cast.tax, cast.welfare]
    assert {r.shown_state for r in replies} == {"silent"}
    assert (round_.period_start, round_.period_end) == (dt.date(2026, 4, 1), dt.date(2026, 9, 30))


def test_every_reply_of_a_new_round_is_in_the_ledger(cast: SimpleNamespace, fake: FakeSection) -> None:
    round_ = opened(cast)
    acts = [(e.act, e.object_label) for e in Entry.objects.order_by("seq")]
    assert acts == [("open", str(round_)), ("create", f"{round_} 税務課"), ("create", f"{round_} 福祉課")]
    assert Entry.objects.about(round_).get().changes["due_on"] == [None, round_.due_on.isoformat()]


def test_a_round_without_title_is_named_by_its_period(cast: SimpleNamespace, fake: FakeSection) -> None:
    assert opened(cast, title="  ", period="2026Q1").title == "令和8年度第1四半期の照会"


def test_a_department_named_twice_is_asked_once(cast: SimpleNamespace, fake: FakeSection) -> None:
    assert opened(cast, departments=[cast.tax, cast.tax]).replies.count() == 1


def test_sections_are_kept_in_page_order(cast: SimpleNamespace, fake: FakeSection) -> None:
    assert opened(cast, sections=["fake", "fake"]).sections == ["fake"]


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"period": "2026H3"}, "period", "期間として読めません"),
        ({"sections": []}, "sections", "1つ以上"),
        ({"sections": ["fake", "budget"]}, "sections", "「budget」"),
        ({"departments": []}, "departments", "1つ以上"),
        ({"due_on": dt.date(2020, 1, 1)}, "due_on", "開始日以後"),
        ({"title": "あ" * 101}, "title", "100"),
        ({"note": "あ" * 1001}, "note", "1000字以内"),
    ],
)
def test_a_wrong_round_is_refused_on_its_field(
    cast: SimpleNamespace, fake: FakeSection, changed: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        opened(cast, **changed)
    assert words in " ".join(refused.value.message_dict[field])
    assert not Round.objects.exists()
    assert not Entry.objects.exists()


def test_the_same_round_is_not_opened_twice(cast: SimpleNamespace, fake: FakeSection) -> None:
    opened(cast)
    with pytest.raises(ValidationError, match=r"「令和8年度上期の照会」が、税務課などにまだ開いています"):
        opened(cast, title="もう一度", departments=[cast.tax])
    assert Round.objects.count() == 1


def test_a_forgotten_department_can_be_asked_by_a_second_round(cast: SimpleNamespace, fake: FakeSection) -> None:
    opened(cast, departments=[cast.tax])
    assert opened(cast, departments=[cast.welfare]).replies.get().department == cast.welfare


def test_a_closed_round_does_not_stand_in_the_way(cast: SimpleNamespace, fake: FakeSection) -> None:
    first = opened(cast)
    services.close_round(round_=first, version=first.version, by=cast.secretariat)
    opened(cast)
    assert Round.objects.count() == 2


def test_opening_rolls_back_as_a_whole(cast: SimpleNamespace, fake: FakeSection, monkeypatch: Any) -> None:
    def fail(events: Any) -> None:
        raise RuntimeError("ledger is down")

    monkeypatch.setattr("lib.ledger.record_many", fail)
    with pytest.raises(RuntimeError):
        opened(cast)
    assert not Round.objects.exists()
    assert not Reply.objects.exists()


def changed(round_: Round, by: Any, **kw: Any) -> Round:
    values = {"title": round_.title, "due_on": round_.due_on, "note": round_.note, "version": round_.version}
    return services.update_round(round_=round_, by=by, **values | kw)


def test_a_due_date_can_be_put_off(asked: Round, cast: SimpleNamespace) -> None:
    later = asked.due_on + dt.timedelta(days=7)
    changed(asked, cast.secretariat, due_on=later, note="添付も見てください。", title="改めた件名")
    asked.refresh_from_db()
    assert (asked.due_on, asked.note, asked.title, asked.version) == (later, "添付も見てください。", "改めた件名", 2)
    assert set(Entry.objects.about(asked).get(act="update").changes) == {"title", "due_on", "note"}


def test_a_due_date_never_comes_nearer(asked: Round, cast: SimpleNamespace) -> None:
    with pytest.raises(ValidationError) as refused:
        changed(asked, cast.secretariat, due_on=asked.due_on - dt.timedelta(days=1))
    assert "早められません" in refused.value.message_dict["due_on"][0]
    assert not Entry.objects.exists()


def test_a_stale_change_overwrites_nothing(asked: Round, cast: SimpleNamespace) -> None:
    changed(asked, cast.secretariat, title="先に保存した件名", due_on=asked.due_on + dt.timedelta(days=3))
    with pytest.raises(StaleError) as refused:
        changed(asked, cast.secretariat, title="あとの件名", version=1)
    assert refused.value.current.title == "先に保存した件名"
    assert Entry.objects.about(asked).filter(act="update").count() == 1


def test_a_note_too_long_is_refused_when_changing(asked: Round, cast: SimpleNamespace) -> None:
    with pytest.raises(ValidationError) as refused:
        changed(asked, cast.secretariat, note="あ" * 1001)
    assert "いま1001字" in refused.value.message_dict["note"][0]


def test_closing_ends_the_entry_and_reopening_allows_it_again(asked: Round, tax: Reply, cast: SimpleNamespace) -> None:
    services.close_round(round_=asked, version=1, by=cast.secretariat)
    with pytest.raises(ValidationError, match="締め切られました"):
        services.touch(reply=tax, by=cast.member)
    services.reopen_round(round_=asked, version=2, by=cast.secretariat)
    services.touch(reply=tax, by=cast.member)
    assert [e.act for e in Entry.objects.about(asked).order_by("seq")] == ["close", "open"]


def test_closing_twice_is_refused(asked: Round, cast: SimpleNamespace) -> None:
    services.close_round(round_=asked, version=1, by=cast.secretariat)
    with pytest.raises(ValidationError, match="すでに締め切られています"):
        services.close_round(round_=asked, version=2, by=cast.secretariat)
    assert Entry.objects.about(asked).count() == 1


def test_a_round_changed_in_between_is_not_closed_unseen(asked: Round, cast: SimpleNamespace) -> None:
    changed(asked, cast.secretariat, title="改めた件名")
    with pytest.raises(ValidationError, match="ほかの人がこの照会を変更しました"):
        services.close_round(round_=asked, version=1, by=cast.secretariat)
    asked.refresh_from_db()
    assert asked.closed_at is None


def test_a_closed_round_is_not_changed(asked: Round, cast: SimpleNamespace) -> None:
    services.close_round(round_=asked, version=1, by=cast.secretariat)
    with pytest.raises(ValidationError, match="締め切った照会は変更できません"):
        changed(asked, cast.secretariat, version=2)


def test_an_open_round_is_not_reopened(asked: Round, cast: SimpleNamespace) -> None:
    with pytest.raises(ValidationError, match="締め切られていません"):
        services.reopen_round(round_=asked, version=1, by=cast.secretariat)


def test_reopening_does_not_make_a_twin(asked: Round, cast: SimpleNamespace) -> None:
    services.close_round(round_=asked, version=1, by=cast.secretariat)
    opened(cast, period=asked.period)
    with pytest.raises(ValidationError, match="まだ開いています"):
        services.reopen_round(round_=asked, version=2, by=cast.secretariat)


def test_a_command_may_open_a_round(cast: SimpleNamespace, fake: FakeSection) -> None:
    opened(cast, by=command("デモの作成"))
    assert set(Entry.objects.values_list("actor", "origin")) == {("デモの作成", "command")}


def test_nobody_else_may(cast: SimpleNamespace, fake: FakeSection) -> None:
    with pytest.raises(TypeError):
        opened(cast, by=make_department())
    assert not Round.objects.exists()


def test_rounds_of_other_periods_are_independent(cast: SimpleNamespace, fake: FakeSection) -> None:
    make_round("2025H2", sections=["fake"]).replies.create(department=cast.tax)
    assert opened(cast).replies.count() == 2
