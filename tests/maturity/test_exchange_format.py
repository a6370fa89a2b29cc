"""The file of the exchange: what it carries, and how it is refused."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal

import pytest

from maturity.exchange_format import (
    COLUMNS,
    LENGTHS,
    MAX_BYTES,
    MAX_ROWS,
    NEEDED,
    City,
    FormatError,
    Scale,
    Score,
    read,
    write_csv,
    write_json,
)
from tests.warm import ROOT

TODAY = dt.date(2026, 11, 21)
SCALE = Scale({"systems": "systems", "庁内システム": "systems", "literacy": "literacy"}, 1, 5)
HEAD = "自治体,基準日,軸の識別子,レベル,出典"


def csv_of(*lines: str, head: str = HEAD) -> bytes:
    return "\r\n".join((head, *lines)).encode()


def refusal(name: str, data: bytes) -> str:
    with pytest.raises(FormatError) as caught:
        read(name, data, SCALE, TODAY)
    return "\n".join(caught.value.messages)


def test_reads_rows_and_leaves_blank_levels_out() -> None:
    rows = read("a.csv", csv_of("甲市,2026-09-30,systems,2.4,資料", "甲市,2026-09-30,literacy,,資料"), SCALE, TODAY)
    assert [(r.municipality, r.line, r.level, r.place) for r in rows] == [("甲市", "systems", Decimal("2.4"), "2行目")]


@pytest.mark.parametrize("level", ["NaN", "Infinity", "-Infinity", "-1", "0.99", "5.01", "1e1", "2_0", "二", "2.345"])
def test_refuses_a_level_naming_row_column_and_value(level: str) -> None:
    text = refusal("a.csv", csv_of("甲市,2026-09-30,literacy,3,資料", f"甲市,2026-09-30,systems,{level},資料"))
    assert "3行目の「レベル」" in text
    assert f"「{level}」" in text


@pytest.mark.parametrize("level", ["NaN", "Infinity", "-Infinity", "-0.5", "1e400", "9" * 5000, "true", '{"a":1}'])
def test_refuses_a_level_of_json(level: str) -> None:
    data = '{"format":"dx-maturity-scores","version":1,"municipalities":[{"municipality":"甲市","as_of":"2026-09-30",'
    data += f'"source":"資料","scores":[{{"axis":"systems","level":{level}}}]}}]}}'
    assert "自治体の1件目・点数の1件目の「レベル」" in refusal("a.json", data.encode())


@pytest.mark.parametrize(
    ("line", "column", "value"),
    [
        ("甲市,2026-09-30,weather,3,資料", "軸の識別子", "weather"),
        ("甲市,きのう,systems,3,資料", "基準日", "きのう"),
        ("甲市,2030-01-01,systems,3,資料", "基準日", "2030-01-01"),
        (",2026-09-30,systems,3,資料", "自治体", "入力されていません"),
        ("甲市,2026-09-30,systems,3,", "出典", "入力されていません"),
    ],
)
def test_refuses_other_cells(line: str, column: str, value: str) -> None:
    text = refusal("a.csv", csv_of(line))
    assert f"2行目の「{column}」" in text
    assert value in text


@pytest.mark.parametrize(("axis", "column", "value"), [("weather", "軸の識別子", "weather"), ("", "軸の名前", "天気")])
def test_an_unknown_axis_is_named_as_its_column_has_it(axis: str, column: str, value: str) -> None:
    head = "自治体,基準日,軸の識別子,軸の名前,レベル,出典"
    said = refusal("a.csv", csv_of(f"甲市,2026-09-30,{axis},天気,3,資料", head=head))
    assert f"「{column}」：「{value}」" in said


def test_refuses_duplicates_also_by_the_name_of_the_axis() -> None:
    text = refusal("a.csv", csv_of("甲市,2026-09-30,systems,3,資料", "甲市,R8.9.30,庁内システム,2,資料"))
    assert "3行目" in text
    assert "2行目と重なっています" in text


def test_refuses_another_scale() -> None:
    head = f"{HEAD},最も高い段階"
    assert "本市（5）と違います" in refusal("a.csv", csv_of("甲市,2026-09-30,systems,3,資料,4", head=head))


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.csv", f"{HEAD}\n甲市".encode("cp932"), "1行目の文字（8E）がUTF-8ではありません"),
        ("a.csv", csv_of("甲市") + b"\x00", "NUL"),
        ("a.csv", b"", "見出し「自治体」がありません"),
        ("a.csv", csv_of(), "1件もありません"),
        ("a.csv", csv_of("甲市,2026-09-30,systems,3"), "2行目の列が4個"),
        ("a.csv", csv_of('甲市,"2026'), "CSVとして読めません"),
        ("a.csv", csv_of("x", head=f"{HEAD},天気"), "見出し「天気」は、この形式にありません"),
        ("a.csv", csv_of("x", head=f"{HEAD},自治体"), "見出し「自治体」が2つ"),
        ("a.json", b"{", "JSONとして読めません"),
        ("a.json", b"[]", "成熟度の点数のファイルではありません"),
        ("a.json", b"[" * 100_000, "深すぎます"),
        ("a.json", b'{"format":"dx-maturity-scores","version":1,"version":1}', "「version」が2つ"),
        ("a.json", b'{"format":"dx-maturity-scores","version":1,"municipalities":3}', "の形になっていません"),
        ("a.xlsx", b"x", "拡張子"),
        ("a.csv", b"x" * (MAX_BYTES + 1), "大きすぎます"),
        ("a.csv", csv_of(*["甲市,2026-09-30,systems,,資料"] * 2001), "2,000件まで"),
        ("a.csv", csv_of("甲市,2026-09-30,systems,,資料"), "すべて空欄"),
    ],
)  # fmt: skip
def test_refuses_a_file_that_is_not_one(name: str, data: bytes, words: str) -> None:
    assert words in refusal(name, data)


def test_names_twenty_faults_and_counts_the_rest() -> None:
    text = refusal("a.csv", csv_of(*["甲市,2026-09-30,systems,9,資料"] * 25))
    assert "ほかに5か所" in text


CITY = City("=甲市", dt.date(2026, 9, 30), "自己評価", "", 1, 5, [Score("systems", "庁内システム", Decimal("2.3"))])


@pytest.mark.parametrize(("name", "text"), [("a.json", write_json(CITY)), ("a.csv", write_csv(CITY))])
def test_what_is_written_is_read_again(name: str, text: str) -> None:
    (row,) = read(name, text.encode(), SCALE, TODAY)
    assert (row.municipality, row.line, row.level, row.as_of) == ("=甲市", "systems", Decimal("2.3"), CITY.as_of)


def test_a_spreadsheet_runs_no_cell() -> None:
    assert "'=甲市" in write_csv(CITY)
    assert json.loads(write_json(CITY))["municipalities"][0]["scores"][0]["level"] == 2.3


def test_the_published_description_is_what_is_read() -> None:
    """Another city writes its file from this document alone."""
    text = (ROOT / "docs" / "exchange-format.md").read_text(encoding="utf-8")
    example = re.search(r"```json\n(.+?)```", text, re.DOTALL)[1]
    assert [(r.line, r.level) for r in read("a.json", example.encode(), SCALE, TODAY)] == [("literacy", Decimal("2.4"))]
    table = dict(re.findall(r"^\| ([^|]+?) \| (○?) ?\|", text.split("## CSV")[1], re.MULTILINE))
    needed = {head: mark for heads, mark in table.items() for head in heads.split("・")}
    assert {COLUMNS[name] for name in NEEDED} == {head for head, mark in needed.items() if mark}
    assert set(COLUMNS.values()) <= set(needed)
    assert all(f"{length}字まで" in text for length in LENGTHS.values())
    assert f"{MAX_BYTES // 1024}KB、{MAX_ROWS:,}件まで" in text
