"""Writes of the national plan: loading the published facts, and keeping registers, checks and targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from lib import fiscal, ledger, wareki
from lib.models import Versioned
from lib.writes import save_versioned
from strategy.models import (
    Checklist,
    ChecklistGroup,
    ChecklistItem,
    ItemMapping,
    NationalPlan,
    NationalTarget,
    PriorityItem,
    Register,
    RegisterEntry,
)
from strategy.models.national import category_choices

ENTRY_FIELDS = (
    "applicable", "reason", "channel", "state", "due_on", "done_on",
    "department", "system_name", "volume", "online_volume", "volume_year",
)  # fmt: skip
FIRST_YEAR = 1989
CHECK_FIELDS = ("state", "evidence", "done_on")
TARGET_FIELDS = ("statement", "due_on", "due_label", "measure", "source", "verified")
PREFECTURAL = "県の事務のため、市の登録簿では数えません。"
CATEGORY_ORDER = {key: order for order, (key, _) in enumerate(category_choices(), 1)}

Facts = Mapping[str, Any]
V = TypeVar("V", bound=Versioned)
M = TypeVar("M", bound=models.Model)


@transaction.atomic
def load_national_plans(*, data: Facts, by: Any) -> dict[str, int]:
    """Add versions, items, targets and mappings that are not stored yet; returns how many of each.

    Versions are known by label and items by key. What is stored stays as it is, because the
    secretariat may have corrected it.
    """
    made: Counter[str] = Counter()
    touched: dict[NationalPlan, Counter[str]] = {}
    for facts in _needed(data, "plans"):
        plan, count = _load_plan(facts)
        touched[plan] = count
    for facts in _needed(data, "mappings"):
        mapping, is_new = _load_mapping(facts)
        touched.setdefault(mapping.target.plan, Counter())["mappings"] += is_new
    for plan, count in touched.items():
        _record_load(plan, count, by)
        made += count
    return {name: made[name] for name in ("plans", "items", "targets", "mappings")}


def _load_plan(facts: Facts) -> tuple[NationalPlan, Counter[str]]:
    label = _needed(facts, "version")
    plan = NationalPlan.objects.filter(label=label).first()
    count = Counter(plans=int(plan is None))
    if plan is None:
        names = ("name", "published_on", "period_from", "period_to", "source", "as_of")
        current = bool(facts.get("is_current")) and not NationalPlan.objects.current().exists()
        plan = _store(
            NationalPlan, facts, names, label=label, note=facts.get("note", ""), is_current=current,
            verified=facts.get("verified", True),
        )  # fmt: skip
    for item_facts in _needed(facts, "items"):
        count.update(_load_item(plan, item_facts))
    return plan, count


def _load_item(plan: NationalPlan, facts: Facts) -> Counter[str]:
    if PriorityItem.objects.filter(key=_needed(facts, "key")).exists():
        return Counter()
    names = ("key", "category", "number", "name", "short_name", "description", "verified")
    item = _store(PriorityItem, facts, names, plan=plan, order_key=CATEGORY_ORDER.get(_needed(facts, "category"), 0))
    targets = _needed(facts, "targets")
    for order, target in enumerate(targets, 1):
        names = ("statement", "due_on", "due_label", "measure", "source", "verified")
        _store(NationalTarget, target, names, item=item, order=order)
    return Counter(items=1, targets=len(targets))


def _load_mapping(facts: Facts) -> tuple[ItemMapping, bool]:
    source_key = _needed(facts, "from")
    target = _item_named(_needed(facts, "to"))
    source = _item_named(source_key) if source_key else None
    found = ItemMapping.objects.filter(source=source, target=target).select_related("target__plan").first()
    if found:
        return found, False
    return _store(ItemMapping, facts, ("relation",), source=source, target=target, note=facts.get("note", "")), True


@transaction.atomic
def load_registers(*, data: Facts, by: Any) -> dict[str, int]:
    """Add registers (known by key) and rows (by number) that are not stored yet. A row begins as
    未確認; one of the prefecture begins as 対象外 with the reason."""
    made: Counter[str] = Counter()
    for facts in _needed(data, "registers"):
        register = Register.objects.filter(key=_needed(facts, "key")).first()
        count = Counter(registers=int(register is None))
        if register is None:
            item = _item_named(_needed(facts, "target_item"))
            register = _store(Register, facts, ("key", "name", "unit", "source", "as_of"), item=item)
        known = set(register.entries.values_list("number", flat=True))
        fresh = [row for row in _needed(facts, "entries") if _needed(row, "number") not in known]
        for row in fresh:
            _load_entry(register, row)
        count["entries"] = len(fresh)
        _record_load(register, count, by)
        made += count
    return {name: made[name] for name in ("registers", "entries")}


def _load_entry(register: Register, facts: Facts) -> None:
    is_prefectural = _needed(facts, "scope") == "prefectural"
    extra = {"applicable": "no", "reason": PREFECTURAL} if is_prefectural else {}
    names = ("number", "group", "name", "verified")
    _store(RegisterEntry, facts, names, register=register, prefectural=is_prefectural, **extra)


@transaction.atomic
def load_checklists(*, data: Facts, by: Any) -> dict[str, int]:
    """Add checklists (known by key), groups and checks (by number) that are not stored yet."""
    made: Counter[str] = Counter()
    for facts in _needed(data, "checklists"):
        checklist = Checklist.objects.filter(key=_needed(facts, "key")).first()
        count = Counter(checklists=int(checklist is None))
        if checklist is None:
            checklist = _store(Checklist, facts, ("key", "title", "source", "as_of"))
        for group_facts in _needed(facts, "groups"):
            count.update(_load_group(checklist, group_facts))
        _record_load(checklist, count, by)
        made += count
    return {name: made[name] for name in ("checklists", "groups", "checks")}


def _load_group(checklist: Checklist, facts: Facts) -> Counter[str]:
    number = _needed(facts, "number")
    group = checklist.groups.filter(number=number).first()
    count = Counter(groups=int(group is None))
    if group is None:
        group = _store(ChecklistGroup, facts, ("number", "title"), checklist=checklist)
    known = set(group.items.values_list("number", flat=True))
    fresh = [row for row in _needed(facts, "items") if _needed(row, "number") not in known]
    for row in fresh:
        _store(ChecklistItem, row, ("number", "text"), group=group)
    count["checks"] = len(fresh)
    return count


def _needed(facts: Facts, name: str) -> Any:
    """The value of a required key; its absence is the file's fault and is said so."""
    try:
        return facts[name]
    except (KeyError, TypeError):
        raise ValidationError(f"読み込むデータに「{name}」がありません。") from None


