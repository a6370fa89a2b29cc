"""Sheets of a city as the wizard meets them."""

from __future__ import annotations

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from tests.exchange.corpus import saved


def schedule_sheet() -> bytes:
    """Title rows, two levels of heads, merged cells, 〃, 和暦, a grid of half-years, a total and a note."""
    made = openpyxl.Workbook()
    page: Worksheet = made.active
    page.title = "進捗一覧"
    page.append(["令和8年度　DX推進計画　取組一覧"])
    page.append(["（令和8年4月1日現在）"])
    page.append([])
    page.append(["No.", "事業名", "担当課", "期間", None, "令和8年度", None, "令和9年度", None, "概要"])
    page.append([None, None, None, "開始", "終了", "上期", "下期", "上期", "下期", None])
    first = ["①", "電子申請の拡大※1", "税務課", "R8.4.1", "令和９年度末"]
    page.append([*first, "調査検討（推進室）", None, "整備", "→", "窓口に来なくてよい"])
    page.append(["②", "相談記録の共有", "〃", "令和8年10月", "R10.3.31", None, "●", "●", None, "=危険な式"])
    page.append(["③", "庁内会議の見直し", "総務部福祉課", "2026-04-01", "令和8年度", None, None, None, None, None])
    page["J7"].data_type = "s"
    page.append(["合　計", "3件"])
    page.append(["※1 令和7年度から継続"])
    for area in ("A1:J1", "A4:A5", "B4:B5", "C4:C5", "D4:E4", "F4:G4", "H4:I4", "J4:J5", "F6:G6"):
        page.merge_cells(area)
    made.create_sheet("作業用").sheet_state = "hidden"
    made["作業用"].append(["x", "y"])
    return saved(made)


def departments_csv() -> bytes:
    rows = [
        "コード,部署名,略名,区分,設置年月日",
        "０２０４,税務課,税務課,課,令和2年4月1日",
        "0999,窓口改革室,窓口室,室,R8.4.1",
        "",
    ]
    return "\r\n".join(rows).encode("cp932")
