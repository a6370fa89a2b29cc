"""Reads any workbook or CSV in a process of its own; whatever the file does, a message comes back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError

import exchange
from exchange.parsing.limits import Limits, Unreadable, count_words, size_words
from exchange.parsing.xml import column_letters
from exchange.reading import kinds, package
from exchange.reading.model import Sheet, Workbook

log = logging.getLogger(__name__)
ROOT = Path(exchange.__file__).resolve().parent.parent
TOO_SLOW = "読み取りに時間がかかりすぎたため中止しました。取り込む表だけを残して保存し直してください。"
TOO_HEAVY = (
    "読み取りに必要なメモリーが上限を超えたか、ファイルが壊れています。取り込む表だけを残して保存し直してください。"
)


class Refused(ValidationError):
    """A file that is not read; the message is for the person who chose it."""


def limits_from_settings() -> Limits:
    return Limits(**settings.EXCHANGE_LIMITS)


def read_workbook(data: bytes | Path, filename: str, *, limits: Limits | None = None) -> Workbook:
    """Read .xlsx, .xls or CSV by its content. Raises Refused with a Japanese message for everything else."""
    given = limits or limits_from_settings()
    try:
        with _on_disk(data, given) as path:
            return _read(path, filename, given)
    except Unreadable as error:
        raise Refused(str(error), code="unreadable") from error


@contextmanager
def _on_disk(data: bytes | Path, limits: Limits) -> Iterator[Path]:
    """The child reads from a path, so that a large file is in memory once at most."""
    size = len(data) if isinstance(data, bytes) else data.stat().st_size
    if size > limits.file_bytes:
        raise Unreadable(f"ファイルが{size_words(size)}あります。読めるのは{size_words(limits.file_bytes)}までです。")
    if isinstance(data, Path):
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="dxportal-") as folder:
        path = Path(folder) / "upload"
        path.write_bytes(data)
        yield path


def _read(path: Path, filename: str, limits: Limits) -> Workbook:
    kind = kinds.kind_of(path.read_bytes())
    notes = [note] if (note := kinds.mismatch(kind, filename)) else []
    if kind == "xlsx":
        with path.open("rb") as file:
            notes += package.check(file, limits)
    with tempfile.TemporaryFile() as out:
        _run(kind, path, limits, out)
        out.seek(0)
        return _workbook(out, Workbook(filename=filename, kind=kind, notes=notes))


def _run(kind: str, path: Path, limits: Limits, out: IO[bytes]) -> None:
    """Start the child; its limits are its own business, the clock is ours."""
    asked = json.dumps(dataclasses.asdict(limits))
    command = [sys.executable, "-m", "exchange.parsing.child", kind, str(path), asked]
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, timeout=limits.seconds,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Unreadable(TOO_SLOW) from error
    if done.returncode:
        log.warning(
            "reading %s ended with %s: %s", kind, done.returncode, done.stderr[-500:].decode("utf-8", "replace")
        )
        raise Unreadable(TOO_HEAVY)


def _value(found: dict[str, Any]) -> Any:
    if "d" in found:
        return dt.date.fromisoformat(found["d"])
    return dt.datetime.fromisoformat(found["t"])


def _workbook(lines: IO[bytes], book: Workbook) -> Workbook:
    head = _described(lines)
    book.encoding = head["encoding"]
    for _ in range(head["sheets"]):
        about = _described(lines)
        sheet = Sheet(name=about["name"] or Path(book.filename).stem or "CSV", hidden=about["hidden"])
        while piece := json.loads(_line(lines), object_hook=_value):
            sheet.rows += piece
        sheet.merged = [(a, b, c, d) for a, b, c, d in about.get("merged", [])]
        sheet.hidden_rows, sheet.hidden_columns = about.get("hidden_rows", []), about.get("hidden_columns", [])
        sheet.valueless = about.get("valueless", [])
        sheet.notes = _sheet_notes(sheet, about.get("valueless_count", 0))
        book.sheets.append(sheet)
    _check_sheets(book)
    return book


def _line(lines: IO[bytes]) -> bytes:
    line = lines.readline()
    if line.startswith(b'{"refused"'):
        raise Unreadable(json.loads(line)["refused"])
    return line


def _described(lines: IO[bytes]) -> dict[str, Any]:
    line = _line(lines)
    if not line:
        raise Unreadable(TOO_HEAVY)
    found: dict[str, Any] = json.loads(line)
    return found


def _check_sheets(book: Workbook) -> None:
    if not any(s.rows for s in book.sheets):
        raise Unreadable("値の入ったセルがありません。取り込む表のあるファイルを選んでください。")
    if book.encoding and book.encoding != "UTF-8（BOM付き）":
        book.notes.append(f"文字コードを{book.encoding}として読みました。")


def _sheet_notes(sheet: Sheet, valueless: int) -> list[str]:
    notes = []
    if sheet.hidden:
        notes.append("非表示のシートです。")
    if sheet.hidden_rows:
        notes.append(
            f"非表示の行があります（{_few([str(n) for n in sheet.hidden_rows])}行目）。ほかの行と同じに読みました。"
        )
    if sheet.hidden_columns:
        letters = [column_letters(n) for n in sheet.hidden_columns]
        notes.append(f"非表示の列があります（{_few(letters)}列）。ほかの列と同じに読みました。")
    if valueless:
        more = f" ほか{count_words(valueless - len(sheet.valueless))}個" if valueless > len(sheet.valueless) else ""
        notes.append(
            f"値が保存されていない数式は空欄として読みました（{'、'.join(sheet.valueless)}{more}）。"
            "Excelで開いて保存し直すと値が入ります。"
        )
    return notes


def _few(names: list[str]) -> str:
    return "、".join(names[:10]) + (f" ほか{len(names) - 10}" if len(names) > 10 else "")
