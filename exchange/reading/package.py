"""The directory of an .xlsx, judged without unpacking anything (pure)."""

from __future__ import annotations

import zipfile
from typing import BinaryIO

from exchange.parsing.limits import Limits, Unreadable, count_words, size_words
from exchange.reading.kinds import SAVE_AS

BROKEN = "Excelブックとして読めません。壊れているか、途中で切れています。"
# Below this size the ratio says nothing: small sheets of repeated words pack very well.
RATIO_FROM = 20 * 1024 * 1024
OTHERS = {"word/": "Wordの文書", "ppt/": "PowerPointの資料", "content.xml": "OpenDocumentの文書"}
ENCRYPTED = 0x1


def check(file: BinaryIO, limits: Limits) -> list[str]:
    """Refuse a package that is dangerous or no workbook; return notes on what is in it but not read."""
    try:
        with zipfile.ZipFile(file) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError, RuntimeError, NotImplementedError) as error:
        raise Unreadable(BROKEN) from error
    names = [e.filename for e in entries]
    _check_size(entries, limits)
    _check_entries(entries)
    _check_content({n.lower() for n in names})
    return _notes([n.lower() for n in names])


def _check_size(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.parts:
        raise Unreadable(f"ブックの部品が{count_words(len(entries))}個あり、多すぎます。{SAVE_AS}")
    unpacked = sum(e.file_size for e in entries)
    packed = sum(e.compress_size for e in entries)
    if unpacked > limits.unpacked_bytes:
        raise Unreadable(
            f"ファイルを展開すると{size_words(unpacked)}になります（上限は{size_words(limits.unpacked_bytes)}）。"
            "不要な行や書式を消して保存し直してください。"
        )
    if unpacked > RATIO_FROM and unpacked > packed * limits.ratio:
        raise Unreadable("圧縮の割合が異常に高いため読み取りません。不要な行や書式を消して保存し直してください。")


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or ":" in name:
            raise Unreadable("ファイルの中に、外を指す場所の名前があります。安全のため読み取りません。")
        if entry.flag_bits & ENCRYPTED:
            raise Unreadable("パスワードで保護されています。パスワードを外して保存し直してください。")
        if name.lower() in seen:
            raise Unreadable(f"ファイルの中に同じ名前の部品が2つあります。{SAVE_AS}")
        seen.add(name.lower())


def _check_content(names: set[str]) -> None:
    if any(n.endswith("vbaproject.bin") or n.startswith(("xl/macrosheets/", "xl/dialogsheets/")) for n in names):
        raise Unreadable(f"マクロを含むブックは読み取りません。{SAVE_AS}")
    if "xl/workbook.bin" in names:
        raise Unreadable(f"バイナリブック（.xlsb）は読み取れません。{SAVE_AS}")
    for part, what in OTHERS.items():
        if any(n.startswith(part) for n in names):
            raise Unreadable(f"{what}です。Excelブック（.xlsx）かCSVを選んでください。")
    if "[content_types].xml" not in names or "xl/workbook.xml" not in names:
        raise Unreadable("Excelブックではありません（zipなどの圧縮ファイル）。中のファイルを取り出して選んでください。")


def _notes(names: list[str]) -> list[str]:
    notes = []
    if any(n.startswith("xl/externallinks/") for n in names):
        notes.append("ほかのブックを参照しています。参照先は開かず、保存されている値を使います。")
    if any(n.startswith("xl/embeddings/") for n in names):
        notes.append("埋め込まれたファイルがあります。埋め込みは読みません。")
    return notes
