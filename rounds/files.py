"""Whether a file is what its name says (pure): extension, signature, and nothing that runs."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import BinaryIO

HEAD = 8192
NAME_LENGTH = 150
SIGNATURES = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}
OFFICE = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
ENTRIES = 5000


def clean_name(name: str) -> str:
    """The last part of a path of any system, without control characters, short enough to keep its extension."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip().strip(".")
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[: NAME_LENGTH - len(dot + ending)]}{dot}{ending}" if len(kept) > NAME_LENGTH else kept


def extension(name: str) -> str:
    """Lower-case extension without the dot; jpeg counts as jpg."""
    ending = PurePosixPath(name).suffix.removeprefix(".").lower()
    return "jpg" if ending == "jpeg" else ending


def problem(name: str, file: BinaryIO, types: Mapping[str, str]) -> str:
    """Say in Japanese why the file is refused, '' when it is taken; `types` maps extensions to content types."""
    file.seek(0)
    head = file.read(HEAD)
    if head.startswith(PROGRAMS):
        return "プログラム（実行ファイル）は添付できません。"
    ending = extension(name)
    if ending not in types:
        return f"この種類のファイルは添付できません。添付できるのは {'、'.join(types)} です。"
    if ending in OFFICE:
        return _office_problem(file, ending)
    fits = head.startswith(SIGNATURES[ending]) if ending in SIGNATURES else _is_text(head)
    return "" if fits else f"ファイルの中身が拡張子（{ending}）と合いません。元のソフトで保存し直してください。"


def _office_problem(file: BinaryIO, ending: str) -> str:
    """Read the directory of the package only, so that nothing is unpacked."""
    wrong = (
        f"ファイルの中身が拡張子（{ending}）と合いません。"
        "パスワード付きの文書や古い形式は、標準の形式で保存し直してください。"
    )
    try:
        with zipfile.ZipFile(file) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError):
        return wrong
    if len(names) > ENTRIES:
        return f"文書の部品が多すぎます（{len(names):,}個）。分けて保存し直してください。"
    if any(n.lower().endswith("vbaproject.bin") for n in names):
        return "マクロを含む文書は添付できません。マクロのない形式で保存し直してください。"
    fits = "[Content_Types].xml" in names and any(n.startswith(OFFICE[ending]) for n in names)
    return "" if fits else wrong


def _is_text(head: bytes) -> bool:
    if any(b < 9 or 13 < b < 27 for b in head):
        return False
    # The end of the piece may cut a character in two.
    for encoding in ("utf-8", "cp932"):
        for cut in range(4):
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False


def words(size: int) -> str:
    """A size as a person reads it, e.g. 1.5MB."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))}KB"
    return f"{size / 1024 / 1024:.1f}".removesuffix(".0") + "MB"
