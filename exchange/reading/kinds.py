"""What a file is by its content (pure); its name only decides between words of a message."""

from __future__ import annotations

from exchange.parsing.limits import Unreadable

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
PROGRAMS = (b"MZ", b"\x7fELF", b"#!/")
SAVE_AS = "Excelで開き、「Excelブック（.xlsx）」で保存し直してください。"
ENDINGS = {"xlsx": ("xlsx", "xlsm"), "xls": ("xls",), "text": ("csv", "txt", "tsv")}
KIND_WORDS = {"xlsx": "Excelブック（.xlsx）", "xls": "Excel 97-2003ブック（.xls）", "text": "CSV"}


def ending(filename: str) -> str:
    return filename.rpartition(".")[2].lower() if "." in filename else ""


def kind_of(data: bytes) -> str:
    """`xlsx`, `xls` or `text`; raises Unreadable for anything else."""
    if not data:
        raise Unreadable("ファイルが空（0バイト）です。保存し直したファイルを選んでください。")
    if data.startswith(OLE):
        return _ole(data)
    if data.startswith(ZIP):
        return "xlsx"
    return _text(data)


def _holds(data: bytes, name: str) -> bool:
    """Whether an OLE file names this stream; its directory is written in UTF-16."""
    return name.encode("utf-16-le") in data


def _ole(data: bytes) -> str:
    if _holds(data, "EncryptedPackage") or _holds(data, "EncryptionInfo"):
        raise Unreadable("パスワードで保護されています。パスワードを外して保存し直してください。")
    if _holds(data, "_VBA_PROJECT"):
        raise Unreadable(f"マクロを含むブックは読み取りません。{SAVE_AS}")
    if not (_holds(data, "Workbook") or _holds(data, "Book")):
        raise Unreadable(f"Excelのブックではありません（Wordなどの古い形式か、壊れています）。{SAVE_AS}")
    return "xls"


def _text(data: bytes) -> str:
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith(b"%PDF-"):
        raise Unreadable("PDFは読み取れません。元の表をExcelかCSVで保存したファイルを選んでください。")
    if data.startswith(PROGRAMS):
        raise Unreadable("プログラム（実行ファイル）は読み取れません。")
    low = head.lower()
    if low.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"<head")):
        raise Unreadable(f"中身がHTML（Webページ）です。{SAVE_AS}")
    if low.startswith(b"<?xml"):
        raise Unreadable(f"中身がXMLの文書です。{SAVE_AS}")
    if low.startswith((b"{\\rtf", b"\x89png", b"\xff\xd8\xff", b"gif8", b"rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        raise Unreadable("表のファイルではありません。Excelブック（.xlsx）かCSVを選んでください。")
    return "text"


def mismatch(kind: str, filename: str) -> str:
    """A note when the name says something else than the content, '' when they agree."""
    said = ending(filename)
    if said in ENDINGS[kind]:
        return ""
    named = f"拡張子は .{said} ですが" if said else "拡張子がありませんが"
    return f"{named}、中身は{KIND_WORDS[kind]}でした。中身に従って読みました。"
