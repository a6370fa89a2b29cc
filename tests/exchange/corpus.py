"""Awkward files as they come from offices and from attackers, built anew at every run."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import msoffcrypto
import openpyxl
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

HEAD = ["番号", "取組名", "担当課"]
DAYS = [dt.date(2026, 4, 1), 1.5, True, "0012"]
ROWS = [[1, "窓口のオンライン化", "市民課"], [2, "電子決裁", "総務課"]]


@dataclass(frozen=True)
class Awkward:
    """A file, and what must come of it: `refused` holds words of the message, `notes` words of notes.

    What takes long to make is made by the test that asks for it, and not by everybody who reads the tests in.
    """

    name: str
    made: bytes | Callable[[], bytes]
    refused: str = ""
    notes: str = ""
    rows: int | None = None
    first: list[object] | None = None

    @property
    def data(self) -> bytes:
        return self.made() if callable(self.made) else self.made


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def book(rows: list[list[object]] | None = None, dress: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    made = openpyxl.Workbook()
    made.active.title = "一覧"
    for row in rows if rows is not None else [HEAD, *ROWS]:
        made.active.append(row)
    if dress:
        dress(made)
    return saved(made)


def changed(data: bytes, change: dict[str, Callable[[bytes], bytes]], add: dict[str, bytes] | None = None) -> bytes:
    """The package with parts rewritten and parts added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            part = old.read(entry.filename)
            new.writestr(entry.filename, change.get(entry.filename, lambda b: b)(part))
        for name, part in (add or {}).items():
            new.writestr(name, part)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def sheet_xml(body: bytes, before: bytes = b"") -> bytes:
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    text = before + b'<worksheet xmlns="' + main + b'"><sheetData>' + body + b"</sheetData></worksheet>"
    return changed(book(), {SHEET: lambda _: text})


def inline(ref: str, text: str) -> bytes:
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'.encode()


def far_corner() -> bytes:
    first, last = (
        b'<row r="1">' + inline("A1", "番号") + b"</row>",
        b'<row r="1048576">' + inline("XFD1048576", "x") + b"</row>",
    )
    return sheet_xml(first + last)


def wide() -> bytes:
    return sheet_xml(b'<row r="1">' + inline("A1", "番号") + inline("XFD1", "x") + b"</row>")


def million_rows() -> bytes:
    """A value in every one of a million rows, as an export without end makes them."""
    return sheet_xml(b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 1_000_001)))


def styled_rows() -> bytes:
    """A short table whose format reaches the last row: nothing but formats below."""
    rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, 30_000))
    head = b'<row r="1">' + inline("A1", "番号") + b'</row><row r="2"><c r="A2"><v>1</v></c></row>'
    return sheet_xml(head + rows + b'<row r="1048576"><c r="A1048576" s="0"/></row>')


@cache
def zip_bomb() -> bytes:
    out = io.BytesIO(book())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        package.writestr("xl/media/big.xml", b" " * 450_000_000)
    return out.getvalue()


def ratio_bomb() -> bytes:
    return changed(book(), {}, {"xl/media/big.bin": b"\0" * 60_000_000})


def lying_directory() -> bytes:
    """The directory says 10 bytes; 60 MB come out."""
    data = bytearray(changed(book(), {SHEET: lambda _: b" " * 60_000_000}))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as package:
        size = package.getinfo(SHEET).file_size.to_bytes(4, "little")
    at = data.find(size)
    while at >= 0:
        data[at : at + 4] = (10).to_bytes(4, "little")
        at = data.find(size, at + 4)
    return bytes(data)


def billion_laughs() -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha" * 10}">' for n in range(10))
    return sheet_xml(inline("A1", "&e9;"), f"<!DOCTYPE worksheet [{entities}]>".encode())


SHARED = (
    b'<Relationship Id="rIdS" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" '
)
SHARED += b'Target="sharedStrings.xml"/></Relationships>'
STRINGS = "xl/sharedStrings.xml"


