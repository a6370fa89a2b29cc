"""How much a file may ask of the machine (pure); the numbers come from the settings."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


class Unreadable(ValueError):
    """A file that is not taken; the message is Japanese and says what to do."""


@dataclass(frozen=True)
class Limits:
    file_bytes: int = 20 * MEGABYTE
    unpacked_bytes: int = 400 * MEGABYTE
    ratio: int = 200
    parts: int = 2000
    sheets: int = 100
    rows: int = 100_000
    columns: int = 1_000
    cells: int = 2_000_000
    text_bytes: int = 100 * MEGABYTE
    memory_bytes: int = 1024 * MEGABYTE
    seconds: int = 60


def size_words(size: int) -> str:
    """A size as a person reads it, e.g. 20MB."""
    return f"{size / MEGABYTE:.0f}MB" if size >= MEGABYTE else f"{max(1, size // 1024)}KB"


def count_words(count: int) -> str:
    return f"{count:,}"
