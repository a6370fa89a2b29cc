"""Which department a cell means (pure): by name, by code, within a longer name, and after a reorganisation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from exchange.wizard.cleaning import code_of, plain, squeezed
from exchange.wizard.likeness import alike

LEAST = 0.75
_BELOW = re.compile(r"(?:[^\s部局]{1,12}(?:係|班|担当|グループ|チーム))$")


@dataclass(frozen=True)
class Place:
    """A department: `option` is the word of the list, '' for one that was dissolved.

    `heirs` are the options that a reorganisation made of it; `heir` is the one that bears its code today.
    """

    option: str
    code: str
    name: str
    short: str
    heir: str = ""
    heirs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guess:
    option: str
    note: str = ""


def guess(text: str, places: Sequence[Place]) -> Guess:
    """The department of today that a cell means, with what a person should check; '' when nothing is near."""
    live, old = [p for p in places if p.option], [p for p in places if not p.option]
    word = plain(text).replace("\n", " ")
    for pool in (live, old):
        if found := _exact(word, pool):
            return _as_guess(found)
    shorter = _BELOW.sub("", word).strip()
    for pool in (live, old):
        if found := _within(shorter, pool):
            guessed = _as_guess(found)
            return Guess(guessed.option, guessed.note or f"「{found.name}」と読みました。")
    score, place = max(((alike(shorter, p.name), -n) for n, p in enumerate(live)), default=(0.0, 0))
    if score >= LEAST:
        return Guess(live[-place].option, "名前が似ています。確かめてください。")
    return Guess("")


def _exact(word: str, places: Sequence[Place]) -> Place | None:
    wanted, code = squeezed(word), code_of(word)
    for p in places:
        if wanted and wanted in (squeezed(p.name), squeezed(p.short), squeezed(f"{p.code}{p.name}")):
            return p
        if code and code == p.code:
            return p
    return None


def _within(word: str, places: Sequence[Place]) -> Place | None:
    """総務部税務課 and 税務課 収納係 are 税務課; the longest name wins."""
    wanted = squeezed(word)
    fits = [p for p in places if len(squeezed(p.name)) > 1 and squeezed(p.name) in wanted]
    return max(fits, key=lambda p: (wanted.endswith(squeezed(p.name)), len(p.name)), default=None)


def _as_guess(found: Place) -> Guess:
    if found.option:
        return Guess(found.option)
    names = "」「".join(option.partition(" ")[2] or option for option in found.heirs)
    if len(found.heirs) == 1:
        return Guess(found.heirs[0], f"「{found.name}」は廃止され、「{names}」になりました。")
    if found.heirs:
        return Guess("", f"「{found.name}」は「{names}」に分かれました。いまの所属を選んでください。")
    if found.heir:
        return Guess(found.heir, f"「{found.name}」は廃止されています。同じコードの所属にしました。")
    return Guess("", f"「{found.name}」は廃止されています。いまの所属を選んでください。")