def shared(strings: bytes) -> bytes:
    """A sheet whose A1 is the first shared string."""
    data = sheet_xml(b'<row r="1"><c r="A1" t="s"><v>0</v></c></row>')
    relations = {"xl/_rels/workbook.xml.rels": lambda b: b.replace(b"</Relationships>", SHARED)}
    return changed(data, relations, {STRINGS: strings})


def external_entity() -> bytes:
    return shared(b'<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/hostname">]><sst><si><t>&x;</t></si></sst>')


def utf16_part() -> bytes:
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><worksheet/>'.encode("utf-16")
    return changed(book(), {SHEET: lambda _: text})


def macros() -> bytes:
    return changed(book(), {}, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


def macro_sheet() -> bytes:
    return changed(book(), {}, {"xl/macrosheets/sheet1.xml": b"<macrosheet/>"})


def outside_path() -> bytes:
    return changed(book(), {}, {"../../evil.xml": b"<a/>"})


def external_link() -> bytes:
    return changed(book(), {}, {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"})


def encrypted() -> bytes:
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(book())).encrypt("secret", out)
    assert msoffcrypto.OfficeFile(io.BytesIO(out.getvalue())).is_encrypted()
    return out.getvalue()


def encrypted_entries() -> bytes:
    """The flag of a password on every entry, as zip tools set it."""
    data = bytearray(book())
    for mark, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + flag] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def xls(rows: list[list[object]] | None = None) -> bytes:
    made = xlwt.Workbook(encoding="utf-8")
    sheet = made.add_sheet("一覧")
    for r, row in enumerate(rows or [HEAD, *ROWS]):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def xls_far() -> bytes:
    made = xlwt.Workbook()
    sheet = made.add_sheet("a")
    sheet.write(0, 0, "x")
    sheet.write(65535, 255, "x")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def hidden(made: openpyxl.Workbook) -> None:
    made.create_sheet("作業用").sheet_state = "hidden"
    made["作業用"].append(["秘密"])
    made.active.row_dimensions[3].hidden = True
    made.active.column_dimensions["C"].hidden = True


def merged(made: openpyxl.Workbook) -> None:
    made.active.merge_cells("C2:C3")


def furigana() -> bytes:
    """Phonetic guides stand inside the shared string and are no part of the value."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    guide = '<rPh sb="0" eb="2"><t>ソウム</t></rPh>'
    return shared(f'<sst xmlns="{main}"><si><t>総務課</t>{guide}</si></sst>'.encode())


def csv(encoding: str, *, mark: bytes = b"", end: str = "\r\n") -> bytes:
    return mark + end.join([",".join(map(str, r)) for r in (HEAD, *ROWS)]).encode(encoding)


def heap() -> list[Awkward]:
    good, first = book(), list(HEAD)
    return [
        Awkward("plain.xlsx", good, rows=3, first=first),
        Awkward("old.xls", xls(), rows=3, first=first),
        Awkward("empty.xlsx", b"", refused="0バイト"),
        Awkward("no-values.xlsx", book([]), refused="値の入ったセルがありません"),
        Awkward("truncated.xlsx", good[: len(good) // 2], refused="途中で切れて"),
        Awkward("truncated.xls", xls()[:2000], refused="壊れて"),
        Awkward("broken-part.xlsx", changed(good, {SHEET: lambda b: b[: len(b) // 2]}), refused="読めません"),
        Awkward("workbook-is-text.xlsx", changed(good, {"xl/workbook.xml": lambda _: b"no xml"}), refused="読"),
        Awkward("far-corner.xlsx", far_corner(), refused="1,048,576行目"),
        Awkward("wide.xlsx", wide(), refused="XFD列"),
        Awkward("far.xls", xls_far(), refused="メモリー"),
        Awkward("million.xlsx", million_rows, refused="100,000行まで"),
        Awkward("styled.xlsx", styled_rows, rows=2),
        Awkward("bomb.xlsx", zip_bomb, refused="展開すると429MB"),
        Awkward("ratio.xlsx", ratio_bomb, refused="圧縮の割合"),
        Awkward("lying.xlsx", lying_directory, refused="読めません"),
        Awkward("laughs.xlsx", billion_laughs(), refused="DOCTYPE"),
        Awkward("external.xlsx", external_entity(), refused="DOCTYPE"),
        Awkward("utf16-part.xlsx", utf16_part(), refused="UTF-8ではありません"),
        Awkward("macros.xlsm", macros(), refused="マクロ"),
        Awkward("macro-sheet.xlsx", macro_sheet(), refused="マクロ"),
        Awkward("outside.xlsx", outside_path(), refused="外を指す"),
        Awkward("linked.xlsx", external_link(), notes="ほかのブックを参照", rows=3),
        Awkward("locked.xlsx", encrypted(), refused="パスワード"),
        Awkward("flagged.xlsx", encrypted_entries(), refused="パスワード"),
        Awkward("archive.xlsx", changed(csv_zip(), {}), refused="圧縮ファイル"),
        Awkward("letter.xlsx", other_package("word/document.xml"), refused="Word"),
        Awkward("binary.xlsx", other_package("xl/workbook.bin"), refused=".xlsb"),
        Awkward("page.xls", b"<html><table><tr><td>1</td></tr></table></html>", refused="HTML"),
        Awkward("old-xml.xls", b'<?xml version="1.0"?><Workbook/>', refused="XML"),
        Awkward("paper.xlsx", b"%PDF-1.7 ...", refused="PDF"),
        Awkward("program.xlsx", b"MZ\x90\0" + b"\0" * 100, refused="プログラム"),
        Awkward("picture.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, refused="表のファイルではありません"),
        Awkward("wrong.csv", good, notes="中身はExcelブック", rows=3, first=first),
        Awkward("wrong.xlsx", csv("utf-8"), notes="中身はCSV", rows=3, first=first),
        Awkward("wrong.xlsx", xls(), notes="97-2003", rows=3, first=first),
        Awkward("no-ending", good, notes="拡張子がありません", rows=3),
        Awkward("utf8.csv", csv("utf-8"), rows=3, first=first),
        Awkward("bom.csv", csv("utf-8", mark=b"\xef\xbb\xbf"), rows=3, first=first),
        Awkward("cp932.csv", csv("cp932"), notes="Shift_JIS", rows=3, first=first),
        Awkward("utf16.csv", csv("utf-16"), notes="UTF-16", rows=3, first=first),
        Awkward("utf16-no-mark.csv", csv("utf-16-le"), notes="UTF-16", rows=3, first=first),
        Awkward("tabs.txt", "\t".join(HEAD).encode("utf-16"), rows=1, first=first),
        Awkward("mac.csv", csv("utf-8", end="\r"), rows=3, first=first),
        Awkward("machine-dependent.csv", "番号,取組名\r\n①,髙橋町の㈱対応".encode("cp932"), rows=2),
        Awkward("mixed.csv", "番号\r\n".encode() + "窓口".encode("cp932") + "順調".encode(), refused="文字コード"),
        Awkward("nul.csv", "番号,取組名\r\n".encode() + b"1,\0\0\0\0", refused="文字ではない"),
        Awkward("open-quote.csv", '番号,取組名\r\n1,"'.encode() + b"x" * 1_100_000, refused="引用符"),
        Awkward("hidden.xlsx", book(dress=hidden), notes="非表示", rows=3, first=first),
        Awkward("merged.xlsx", book(dress=merged), rows=3),
        Awkward("formula.xlsx", book([HEAD, [1, "=A2+1", None]]), notes="B2", rows=2),
        Awkward("twice.xlsx", book([["番号", "番号"], [1, 2]]), rows=2, first=["番号", "番号"]),
        Awkward("furigana.xlsx", furigana(), rows=1, first=["総務課"]),
        Awkward("days.xlsx", book([DAYS]), rows=1, first=DAYS),
    ]  # fmt: skip


def csv_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("list.csv", "1,2")
    return out.getvalue()


def other_package(part: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr(part, "<x/>")
    return out.getvalue()
