"""The process that parses a file: started with caps on memory and time, it reads one file and writes JSON lines.

A parser that aborts, or a file that asks for gigabytes, ends this process and nothing else.
Lines: a head, then for each sheet its description, its rows in pieces, and an empty piece.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

from exchange.parsing import text, xml
from exchange.parsing.limits import Limits, Unreadable, count_words

try:
    import resource
except ImportError:  # Windows has no such limits; there the parent's clock is the only cap.
    resource = None  # type: ignore[assignment]

PIECE = 500
_SHEET_TAG = re.compile(rb"<(?:[\w.-]+:)?sheet\s[^<>]*>")
_RELATION = re.compile(rb"<(?:[\w.-]+:)?Relationship\s[^<>]*>")
_ATTRIBUTE = re.compile(rb"([\w:.-]+)\s*=\s*[\"']([^\"']*)[\"']")


def cap(limits: Limits) -> None:
    """Bind this process: address space, processor time, and no core file."""
    if resource is not None:
        for kind, value in (
            (resource.RLIMIT_AS, limits.memory_bytes),
            (resource.RLIMIT_CPU, limits.seconds),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(kind, (value, value))


def say(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=tagged) + "\n")


def tagged(value: Any) -> Any:
    """Days and times as JSON carries them."""
    if isinstance(value, dt.datetime):
        return {"d": value.date().isoformat()} if value.time() == dt.time() else {"t": value.isoformat()}
    if isinstance(value, dt.date):
        return {"d": value.isoformat()}
    if isinstance(value, dt.time):
        return value.strftime("%H:%M" if not value.second else "%H:%M:%S")
    return str(value)


def plain(value: Any) -> Any:
    """A whole number is no float, and an empty text is no value."""
    if value == "":
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return int(value)
    return value


def trimmed(rows: list[list[Any]]) -> list[list[Any]]:
    """Rows without the empty ones at the end and the empty columns on the right."""
    while rows and all(v is None for v in rows[-1]):
        rows.pop()
    width = max((n for row in rows for n, v in enumerate(row, 1) if v is not None), default=0)
    return [row[:width] for row in rows]


def say_rows(rows: list[list[Any]], left: list[int]) -> None:
    for start in range(0, len(rows), PIECE):
        piece = rows[start : start + PIECE]
        left[0] -= sum(len(v) for row in piece for v in row if isinstance(v, str))
        if left[0] < 0:
            raise Unreadable("文字が多すぎます。取り込む表だけを残して保存し直してください。")
        say(piece)
    say([])


def read_text(path: Path, limits: Limits) -> None:
    name, rows = text.read(path.read_bytes(), limits)
    say({"encoding": name, "sheets": 1})
    say({"name": "", "hidden": False})
    say_rows(trimmed(rows), [limits.text_bytes])


def read_book(path: Path, limits: Limits) -> None:
    """An .xlsx or .xls through calamine; of an .xlsx the XML is measured first."""
    seen = look_into(path, limits) if zipfile.is_zipfile(path) else {}
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
            say_book(book, seen, limits)
    except python_calamine.PasswordError as error:
        raise Unreadable("パスワードで保護されています。パスワードを外して保存し直してください。") from error
    except (python_calamine.CalamineError, OSError) as error:
        raise Unreadable("Excelブックとして読めません。壊れているか、途中で切れています。") from error


def say_book(book: Any, seen: dict[str, xml.Seen], limits: Limits) -> None:
    known = [m for m in book.sheets_metadata if str(m.typ).endswith("WorkSheet")]
    if len(known) > limits.sheets:
        raise Unreadable(f"シートが{count_words(len(known))}枚あります。読めるのは{limits.sheets}枚までです。")
    say({"encoding": "", "sheets": len(known)})
    left = [limits.text_bytes]
    for meta in known:
        sheet = book.get_sheet_by_name(meta.name)
        xml.check_size(sheet.total_height, sheet.total_width, limits)
        rows = [[plain(v) for v in row] for row in sheet.to_python(skip_empty_area=False)]
        at = seen.get(meta.name, xml.Seen())
        say(
            {
                "name": meta.name,
                "hidden": not str(meta.visible).endswith(".Visible"),
                "merged": [[*start, *end] for start, end in sheet.merged_cell_ranges or []][:20_000],
                "hidden_rows": at.hidden_rows,
                "hidden_columns": at.hidden_columns,
                "valueless": at.valueless,
                "valueless_count": at.valueless_count,
            }
        )
        say_rows(trimmed(rows), left)


def look_into(path: Path, limits: Limits) -> dict[str, xml.Seen]:
    """Measure every sheet and check every other XML part, within one budget of unpacked bytes."""
    budget, seen = [limits.unpacked_bytes], {}
    try:
        with zipfile.ZipFile(path) as package:
            names = sheet_names(package)
            for part in (i.filename for i in package.infolist()):
                if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                    seen[names.get(part, part)] = xml.look(package, part, limits, budget)
                elif part.endswith((".xml", ".rels")):
                    xml.check_part(package, part, budget)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise Unreadable("Excelブックとして読めません。壊れているか、途中で切れています。") from error
    except ValueError as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("Excelブックとして読めません。壊れているか、途中で切れています。") from error
    return seen


def sheet_names(package: zipfile.ZipFile) -> dict[str, str]:
    """Which part holds which sheet, by the relations of the workbook."""
    held = set(package.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= held:
        return {}
    targets = {}
    for tag in _RELATION.findall(head(package, "xl/_rels/workbook.xml.rels")):
        found = attributes(tag)
        target = found.get("Target", "")
        targets[found.get("Id", "")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    sheets = (attributes(tag) for tag in _SHEET_TAG.findall(head(package, "xl/workbook.xml")))
    return {targets.get(s.get("id", ""), ""): s.get("name", "") for s in sheets}


def head(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as part:
        return part.read(xml.CHUNK)


def attributes(tag: bytes) -> dict[str, str]:
    """Attributes by local name, with the five entities that XML always knows."""
    found = {}
    for key, value in _ATTRIBUTE.findall(tag):
        shown = value.decode("utf-8", "replace")
        for code, letter in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
            shown = shown.replace(code, letter)
        found[key.decode("utf-8", "replace").rpartition(":")[2]] = shown
    return found


def main(kind: str, path: str, limits: str) -> int:
    given = Limits(**json.loads(limits))
    cap(given)
    sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="\n")  # type: ignore[union-attr]
    try:
        (read_text if kind == "text" else read_book)(Path(path), given)
    except Unreadable as error:
        say({"refused": str(error)})
    except (MemoryError, RecursionError):
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
