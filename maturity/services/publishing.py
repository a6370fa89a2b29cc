"""Versions of the rubric: the next draft, the mapping of its axes, publication."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from lib import ledger
from lib.writes import save_versioned
from maturity.models import Axis, Level, Rubric
from maturity.services.rubrics import RUBRIC_FIELDS, lock_draft

FIRST_NAME, FIRST_LABEL = "DX成熟度評価基準", "第1版"
_COPIED = ("name", "source", "as_of", "lowest", "highest", "target_level", "uses_weights", "note")


def rubric_state(rubric: Rubric) -> dict[str, Any]:
    """Values of a version as the ledger keeps them, with the names of its axes."""
    state = ledger.state_of(rubric, (*RUBRIC_FIELDS, "is_current"))
    return state | {"axes": list(rubric.axes.values_list("name", flat=True))}


@transaction.atomic
def start_draft(*, by: Any) -> Rubric:
    """Copy the version in use, with its axes, levels and lines, into the one draft; an empty one if there is none."""
    if draft := Rubric.objects.drafts().first():
        raise ValidationError(f"下書き（{draft.label}）がすでにあります。続きはその下書きで編集してください。")
    source = Rubric.objects.select_for_update(no_key=True).filter(is_current=True).first()
    values = {name: getattr(source, name) for name in _COPIED} if source else {"name": FIRST_NAME}
    try:
        with transaction.atomic():
            draft = Rubric.objects.create(label=_next_label(), is_draft=True, follows=source, **values)
    except IntegrityError as error:
        raise ValidationError("ほかの人が先に下書きを作っています。画面を開き直してください。") from error
    if source:
        _copy_axes(source, draft)
    note = f"{source.label}から作成" if source else ""
    ledger.record(by=by, act="create", obj=draft, after=rubric_state(draft), note=note)
    return draft


def _next_label() -> str:
    labels = set(Rubric.objects.values_list("label", flat=True))
    numbers = [int(found[1]) for label in labels if (found := re.search(r"第([0-9]{1,6})", label))]
    number = max(numbers, default=0) + 1
    return f"第{number}版" if labels else FIRST_LABEL


def _copy_axes(source: Rubric, draft: Rubric) -> None:
    for axis in source.axes.prefetch_related("levels"):
        levels = list(axis.levels.all())
        copy = Axis.objects.create(
            rubric=draft, key=axis.key, line=axis.line, name=axis.name, description=axis.description,
            weight=axis.weight, order=axis.order,
        )  # fmt: skip
        Level.objects.bulk_create(Level(axis=copy, number=x.number, descriptor=x.descriptor) for x in levels)


def problems(rubric: Rubric) -> list[str]:
    """What keeps a draft from being published, in words; empty if nothing does."""
    axes = list(rubric.axes.prefetch_related("levels"))
    if not axes:
        return ["軸が1つもありません。"]
    found = []
    for axis in axes:
        texts = {level.number: level.descriptor.strip() for level in axis.levels.all()}
        if not texts:
            found.append(f"軸「{axis}」に段階がありません。")
        elif blank := [n for n in rubric.numbers if not texts.get(n)]:
            found.append(f"軸「{axis}」のレベル{'・'.join(map(str, blank))}に文章がありません。")
    return found


@transaction.atomic
def publish_rubric(*, rubric: Rubric, version: int, by: Any) -> Rubric:
    """Put a draft in use and archive its predecessor. Rounds that are open keep theirs.

    Raises ValidationError naming every empty level and every axis without levels; StaleError if the draft has
    moved on since `version`.
    """
    rubric = lock_draft(rubric.pk)
    if found := problems(rubric):
        raise ValidationError(found)
    before = {"status": rubric.status_label}
    former = retire_current(by)
    rubric.is_draft, rubric.is_current, rubric.published_at = False, True, timezone.now()
    rubric.follows = rubric.follows or former
    save_versioned(rubric, version=version, fields=("is_draft", "is_current", "published_at", "follows"))
    after = {"status": rubric.status_label, "axes": rubric_state(rubric)["axes"]}
    ledger.record(by=by, act="publish", obj=rubric, before=before, after=after)
    return rubric


def retire_current(by: Any) -> Rubric | None:
    """Archive the version in use, if there is one, and return it; part of a larger write."""
    former = Rubric.objects.select_for_update(no_key=True).filter(is_current=True).first()
    if former is not None:
        former.is_current = False
        save_versioned(former, version=former.version, fields=("is_current",), force=True)
        ledger.record(by=by, act="archive", obj=former, before={"is_current": True}, after={"is_current": False})
    return former


@transaction.atomic
def discard_draft(*, rubric: Rubric, by: Any) -> None:
    """Delete a draft with all its axes."""
    rubric = lock_draft(rubric.pk)
    ledger.record(by=by, act="delete", obj=rubric, before=rubric_state(rubric))
    rubric.delete()


@transaction.atomic
def set_mapping(*, rubric: Rubric, version: int, pairs: Mapping[int, int | None], by: Any) -> Rubric:
    """Say which axis of the version before each axis continues; `pairs` maps axis to former axis by primary key.

    It joins figures over time and changes no text, so it may also be set after publication. Raises
    ValidationError if an axis before is named twice or is not one of the version before; StaleError.
    """
    rubric = Rubric.objects.select_for_update(no_key=True).get(pk=rubric.pk)
    former = {a.pk: a for a in Axis.objects.filter(rubric_id=rubric.follows_id)} if rubric.follows_id else {}
    _check_pairs(pairs, former)
    axes = list(rubric.axes.all())
    before = mapping_state(axes, former.values())
    lines = {a.line: _line(a, former.get(pairs.get(a.pk) or 0), former.values()) for a in axes}
    save_versioned(rubric, version=version, fields=())
    try:
        with transaction.atomic():
            for one in (rubric, *_followers(rubric)):
                _draw(one, lines)
    except IntegrityError as error:
        raise ValidationError("この対応では、あとの版の2つの軸が同じ軸につながります。") from error
    after = mapping_state(rubric.axes.all(), former.values())
    ledger.record(by=by, act="link", obj=rubric, before=before, after=after)
    return rubric


def _check_pairs(pairs: Mapping[int, int | None], former: Mapping[int, Axis]) -> None:
    chosen = [pk for pk in pairs.values() if pk is not None]
    if any(pk not in former for pk in chosen):
        raise ValidationError("前の版にない軸が選ばれています。画面を開き直してください。")
    for pk in dict.fromkeys(chosen):
        if chosen.count(pk) > 1:
            raise ValidationError(f"前の版の軸「{former[pk]}」が2回選ばれています。対応は1つにしてください。")


def _line(axis: Axis, before: Axis | None, former: Any) -> str:
    """The line that an axis continues, or one of its own."""
    if before is not None:
        return before.line
    if axis.line not in {a.line for a in former}:
        return axis.line
    return f"{axis.key}-{axis.pk}"


def _followers(rubric: Rubric) -> list[Rubric]:
    """The versions after this one, which continue its lines."""
    found, here = [], [rubric]
    while here := list(Rubric.objects.filter(follows__in=here)):
        found += here
    return found


def _draw(rubric: Rubric, lines: Mapping[str, str]) -> None:
    changed = [a for a in rubric.axes.all() if lines.get(a.line, a.line) != a.line]
    # Two axes may swap their lines, so each first steps aside.
    for axis in changed:
        Axis.objects.filter(pk=axis.pk).update(line=f"~{axis.pk}")
    for axis in changed:
        Axis.objects.filter(pk=axis.pk).update(line=lines[axis.line])


def mapping_state(axes: Any, former: Any) -> dict[str, str]:
    """Names of the axes with the name of the axis that each continues."""
    names = {a.line: a.name for a in former}
    return {a.name: names.get(a.line, "") for a in axes}
