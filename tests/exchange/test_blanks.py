"""様式: upload, mapping, and the filled workbook."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as pace
from hypothesis import strategies as st

from audit.models import Entry
from exchange.blanks import mapping, services
from exchange.blanks.filling import filled
from exchange.blanks.models import Blank
from tests import builders as make
from tests.exchange import corpus

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def form_sheet() -> bytes:
    """A title, a head, one row to repeat with a merged cell, a sum and a signature below."""
    made = openpyxl.Workbook()
    page = made.active
    page.title = "様式第1号"
    page["A1"] = "{{表題}}（{{市町村}}）"
    page["A2"], page["E2"] = "作成日", "{{今日}}"
    page.append(["番号", "名前", None, "金額", "備考"])
    page.append(["{{番号}}", "{{名称}}", None, "{{金額}}", "期限 {{期日}}"])
    page.append(["計", None, None, "=SUM(D4:D4)", "=D5*2"])
    page.append(["印"])
    page.merge_cells("A1:E1")
    page.merge_cells("B4:C4")
    page.merge_cells("A6:E6")
    page.row_dimensions[4].height = 30
    page.row_dimensions[5].height = 50
    page["A4"].font = openpyxl.styles.Font(bold=True)
    page.print_area = "A1:E6"
    return corpus.saved(made)


CELLS = [
    ("A1", "表題", "表題"), ("A1", "市町村", "市町村"), ("E2", "今日", "今日"), ("A4", "番号", "番号"),
    ("B4", "名称", "名称"), ("D4", "金額", "金額"), ("E4", "期日", "期日"),
]  # fmt: skip
COMMON = {"表題": "一覧", "市町村": "サンプル市", "今日": dt.date(2026, 11, 1)}


def sheet_of(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content)).active


def rows_of(count: int) -> list[dict[str, Any]]:
    return [{"名称": f"品{n}", "金額": n * 10, "期日": dt.date(2027, 3, n)} for n in range(1, count + 1)]


def test_a_row_is_repeated_with_all_that_belongs_to_it() -> None:
    page = sheet_of(filled(form_sheet(), "様式第1号", CELLS, 4, COMMON, rows_of(3)))
    assert [page.cell(r, 2).value for r in (4, 5, 6)] == ["品1", "品2", "品3"]
    assert [page.cell(r, 1).value for r in (4, 5, 6, 7, 8)] == [1, 2, 3, "計", "印"]
    assert page["E6"].value == "期限 令和9年3月3日"
    assert (page["D7"].value, page["E7"].value) == ("=SUM(D4:D6)", "=D7*2")
    assert {str(a) for a in page.merged_cells.ranges} == {"A1:E1", "B4:C4", "B5:C5", "B6:C6", "A8:E8"}
    assert [page.row_dimensions[r].height for r in (4, 5, 6, 7)] == [30, 30, 30, 50]
    assert page["A6"].font.bold
    assert page.print_area == "'様式第1号'!$A$1:$E$8"


def test_common_words_stand_once() -> None:
    page = sheet_of(filled(form_sheet(), "様式第1号", CELLS, 4, COMMON, rows_of(2)))
    assert page["A1"].value == "一覧（サンプル市）"
    assert page["E2"].value == dt.datetime(2026, 11, 1)


def test_no_rows_leave_an_empty_form() -> None:
    page = sheet_of(filled(form_sheet(), "様式第1号", CELLS, 4, COMMON, []))
    assert [c.value for c in page[4]] == [None, None, None, None, "期限 "]
    assert page["D5"].value == "=SUM(D4:D4)"


def test_a_card_takes_one_row_and_cells_below_a_merge() -> None:
    cells = [*CELLS[:3], ("C4", "", "名称"), ("D4", "金額", "金額")]
    page = sheet_of(filled(form_sheet(), "様式第1号", cells, None, COMMON, rows_of(2)))
    assert (page["B4"].value, page["D4"].value) == ("品1", 10)


@pytest.mark.parametrize("text", ["=1+1", "+81-3", "-5", "@SUM(A1)", "＝HYPERLINK(1)", "'=1", "\t=1"])
def test_nothing_that_is_written_runs(text: str) -> None:
    content = filled(form_sheet(), "様式第1号", CELLS, 4, COMMON, [{"名称": text, "期日": text}])
    page = sheet_of(content)
    assert page["B4"].data_type == "s"
    assert page["B4"].quotePrefix
    assert page["B4"].value.strip().endswith(text.strip().lstrip("'"))
    assert page["E4"].data_type == "s"


@pace(max_examples=15, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_any_text_stays_text(texts: list[str]) -> None:
    page = sheet_of(filled(form_sheet(), "様式第1号", CELLS, 4, COMMON, [{"名称": t} for t in texts]))
    assert all(page.cell(4 + n, 2).data_type in ("s", "n") for n in range(len(texts)))
    assert page.cell(4 + len(texts), 1).value == "計"


# ---- mapping


def test_placeholders_are_found_with_their_cells() -> None:
    assert mapping.placeholders([["{{ 名称 }} {{今日}}", 3], [None, "{{x}}"]]) == [
        ("A1", "名称"), ("A1", "今日"), ("B2", "x")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "column"), [("取組名", "取組名"), ("事業名", "取組名"), ("今日", "今日"), ("天気", "")]
)
def test_columns_are_proposed(name: str, column: str) -> None:
    assert mapping.proposed(name, ["番号", "取組名", "担当"]) == column


def test_the_row_to_repeat_is_proposed() -> None:
    labels = ["番号", "取組名", "担当", "状況"]
    wide = [("A4", "番号"), ("B4", "取組名"), ("C4", "担当"), ("D4", "状況"), ("A1", "今日")]
    assert mapping.proposed_row(wide, labels) == 4
    assert mapping.proposed_row([*wide, ("A9", "取組名")], labels) is None
    assert mapping.proposed_row(wide[:2], labels) is None


@pytest.mark.parametrize(
    ("text", "cell"), [("c5", "C5"), ("Ｃ５", "C5"), ("$C$5", "C5"), (" xfd1048576 ", "XFD1048576")]
)
def test_addresses(text: str, cell: str) -> None:
    assert mapping.address(text) == cell


@pytest.mark.parametrize("text", ["", "5C", "C0", "XFE1", "A1048577", "A1:B2", "シート!A1"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="番地"):
        mapping.address(text)


# ---- pages


def list_form() -> bytes:
    return corpus.book(
        [["{{表題}}"], ["番号", "取組名", "担当"], ["{{整理番号}}", "{{事業名}}", "{{担当課}}", "{{状況}}"]]
    )


def send(client: Client, data: bytes, **changes: Any) -> Any:
    fields = {"title": "進捗一覧表", "source": "actions", "file": SimpleUploadedFile("様式.xlsx", data)}
    return client.post(reverse("blanks:create"), fields | changes)


@pytest.fixture
def blank(cast: SimpleNamespace, as_user: SignIn) -> Blank:
    answer = send(as_user(cast.secretariat), list_form())
    assert answer.status_code == 302, answer.context["form"].errors
    return Blank.objects.get()


def test_an_uploaded_form_proposes_its_cells(blank: Blank) -> None:
    named = {place: name for _, place, name in blank.cells}
    assert named["表題"] == "表題"
    assert named["事業名"] == "取組名"
    assert blank.row == 3
    assert Entry.objects.filter(object_type="blanks.blank", act="create").count() == 1


def test_the_list_is_written_into_it(blank: Blank, cast: SimpleNamespace, as_user: SignIn) -> None:
    for n in range(3):
        make.make_action(title=f"取組その{n}", code=f"A-{n}", lead_department=cast.tax)
    client = as_user(cast.executive)
    assert client.get(reverse("blanks:use", args=[blank.pk])).context["count"] == 3
    page = sheet_of(client.get(reverse("blanks:fill", args=[blank.pk])).content)
    assert sorted(page.cell(r, 2).value for r in (3, 4, 5)) == ["取組その0", "取組その1", "取組その2"]
    assert page["A1"].value == "進捗一覧表"


def test_one_action_in_a_card(blank: Blank, cast: SimpleNamespace, as_user: SignIn) -> None:
    make.make_action(title="ひとつの取組", code="A-1", lead_department=cast.tax)
    services.update_blank(
        blank=blank, version=blank.version, title=blank.title, row=None, cells=blank.cells, by=cast.secretariat
    )
    client = as_user(cast.viewer)
    assert "A-1" in client.get(reverse("blanks:use", args=[blank.pk])).content.decode()
    page = sheet_of(client.get(reverse("blanks:fill", args=[blank.pk]), {"at": "0"}).content)
    assert page["B3"].value == "ひとつの取組"
    for at in ("7", "²", "-1", "9" * 30):
        assert client.get(reverse("blanks:fill", args=[blank.pk]), {"at": at}).status_code == 404


def edit_data(blank: Blank, **changes: Any) -> dict[str, Any]:
    data = {"version": blank.version, "title": blank.title, "row": blank.row or ""}
    data |= {f"m{n}": name for n, (_, place, name) in enumerate(blank.cells) if place}
    return data | changes


def test_cells_are_mapped_by_address_too(blank: Blank, cast: SimpleNamespace, as_user: SignIn) -> None:
    client = as_user(cast.secretariat)
    answer = client.post(reverse("blanks:edit", args=[blank.pk]), edit_data(blank, a0="ｄ１", f0="件数"))
    assert answer.status_code == 302
    blank.refresh_from_db()
    assert ["D1", "", "件数"] in blank.cells
    assert Entry.objects.filter(object_type="blanks.blank", act="update").count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"a0": "5C", "f0": "件数"}, "番地"),
        ({"a0": "C5"}, "列を選んで"),
        ({"f0": "件数"}, "番地を入力"),
        ({"row": "0"}, "1"),
    ],
)
def test_a_wrong_mapping_is_refused(
    blank: Blank, cast: SimpleNamespace, as_user: SignIn, changes: dict[str, str], words: str
) -> None:
    answer = as_user(cast.secretariat).post(reverse("blanks:edit", args=[blank.pk]), edit_data(blank, **changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_stale_mapping_shows_both(blank: Blank, cast: SimpleNamespace, as_user: SignIn) -> None:
    old = edit_data(blank)
    services.update_blank(
        blank=blank, version=blank.version, title="変わった名称", row=3, cells=blank.cells, by=cast.secretariat
    )
    answer = as_user(cast.secretariat).post(reverse("blanks:edit", args=[blank.pk]), old)
    assert answer.status_code == 409
    assert "変わった名称" in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (corpus.macros(), "マクロ"), (corpus.csv("utf-8"), "xlsx"), (corpus.xls(), "xlsx"), (b"", "空"),
        (corpus.billion_laughs(), "DOCTYPE"), (corpus.far_corner(), "行目"),
    ],
    ids=["macros", "csv", "xls", "empty", "laughs", "far"],
)  # fmt: skip
def test_a_dangerous_form_is_refused(cast: SimpleNamespace, as_user: SignIn, data: bytes, words: str) -> None:
    answer = send(as_user(cast.secretariat), data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Blank.objects.exists()


def test_a_name_is_taken_once(blank: Blank, cast: SimpleNamespace, as_user: SignIn) -> None:
    assert send(as_user(cast.secretariat), list_form()).status_code == 422
    assert Blank.objects.count() == 1


def test_a_form_that_openpyxl_cannot_open_ends_in_a_sentence(
    blank: Blank, cast: SimpleNamespace, as_user: SignIn
) -> None:
    Blank.objects.update(content=b"PK broken")
    answer = as_user(cast.viewer).get(reverse("blanks:fill", args=[blank.pk]), follow=True)
    assert "この様式は開けません" in answer.content.decode()


def test_too_many_rows_are_refused(blank: Blank) -> None:
    with pytest.raises(ValidationError, match="5,000件まで"):
        services.fill(blank=blank, common={}, rows=[{}] * 5001)


def test_a_form_is_deleted_with_a_trace(blank: Blank, cast: SimpleNamespace, as_user: SignIn) -> None:
    assert as_user(cast.secretariat).post(reverse("blanks:delete", args=[blank.pk])).status_code == 302
    assert not Blank.objects.exists()
    assert Entry.objects.filter(object_type="blanks.blank", act="delete").count() == 1


def test_the_uploaded_file_comes_back_as_it_was(blank: Blank, cast: SimpleNamespace, as_user: SignIn) -> None:
    assert as_user(cast.viewer).get(reverse("blanks:file", args=[blank.pk])).content == bytes(blank.content)


def test_readers_may_not_change_forms(blank: Blank, cast: SimpleNamespace, as_user: SignIn) -> None:
    client = as_user(cast.viewer)
    assert client.get(reverse("blanks:edit", args=[blank.pk])).status_code == 403
    assert "セルの対応" not in client.get(reverse("blanks:list")).content.decode()


# ---- lists of one object


CARD = [
    ["{{市町村}}　取組票"], ["取組", "{{取組名}}", "担当", "{{担当}}"], ["状態", "{{状態}}"], [],
    ["段階", "主体", "始め", "終わり"], ["{{段階}}", "{{主体}}", "{{始め}}", "{{終わり}}"], ["以上"],
]  # fmt: skip


@pytest.fixture
def sheet_of_action(cast: SimpleNamespace, as_user: SignIn) -> Blank:
    action = make.make_action(title="電子申請の拡大", code="A-1", lead_department=cast.tax)
    for n, label in enumerate(("調査検討", "整備", "浸透")):
        make.make_phase(action=action, label=label, starts_on=dt.date(2026 + n, 4, 1), ends_on=dt.date(2027 + n, 3, 31))
    make.make_action(title="相談記録の共有", code="B-1", lead_department=cast.tax)
    assert send(as_user(cast.secretariat), corpus.book(CARD), source="action-phases").status_code == 302
    return Blank.objects.get()


def test_rows_of_one_action_stand_under_its_own_words(
    sheet_of_action: Blank, cast: SimpleNamespace, as_user: SignIn
) -> None:
    assert sheet_of_action.row == 6
    assert {place: name for _, place, name in sheet_of_action.cells}["担当"] == "担当"
    client, pk = as_user(cast.viewer), sheet_of_action.pk
    choice = client.get(reverse("blanks:use", args=[pk]))
    assert [name for _, name in choice.context["objects"].fields["object"].choices] == [
        "A-1 電子申請の拡大", "B-1 相談記録の共有"
    ]  # fmt: skip
    action = choice.context["objects"].fields["object"].choices[0][0]
    assert "3件を、様式の6行目から" in client.get(reverse("blanks:use", args=[pk]), {"object": action}).content.decode()
    page = sheet_of(client.get(reverse("blanks:fill", args=[pk]), {"object": action}).content)
    assert (page["B2"].value, page["D2"].value) == ("電子申請の拡大", "税務課")
    assert [page.cell(r, 1).value for r in (6, 7, 8, 9)] == ["調査検討", "整備", "浸透", "以上"]


def test_objects_are_found_by_a_word(sheet_of_action: Blank, cast: SimpleNamespace, as_user: SignIn) -> None:
    client, use = as_user(cast.viewer), reverse("blanks:use", args=[sheet_of_action.pk])
    found = client.get(use, {"find": "そうだん"}).context["objects"]
    assert found is None
    found = client.get(use, {"find": "相談"}).context["objects"]
    assert [name for _, name in found.fields["object"].choices] == ["B-1 相談記録の共有"]
    assert "対象がありません" in client.get(use, {"find": "ない"}).content.decode()


def test_an_object_that_is_not_there_is_not_found(
    sheet_of_action: Blank, cast: SimpleNamespace, as_user: SignIn
) -> None:
    client, fill = as_user(cast.viewer), reverse("blanks:fill", args=[sheet_of_action.pk])
    assert client.get(fill, {"object": "999999"}).status_code == 404
    assert client.get(fill).url == reverse("blanks:use", args=[sheet_of_action.pk])
    assert client.get(fill, {"object": "x"}).status_code == 302
