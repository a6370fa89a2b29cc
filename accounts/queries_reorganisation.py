"""Reads of a reorganisation: what each change moves where, what is left without anybody, and the list of orphans."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.holdings import FieldHolder, Held, Orphan, holders, listed
from accounts.models import Department, DepartmentChange, Reorganisation


@dataclass(frozen=True)
class Target:
    """A department after the change: one that exists, or one to be founded."""

    name: str
    code: str = ""
    stored: Department | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return self.name if self.stored else f"{self.name}（新設）"


@dataclass(frozen=True)
class Move:
    """One thing with where it goes; without a target it is left behind."""

    held: Held
    noun: str
    source: str
    place: int | None
    target: str


@dataclass
class Plan:
    """One change, worked out against what hangs on its departments now."""

    change: DepartmentChange
    sources: list[Department]
    targets: list[Target]
    moves: list[Move]

    @property
    def kept(self) -> set[int]:
        """Sources that go on because they are a target too."""
        return {t.stored.pk for t in self.targets if t.stored} & {s.pk for s in self.sources}

    @property
    def ended(self) -> list[Department]:
        return [s for s in self.sources if s.pk not in self.kept]

    @property
    def moving(self) -> list[Move]:
        return [m for m in self.moves if m.place is not None and not self._stays(m)]

    @property
    def left(self) -> list[Move]:
        return [m for m in self.moves if m.place is None]

    @property
    def groups(self) -> list[tuple[str, list[Move]]]:
        """Moving things by their kind."""
        found: dict[str, list[Move]] = {}
        for move in self.moving:
            found.setdefault(move.noun, []).append(move)
        return list(found.items())

    @property
    def has_choices(self) -> bool:
        return bool(self.moves) and (len(self.targets) > 1 or (self.change.kind == "abolish" and bool(self.targets)))

    def _stays(self, move: Move) -> bool:
        stored = self.targets[move.place].stored if move.place is not None else None
        return stored is not None and stored.pk == move.held.department


@dataclass
class Preview:
    plans: list[Plan]
    digest: str

    @property
    def moving(self) -> int:
        return sum(len(p.moving) for p in self.plans)

    @property
    def left(self) -> list[Move]:
        return [m for p in self.plans for m in p.left]


def preview(reorganisation: Reorganisation) -> Preview:
    """Work out every change; the digest stands for all that is shown."""
    changes = list(reorganisation.changes.prefetch_related("sources"))
    stored = _named(changes)
    found = held_by({s.pk for c in changes for s in c.sources.all()}, reorganisation.effective_on)
    plans = [_plan(c, stored, found) for c in changes]
    return Preview(plans, _digest(reorganisation, plans))


def _named(changes: Sequence[DepartmentChange]) -> dict[int, Department]:
    wanted = {t["id"] for c in changes for t in c.targets if t.get("id")}
    return Department.objects.in_bulk(wanted)


def held_by(departments: set[int], on: dt.date) -> list[tuple[str, Held]]:
    """What hangs on the departments, with the word for its kind (1 query for all that name one in a field, else one a
    kind)."""
    if not departments:
        return []
    rows = listed({h: h.on_any(departments) for h in holders() if isinstance(h, FieldHolder)})
    found = []
    for h in holders():
        held = h.held(rows[h.key]) if isinstance(h, FieldHolder) else h.held(departments, on)
        found += [(h.noun, one) for one in held]
    return found


def _plan(change: DepartmentChange, stored: dict[int, Department], found: list[tuple[str, Held]]) -> Plan:
    sources = list(change.sources.all())
    names = {s.pk: s.name for s in sources}
    targets = [_target(t, stored) for t in change.targets]
    moves = []
    for noun, held in found:
        if held.department in names:
            place = _place(change, held.key, len(targets))
            word = targets[place].label if place is not None else ""
            moves.append(Move(held, noun, names[held.department], place, word))
    return Plan(change, sources, targets, moves)


def _target(facts: dict[str, Any], stored: dict[int, Department]) -> Target:
    if facts.get("id"):
        department = stored[facts["id"]]
        return Target(department.name, department.code, department)
    return Target(facts["name"], facts["code"], None, facts)


def _place(change: DepartmentChange, key: str, targets: int) -> int | None:
    """Place of the target of one thing: the first unless something else was chosen."""
    default = 0 if targets else None
    place = change.assignments.get(key, default)
    return place if place is None or place < targets else default


def _digest(reorganisation: Reorganisation, plans: Sequence[Plan]) -> str:
    shown = [
        [p.change.kind, [s.pk for s in p.sources], [[t.code, t.label] for t in p.targets],
         [[m.held.key, m.place] for m in p.moves]]
        for p in plans
    ]  # fmt: skip
    words = json.dumps([str(reorganisation.effective_on), shown], ensure_ascii=False)
    return hashlib.sha256(words.encode()).hexdigest()


def orphans(today: dt.date) -> list[Orphan]:
    """Everything that nobody is responsible for, in every app."""
    rows = listed({h: h.without(today) for h in holders() if isinstance(h, FieldHolder)})
    found = []
    for h in holders():
        found += [*h.orphans(rows[h.key]), *h.alone(today)] if isinstance(h, FieldHolder) else h.orphans(today)
    return found


def left_by(department: Department, day: dt.date) -> int:
    """How many things of a department nobody is responsible for on `day`."""
    own = {held.key for _, held in held_by({department.pk}, day)}
    return len(own & {orphan.key for orphan in orphans(day)}) if own else 0
