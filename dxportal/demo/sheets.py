"""Excel of サンプル市: a sheet of the year before on its way in, what is remembered of it, and two 様式 of the city."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
from django.conf import settings
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from actions.exports import HEADS
from dxportal.demo.clock import moment, telling
from dxportal.demo.people import People
from exchange.blanks.services import create_blank
from exchange.wizard import services, targets
from exchange.wizard.forms import ColumnsForm, ValuesForm
from exchange.wizard.targets import Opened
from lib import fiscal
from lib.wareki import fiscal_year_name

FILE = "取組追加要望一覧.xlsx"
COLUMNS = ("No.", "事業名", "担当課", "期間", None)
ROWS = (
    ("①", "庁用車の予約のデジタル化", "総務課", "調査検討（推進室）", "→", "試行", None),
    ("②", "防災備蓄の在庫の見える化", "危機管理課", None, "●", "●", "●"),
    ("③", "スポーツ施設の鍵の電子化", "〃", None, "準備（原課）", "→", "稼働"),
)  # fmt: skip
THIN = Side(style="thin")
BOX = Border(THIN, THIN, THIN, THIN)


def tell_sheets(today: dt.date, posts: People) -> None:
    """Let 事務局 begin with a sheet of its departments the evening before, and keep two 様式."""
    with telling(moment(today - dt.timedelta(days=1), 22, 30)):
        _wizard(today, posts)
        _blanks(posts)


def _wizard(today: dt.date, posts: People) -> None:
    user, by = posts.users["secretariat"], posts.actor("secretariat")
    target = targets.find("actions:0", user)
    draft = services.start(target=target, file_name=FILE, data=wanted_sheet(today), by=by)
    opened, chosen = Opened(target, user), draft.chosen()
    services.choose_sheet(
        draft=draft, opened=opened, sheet=chosen.sheet, first=chosen.first, depth=chosen.depth, by=by
    )  # fmt: skip
    table = services.table_of(draft)
    columns = ColumnsForm(table=table, opened=opened, draft=draft)
    plan = opened.specs["plan"].options
    services.choose_columns(
        draft=draft, columns=draft.chosen().columns, fixed={"plan": plan[0]} if plan else {}, kept=[], grid=True,
        owner=columns["owner"].value(), by=by,
    )  # fmt: skip
    values = ValuesForm(table=table, opened=opened, draft=draft)
    words = {
        spec.name: {word: guess.option for _, word, _, guess in found} for spec, _, found in values.groups
    }  # fmt: skip
    services.choose_values(draft=draft, values=words, by=by)
    services.remember(draft=draft, table=table, by=by)


def wanted_sheet(today: dt.date) -> bytes:
    """What departments asked for, as it goes round: title, two levels of heads, merged cells, 〃, total, note."""
    year = fiscal.fiscal_year(today) + 1
    first, second = fiscal_year_name(year), fiscal_year_name(year + 1)
    book = openpyxl.Workbook()
    page: Worksheet = book.active
    page.title = "追加要望"
    page.append([f"{first}　DX推進計画　追加要望一覧"])
    page.append([])
    page.append([*COLUMNS, first, None, second, None])
    page.append([None, None, None, "開始", "終了", "上期", "下期", "上期", "下期"])
    for number, title, department, *halves in ROWS:
        page.append([number, title, department, first, f"{second}末", *halves])
    page.append(["計", "3件"])
    page.append(["※ 庁内の照会で出された要望をまとめたもの"])
    for area in ("A1:I1", "A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:G3", "H3:I3"):
        page.merge_cells(area)
    return _saved(book)


def _blanks(posts: People) -> None:
    by, labels = posts.actor("secretariat"), [head.label for head in HEADS]
    for title, data in (("進捗管理一覧表（様式第1号）", list_form()), ("取組調書（様式第2号）", card_form())):
        name = f"{title}.xlsx"
        create_blank(title=title, source="actions", labels=labels, file_name=name, data=data, by=by)


def list_form() -> bytes:
    """One row that is repeated for every action."""
    book = openpyxl.Workbook()
    page: Worksheet = book.active
    page.title = "様式第1号"
    page["A1"], page["E1"] = "様式第1号　{{表題}}", "{{今日}}"
    page["A2"] = f"{settings.SITE_MUNICIPALITY}DX推進本部　全{{{{件数}}}}件"
    page.append(["整理番号", "取組名", "担当", "状態", "進捗率"])
    page.append(["{{整理番号}}", "{{取組名}}", "{{担当}}", "{{状態}}", "{{進捗率}}"])
    page.append(["備考", "", "", "", ""])
    _dress(page, head=3, widths=(12, 44, 20, 14, 16))
    page["E1"].number_format = '[$-ja-JP]ggge"年"m"月"d"日"'
    return _saved(book)


def card_form() -> bytes:
    """One sheet of paper for one action."""
    book = openpyxl.Workbook()
    page: Worksheet = book.active
    page.title = "様式第2号"
    page["A1"] = "様式第2号　取組調書"
    for row, (label, words) in enumerate(
        (("取組名", "{{取組名}}"), ("整理番号", "{{整理番号}}"), ("担当", "{{担当}}"), ("状態", "{{状態}}")), 3
    ):
        page.cell(row, 1, label)
        page.cell(row, 2, words)
    _dress(page, head=0, widths=(16, 60))
    return _saved(book)


def _dress(page: Worksheet, *, head: int, widths: tuple[int, ...]) -> None:
    page["A1"].font = Font(bold=True, size=14)
    for n, width in enumerate(widths):
        page.column_dimensions["ABCDE"[n]].width = width
    for row in page.iter_rows(min_row=3):
        for cell in row:
            cell.border, cell.alignment = BOX, Alignment(vertical="top", wrap_text=True)
            if cell.row == head:
                cell.fill, cell.font = PatternFill("solid", fgColor="DDE6F0"), Font(bold=True)


def _saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