def _store(model: type[M], facts: Facts, names: Iterable[str], **fixed: Any) -> M:
    """Validate and insert a row from the named facts and the fixed values."""
    row = model(**{name: _needed(facts, name) for name in names}, **fixed)
    row.full_clean()
    row.save()
    return row


def _item_named(key: str) -> PriorityItem:
    item = PriorityItem.objects.select_related("plan").filter(key=key).first()
    if item is None:
        raise ValidationError(f"国の項目「{key}」がありません。先に国の計画を読み込んでください。")
    return item


def _record_load(obj: models.Model, count: Counter[str], by: Any) -> None:
    """One ledger entry for all that a load added under `obj`; none when it added nothing."""
    added = {name: n for name, n in count.items() if n}
    if added:
        ledger.record(by=by, act="load", obj=obj, after=added)


@transaction.atomic
def update_entry(*, entry: RegisterEntry, version: int, by: Any, **values: Any) -> RegisterEntry:
    return change(entry, ENTRY_FIELDS, entry_refusals, version, by, values)


@transaction.atomic
def update_check(*, check: ChecklistItem, version: int, by: Any, **values: Any) -> ChecklistItem:
    return change(check, CHECK_FIELDS, _check_refusals, version, by, values)


@transaction.atomic
def update_target(*, target: NationalTarget, version: int, by: Any, **values: Any) -> NationalTarget:
    return change(target, TARGET_FIELDS, target_refusals, version, by, values)


