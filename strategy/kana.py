"""The rows of the kana table, for an index of readings."""

from __future__ import annotations

ROWS = ("あ", "か", "さ", "た", "な", "は", "ま", "や", "ら", "わ")
OTHER = "英数・記号"
# The first kana of each row: a reading belongs to the last row that does not begin after it.
_STARTS = ("ぁ", "か", "さ", "た", "な", "は", "ま", "ゃ", "ら", "ゎ")


def row_of(reading: str) -> str:
    """Return the row under which a reading in hiragana stands."""
    first = reading[:1]
    if not "ぁ" <= first <= "ゖ":
        return OTHER
    return [row for row, start in zip(ROWS, _STARTS, strict=True) if start <= first][-1]
