"""The city follows another version of the national plan: links and registers go along in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from lib import ledger
from lib.writes import STALE, StaleError, save_versioned
from strategy import moving, queries_move, relink_items
from strategy.models import NationalMove, NationalPlan, Register

Choices = Mapping[str, int | None]
Pair = tuple[frozenset[int], frozenset[int]]


@dataclass(frozen=True)
class Followed:
    """What a move did: how many things were re-linked, how many keep a link to the former version only."""

    moved: int
    registers: int
    left: int


@transaction.atomic
@ledger.gathered()
def follow_version(
    *, plan: NationalPlan, version: int, current_version: int | None, choices: Choices, by: Any
) -> Followed:
    """Make `plan` the version that the city follows.

    `version` and `current_version` are those of the two versions that the person saw; `choices` gives the new
    item of what has no heir, and of registers, by key (None: it stays with the former version).
    """
    plans = {p.pk: p for p in NationalPlan.objects.select_for_update(no_key=True).order_by("pk")}
    if plan.pk not in plans:
        raise StaleError(None)
    plan = plans[plan.pk]
    _refuse(plan)
    current = next((p for p in plans.values() if p.is_current), None)
    move = queries_move.move_to(plan, current)
    if (move.current is None) != (current_version is None):
        raise ValidationError(STALE, code="stale")
    _check_choices(move, choices)
    changes = _changes(move, choices)
    registers = _registers(move, choices)
    if move.current is not None:
        move.current.is_current = False
        save_versioned(move.current, version=current_version or 0, fields=("is_current",))
    plan.is_current = True
    save_versioned(plan, version=version, fields=("is_current",))
    relink_items.relink(changes, by)
    for register, item in registers:
        _move_register(move, register, item, by)
    left = sum(1 for s in move.unmapped if choices.get(s.holder.key) is None)
    done = Followed(len(changes), len(registers), left)
    _remember(move, changes, registers)
    _record(move, done, by)
    return done


def _refuse(plan: NationalPlan) -> None:
    if plan.is_current:
        raise ValidationError(f"本市はすでに{plan.label}に従っています。", code="current")
    if not plan.items.exists():
        raise ValidationError(f"{plan.label}には項目がありません。先に項目を登録してください。", code="empty")


def _check_choices(move: queries_move.Move, choices: Choices) -> None:
    known = {s.holder.key for s in move.unmapped} | {r.key for r in move.registers}
    if any(item is not None for key, item in choices.items() if key not in known):
        raise ValidationError("付け替えるものが、ほかの人の操作で変わりました。確かめてください。", code="stale")
    new = {item.pk for item in move.new_items}
    if any(item is not None and item not in new for item in choices.values()):
        raise ValidationError(f"{move.target.label}にない項目が選ばれています。選び直してください。", code="foreign")


def _changes(move: queries_move.Move, choices: Choices) -> dict[str, Pair]:
    steps = {s.holder.key: moving.chosen(s.step, choices.get(s.holder.key)) for s in move.holders}
    existing = move.items.keys()
    return {key: (step.gone, step.given & existing) for key, step in steps.items() if step.gone or step.given}


def _registers(move: queries_move.Move, choices: Choices) -> list[tuple[Register, int]]:
    found = [(r.register, choices.get(r.key, r.suggested)) for r in move.registers]
    return [(register, item) for register, item in found if item is not None]


def _move_register(move: queries_move.Move, register: Register, item: int, by: Any) -> None:
    before = {"item": register.item.name}
    Register.objects.filter(pk=register.pk).update(item=item)
    ledger.record(by=by, act="link", obj=register, before=before, after={"item": move.items[item].name})


def _remember(move: queries_move.Move, changes: Mapping[str, Pair], registers: list[tuple[Register, int]]) -> None:
    if move.current is None:
        return
    links = {key: [sorted(gone), sorted(given)] for key, (gone, given) in changes.items()}
    links |= {queries_move.register_key(r): [[r.item_id], [item]] for r, item in registers}
    NationalMove.objects.create(source=move.current, target=move.target, links=links)


def _record(move: queries_move.Move, done: Followed, by: Any) -> None:
    words = f"取組と指標{done.moved}件、登録簿{done.registers}件を付け替え"
    note = f"{words}。旧版の項目に残ったもの{done.left}件" if done.left else words
    if move.current is not None:
        gone = {"before": {"is_current": True}, "after": {"is_current": False}}
        ledger.record(by=by, act="move", obj=move.current, **gone, note=f"{move.target.label}へ移行")
    held = {"before": {"is_current": False}, "after": {"is_current": True}}
    ledger.record(by=by, act="move", obj=move.target, **held, note=note)
