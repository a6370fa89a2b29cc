"""The ledger as CSV, workbook and JSON lines."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from types import SimpleNamespace

import pytest
from django.test import Client
from openpyxl import load_workbook

from audit import chain, resources
from audit.models import Entry
from lib import ledger


@pytest.fixture
def reader(as_user, cast: SimpleNamespace) -> Client:
    before, after = {"name": "=1+1"}, {"name": "税務課"}
    ledger.record(by=cast.lead, act="update", obj=cast.tax, before=before, after=after, note="=A1")
    ledger.record(by=cast.secretariat, act="publish", obj=cast.welfare, note="第1.0版\x0b")
    return as_user(cast.secretariat)


def content(response: object) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_csv_opens_in_a_spreadsheet_and_holds_every_entry_in_order(reader: Client) -> None:
    response = reader.get("/audit/export/csv/")
    text = content(response).decode()
    assert text.startswith("\ufeff番号,日時")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [r[0] for r in rows[1:]] == ["1", "2"]
    assert rows[1][9] == "'=A1", "no cell is read as a formula"
    assert json.loads(rows[1][8]) == {"name": ["=1+1", "税務課"]}
    assert "attachment" in response["Content-Disposition"]


def test_shift_jis_comes_with_a_report_of_what_does_not_fit(reader: Client, cast: SimpleNamespace) -> None:
    ledger.record(by=cast.lead, act="update", obj=cast.tax, note="髙橋さん、𠮷野町")
    archive = zipfile.ZipFile(io.BytesIO(content(reader.get("/audit/export/zip/"))))
    rows = list(csv.reader(io.StringIO(archive.read("操作の記録_Shift_JIS.csv").decode("cp932"))))
    assert [r[0] for r in rows] == ["番号", "1", "2", "3"]
    assert (rows[1][9], rows[3][9]) == ("'=A1", "髙橋さん、〓野町")
    report = list(csv.reader(io.StringIO(archive.read("入らない文字.csv").decode("utf-8-sig"))))
    assert report[1:] == [["4", "備考", "𠮷", "U+20BB7", "髙橋さん、𠮷野町"]]


def test_workbook(reader: Client) -> None:
    sheet = load_workbook(io.BytesIO(content(reader.get("/audit/export/xlsx/")))).active
    rows = [[c.value for c in row] for row in sheet.iter_rows()]
    assert rows[0][:3] == ["番号", "日時", "だれが"]
    assert [r[4] for r in rows[1:]] == ["変更", "公開"]
    assert rows[2][9] == "第1.0版"


def test_characters_that_no_workbook_holds_are_left_out(reader: Client, cast: SimpleNamespace) -> None:
    ledger.record(by=cast.lead, act="update", obj=cast.tax, note="前\ufffe\uffff後")
    sheet = load_workbook(io.BytesIO(content(reader.get("/audit/export/xlsx/")))).active
    assert sheet.cell(4, 10).value == "前後"


@pytest.mark.parametrize("sign", "＝＋－＠")
def test_a_wide_sign_begins_no_formula_either(reader: Client, cast: SimpleNamespace, sign: str) -> None:
    ledger.record(by=cast.lead, act="update", obj=cast.tax, note=f"{sign}A1")
    rows = list(csv.reader(io.StringIO(content(reader.get("/audit/export/csv/")).decode())))
    assert rows[3][9] == f"'{sign}A1"


def test_json_lines_carry_what_the_hash_covers(reader: Client) -> None:
    lines = [json.loads(line) for line in content(reader.get("/audit/export/jsonl/")).splitlines()]
    import datetime as dt

    previous = chain.GENESIS
    for line in lines:
        assert line["previous_hash"] == previous
        previous = line["hash"]
        line["at"] = dt.datetime.fromisoformat(line["at"])
        assert chain.digest(SimpleNamespace(**line)) == previous
    assert len(lines) == 2


def test_filters_hold_for_the_file_too(reader: Client) -> None:
    lines = content(reader.get("/audit/export/jsonl/", {"act": "publish"})).splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [2]


def test_more_than_a_sheet_holds_is_refused_with_a_way_out(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "MOST_ROWS", 1)
    response = reader.get("/audit/export/xlsx/", follow=True)
    assert response.redirect_chain == [("/audit/", 302)]
    assert "CSVで取り出してください" in response.text


def test_unknown_kind_is_not_found(reader: Client) -> None:
    assert reader.get("/audit/export/exe/").status_code == 404


def test_page_offers_the_files_with_its_filter(reader: Client) -> None:
    text = reader.get("/audit/", {"act": "publish"}).text
    for kind in ("xlsx", "csv", "jsonl"):
        assert f'/audit/export/{kind}/?act=publish"' in text


def test_a_very_long_change_is_cut_in_a_cell_only(reader: Client, cast: SimpleNamespace) -> None:
    ledger.record(by=cast.lead, act="update", obj=cast.tax, before={}, after={"name": "長" * 40_000})
    sheet = load_workbook(io.BytesIO(content(reader.get("/audit/export/xlsx/")))).active
    assert sheet.cell(4, 9).value.endswith("…")
    assert Entry.objects.count() == 3
