"""Comma or tab separated text in the encodings that Japanese offices use (pure)."""

from __future__ import annotations

import csv
import io

from exchange.parsing.limits import Limits, Unreadable
from exchange.parsing.xml import check_size

UTF8_BOM, UTF16_BOMS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
NAMES = {"utf-8-sig": "UTF-8（BOM付き）", "utf-8": "UTF-8", "cp932": "Shift_JIS（CP932）", "utf-16": "UTF-16"}
FIELD = 1_000_000


def encoding_of(data: bytes) -> str:
    """Encoding of a text; raises Unreadable when it is none of those that offices use."""
    if data.startswith(UTF8_BOM):
        return "utf-8-sig"
    if data.startswith(UTF16_BOMS):
        return "utf-16"
    if b"\0" in data[:4096]:
        return _without_mark(data)
    for encoding in ("utf-8", "cp932"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError as error:
            reason = error
            continue
        return encoding
    line = data[: reason.start].count(b"\n") + 1
    raise Unreadable(
        f"{line}行目に、UTF-8でもShift_JIS（CP932）でも読めない文字があります。文字コードを確かめてください。"
    )


def _without_mark(data: bytes) -> str:
    """UTF-16 without a mark shows in its zero bytes: every second one of a Latin text."""
    head = data[:4096]
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if zeros.count(0) * 10 > len(zeros):
            return encoding
    raise Unreadable("文字ではないデータが含まれています。CSVまたはExcelブック（.xlsx）を選んでください。")


def delimiter_of(text: str) -> str:
    """The separator that the first lines use most; a comma when there is none."""
    head = "\n".join(text[:20_000].splitlines()[:20])
    return max((",", "\t", ";"), key=head.count)


def read(data: bytes, limits: Limits) -> tuple[str, list[list[str | None]]]:
    """Encoding as a person names it, and the rows; an empty cell is None, everything else stays text."""
    encoding = encoding_of(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable("文字コードが途中で変わっているか、ファイルが途中で切れています。") from error
    if "\0" in text:
        raise Unreadable("文字ではないデータが含まれています。CSVまたはExcelブック（.xlsx）を選んでください。")
    return NAMES.get(encoding, "UTF-16"), _rows(text, limits)


def _rows(text: str, limits: Limits) -> list[list[str | None]]:
    csv.field_size_limit(FIELD)
    rows: list[list[str | None]] = []
    widest = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text)):
            widest = max(widest, len(row))
            rows.append([cell or None for cell in row])
            check_size(len(rows), widest, limits)
    except csv.Error as error:
        raise Unreadable('CSVとして読めません。引用符（"）が閉じているか確かめてください。') from error
    return [row + [None] * (widest - len(row)) for row in rows]