def change(
    obj: V,
    fields: tuple[str, ...],
    refusals: Callable[[Any, Any], dict[str, str]],
    version: int,
    by: Any,
    values: dict[str, Any],
) -> V:
    """Store `values` on `obj` unless the row has moved on; the same values again write nothing.

    `refusals` gets the changed row and the stored one and returns messages by field.
    """
    if foreign := set(values) - set(fields):
        raise TypeError(f"not editable: {sorted(foreign)}")
    stored = type(obj)._default_manager.get(pk=obj.pk)
    for name, value in values.items():
        setattr(obj, name, value)
    obj.full_clean()
    if errors := refusals(obj, stored):
        raise ValidationError(errors)
    if all(getattr(stored, name) == getattr(obj, name) for name in values):
        return stored
    save_versioned(obj, version=version, fields=values)
    before, after = ledger.state_of(stored, fields), ledger.state_of(obj, fields)
    ledger.record(by=by, act="update", obj=obj, before=before, after=after)
    return obj


def entry_refusals(entry: RegisterEntry, stored: RegisterEntry) -> dict[str, str]:
    """What speaks against storing `entry` in the place of `stored`, by field."""
    errors = _done_refusals(entry, "「済」")
    if entry.prefectural and entry.applicable != "no":
        errors["applicable"] = "県の事務は、市の登録簿では対象にできません。"
    elif entry.state == "done" and entry.applicable != "yes":
        errors["applicable"] = "「済」にする行は、該当を「対象」にしてください。"
    if entry.channel == "none" and entry.applicable == "yes":
        errors["channel"] = "「制度なし」の行は、該当を「対象外」にして理由を入力してください。"
    if entry.channel == "counter" and entry.state == "done":
        errors["channel"] = "「済」の行は、受付の方法をオンラインのものにしてください。"
    if entry.online_volume is not None and entry.volume is None:
        errors["volume"] = "オンライン件数を入れるときは、年間件数も入力してください。"
    this_year = fiscal.fiscal_year(timezone.localdate())
    if entry.volume_year is not None and not FIRST_YEAR <= entry.volume_year <= this_year:
        errors["volume_year"] = "件数の年度は、平成元年度から今年度までにしてください。"
    moved = entry.due_on is not None and entry.due_on != stored.due_on
    if moved and entry.state != "done" and entry.due_on < timezone.localdate():
        errors["due_on"] = "完了の見込みは、今日以後の日にしてください。"
    closed = entry.department.valid_to if entry.department else None
    if closed and closed < timezone.localdate() and entry.department_id != stored.department_id:
        errors["department"] = "廃止された所属は選べません。"
    return errors


def _check_refusals(check: ChecklistItem, stored: ChecklistItem) -> dict[str, str]:
    errors = _done_refusals(check, "「済」")
    if check.state == "done" and check.done_on is None:
        errors["done_on"] = "「済」にするときは、済んだ日を入力してください。"
    return errors


def _done_refusals(row: RegisterEntry | ChecklistItem, word: str) -> dict[str, str]:
    if row.done_on is None:
        return {}
    if row.done_on > timezone.localdate():
        return {"done_on": "完了した日に、先の日付は入れられません。"}
    if row.state != "done":
        return {"done_on": f"日付を残すときは、状態を{word}にしてください。"}
    return {}


def target_refusals(target: NationalTarget, stored: NationalTarget) -> dict[str, str]:
    errors = {}
    start = target.item.plan.period_from
    if target.due_on and start and target.due_on < start:
        errors["due_on"] = f"期日は、計画期間の始め（{wareki.format_date(start)}）以後の日にしてください。"
    if target.verified and not target.source:
        errors["source"] = "確認済みにするときは、確かめた出典を入力してください。"
    return errors
