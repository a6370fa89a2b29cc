"""The mapping between two versions of the national plan, stored as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from lib import ledger
from lib.writes import save_versioned
from strategy.models import ItemMapping, NationalPlan, PriorityItem
from strategy.models.national import relation_choices

RELATIONS = dict(relation_choices())


@dataclass(frozen=True)
class Line:
    """One row as typed: ids of the items, None where the person chose none."""

    source: int | None
    target: int | None
    relation: str
    note: str = ""


class LinesRefused(ValidationError):
    """Some rows cannot be stored, so none was: `lines` has the messages by the row's place."""

    def __init__(self, lines: dict[int, dict[str, str]]) -> None:
        super().__init__(f"{len(lines)}行を保存できません。まだ一つも保存していません。", code="lines")
        self.lines = lines


def mapping_between(source: NationalPlan, target: NationalPlan) -> QuerySet[ItemMapping]:
    """Rows from `source` into `target`, and the items that are new in `target`."""
    rows = ItemMapping.objects.filter(Q(source__plan=source) | Q(source__isnull=True), target__plan=target)
    return rows.select_related("source__plan", "target__plan").order_by(
        "source__order_key", "source__number", "target__order_key", "target__number", "pk"
    )


@transaction.atomic
def set_mapping(
    *, source: NationalPlan, target: NationalPlan, version: int, lines: Sequence[Line], by: Any
) -> list[ItemMapping]:
    """Replace the mapping from `source` into `target` by `lines`.

    `version` is that of `target`, which moves on with every change of its mapping. Raises LinesRefused with
    every wrong row, StaleError where another person was faster.
    """
    if source.pk == target.pk:
        raise ValidationError("同じ版のあいだの対応は登録できません。")
    if wrong := _refusals(source, target, lines):
        raise LinesRefused(wrong)
    stored = list(mapping_between(source, target))
    before = [_words(row) for row in stored]
    rows = [ItemMapping(source_id=i.source, target_id=i.target, relation=i.relation, note=i.note) for i in lines]
    if sorted(map(_facts, stored)) == sorted(map(_facts, rows)):
        return stored
    save_versioned(target, version=version, fields=())
    ItemMapping.objects.filter(pk__in=[row.pk for row in stored]).delete()
    for row in rows:
        row.full_clean()
        row.save(force_insert=True)
    after = [_words(row) for row in mapping_between(source, target)]
    ledger.record(by=by, act="link", obj=target, before={"mapping": before}, after={"mapping": after}, note=str(source))
    return rows


def _refusals(source: NationalPlan, target: NationalPlan, lines: Sequence[Line]) -> dict[int, dict[str, str]]:
    old = set(PriorityItem.objects.filter(plan=source).values_list("pk", flat=True))
    new = set(PriorityItem.objects.filter(plan=target).values_list("pk", flat=True))
    pairs = Counter((i.source, i.target) for i in lines)
    sources, targets = Counter(i.source for i in lines), Counter(i.target for i in lines)
    wrong = {}
    for place, line in enumerate(lines):
        errors = _missing(line, old, new) or _contradiction(line, pairs, sources, targets)
        if errors:
            wrong[place] = errors
    return wrong


def _missing(line: Line, old: set[int], new: set[int]) -> dict[str, str]:
    errors = {}
    if line.relation not in RELATIONS:
        errors["relation"] = "関係を選んでください。"
    if line.target is None:
        errors["target"] = "新しい版の項目を選んでください。"
    elif line.target not in new:
        errors["target"] = "この項目は、新しい版にありません。ほかの人が削除した可能性があります。"
    if line.relation == "new" and line.source is not None:
        errors["source"] = "「新設」の項目には、旧版の項目を選べません。"
    elif line.relation != "new" and line.source is None:
        errors["source"] = "旧版の項目を選んでください。対応する項目がなければ、関係を「新設」にします。"
    elif line.source is not None and line.source not in old:
        errors["source"] = "この項目は、旧版にありません。ほかの人が削除した可能性があります。"
    return errors


def _contradiction(line: Line, pairs: Counter, sources: Counter, targets: Counter) -> dict[str, str]:
    """The same pair twice; 「同じ」 and 「新設」 leave no room for a second row of the item."""
    if pairs[line.source, line.target] > 1:
        return {"target": "同じ組み合わせの行が二つあります。一つにしてください。"}
    if line.relation == "new" and targets[line.target] > 1:
        return {"target": "「新設」の項目が、ほかの行で旧版の項目と結び付いています。"}
    if line.relation == "equal" and (sources[line.source] > 1 or targets[line.target] > 1):
        return {"relation": "「同じ」にした項目が、ほかの行にもあります。関係を見直してください。"}
    return {}


def _facts(row: ItemMapping) -> tuple[int, int, str, str]:
    return row.source_id or 0, row.target_id, row.relation, row.note


def _words(row: ItemMapping) -> str:
    note = f"（{row.note}）" if row.note else ""
    return f"{row.source or 'なし'} → {row.target}：{row.get_relation_display()}{note}"
