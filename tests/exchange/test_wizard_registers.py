"""標準化 as cities keep it: ● for what is done, — for what does not apply, matched to the rows of the register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from exchange.models import Import
from strategy.models import RegisterEntry
from tests import builders as make
from tests.exchange import corpus
from tests.exchange.test_wizard_pages import begun, page, step

pytestmark = pytest.mark.django_db

SHEET = [
    ["自治体情報システムの標準化　進捗"],
    ["№", "業務名", "対象", "移行済", "移行日", "所管課", "年間処理件数", "備考"],
    [1, "住民基本台帳", "●", "●", "令和7年12月", "税務課", "１２，３００件", None],
    [2, "介護保険", "●", "△", None, "福祉課", None, "構築中"],
    [3, "存在しない業務", "●", "△", None, "福祉課", None, None],
    ["計", "3業務"],
]


@pytest.fixture
def client(cast: SimpleNamespace, as_user: Callable[..., Client]) -> Client:
    register = make.make_register(name="標準化対象20業務")
    for number, name in ((7, "住民基本台帳"), (8, "介護保険")):
        make.make_register_entry(register=register, number=number, name=name)
    return as_user(cast.secretariat)


def taken(client: Client, rows: list[list[object]]) -> Import:
    draft = begun(client, corpus.book(rows), "registers:0", "標準化.xlsx")
    for name in ("sheet", "columns", "values"):
        assert step(client, draft, name).status_code == 302
    client.post(page(client, draft, "preview"))
    return Import.objects.latest("created_at")


def test_marks_become_states_of_the_rows_that_exist(client: Client) -> None:
    kept = taken(client, [*SHEET[:4], SHEET[5]])
    assert kept.counts == {"changed": 2}
    client.post(reverse("exchange:confirm", args=[kept.pk]), {"seen": kept.seen})
    done, working = RegisterEntry.objects.order_by("number")
    assert (done.applicable, done.state, done.done_on) == ("yes", "done", dt.date(2025, 12, 31))
    assert (done.department.name, done.volume, done.number) == ("税務課", 12300, 7)
    assert (working.applicable, working.state, working.done_on) == ("yes", "working", None)


def test_a_row_that_the_register_does_not_know_is_refused_in_the_dry_run(client: Client) -> None:
    kept = taken(client, SHEET)
    assert kept.counts == {"changed": 2, "error": 1}
    assert not kept.may_apply
    assert not RegisterEntry.objects.filter(state="done").exists()
