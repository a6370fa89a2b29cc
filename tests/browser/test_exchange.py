"""A sheet makes its round trip: taken along, changed as in Excel, brought back, checked and confirmed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Page, expect

from tests.browser.axe import faults
from tests.browser.conftest import Watched
from tests.browser.server import Portal

pytestmark = pytest.mark.browser

Enter = Callable[..., Page]
POST = "情報政策課長"


def test_a_workbook_goes_out_and_comes_back(fresh_portal: Portal, enter: Enter, tmp_path: Path) -> None:
    page = enter(fresh_portal, "lead-tax")
    watched = Watched(page)
    page.goto("/exchange/")
    page.get_by_role("link", name=re.compile(r"書き出す・取り込む\s*：取組")).click()
    assert not faults(page)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Excelで書き出す").click()
    file = tmp_path / "取組.xlsx"
    taken.value.save_as(file)
    title = change(file)

    page.get_by_label("入力したファイル").set_input_files(file)
    page.get_by_role("button", name="何が変わるか確かめる").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("取り込む内容の確認")
    row = page.get_by_role("row").filter(has_text=title)
    expect(row).to_contain_text("変更")
    expect(row.locator("ins")).to_contain_text(POST)
    page.reload()
    expect(row.locator("ins")).to_contain_text(POST)
    page.get_by_role("link", name=re.compile("変更なし")).click()
    expect(page.locator("#import")).not_to_contain_text(POST)
    assert not faults(page)

    page.get_by_role("button", name="1行を取り込む").click()
    expect(page.locator("#messages")).to_contain_text("1行を取り込みました")
    page.goto("/actions/?q=" + title)
    page.get_by_role("link", name=re.compile(re.escape(title))).first.click()
    expect(page.locator("main")).to_contain_text(POST)
    assert not watched.complaints


def test_a_list_is_taken_along_and_a_wide_table_comes_in(fresh_portal: Portal, enter: Enter, tmp_path: Path) -> None:
    page = enter(fresh_portal, "secretariat")
    watched = Watched(page)
    page.goto("/actions/hurdles/?unsolved=on")
    page.locator("details.export summary").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV（UTF-8）").click()
    assert taken.value.suggested_filename == "課題・ハードル.csv"

    file = tmp_path / "KPI.xlsx"
    wide_table(file)
    page.goto("/exchange/wizard/")
    page.get_by_label("お手元の表").set_input_files(file)
    page.get_by_label("取り込み先").select_option(label="指標")
    page.get_by_role("button", name="シートを選ぶ").click()
    page.get_by_role("button", name="列の対応を選ぶ").click()
    expect(page.locator("main")).to_contain_text("目標 R5年度〜R6年度、実績 R5年度〜R6年度")
    assert not faults(page)
    for name, word in (("区分", "成果指標"), ("数え方", "単年"), ("目指す向き", "増やす")):
        page.get_by_label(name, exact=True).select_option(label=word)
    page.get_by_role("button", name="次へ進む").click()
    page.get_by_role("button", name="行を確かめる").click()
    expect(page.locator("main")).to_contain_text("R6年度実績")
    assert not faults(page)
    page.get_by_role("button", name="何が変わるか確かめる").click()
    page.get_by_role("button", name="5行を取り込む").click()
    expect(page.locator("#messages")).to_contain_text("5行を取り込みました")
    assert not watched.complaints


def wide_table(file: Path) -> None:
    book = Workbook()
    for row in (
        ["成果指標一覧"], ["指標名", "単位", "担当課", "R5目標", "R5実績", "R6目標", "R6実績"],
        ["新しい指標", "件", "税務課", 10, 12, 20, "１８件"],
    ):  # fmt: skip
        book.active.append(row)
    book.save(file)


def change(file: Path) -> str:
    """Fill in one cell of the first action and return its title."""
    book = load_workbook(file)
    sheet = book["取組"]
    heads = [c.value for c in sheet[1]]
    sheet.cell(2, heads.index("責任者（職）") + 1).value = POST
    book.save(file)
    return str(sheet.cell(2, heads.index("取組名") + 1).value)
