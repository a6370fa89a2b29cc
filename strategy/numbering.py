"""Printed numbers of elements: ①, 1-1, 3. They are labels only; documents disagree on them."""

from __future__ import annotations

import unicodedata

# Unicode holds the circled numbers in three runs: 1-20, 21-35, 36-50.
_CIRCLED = ((1, 20, 0x2460), (21, 35, 0x3251), (36, 50, 0x32B1))


def circled(number: int) -> str:
    """Return ① to ㊿, and (51) beyond what Unicode has."""
    for first, last, code in _CIRCLED:
        if first <= number <= last:
            return chr(code + number - first)
    return f"({number})"


def label(style: str, number: int, parent: str = "") -> str:
    """Return the printed number of the `number`-th element (from 1) under the label `parent`.

    `style` is none, number, circled or decimal (parent-number; the bare number where the parent has none).
    """
    match style:
        case "circled":
            return circled(number)
        case "number":
            return str(number)
        case "decimal":
            return f"{bare(parent)}-{number}" if parent else str(number)
    return ""


def number_in(style: str, text: str, parent: str = "") -> int:
    """Return which number `text` prints under the label `parent`; 0 where it prints none of this style."""
    plain = unicodedata.normalize("NFKC", text).strip()
    head = f"{unicodedata.normalize('NFKC', bare(parent))}-" if style == "decimal" and parent else ""
    digits = plain.removeprefix(head).strip("()")
    return int(digits) if plain.startswith(head) and digits.isdecimal() else 0


def bare(text: str) -> str:
    """Return a label for a round badge: ③ becomes 3, anything else stays."""
    if len(text) == 1 and not text.isdecimal():
        value = unicodedata.numeric(text, None)
        return text if value is None or value != int(value) else str(int(value))
    return text


def joined(labels: list[str]) -> str:
    """Return labels as one line: ②③ side by side, 1-1・1-2 with a dot between."""
    separator = "" if all(len(text) == 1 for text in labels) else "・"
    return separator.join(labels)
