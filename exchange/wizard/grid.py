"""Schedule grids (pure): columns that are half-years, years or quarters, and cells that become bars."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exchange.wizard.cleaning import plain, span_of, squeezed
from exchange.wizard.heading import JOINED, Merged

Span = tuple[dt.date, dt.date]
ARROWS = set("→⇒➡▶►─━―－-ー〜~=＝>＞・…")
MARKS = set("●○◯◎■□▲△◆◇★☆✓✔レ")
UNNAMED = "実施"
LONGEST = 30
_BARE = re.compile(r"^(?:(?P<year>[0-9]{1,2})(?:年度|年)?)?(?P<rest>(?:上|下|前|後)(?:半)?期?|第?[1-4](?:四半期|Q))?$")
# R6 or 2026 without a word behind it; a bare 6 is a number.
_SHORT_YEAR = re.compile(r"(?:令和|平成|[RH])(?:[0-9]{1,2}|元)|(?:19|20)[0-9]{2}", re.IGNORECASE)
_MARKED = re.compile(r"^[〔【\[（(]?(?P<word>[^〕】\]）)]+?)[〕】\]）)：:\s]+(?P<rest>.+)$")
_TRAILING = re.compile(r"^(?P<rest>.+?)\s*[（(〔【\[](?P<word>[^（(〔【\[]+)[）)〕】\]]$")
_SIGNED = re.compile("^[" + "".join(MARKS) + "→⇒]+\\s*")


@dataclass(frozen=True)
class Bar:
    """One phase: its words, the words of its owner ('' when the cell names none), first and last day."""

    label: str
    owner: str
    starts: dt.date
    ends: dt.date


def columns(labels: Sequence[str]) -> dict[int, Span]:
    """The columns of a grid with their periods; none unless at least two stand side by side."""
    found = spans(labels)
    return found if any(at + 1 in found for at in found) else {}


def spans(labels: Sequence[str]) -> dict[int, Span]:
    """The periods that heads name; one without a year belongs to the year before it."""
    found: dict[int, Span] = {}
    before = ""
    for at, label in enumerate(labels):
        text = _text(label)
        if not text:
            continue
        span = span_of(text) or span_of(f"{before}{text}")
        if span is None and (match := _BARE.fullmatch(text)) and before and match["year"]:
            era = re.match(r"[^0-9元]*", before)
            span = span_of(f"{era[0] if era else ''}{match['year']}年度{match['rest'] or ''}")
        if span is not None:
            found[at] = span
            before = _year_of(text, before) or before
    return found


def _text(label: str) -> str:
    """The period in a head of several levels: 実施スケジュール／令和3年度／上期 is 令和3年度上期."""
    parts = [unicodedata.normalize("NFKC", p) for p in label.split(JOINED)]
    kept = [re.sub(r"\(.*?\)", "", "".join(p.split())) for p in parts]
    text = "".join(p for p in kept if re.search(r"[0-9元]|^[上下前後](?:半)?期?$", p))
    return f"{text}年度" if _SHORT_YEAR.fullmatch(text) else text


def _year_of(text: str, before: str) -> str:
    """The year that later columns without one belong to; a bare number takes the era of the one before."""
    match = re.match(r"(?P<era>令和|平成|昭和|[RHS])?(?P<year>[0-9]{1,4}|元)(?:年度|年)?", text, re.IGNORECASE)
    if not match:
        return ""
    era = match["era"] or ("" if len(match["year"]) == 4 else re.sub(r"[0-9元].*", "", before))
    return f"{era}{match['year']}年度"


def bars(
    cells: Sequence[Any],
    spans: Mapping[int, Span],
    merged: Merged = (),
    owners: Mapping[str, Sequence[str]] | None = None,
) -> list[Bar]:
    """The bars of one row. `cells` are not filled, `merged` holds the merged cells that touch this row.

    Merged cells are one bar; the same words side by side, and words followed by arrows, are one bar too.
    """
    made: list[tuple[str, dt.date, dt.date, int, int]] = []
    covered = {c: (left, right) for _, left, _, right in merged for c in range(left, right + 1)}
    for at in sorted(spans):
        first, last = covered.get(at, (at, at))
        text = plain(cells[first]) if first < len(cells) else ""
        if not text:
            continue
        starts, ends = spans[at]
        if made and _goes_on(made[-1], text, first, last, at):
            label, began, _, group, _ = made[-1]
            made[-1] = (label, began, ends, group, at)
        else:
            made.append((text, starts, ends, first, at))
    return [_bar(text, starts, ends, owners or {}) for text, starts, ends, _, _ in made]


def _goes_on(bar: tuple[str, dt.date, dt.date, int, int], text: str, first: int, last: int, at: int) -> bool:
    label, _, _, group, reached = bar
    if first < last and group == first and reached >= first:
        return True
    if at != reached + 1:
        return False
    return set(text.replace(" ", "")) <= ARROWS or squeezed_or_mark(text) == squeezed_or_mark(label)


def squeezed_or_mark(text: str) -> str:
    return squeezed(text) or text


def _bar(text: str, starts: dt.date, ends: dt.date, owners: Mapping[str, Sequence[str]]) -> Bar:
    owner, rest = _owner(text.replace("\n", " "), owners)
    label = _SIGNED.sub("", rest).strip(" 　→⇒─・") or UNNAMED
    return Bar(label[:LONGEST], owner, starts, ends)


def _owner(text: str, owners: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """Who acts, when the cell says so in brackets or in front, and the words without it."""
    for pattern in (_TRAILING, _MARKED):
        if (match := pattern.fullmatch(text)) and (found := _known(match["word"], owners)):
            return found, match["rest"]
    return "", text


def _known(word: str, owners: Mapping[str, Sequence[str]]) -> str:
    wanted = squeezed(word)
    for owner, words in owners.items():
        if wanted and wanted in {squeezed(w) for w in (owner, *words)}:
            return owner
    return ""
