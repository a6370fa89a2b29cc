"""Writes of a reorganisation: preparing it change by change, and applying it once, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.holdings import holder_of, holders
from accounts.models import Department, DepartmentChange, Reorganisation, Succession, User, change_kind_choices
from accounts.queries_reorganisation import Plan, Preview, Target, orphans, preview
from accounts.services import create_department
from accounts.services_admins import an_admin_stays
from lib import ledger
from lib.wareki import format_date
from lib.writes import save_versioned

FIELDS = ("title", "effective_on", "note")
NEW_FIELDS = ("code", "name", "short_name", "kind", "parent", "order")
DONE = "この組織改編はすでに適用されています。"
CHANGED = "表示したあとに、引き継ぐものが変わりました。いまの内容を確かめてから、もう一度適用してください。"
DAY = dt.timedelta(days=1)


@transaction.atomic
def create_reorganisation(*, by: Any, **values: Any) -> Reorganisation:
    row = Reorganisation(**values)
    row.full_clean()
    row.save()
    ledger.record(by=by, act="create", obj=row, after=ledger.state_of(row, FIELDS))
    return row


@transaction.atomic
def discard_reorganisation(*, reorganisation: Reorganisation, by: Any) -> None:
    """Throw away one that was only prepared."""
    stored = _open(reorganisation)
    ledger.record(by=by, act="delete", obj=stored, before=ledger.state_of(stored, FIELDS))
    stored.delete()


@transaction.atomic
def add_change(
    *, reorganisation: Reorganisation, kind: str, sources: Sequence[Department],
    targets: Sequence[Mapping[str, Any]], by: Any,
) -> DepartmentChange:  # fmt: skip
    """Add a change. A target is `{"id": …}` of a department, or the facts of a new one (`NEW_FIELDS`)."""
    stored = _open(reorganisation)
    rows = [dict(t) for t in targets]
    _refuse_shape(kind, sources, rows)
    _refuse_sources(stored, sources)
    _refuse_targets(stored, sources, rows)
    change = DepartmentChange.objects.create(reorganisation=stored, kind=kind, targets=rows)
    change.sources.set(sources)
    _touch(stored)
    ledger.record(by=by, act="update", obj=stored, before={"changes": None}, after={"changes": summary(change)})
    return change


@transaction.atomic
def remove_change(*, change: DepartmentChange, by: Any) -> None:
    stored = _open(change.reorganisation)
    ledger.record(by=by, act="update", obj=stored, before={"changes": summary(change)}, after={"changes": None})
    change.delete()
    _touch(stored)


@transaction.atomic
def assign(*, change: DepartmentChange, assignments: Mapping[str, int | None], by: Any) -> DepartmentChange:
    """Say where each thing goes: to a target by its place, or (None) to nobody."""
    stored = _open(change.reorganisation)
    if any(place is not None and not 0 <= place < len(change.targets) for place in assignments.values()):
        raise ValidationError("引き継ぎ先にない所属が選ばれています。画面を開き直してください。")
    change.assignments = dict(assignments)
    change.save(update_fields=["assignments"])
    _touch(stored)
    elsewhere = sum(place != 0 for place in assignments.values())
    ledger.record(by=by, act="update", obj=stored, after={"assigned": f"{summary(change)}：{elsewhere}件を選択"})
    return change


@transaction.atomic
@ledger.gathered()
def apply_reorganisation(*, reorganisation: Reorganisation, digest: str, by: Any) -> Reorganisation:
    """Carry everything out at once. Refused a second time, before its day, and when it would not do what was shown."""
    stored = _open(reorganisation)
    if stored.effective_on > timezone.localdate():
        raise ValidationError(f"適用できるのは施行日（{format_date(stored.effective_on)}）からです。", code="early")
    _hold_departments()
    found = preview(stored)
    if not found.plans:
        raise ValidationError("所属の変更が1つもありません。")
    if found.digest != digest:
        raise ValidationError(CHANGED, code="changed")
    for plan in found.plans:
        _refuse_sources(stored, plan.sources, but=plan.change)
    _refuse_ended(found)
    heirs = _found_departments(stored, found, by)
    with an_admin_stays():
        for holder in holders():
            moves = _moves_of(holder.key, found, heirs)
            if moves:
                holder.hand_over(moves=moves, on=stored.effective_on, by=by)
    return _finish(stored, found, by)


def _found_departments(stored: Reorganisation, found: Preview, by: Any) -> dict[tuple[int, int], Department]:
    """End the old departments, found the new ones; the answer has the heir for each (change, place)."""
    for plan in found.plans:
        for department in plan.ended:
            _end(department, stored.effective_on - DAY, by)
    heirs: dict[tuple[int, int], Department] = {}
    followers: dict[int, Department] = {}
    for plan in sorted(found.plans, key=lambda p: p.sources[0].kind != "division"):
        for place, target in enumerate(plan.targets):
            heirs[plan.change.pk, place] = _heir(target, followers, stored, by)
        if plan.targets:
            followers |= {old.pk: heirs[plan.change.pk, 0] for old in plan.ended}
    rows = [
        Succession(old=old, new=heirs[plan.change.pk, place], kind=plan.change.kind, reorganisation=stored)
        for plan in found.plans
        for old in plan.sources
        for place in range(len(plan.targets))
        if heirs[plan.change.pk, place] != old
    ]
    Succession.objects.bulk_create(rows)
    return heirs


def _end(department: Department, last: dt.date, by: Any) -> None:
    before = ledger.state_of(department, ("valid_to",))
    department.valid_to = last
    save_versioned(department, version=department.version, fields=("valid_to",))
    ledger.record(by=by, act="update", obj=department, before=before, after=ledger.state_of(department, ("valid_to",)))


def _heir(target: Target, followers: Mapping[int, Department], stored: Reorganisation, by: Any) -> Department:
    """The department after the change; under a 部 that changes too it stands under what follows that."""
    if target.stored:
        return target.stored
    facts = {name: target.facts.get(name) for name in NEW_FIELDS}
    above = facts["parent"] or 0
    parent = followers.get(above) or Department.objects.filter(pk=above).first()
    return create_department(by=by, **facts | {"parent": parent, "valid_from": stored.effective_on})


def _moves_of(key: str, found: Preview, heirs: Mapping[tuple[int, int], Department]) -> dict[int, Department | None]:
    moves: dict[int, Department | None] = {}
    for plan in found.plans:
        for move in (*plan.moving, *plan.left):
            name, _, number = move.held.key.rpartition("-")
            if name == key:
                moves[int(number)] = None if move.place is None else heirs[plan.change.pk, move.place]
    return moves


def _finish(stored: Reorganisation, found: Preview, by: Any) -> Reorganisation:
    """Keep what was done with the labels of the day."""
    stored.result = [_told(plan) for plan in found.plans]
    stored.applied_at = timezone.now()
    stored.applied_by = by if isinstance(by, User) else User.objects.filter(pk=ledger.actor(by).user_id).first()
    fields = ("result", "applied_at", "applied_by")
    save_versioned(stored, version=stored.version, fields=fields)
    after = {"moved": found.moving, "left": len(found.left), "changes": [summary(p.change) for p in found.plans]}
    ledger.record(by=by, act="apply", obj=stored, after=after)
    return stored


def _told(plan: Plan) -> dict[str, Any]:
    """One change in labels, for the page of what was done."""
    return {
        "kind": plan.change.get_kind_display(), "sources": [s.name for s in plan.sources],
        "targets": [t.name for t in plan.targets], "left": [f"{m.noun}　{m.held.label}" for m in plan.left],
        "moves": [
            {"noun": m.noun, "label": m.held.label, "url": m.held.url, "from": m.source, "to": m.target}
            for m in plan.moving
        ],
    }  # fmt: skip


@transaction.atomic
@ledger.gathered()
def adopt(*, keys: Sequence[str], department: Department, by: Any) -> int:
    """Give orphans to a department that exists; returns how many."""
    _hold_departments()
    today = timezone.localdate()
    if not Department.objects.on(today).filter(pk=department.pk).exists():
        raise ValidationError({"department": "いまある所属を選んでください。"})
    open_ = {o.key for o in orphans(today) if o.adoptable}
    if not keys or set(keys) - open_:
        raise ValidationError("一覧にないものが選ばれています。画面を開き直してください。")
    for holder in holders():
        moves = {number: department for key in keys for h, number in [holder_of(key)] if h is holder}
        if moves:
            holder.hand_over(moves=moves, on=today, by=by)
    return len(set(keys))


def summary(change: DepartmentChange) -> str:
    """One line: 統合　A課、B課 → C課."""
    names = {d.pk: d.name for d in Department.objects.filter(pk__in=[t["id"] for t in change.targets if t.get("id")])}
    after = [names[t["id"]] if t.get("id") else t["name"] for t in change.targets]
    before = "、".join(s.name for s in change.sources.all())
    return f"{change.get_kind_display()}　{before} → {'、'.join(after) or '（なし）'}"


def _open(reorganisation: Reorganisation) -> Reorganisation:
    stored = Reorganisation.objects.select_for_update(no_key=True).filter(pk=reorganisation.pk).first()
    if stored is None:
        raise ValidationError("この組織改編は削除されています。")
    if stored.applied_at:
        raise ValidationError(DONE, code="applied")
    return stored


def _hold_departments() -> None:
    """Lock every department: nothing changes hands twice, and no round is opened meanwhile."""
    list(Department.objects.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def _touch(stored: Reorganisation) -> None:
    Reorganisation.objects.filter(pk=stored.pk).update(version=F("version") + 1, updated_at=timezone.now())


def _refuse_shape(kind: str, sources: Sequence[Department], targets: Sequence[Mapping[str, Any]]) -> None:
    """Renaming is one to one, merging several to one, splitting one to several, abolishing to none or any."""
    if kind not in dict(change_kind_choices()):
        raise ValidationError("変更の種類が正しくありません。")
    if kind == "merge" and len(sources) < 2:
        raise ValidationError({"sources": "統合する所属を2つ以上選んでください。"})
    if kind != "merge" and len(sources) != 1:
        raise ValidationError({"sources": "所属を1つ選んでください。"})
    if kind == "split" and len(targets) < 2:
        raise ValidationError("分けたあとの所属を2つ以上にしてください。")
    if kind in ("rename", "merge") and len(targets) != 1:
        raise ValidationError("変わったあとの所属を1つにしてください。")


def _refuse_sources(
    stored: Reorganisation, sources: Sequence[Department], but: DepartmentChange | None = None
) -> None:
    """Each department stands before the day, and in one change only."""
    last = stored.effective_on - DAY
    others = stored.changes.exclude(pk=but.pk if but else 0)
    taken = set(others.values_list("sources", flat=True))
    for source in sources:
        fresh = Department.objects.get(pk=source.pk)
        if fresh.valid_from > last or (fresh.valid_to and fresh.valid_to < stored.effective_on):
            words = f"{fresh}は、{format_date(last)}から施行日にかけて続く所属ではありません。"
            raise ValidationError({"sources": words})
        if fresh.pk in taken:
            raise ValidationError({"sources": f"{fresh}は、この組織改編の別の変更に入っています。"})


def _refuse_ended(found: Preview) -> None:
    """What takes over must still go on: it may have been ended since the change was prepared."""
    ended = {department.pk for plan in found.plans for department in plan.ended}
    for target in (t.stored for plan in found.plans for t in plan.targets if t.stored):
        if target.valid_to or target.pk in ended:
            raise ValidationError(f"引き継ぎ先の{target}は、なくなる所属です。変更を取り消して、選び直してください。")


def _refuse_targets(
    stored: Reorganisation, sources: Sequence[Department], targets: Sequence[Mapping[str, Any]]
) -> None:
    """Existing ones must go on; new ones need a code that is free on the day."""
    own = {s.pk for s in sources}
    others = {pk for pk in stored.changes.values_list("sources", flat=True) if pk}
    ids = [t["id"] for t in targets if t.get("id")]
    kept = own & set(ids)
    heirs = {t["id"] for c in stored.changes.all() for t in c.targets if t.get("id")}
    if (own - kept) & heirs:
        raise ValidationError({"sources": "この組織改編の別の変更で、引き継ぎ先に選ばれている所属です。"})
    if set(ids) & others or Department.objects.filter(pk__in=ids, valid_to__isnull=False).exists():
        raise ValidationError("引き継ぎ先に、なくなる所属が選ばれています。")
    planned = [t["code"] for c in stored.changes.all() for t in c.targets if not t.get("id")]
    ending = (own | others) - kept
    live = set(Department.objects.filter(valid_to__isnull=True).exclude(pk__in=ending).values_list("code", flat=True))
    for target in (t for t in targets if not t.get("id")):
        row = Department(**{n: target.get(n) for n in ("code", "name", "short_name")}, valid_from=stored.effective_on)
        row.clean_fields(exclude=("kind", "parent", "order"))
        if target["code"] in live or target["code"] in planned:
            raise ValidationError({"code": f"所属コード{target['code']}は、ほかの所属で使われています。"})
        planned.append(target["code"])
