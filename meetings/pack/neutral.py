"""Words that no spreadsheet reads as a formula and every file format can hold: charts carry a workbook too."""

from __future__ import annotations

from typing import TypeVar

FORMULA = ("=", "+", "-", "@", "\t", "\r")
T = TypeVar("T")


def neutral(value: T) -> T | str:
    """The value itself; words lose control characters and get an apostrophe before what would start a formula."""
    if not isinstance(value, str):
        return value
    clean = "".join(c for c in value if c in "\n\t" or c >= " ")
    return f"'{clean}" if value.startswith(FORMULA) or clean.startswith(FORMULA) else clean
