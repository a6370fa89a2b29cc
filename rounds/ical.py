"""Calendar feed of due dates after RFC 5545 (pure)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

FOLD = 75


@dataclass(frozen=True)
class Entry:
    """One whole-day event; `uid` stays the same for ever, `sequence` grows with each change."""

    uid: str
    day: dt.date
    title: str
    changed_at: dt.datetime
    sequence: int
    url: str = ""


def feed(name: str, entries: Iterable[Entry]) -> str:
    """The text of a calendar, lines folded at 75 octets and ended by CRLF."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//dxportal//rounds//JA", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
    ]  # fmt: skip
    for entry in entries:
        lines += _event(entry)
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in folded(line))


def _event(entry: Entry) -> list[str]:
    stamp = entry.changed_at.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    event = [
        "BEGIN:VEVENT", f"UID:{entry.uid}", f"DTSTAMP:{stamp}", f"SEQUENCE:{entry.sequence}",
        f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}", f"DTEND;VALUE=DATE:{entry.day + dt.timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escaped(entry.title)}", "TRANSP:TRANSPARENT",
    ]  # fmt: skip
    return [*event, *([f"URL:{entry.url}"] if entry.url else []), "END:VEVENT"]


def escaped(text: str) -> str:
    """A TEXT value: backslash, semicolon, comma and line ends escaped, other control characters dropped."""
    for raw, shown in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        text = text.replace(raw, shown)
    return "".join(c for c in text if c >= " " and c != "\x7f")


def folded(line: str) -> Iterator[str]:
    """Cut a line into pieces of at most 75 octets, never inside a character; later pieces begin with a space."""
    piece, size = "", 0
    for char in line:
        width = len(char.encode())
        if size + width > FOLD:
            yield piece
            piece, size = " ", 1
        piece, size = piece + char, size + width
    yield piece
