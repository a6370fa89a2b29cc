"""A bounded look into the XML of an .xlsx before it is parsed (pure): nothing is expanded, nothing is built.

Regular expressions over the raw bytes are enough here: what escapes them still meets the memory cap of the process
in which this runs.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from exchange.parsing.limits import Limits, Unreadable, count_words

CHUNK = 1024 * 1024
# A row that is longer than this is no row of a table.
LONGEST_ROW = 16 * CHUNK
NAMED = 20
_P = rb"(?:[A-Za-z_][\w.-]*:)?"
_ROW = re.compile(rb"<" + _P + rb"row\b([^<>]*)>")
_NUMBER = re.compile(rb"\br\s*=\s*[\"']([0-9]{1,7})[\"']")
_HIDDEN = re.compile(rb"\bhidden\s*=\s*[\"'](?:1|true)[\"']")
_FILLED = re.compile(rb"<" + _P + rb"c\s[^<>]*?\br\s*=\s*[\"']([A-Z]{1,3})([0-9]{1,7})[\"'][^<>]*?(/?)>")
_EMPTY_FORMULA = re.compile(
    rb"<" + _P + rb"c\s[^<>]*?\br\s*=\s*[\"']([A-Z]{1,3}[0-9]{1,7})[\"'][^<>]*>\s*"
    rb"<" + _P + rb"f\b(?:[^<>]*/>|[^<>]*>[^<]*</" + _P + rb"f>)\s*"
    rb"(?:<" + _P + rb"v\s*/>|<" + _P + rb"v>\s*</" + _P + rb"v>|</" + _P + rb"c>)"
)
_COLUMNS = re.compile(rb"<" + _P + rb"col\b([^<>]*)>")
_SPAN = re.compile(rb"\b(min|max)\s*=\s*[\"']([0-9]{1,5})[\"']")
DOCTYPE = "ファイルの中に文書型宣言（DOCTYPE）があります。安全のため読み取りません。Excelで開いて保存し直してください。"
FOREIGN = "ファイルの中のXMLがUTF-8ではありません。Excelで開いて保存し直してください。"


@dataclass
class Seen:
    """What a sheet's XML says beside its values."""

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    valueless: list[str] = field(default_factory=list)
    valueless_count: int = 0
    last_row: int = 0
    last_column: int = 0


def column_number(letters: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """A for 1, AA for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def chunks(package: zipfile.ZipFile, name: str, budget: list[int]) -> Iterator[bytes]:
    """Unpack one part piece by piece, counting what really comes out; the directory may lie."""
    with package.open(name) as part:
        while piece := part.read(CHUNK):
            budget[0] -= len(piece)
            if budget[0] < 0:
                raise Unreadable("ファイルを展開すると大きすぎます。不要な行や書式を消して保存し直してください。")
            yield piece


def check_part(package: zipfile.ZipFile, name: str, budget: list[int]) -> None:
    """Refuse a part with a document type, entities or another encoding."""
    tail = b""
    for number, piece in enumerate(chunks(package, name, budget)):
        _check_piece(tail + piece, first=number == 0)
        tail = piece[-16:]


def _check_piece(piece: bytes, *, first: bool) -> None:
    if b"\0" in piece or (first and piece.startswith((b"\xff\xfe", b"\xfe\xff"))):
        raise Unreadable(FOREIGN)
    if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
        raise Unreadable(DOCTYPE)


def look(package: zipfile.ZipFile, name: str, limits: Limits, budget: list[int]) -> Seen:
    """Measure one sheet row by row and note hidden rows, hidden columns and formulas without a stored value."""
    seen, tail = Seen(), b""
    for number, piece in enumerate(chunks(package, name, budget)):
        _check_piece(tail[-16:] + piece, first=number == 0)
        whole, tail = _whole_rows(tail + piece)
        _measure(whole, seen, limits)
    _measure(tail, seen, limits)
    return seen


def _whole_rows(data: bytes) -> tuple[bytes, bytes]:
    """Cut behind the last end of a row, so that no cell is cut in two."""
    end = data.rfind(b"row>")
    if end < 0:
        if len(data) > LONGEST_ROW:
            raise Unreadable("1行が長すぎます。取り込む表だけを残して保存し直してください。")
        return b"", data
    return data[: end + 4], data[end + 4 :]


def _measure(data: bytes, seen: Seen, limits: Limits) -> None:
    found = _FILLED.findall(data)
    filled = [(c, r) for c, r, empty in found if not empty]
    if filled:
        seen.last_row = max(seen.last_row, max(int(r) for r in {r for _, r in filled}))
        letters = {c.decode() for c, _ in filled}
        seen.last_column = max(seen.last_column, max(map(column_number, letters)))
        check_size(seen.last_row, seen.last_column, limits)
    _note(data, seen)


def _note(data: bytes, seen: Seen) -> None:
    if b"<" in data and b"f" in data:
        cells = [c.decode() for c in _EMPTY_FORMULA.findall(data)]
        seen.valueless_count += len(cells)
        seen.valueless = (seen.valueless + cells)[:NAMED]
    if b"hidden" in data:
        rows = (_NUMBER.search(attributes) for attributes in _ROW.findall(data) if _HIDDEN.search(attributes))
        seen.hidden_rows += [int(match[1]) for match in rows if match][: 10_000 - len(seen.hidden_rows)]
        for attributes in _COLUMNS.findall(data):
            if _HIDDEN.search(attributes):
                span = {key: int(value) for key, value in _SPAN.findall(attributes)}
                first, last = span.get(b"min", 0), span.get(b"max", 0)
                seen.hidden_columns += list(range(first, min(last, first + 1000) + 1))


def check_size(rows: int, columns: int, limits: Limits) -> None:
    """Refuse a table that is larger than the limits, before anything of its size is made."""
    if rows > limits.rows:
        raise Unreadable(
            f"{count_words(rows)}行目に値があります。一度に読める行は{count_words(limits.rows)}行までです。"
            "表の下に残った値を消すか、ファイルを分けてください。"
        )
    if columns > limits.columns:
        raise Unreadable(
            f"{column_letters(columns)}列に値があります。一度に読める列は{count_words(limits.columns)}列までです。"
            "表の右に残った値を消してください。"
        )
    if rows * columns > limits.cells:
        raise Unreadable(
            f"表の大きさが{count_words(rows)}行×{count_words(columns)}列あります。"
            f"一度に読めるセルは{count_words(limits.cells)}個までです。"
        )
