"""The monitor as a file, and the burden it shows."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import User
from rounds import resources, services
from rounds.burden import Burden, duration, measure, minutes_between
from rounds.models import Answer, Reply, Round
from tests.builders import make_department, make_question, make_reply
from tests.rounds.conftest import FakeSection

Sign = Callable[[User], Client]
START = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)


def later(minutes: int) -> dt.datetime:
    return START + dt.timedelta(minutes=minutes)


def test_the_burden_is_measured_in_medians() -> None:
    rows = [(START, later(30), 10), (START, later(90), 20), (START, None, None), (None, None, None)]
    assert measure(rows) == Burden(2, 15, 60)
    assert measure([]) == Burden(0, None, None)
    assert measure([]).words == "—"
    assert measure([(None, START, None), (later(5), START, 3)]) == Burden(2, 3, None)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0分"), (45, "45分"), (60, "1時間"), (200, "3時間20分"), (1440, "1日"), (3180, "2日5時間")],
)
def test_minutes_in_words(minutes: int, words: str) -> None:
    assert duration(minutes) == words


def test_minutes_need_both_ends() -> None:
    assert minutes_between(START, later(12)) == 12
    assert minutes_between(None, START) is None


def test_the_page_tells_the_burden(asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    services.submit_reply(reply=tax, version=1, by=cast.member)
    Reply.objects.filter(pk=tax.pk).update(started_at=timezone.now() - dt.timedelta(minutes=75))
    page = as_user(cast.viewer).get(f"/rounds/{asked.pk}/").content.decode()
    assert "<b>1時間15分</b>" in page
    assert "<b>3</b>件" in page
    assert f'href="/rounds/{asked.pk}/export.xlsx"' in page


def test_the_csv_opens_in_excel(asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    services.submit_reply(reply=tax, version=1, by=cast.member)
    response = as_user(cast.viewer).get(f"/rounds/{asked.pk}/export.csv")
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0] == list(resources.HEADS)
    assert [r[1:3] for r in rows[1:]] == [["税務課", "承認待ち"], ["福祉課", "未回答"]]


def test_the_workbook_holds_the_same(asked: Round, cast: SimpleNamespace, as_user: Sign) -> None:
    response = as_user(cast.viewer).get(f"/rounds/{asked.pk}/export.xlsx")
    sheet = load_workbook(io.BytesIO(response.content)).active
    assert [c.value for c in sheet[1]] == list(resources.HEADS)
    assert [sheet.cell(n, 2).value for n in (2, 3)] == ["税務課", "福祉課"]
    assert sheet.freeze_panes == "C2"


@pytest.mark.parametrize("name", ["=1+1", "+81", "-課", "@課", "\t=課", "＝課"])
def test_no_cell_is_read_as_a_formula(asked: Round, cast: SimpleNamespace, as_user: Sign, name: str) -> None:
    make_reply(round=asked, department=make_department(name=name))
    client = as_user(cast.secretariat)
    text = client.get(f"/rounds/{asked.pk}/export.csv").content.decode("utf-8-sig")
    assert f"'{name}" in text
    book = load_workbook(io.BytesIO(client.get(f"/rounds/{asked.pk}/export.xlsx").content))
    cells = [c for row in book.active.iter_rows() for c in row if c.value and name in str(c.value)]
    assert [(c.value, c.data_type) for c in cells] == [(f"'{name}", "s")]


def test_only_accepted_answers_leave_the_portal(
    free: FakeSection, asked: Round, tax: Reply, welfare: Reply
) -> None:
    question = make_question(round=asked, text="困りごと")
    for reply, text in ((tax, "下書き"), (welfare, "受理した答え")):
        Answer.objects.create(reply=reply, question=question, text=text)
    Reply.objects.filter(pk=welfare.pk).update(state="accepted", accepted_at=timezone.now())
    assert resources.answers_of(asked) == [["", "福祉課", "困りごと", "受理した答え"]]


def test_a_title_makes_a_safe_file_name(asked: Round, cast: SimpleNamespace, as_user: Sign) -> None:
    Round.objects.filter(pk=asked.pk).update(title='a/b:"c"\r\nX: y')
    header = as_user(cast.viewer).get(f"/rounds/{asked.pk}/export.csv")["Content-Disposition"]
    assert "\n" not in header
    assert "/" not in header.split("''")[-1]
