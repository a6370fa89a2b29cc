"""Two people confirm at the same moment: a file counts once, on every database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from actions.models import Action
from audit.models import Entry
from exchange import services
from exchange.models import Import
from tests import builders as make
from tests.exchange.helpers import Taken


@pytest.fixture
def taken(cast: SimpleNamespace, near: None) -> Taken:
    make.make_action(lead_department=cast.tax, title="前")
    made = Taken("actions", cast.secretariat)
    made.put(Action.objects.get().pk, "取組名", "後")
    made.add(
        **{"計画": Action.objects.get().plan.name, "整理番号": "N-1", "取組名": "新", "担当": "税務課",
           "開始日": "R8.4.1", "終了予定日": "R9.3.31"}
    )  # fmt: skip
    return made


def together(acts: list[Callable[[], Any]]) -> list[str]:
    start, outcomes = threading.Barrier(len(acts)), []

    def press(act: Callable[[], Any]) -> None:
        start.wait()
        try:
            act()
            outcomes.append("ok")
        except ValidationError as refusal:
            outcomes.append(refusal.messages[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_one_import_confirmed_by_two_people(taken: Taken, cast: SimpleNamespace) -> None:
    other = make.make_user("secretariat")
    kept = taken.stage()
    outcomes = together([lambda: taken.apply(kept), lambda: taken.apply(kept, user=other)])
    assert sorted(o == "ok" for o in outcomes) == [False, True], outcomes
    assert Action.objects.filter(code="N-1").count() == 1
    assert Entry.objects.filter(act="load").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_file_uploaded_by_two_people(taken: Taken, cast: SimpleNamespace) -> None:
    other = make.make_user("secretariat")
    data = taken.data
    mine, theirs = (_staged(taken, data, who) for who in (cast.secretariat, other))
    outcomes = together([lambda: taken.apply(mine), lambda: taken.apply(theirs, user=other)])
    assert sorted(o == "ok" for o in outcomes) == [False, True], outcomes
    assert Action.objects.filter(code="N-1").count() == 1
    assert Import.objects.applied().count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_files_that_change_the_same_row(taken: Taken, cast: SimpleNamespace, near: None) -> None:
    """One is stored; the other is shown again with the value that is stored now, and overwrites nothing."""
    action = Action.objects.get()
    theirs = Taken("actions", make.make_user("secretariat"))
    theirs.put(action.pk, "取組名", "別の名")
    mine, other = taken.stage(), theirs.stage(name="別の表.xlsx")
    outcomes = together([lambda: taken.apply(mine), lambda: theirs.apply(other)])
    assert sorted(o == "ok" for o in outcomes) == [False, True], outcomes
    action.refresh_from_db()
    won, lost = (mine, other) if action.title == "後" else (other, mine)
    assert action.title in ("後", "別の名")
    won.refresh_from_db()
    lost.refresh_from_db()
    assert (bool(won.applied_at), lost.applied_at, lost.counts.get("conflict")) == (True, None, 1)


def _staged(taken: Taken, data: bytes, who: object) -> Import:
    return services.stage(book=taken.book, scope=None, file_name="表.xlsx", data=data, by=who)


@pytest.mark.django_db
def test_a_file_that_was_applied_says_so(taken: Taken) -> None:
    kept = taken.bring()
    with pytest.raises(ValidationError, match="すでに取り込みました"):
        taken.apply(kept)


@pytest.mark.django_db
def test_an_expired_file_is_not_applied(taken: Taken, settings: Any) -> None:
    kept = taken.stage()
    settings.IMPORT_KEEP_HOURS = 0
    with pytest.raises(ValidationError, match="時間がたった"):
        taken.apply(kept)
    assert not Action.objects.filter(code="N-1").exists()


@pytest.mark.django_db
def test_a_long_file_is_checked_in_steps(taken: Taken, settings: Any) -> None:
    settings.IMPORT_STEP_ROWS = 1
    kept = taken.stage()
    assert (kept.checked, kept.is_checked, kept.may_apply) == (1, False, False)
    with pytest.raises(ValidationError, match="まだすべての行"):
        taken.apply(kept)
    kept = services.check_more(kept=kept, book=taken.book, scope=None, by=taken.user)
    assert (kept.checked, kept.is_checked, kept.counts) == (2, True, {"changed": 1, "new": 1})
    assert taken.apply(kept).applied_at


@pytest.mark.django_db
def test_a_long_file_that_is_tried_is_kept_first(cast: SimpleNamespace, near: None, settings: Any) -> None:
    """Such a check takes seconds; the page of the file says so, and a reload finds it again."""
    settings.IMPORT_TRIED_AT_ONCE = 1
    taken = Taken("hurdles", cast.secretariat)
    for n in range(2):
        taken.add(
            **{"区分": "制度", "件名": f"課題{n}", "挙げた所属": "税務課", "挙げた日": "R8.4.1", "状態": "未着手"}
        )  # fmt: skip
    kept = taken.stage()
    assert (kept.checked, kept.is_checked) == (0, False)
    kept = services.check_more(kept=kept, book=taken.book, scope=None, by=taken.user)
    assert (kept.is_checked, kept.counts) == (True, {"new": 2})
    assert taken.apply(kept).applied_at
