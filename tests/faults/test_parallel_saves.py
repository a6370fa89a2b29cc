"""Four people save the same row at the same moment, each with a connection and a session of their own.

One of them is stored, the others are shown both values. In one city for all forms, on SQLite and PostgreSQL.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Iterable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from actions.models import Action
from actions.services import hurdles
from audit.models import Entry
from lib.writes import save_versioned
from tests import world as worlds
from tests.builders import make_action, make_user
from tests.conftest import make_cast, signed_in
from tests.exchange.helpers import Taken
from tests.sending.forms import Sent, read

PEOPLE = 4
# The page, and what each of the four types into it; `{n}` is the number of the person.
FORMS: dict[str, tuple[str, dict[str, str]]] = {
    "actions:edit": ("/actions/{action}/edit/", {"title": "取組{n}"}),
    "actions:row": ("/rounds/replies/{reply}/", {"percent": "5{n}", "done": "実績{n}", "lifecycle": "running"}),
    "actions:hurdle_edit": ("/actions/hurdles/{hurdle}/edit/", {"title": "課題{n}"}),
    "strategy:element_edit": ("/strategy/elements/{draft_element}/edit/", {"title": "要素{n}"}),
    "meetings:decision_edit": ("/meetings/decisions/{decision}/edit/", {"text": "決定{n}"}),
    "maturity:assess": ("/rounds/replies/{reply}/", {"evidence": "根拠{n}", "choice": "level-2"}),
}


@pytest.fixture
def world(transactional_db: None) -> SimpleNamespace:
    world = worlds.build(make_cast())
    world.people = [signed_in(make_user("secretariat", login_id=f"office-{n}")) for n in range(PEOPLE)]
    return world


def opened(world: SimpleNamespace, route: str) -> Iterator[tuple[Client, Sent, dict[str, str]]]:
    """Each person's own copy of the form, opened before anybody saves."""
    page, typed = FORMS[route]
    url = page.format(**{name: getattr(obj, "pk", "") for name, obj in vars(world).items()})
    for n, client in enumerate(world.people):
        form = next(f for f in read("", url, client.get(url).text) if f.route == route)
        yield client, form, {name: value.format(n=n) for name, value in typed.items() if name in form.kinds}


def pressed(forms: Iterable[tuple[Client, Sent, dict[str, str]]], people: int = PEOPLE) -> list[Any]:
    """The answers of all saves at once."""
    start, answers = threading.Barrier(people), []

    def press(client: Client, form: Sent, typed: dict[str, str]) -> None:
        start.wait()
        answers.append(client.post(form.url, form.with_values(typed)))
        connection.close()

    threads = [threading.Thread(target=press, args=one) for one in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def previewed(world: SimpleNamespace, picks: list[int]) -> Iterator[tuple[Client, Sent, dict[str, str]]]:
    """Each person's preview of a common change: another number of months for the same actions."""
    for months, client in enumerate(world.people, 1):
        asked = {"pick": picks, "months": str(months), "reason": f"見直し{months}"}
        page = client.post(reverse("actions:bulk"), asked)
        form = next(f for f in read("", reverse("actions:bulk"), page.text) if "sealed" in f.kinds)
        yield client, form, {}


def test_one_is_stored_and_the_others_see_both(world: SimpleNamespace) -> None:
    wrong = []
    for route in FORMS:
        before = Entry.objects.filter(act__in=("update", "create")).count()
        answers = pressed(opened(world, route))
        told = sorted(answer.status_code for answer in answers)
        if told != [302, 409, 409, 409]:
            wrong.append(f"{route}: {told}")
        wrong += [f"{route}: no words" for a in answers if a.status_code == 409 and "ほかの人が先に" not in a.text]
        if Entry.objects.filter(act__in=("update", "create")).count() == before:
            wrong.append(f"{route}: nothing in the ledger")
    assert wrong == []


def test_one_common_change_is_stored_whole_and_the_others_see_both(world: SimpleNamespace) -> None:
    rows = [make_action(lead_department=world.own, ends_on=dt.date(2027, 3, 31)) for _ in range(3)]
    picks = [row.pk for row in rows]
    answers = pressed(previewed(world, picks))
    assert sorted(answer.status_code for answer in answers) == [302, 409, 409, 409]
    words = "3件の取組が変わりました。何も保存していません"
    assert all(words in a.text and "見直し" in a.text for a in answers if a.status_code == 409)
    ends = set(Action.objects.filter(pk__in=picks).values_list("ends_on", "pushes"))
    assert len(ends) == 1, "all three moved by the same number of months, once"
    assert ends != {(dt.date(2027, 3, 31), 0)}


def three_ways(world: SimpleNamespace, action: Action) -> Iterator[tuple[Client, Sent, dict[str, str]]]:
    """One person has the form open, one a checked workbook, one the preview of a common change."""
    form, excel, common = world.people[:3]
    url = reverse("actions:edit", args=[action.pk])
    found = next(f for f in read("", url, form.get(url).text) if f.route == "actions:edit")
    yield form, found, {"title": f"画面 {action.pk}"}
    taken = Taken("actions", User.objects.get(login_id="office-1")).put(action.pk, "取組名", f"Excel {action.pk}")
    url = reverse("exchange:confirm", args=[taken.stage(name=f"{action.pk}.xlsx").pk])
    yield excel, next(f for f in read("", url, excel.get(url).text) if "seen" in f.kinds), {}
    asked = {"pick": [action.pk], "months": "7", "reason": "一括"}
    page = common.post(reverse("actions:bulk"), asked)
    yield common, next(f for f in read("", reverse("actions:bulk"), page.text) if "sealed" in f.kinds), {}


def test_form_workbook_and_common_change_of_one_row_at_once(world: SimpleNamespace) -> None:
    """Whoever comes second is told; nobody's stored change is gone without anybody having seen it."""
    for _ in range(4):
        action = make_action(plan=world.plan, lead_department=world.own, ends_on=dt.date(2027, 3, 31))
        ways = [*three_ways(world, action)]
        version = action.version
        answers = pressed(ways, 3)
        told = sorted(answer.status_code for answer in answers)
        written = Entry.objects.filter(object_type="actions.action", object_id=str(action.pk), act="update").count()
        assert told.count(302) == 1, told
        refused = [a.text for a in answers if a.status_code != 302]
        assert all(re.search("ほかの人が先に|登録が変わりました|取組が変わりました", text) for text in refused)
        assert written == 1
        assert Action.objects.get(pk=action.pk).version == version + 1


def test_without_the_comparison_all_would_be_stored(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the version, and nothing else, holds the others back."""
    monkeypatch.setattr(hurdles, "save_versioned", partial(save_versioned, force=True))
    told = [answer.status_code for answer in pressed(opened(world, "actions:hurdle_edit"))]
    assert told == [302] * PEOPLE
