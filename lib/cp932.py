"""Texts for older tools that read Shift_JIS (CP932): what does not fit becomes 〓, and is reported."""

from __future__ import annotations

GETA = "〓"
REPORT = ("行", "列", "文字", "符号位置", "もとの値")
REPORT_NAME = "入らない文字.csv"


def fitted(text: str) -> tuple[str, list[str]]:
    """The text with 〓 for each character that CP932 lacks, and those characters once each."""
    try:
        text.encode("cp932")
    except UnicodeEncodeError:
        wrong = [c for c in dict.fromkeys(text) if not _fits(c)]
        return "".join(GETA if c in wrong else c for c in text), wrong
    return text, []


def _fits(char: str) -> bool:
    try:
        char.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


def reported(number: int, column: str, wrong: list[str], text: str) -> list[list[object]]:
    """Rows of the report for one value in row `number` of the file."""
    return [[number, column, c, f"U+{ord(c):04X}", text] for c in wrong]
