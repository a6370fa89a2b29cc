"""The one way from a file to rows: what it tells, what it costs, and what it survives."""

from __future__ import annotations

import csv
import datetime as dt
import io
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import settings as pace
from hypothesis import strategies as st

from exchange.cells import date_of
from exchange.parsing import child, text, xml
from exchange.parsing.limits import Limits, Unreadable
from exchange.reading import Refused, limits_from_settings, read_workbook
from exchange.reading.reader import ROOT
from exchange.widgets import Amount, FiscalYear, Whole
from tests.exchange import corpus

pytestmark = pytest.mark.usefixtures("a_process_for_each_file")


def test_values_come_back_as_they_are() -> None:
    row = ["0012", 3, 2.5, True, dt.date(2026, 4, 1), dt.datetime(2026, 4, 1, 9, 30), None, "末尾"]
    sheet = read_workbook(corpus.book([row]), "a.xlsx").sheets[0]
    assert sheet.rows == [row]
    assert [type(v) for v in sheet.rows[0][:4]] == [str, int, float, bool]


def test_rows_keep_their_numbers() -> None:
    sheet = read_workbook(corpus.book([[], [None, "B2"]]), "a.xlsx").sheets[0]
    assert sheet.rows == [[None, None], [None, "B2"]]


def test_merged_cells_are_told_and_filled_by_nobody() -> None:
    sheet = read_workbook(corpus.book(dress=corpus.merged), "a.xlsx").sheets[0]
    assert sheet.merged == [(1, 2, 2, 2)]
    assert [row[2] for row in sheet.rows] == ["担当課", "市民課", None]


def test_hidden_parts_are_told() -> None:
    book = read_workbook(corpus.book(dress=corpus.hidden), "a.xlsx")
    assert [(s.name, s.hidden) for s in book.sheets] == [("一覧", False), ("作業用", True)]
    assert book.visible == [book.sheet("一覧")]
    assert (book.sheets[0].hidden_rows, book.sheets[0].hidden_columns) == ([3], [3])
    assert "3行目" in book.sheets[0].notes[0]
    assert "C列" in book.sheets[0].notes[1]


def test_formulas_without_a_value_are_named() -> None:
    rows = [["=1+1"], ["=A1"], [1]]
    sheet = read_workbook(corpus.book(rows), "a.xlsx").sheets[0]
    assert sheet.valueless == ["A1", "A2"]
    assert [row[0] for row in sheet.rows] == [None, None, 1]


def test_many_formulas_are_counted() -> None:
    sheet = read_workbook(corpus.book([["=1"] * 30, ["x"]]), "a.xlsx").sheets[0]
    assert len(sheet.valueless) == xml.NAMED
    assert "ほか10個" in sheet.notes[0]


def test_a_path_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(corpus.book())
    assert read_workbook(path, "a.xlsx").sheets[0].rows[0] == corpus.HEAD


def test_a_csv_sheet_has_the_name_of_its_file() -> None:
    assert read_workbook(b"a,b", "取組.csv").sheets[0].name == "取組"


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"file_bytes": 1000}, "読めるのは1KBまで"),
        ({"rows": 2}, "2行まで"),
        ({"columns": 2}, "2列まで"),
        ({"cells": 8}, "8個まで"),
        ({"sheets": 0}, "0枚まで"),
        ({"parts": 3}, "多すぎ"),
        ({"unpacked_bytes": 2000}, "展開すると"),
        ({"text_bytes": 5}, "文字が多すぎ"),
    ],
)
def test_limits_are_named(limits: dict[str, int], words: str) -> None:
    with pytest.raises(Refused, match=words):
        read_workbook(corpus.book(), "a.xlsx", limits=Limits(**limits))


def test_limits_come_from_the_settings(settings) -> None:
    settings.EXCHANGE_LIMITS = {"rows": 1}
    assert limits_from_settings().rows == 1
    with pytest.raises(Refused, match="1行まで"):
        read_workbook(corpus.csv("utf-8"), "a.csv")


def test_time_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*args: object, **kwargs: object) -> None:
        raise subprocess.TimeoutExpired("child", 60)

    monkeypatch.setattr(subprocess, "run", slow)
    with pytest.raises(Refused, match="時間がかかりすぎ"):
        read_workbook(corpus.book(), "a.xlsx")


def test_an_abort_ends_the_child_only() -> None:
    """Without the look beforehand calamine asks for the whole grid; here the process of the portal lives on."""
    with pytest.raises(Refused, match="メモリー"):
        read_workbook(corpus.xls_far(), "a.xls", limits=Limits(cells=10**12))


