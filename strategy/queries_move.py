"""What moving the city to another version of the national plan would do, before anyone does it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q

from strategy import moving, relink_items
from strategy.models import ItemMapping, NationalMove, NationalPlan, PriorityItem, Register


@dataclass(frozen=True)
class HolderStep:
    """One thing that hangs on items of the version in force, and what happens to its links."""

    noun: str
    holder: relink_items.Holder
    step: moving.Step


@dataclass(frozen=True)
class RegisterStep:
    """A register belongs to exactly one item: `suggested` is the heir it follows unless a person decides otherwise."""

    register: Register
    heirs: list[int]
    suggested: int | None

    @property
    def key(self) -> str:
        return register_key(self.register)


@dataclass
class Move:
    """A move from `current` (None for the first version followed) to `target`."""

    current: NationalPlan | None
    target: NationalPlan
    items: dict[int, PriorityItem]
    heirs: dict[int, list[int]]
    holders: list[HolderStep] = field(default_factory=list)
    registers: list[RegisterStep] = field(default_factory=list)

    @property
    def live(self) -> list[HolderStep]:
        return [s for s in self.holders if s.holder.is_live]

    @property
    def unmapped(self) -> list[HolderStep]:
        """Live things of which a link has no heir: a person may choose one."""
        return [s for s in self.live if s.step.lost]

    @cached_property
    def old_items(self) -> list[PriorityItem]:
        return [i for i in self.items.values() if self.current and i.plan_id == self.current.pk]

    @cached_property
    def new_items(self) -> list[PriorityItem]:
        return [i for i in self.items.values() if i.plan_id == self.target.pk]

    def named(self, ids: Any) -> list[PriorityItem]:
        """Items in their own order."""
        return [item for pk, item in self.items.items() if pk in ids]


def register_key(register: Register) -> str:
    return f"register-{register.pk}"


def with_current(pk: int) -> tuple[NationalPlan | None, NationalPlan | None]:
    """The version `pk`, and the version in force if it is another (1 query)."""
    plans = list(NationalPlan.objects.filter(Q(pk=pk) | Q(is_current=True)))
    target = next((plan for plan in plans if plan.pk == pk), None)
    return target, next((plan for plan in plans if plan.pk != pk), None)


def move_to(target: NationalPlan, current: NationalPlan | None) -> Move:
    """Preview of the move from `current` to `target`; reads a constant number of times."""
    plans = [plan for plan in (current, target) if plan]
    items = {item.pk: item for item in PriorityItem.objects.filter(plan__in=plans).select_related("plan")}
    if current is None:
        return Move(None, target, items, {})
    move = Move(current, target, items, _heirs(current, target))
    memory = _memory(current, target)
    old = {item.pk for item in move.old_items}
    move.holders = list(_holder_steps(old, move.heirs, memory))
    registers = Register.objects.filter(item__in=old).select_related("item")
    move.registers = [_register_step(register, move, memory) for register in registers]
    return move


def _heirs(current: NationalPlan, target: NationalPlan) -> dict[int, list[int]]:
    rows = ItemMapping.objects.order_by("target__order_key", "target__number", "source__order_key", "source__number")
    between = Q(source__plan=current, target__plan=target) | Q(source__plan=target, target__plan=current)
    found = list(rows.filter(between).values_list("source__plan", "source_id", "target_id"))
    forward = [(source, target) for plan, source, target in found if plan == current.pk]
    backward = [(source, target) for plan, source, target in found if plan != current.pk]
    return moving.heirs_of(forward, backward)


def _memory(current: NationalPlan, target: NationalPlan) -> dict[str, list[list[int]]]:
    """What the move by which the city came here took and gave."""
    last = NationalMove.objects.filter(target=current).first()
    return last.links if last and last.source_id == target.pk else {}


def _holder_steps(old: set[int], heirs: moving.Heirs, memory: dict[str, list[list[int]]]) -> Iterator[HolderStep]:
    for noun, found in relink_items.holders(old).items():
        for holder in found:
            before, after = map(frozenset, memory.get(holder.key, ((), ())))
            yield HolderStep(noun, holder, moving.step(holder.items, heirs, before=before, after=after))


def _register_step(register: Register, move: Move, memory: dict[str, list[list[int]]]) -> RegisterStep:
    before, after = memory.get(register_key(register), ([], []))
    heirs = move.heirs.get(register.item_id, [])
    restored = before[0] if before and after == [register.item_id] and before[0] in move.items else None
    return RegisterStep(register, heirs, restored or (heirs[0] if heirs else None))
