"""The pages: choose a workbook, upload, see the dry run, confirm."""

from __future__ import annotations

import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from actions.models import Action
from exchange.models import Import
from rounds.models import Reply
from tests.exchange.helpers import Taken

As = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("near", "city")]
BOOK = {"key": "actions", "scope": 0}


@pytest.fixture
def taken(world: SimpleNamespace) -> Taken:
    return Taken("actions", world.cast.secretariat).put(world.action.pk, "取組名", "窓口の見直し")


def upload(client: Client, data: bytes, name: str = "取組.xlsx", **headers: str) -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(reverse("exchange:book", kwargs=BOOK), {"file": file}, headers=headers)


def test_home_lists_what_the_reader_may_bring(world: SimpleNamespace, as_user: As) -> None:
    lead = as_user(world.cast.lead).get(reverse("exchange:home")).content.decode()
    assert "照会の進捗" in lead
    assert "成熟度の自己評価" in lead
    assert "利用者と役割" not in lead
    assert "利用者と役割" in as_user(world.cast.admin).get(reverse("exchange:home")).content.decode()


def test_home_says_why_a_workbook_is_not_there(world: SimpleNamespace, as_user: As) -> None:
    """The reply was approved: nothing can be entered, and the card says so instead of being empty."""
    Reply.objects.filter(department=world.own).update(state="approved")
    page = as_user(world.cast.member).get(reverse("exchange:home")).content.decode()
    assert page.count("いま入力できる回答がありません。") == 2
    assert "承認される前なら推進員が、受理される前なら所属長が" in page
    assert reverse("exchange:book", args=["progress", world.round.pk]) not in page
    assert f'href="{reverse("rounds:list")}"' in page


def test_an_open_reply_leads_to_its_workbooks(world: SimpleNamespace, as_user: As) -> None:
    address, client = reverse("rounds:reply", args=[world.reply.pk]), as_user(world.cast.member)
    books = [reverse("exchange:book", args=[key, world.round.pk]) for key in ("progress", "maturity")]
    page = client.get(address).content.decode()
    for book in books:
        assert f'href="{book}"' in page
        assert client.get(book).status_code == 200
    Reply.objects.filter(pk=world.reply.pk).update(state="submitted")
    page = client.get(address).content.decode()
    assert not any(book in page for book in books)


def test_the_workbook_comes_with_locks_lists_and_instructions(world: SimpleNamespace, as_user: As) -> None:
    response = as_user(world.cast.secretariat).get(reverse("exchange:workbook", kwargs=BOOK))
    excel = load_workbook(io.BytesIO(response.content))
    assert excel.sheetnames == ["使い方", "取組", "工程", "節目", "選択肢", "_dxportal"]
    sheet = excel["取組"]
    heads = [c.value for c in sheet[1]]
    assert sheet.freeze_panes == "F2"
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert [sheet.cell(2, n).protection.locked for n in (1, 2, 4)] == [True, True, False]
    assert "ggge" in sheet.cell(2, heads.index("開始日") + 1).number_format
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$1:$1")
    assert (excel["選択肢"].sheet_state, excel["_dxportal"].sheet_state) == ("hidden", "hidden")
    rules = {str(r.sqref).rstrip("0123456789").split(":")[0]: r.formula1 for r in sheet.data_validations.dataValidation}
    lists = excel["選択肢"]
    found = [lists.cell(n, c).value for c in range(1, lists.max_column + 1) for n in range(1, lists.max_row + 1)]
    assert {"0204 税務課", "（削除）", "（空欄にする）"} <= set(found)
    assert all(f.startswith("'選択肢'!$") for f in rules.values())


def test_an_upload_leads_to_its_dry_run(taken: Taken, world: SimpleNamespace, as_user: As) -> None:
    client = as_user(world.cast.secretariat)
    response = upload(client, taken.data)
    kept = Import.objects.get(made_by=world.cast.secretariat)
    assert response.url == reverse("exchange:confirm", args=[kept.pk])
    for _ in range(2):  # a reload shows the same
        page = client.get(response.url).content.decode()
        assert "窓口の見直し" in page
        assert "電子申請の拡大" in page
        assert "1行を取り込む" in page


def test_confirming_stores_and_says_so(taken: Taken, world: SimpleNamespace, as_user: As) -> None:
    client = as_user(world.cast.secretariat)
    url = upload(client, taken.data).url
    seen = Import.objects.get(made_by=world.cast.secretariat).seen
    page = client.post(url, {"seen": seen}, follow=True).content.decode()
    assert "1行を取り込みました。" in page
    assert Action.objects.get(pk=world.action.pk).title == "窓口の見直し"
    again = client.post(url, {"seen": seen})
    assert again.status_code == 422
    assert "すでに取り込みました" in again.content.decode()