def test_memory_of_the_child_is_bounded(tmp_path: Path) -> None:
    """The largest table that is allowed, read by the child alone: its peak stays below the cap."""
    path, cap = tmp_path / "a.csv", 256 * 1024 * 1024
    path.write_bytes(b"\n".join([b"1," * 99] * 20_000))
    script = (
        "import sys\n"
        "from exchange.parsing.child import main\n"
        "code = main('text', sys.argv[1], sys.argv[2])\n"
        "peak = [line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0]\n"
        "print(code, peak, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path), f'{{"memory_bytes": {cap}}}'],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    code, peak = map(int, done.stderr.split())
    assert code == 0
    assert peak * 1024 < cap


def test_memory_of_the_portal_is_bounded() -> None:
    """A bomb of half a gigabyte costs the portal itself next to nothing."""
    bomb = corpus.zip_bomb()
    before = psutil.Process().memory_info().rss
    with pytest.raises(Refused):
        read_workbook(bomb, "bomb.xlsx")
    assert psutil.Process().memory_info().rss - before < 50 * 1024 * 1024


CELLS = st.none() | st.text(alphabet="あ漢aZ0 ,;\"'①〃\n\t=+-@", min_size=1, max_size=8)


@pace(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6))
def test_any_csv_is_read_as_written(rows: list[list[str | None]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        _, got = text.read(out.getvalue().encode(encoding), Limits())
        assert got == [["a", "b", "c"], *rows]


@pace(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_end_in_rows_or_a_message(data: bytes) -> None:
    with suppress(Unreadable):
        name, rows = text.read(data, Limits())
        assert name
        assert len({len(r) for r in rows}) <= 1


@pace(max_examples=12, deadline=None)
@given(st.integers(0, 5000), st.binary(min_size=1, max_size=40))
def test_a_damaged_workbook_never_ends_in_an_error(at: int, noise: bytes) -> None:
    data = corpus.book()
    at %= len(data)
    broken = data[:at] + noise + data[at + len(noise) :]
    with suppress(Refused):
        assert read_workbook(broken, "a.xlsx").sheets


@given(st.integers(1, 16384))
def test_letters_and_numbers_of_columns_agree(number: int) -> None:
    assert xml.column_number(xml.column_letters(number)) == number


@pytest.mark.parametrize(
    ("value", "kept"), [("", None), (3.0, 3), (1e300, 1e300), (2.5, 2.5), ("x", "x"), (True, True)]
)
def test_plain_values(value: object, kept: object) -> None:
    assert child.plain(value) == kept


def test_a_formula_cell_across_two_pieces_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "CHUNK", 37)
    rows = [[n, "=A1"] for n in range(1, 8)]
    with zipfile.ZipFile(io.BytesIO(corpus.book(rows))) as package:
        seen = xml.look(package, corpus.SHEET, Limits(), [10**6])
    assert (seen.valueless_count, seen.last_row, seen.last_column) == (7, 7, 2)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        (1200, 1200), ("1,200", 1200), ("１，２００千円", 1200), ("△500", -500), ("▲ 1,000", -1000),
        ("540万円", 5400), ("1.5百万円", 1500), ("3億円", 300_000), ("5,400,000円", 5400),
    ],
)  # fmt: skip
def test_an_amount_counts_the_unit_that_stands_behind_it(cell: object, amount: int) -> None:
    assert Amount().clean(cell) == Amount().key(cell) == amount


@pytest.mark.parametrize("cell", ["1,234円", "百万円", "12ドル", "未定"])
def test_an_amount_that_is_none_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="千円単位の整数"):
        Amount().clean(cell)


@pytest.mark.parametrize("cell", [2026, "2026", "２０２６年度", "令和8年度", "R8", "r8年度"])
def test_a_fiscal_year_is_read_in_both_calendars(cell: object) -> None:
    assert FiscalYear(2000, 2100).clean(cell) == 2026
    with pytest.raises(ValueError, match="令和8年度"):
        FiscalYear(2000, 2100).clean("来年度")


@pytest.mark.parametrize("cell", ["1e99999999", "9" * 20, "-1e999999999", "Infinity"])
def test_a_whole_number_that_no_column_holds_is_refused_before_it_is_made(cell: str) -> None:
    """The first of them would keep the process busy for minutes."""
    with pytest.raises(ValueError, match="整数"):
        Whole(0).clean(cell)


@pytest.mark.parametrize(
    "cell", [float("inf"), float("-inf"), float("nan"), dt.datetime(9999, 12, 31), dt.date(9999, 12, 31), "9999-12-31"]
)
def test_a_day_that_nobody_can_count_with_is_refused(cell: object) -> None:
    with pytest.raises(ValueError, match="日付"):
        date_of(cell)


def test_a_day_of_a_spreadsheet_may_come_as_its_number() -> None:
    assert date_of(46327) == date_of(46327.0) == dt.date(2026, 11, 1)
