"""Words that no spreadsheet reads as a formula and every file format can hold: charts carry a workbook too."""

from __future__ import annotations

from typing import TypeVar

from lib import formulas

T = TypeVar("T")


def held(words: str) -> str:
    """The words without characters that XML has no place for."""
    return "".join(c for c in words if (c in "\n\t" or c >= " ") and c not in "\ufffe\uffff")


def neutral(value: T) -> T | str:
    """The value itself; words lose control characters and get an apostrophe before what would start a formula."""
    if not isinstance(value, str):
        return value
    clean = held(value)
    return f"'{clean}" if value.startswith(formulas.STARTS) or clean.startswith(formulas.STARTS) else clean