def test_what_changed_meanwhile_is_shown_again(taken: Taken, world: SimpleNamespace, as_user: As) -> None:
    client = as_user(world.cast.secretariat)
    url = upload(client, taken.data).url
    kept = Import.objects.get(made_by=world.cast.secretariat)
    Action.objects.filter(pk=world.action.pk).update(version=99)
    response = client.post(url, {"seen": kept.seen})
    page = response.content.decode()
    assert response.status_code == 422
    assert "確かめたあとに登録が変わりました" in page
    assert "競合" in page
    assert "1行を取り込む" not in page


def test_an_htmx_upload_is_sent_on_by_header(taken: Taken, world: SimpleNamespace, as_user: As) -> None:
    response = upload(as_user(world.cast.secretariat), taken.data, **{"HX-Request": "true"})
    assert response.status_code == 204
    assert "imports" in response.headers["HX-Redirect"]


def test_a_refused_file_says_why_at_the_field(world: SimpleNamespace, as_user: As) -> None:
    other = Taken("registers", world.cast.secretariat)
    response = upload(as_user(world.cast.secretariat), other.data)
    assert response.status_code == 422
    assert "その画面から取り込んでください" in response.content.decode()


def test_rows_are_filtered_by_what_happens_to_them(taken: Taken, world: SimpleNamespace, as_user: As) -> None:
    client = as_user(world.cast.secretariat)
    url = upload(client, taken.data).url
    same = client.get(url, {"kind": "same"}).content.decode()
    assert "窓口の見直し" not in same
    assert "相談記録の共有" in same
    part = client.get(url, {"kind": "same"}, headers={"HX-Request": "true", "HX-Target": "import"}).content.decode()
    assert part.lstrip().startswith('<div id="import"')


def test_the_error_workbook_has_comments_on_its_cells(taken: Taken, world: SimpleNamespace, as_user: As) -> None:
    taken.put(world.action.pk, "開始日", "いつか").put(world.foreign_action.pk, "目的", "=1+1")
    client = as_user(world.cast.secretariat)
    url = upload(client, taken.data).url
    assert "理由を書き込んだ表" in client.get(url).content.decode()
    kept = Import.objects.get(made_by=world.cast.secretariat)
    response = client.get(reverse("exchange:errors", args=[kept.pk]))
    sheet = load_workbook(io.BytesIO(response.content))["取組"]
    wrong = [c for row in sheet.iter_rows() for c in row if c.comment]
    assert [c.value for c in wrong] == ["いつか"]
    assert wrong[0].row == taken.row(world.action.pk)
    assert "令和8年11月1日" in wrong[0].comment.text


def test_the_error_workbook_can_be_corrected_and_brought(taken: Taken, world: SimpleNamespace, as_user: As) -> None:
    taken.put(world.action.pk, "開始日", "いつか")
    client = as_user(world.cast.secretariat)
    upload(client, taken.data)
    kept = Import.objects.get(made_by=world.cast.secretariat)
    content = client.get(reverse("exchange:errors", args=[kept.pk])).content
    taken.excel = load_workbook(io.BytesIO(content))
    assert taken.put(world.action.pk, "開始日", "R8.4.1").stage().counts["changed"] == 1


def test_a_file_is_taken_back(taken: Taken, world: SimpleNamespace, as_user: As) -> None:
    client = as_user(world.cast.secretariat)
    url = upload(client, taken.data).url
    client.post(f"{url}discard/")
    assert not Import.objects.filter(made_by=world.cast.secretariat).exists()
    assert client.get(url).status_code == 404


def test_a_long_file_shows_how_far_it_is(taken: Taken, world: SimpleNamespace, as_user: As, settings: Any) -> None:
    settings.IMPORT_STEP_ROWS = 2
    client = as_user(world.cast.secretariat)
    url = upload(client, taken.data).url
    page = client.get(url).content.decode()
    assert "<progress" in page
    assert "のうち2行を確かめました" in page
    headers = {"HX-Request": "true", "HX-Target": "import"}
    part = client.post(f"{url}step/", headers=headers)
    while "<progress" in part.content.decode():
        part = client.post(f"{url}step/", headers=headers)
    assert "1行を取り込む" in part.content.decode()
    assert client.post(f"{url}step/").url == url


def test_another_department_learns_nothing(world: SimpleNamespace, as_user: As) -> None:
    for route in ("confirm", "errors"):
        url = reverse(f"exchange:{route}", args=[world.book.pk])
        assert as_user(world.cast.other_lead).get(url).status_code == 404


@pytest.mark.parametrize(("key", "scope"), [("nothing", 0), ("actions", 5), ("progress", 0), ("progress", 99999)])
def test_books_and_objects_that_do_not_exist(key: str, scope: int, world: SimpleNamespace, as_user: As) -> None:
    url = reverse("exchange:book", args=[key, scope])
    assert as_user(world.cast.secretariat).get(url).status_code == 404
