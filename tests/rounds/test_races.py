"""Six people press the same button at the same moment: it counts once, on every database."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.models import Entry
from lib.writes import save_versioned
from rounds import services
from rounds.models import Reply, Round
from rounds.services import common
from tests.builders import make_reply, make_round, today
from tests.crossing import met
from tests.rounds.conftest import FakeSection
from tests.together import together

PRESSES = 6


def pressed_together(act: Callable[[], Any]) -> list[str]:
    """Run `act` in six threads; returns 'ok' or the refusal of each."""

    def press() -> str:
        try:
            act()
        except ValidationError as refusal:
            return refusal.messages[0]
        return "ok"

    return together(press, PRESSES)


@pytest.mark.django_db(transaction=True)
def test_a_submission_counts_once(tax: Reply, cast: SimpleNamespace) -> None:
    outcomes = pressed_together(lambda: services.submit_reply(reply=tax, version=1, by=cast.member))
    assert outcomes.count("ok") == 1
    assert len(outcomes) == PRESSES
    assert Entry.objects.filter(act="submit").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_acceptance_counts_once(tax: Reply, cast: SimpleNamespace, fake: FakeSection) -> None:
    services.submit_reply(reply=tax, version=1, by=cast.lead, approve=True)
    outcomes = pressed_together(lambda: services.accept_reply(reply=tax, version=2, by=cast.secretariat))
    assert outcomes.count("ok") == 1
    assert len(outcomes) == PRESSES
    assert Entry.objects.filter(act="accept").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_its_checks_an_acceptance_would_count_six_times(
    tax: Reply, cast: SimpleNamespace, fake: FakeSection, monkeypatch: Any
) -> None:
    """The control: it is the comparison of state and version that makes the tests above hold."""
    services.submit_reply(reply=tax, version=1, by=cast.lead, approve=True)
    monkeypatch.setattr(common, "expect", lambda *args: None)
    monkeypatch.setattr(common, "save_versioned", partial(save_versioned, force=True))
    pressed_together(lambda: services.accept_reply(reply=tax, version=2, by=cast.secretariat))
    assert Entry.objects.filter(act="accept").count() == PRESSES


@pytest.mark.django_db(transaction=True)
def test_a_round_is_opened_once(cast: SimpleNamespace, fake: FakeSection) -> None:
    values = {
        "title": "", "period": "2026H1", "sections": ["fake"], "opens_on": today(), "due_on": today(),
        "departments": [cast.tax, cast.welfare], "by": cast.secretariat,
    }  # fmt: skip
    outcomes = pressed_together(lambda: services.open_round(**values))
    assert outcomes.count("ok") == 1
    assert (Round.objects.count(), Reply.objects.count()) == (1, 2)


def locked(reply: Reply) -> None:
    with transaction.atomic():
        common.locked(reply)


@pytest.mark.django_db(transaction=True)
def test_a_round_is_closed_while_its_replies_are_accepted(cast: SimpleNamespace, fake: FakeSection) -> None:
    """Whoever accepts has the first reply and goes on to the second; so does the closing."""
    round_ = make_round(sections=["fake"])
    # The table holds the second one first.
    second, first = (make_reply(round=round_, department=d, pk=n) for d, n in ((cast.tax, 1002), (cast.welfare, 1001)))

    def close() -> None:
        services.close_round(round_=round_, version=round_.version, by=cast.secretariat)

    assert not met(close, lambda: locked(first), lambda: locked(second))
    round_.refresh_from_db()
    assert round_.closed_at


@pytest.mark.django_db(transaction=True)
def test_a_round_is_closed_while_it_is_frozen(cast: SimpleNamespace, tax: Reply) -> None:
    round_ = tax.round

    def close() -> None:
        services.close_round(round_=round_, version=round_.version, by=cast.secretariat)

    assert not met(close, lambda: Round.objects.select_for_update(no_key=True).get(), lambda: locked(tax))


@pytest.mark.django_db(transaction=True)
def test_of_two_rounds_that_ask_the_same_one_is_reopened(cast: SimpleNamespace, fake: FakeSection) -> None:
    rounds = [make_round(sections=["fake"], closed_at=timezone.now()) for _ in range(2)]
    for round_ in rounds:
        make_reply(round=round_, department=cast.tax)

    def reopen(round_: Round) -> None:
        services.reopen_round(round_=round_, version=round_.version, by=cast.secretariat)

    with pytest.raises(ValidationError, match="まだ開いています"):
        met(lambda: reopen(rounds[0]), lambda: reopen(rounds[1]), lambda: None)
    assert [r.closed_at is None for r in Round.objects.order_by("pk")] == [False, True]
