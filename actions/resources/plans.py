"""取組 with their schedule and milestones as three sheets of one workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from typing import Any

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Q
from django.utils import timezone

from accounts.access import department_scope
from accounts.roles import Permission
from actions import status
from actions.models import Action, DateChange, Milestone, Phase, owner_choices
from actions.queries_codes import folded
from actions.services.imports import archive_many, keep_moves, touch_many
from actions.services.labels import LEDGER_NAMES, milestone_line, phase_line
from exchange.queries import departments, load_departments
from exchange.sheets import Column, Row
from exchange.storing import BulkSheet
from exchange.widgets import Choice, Day, Inward, Many, One, Pair, yes_no
from lib import ledger
from lib.bulk import update_many
from maturity.models import Axis
from strategy.models import Element, Plan, PriorityItem

# What the sheets of steps say of an action, in the order of the model.
NAMED = [f.attname for f in Action._meta.concrete_fields if f.name in ("id", "version", "code", "title")]
REASON = "date_reason"
REASON_NEEDED = "期日を後ろへ動かすときは、理由を入力してください。"


def reason_column() -> Column:
    return Column(
        "期日を動かす理由",
        Inward(300),
        attribute="pk",
        width=30,
        note="期日を後ろへ動かす行だけ。計画変更の記録に残ります",
    )


def own_actions(user: Any) -> models.QuerySet:
    """The actions in force that the reader may change, in the order of their codes."""
    scope = department_scope(user, Permission.EDIT_ACTION)
    return Action.objects.live().led_by(scope).order_by("plan__order", "code", "pk")


def require_reason(row: Row, name: str) -> None:
    """Refuse a date that moves later while nobody says why."""
    old, new = row.before.get(name), row.values.get(name)
    if row.kind == "changed" and old and new and new > old and not row.values.get(REASON):
        row.refuse(REASON_NEEDED, REASON)


def moves(rows: Sequence[Row], name: str, made: Callable[[Row], DateChange]) -> list[DateChange]:
    """The moved dates of changed rows, as 計画変更."""
    found = []
    for row in rows:
        old, new = row.before.get(name), row.values.get(name)
        if row.kind == "changed" and old and new and old != new:
            change = made(row)
            change.old_on, change.new_on, change.reason = old, new, row.values.get(REASON, "")
            found.append(change)
    return found


class ActionSheet(BulkSheet):
    slug, caption = "actions", "取組"
    model = Action
    named = ("code", "title")
    unique = (("plan", "code"),)
    deletes = "保管されます（報告は残り、元に戻せます）"

    plan = Column("計画", One(), attribute="plan_id", required=True, width=28)
    code = Column("整理番号", required=True, width=12)
    title = Column("取組名", required=True, width=40)
    lead_department = Column("担当", One(), attribute="lead_department_id", required=True, width=24)
    supporting = Column("関係する所属", Many(), width=24)
    responsible_post = Column("責任者（職）", width=18)
    starts_on = Column("開始日", Day(), required=True)
    ends_on = Column("終了予定日", Day(), required=True)
    date_reason = reason_column()
    purpose = Column("目的", width=44)
    issue = Column("現状と課題", width=44)
    elements = Column("戦略の要素", Many(), width=36)
    items = Column("国の項目", Many(), width=28)
    axes = Column("成熟度の軸", Many(), width=24)

    class Meta:
        model = Action

    def prepare(self) -> None:
        self.scope_ids = department_scope(self.user, Permission.EDIT_ACTION)
        self.touched: set[int] = set()
        known = departments()
        load_departments(self.fields["lead_department"].widget, known=known, only=self.scope_ids)
        load_departments(self.fields["supporting"].widget, known=known)
        self.fields["plan"].widget.load([(p.pk, p.name, ()) for p in Plan.objects.all()])
        self.fields["elements"].widget.load(element_pairs())
        self.fields["items"].widget.load(item_pairs())
        self.fields["axes"].widget.load(axis_pairs())

    def rows(self) -> models.QuerySet:
        return own_actions(self.user)

    def lines(self, rows: Iterable[Any]) -> Iterator[list[Any]]:
        """What the sheets of steps say of the actions is kept while these go out."""
        passed = {}
        for action in rows:
            passed[action.pk] = Action.from_db(DEFAULT_DB_ALIAS, NAMED, [getattr(action, name) for name in NAMED])
            yield self.line(action)
        self.shared["actions"] = passed

    def told_apart(self, key: tuple[Any, ...]) -> tuple[Any, ...]:
        plan, code = key
        return plan, folded(code)

    def check(self, row: Row) -> None:
        require_reason(row, "ends_on")

    def settle(self, rows: Sequence[Row]) -> None:
        for row in rows:
            action = row.obj
            if action.reported_as_of is not None:
                dates = (action.percent, action.starts_on, action.ends_on, action.reported_as_of)
                action.behind = status.is_behind(*dates)
            if row.before.get("ends_on") and action.ends_on > row.before["ends_on"]:
                action.pushes += 1

    def derived_fields(self) -> Sequence[str]:
        return ("behind", "pushes")

    def write(self, rows: Sequence[Row], by: Any) -> None:
        super().write(rows, by)
        self.touched.update(r.obj.pk for r in rows if r.writes)
        changed = moves(rows, "ends_on", lambda r: DateChange(action=r.obj, kind="end"))
        keep_moves(found=changed, by=by)

    def remove(self, rows: Sequence[Row], by: Any) -> None:
        archive_many(seen=[(r.obj, r.version) for r in rows], by=by)

    def event(self, row: Row, act: str, by: Any) -> ledger.Event:
        found = super().event(row, act, by)
        changes = {LEDGER_NAMES.get(n, n): pair for n, pair in found.changes.items() if n != REASON}
        return ledger.Event(
            found.by, found.act, found.object_type, found.object_id, found.object_label, changes, found.note
        )

    def label_of(self, obj: Any) -> str:
        return f"{obj.code} {obj.title}"


def element_pairs() -> list[tuple[int, str, tuple[str, ...]]]:
    """Elements of the edition in force, and older ones that an action still serves."""
    served = Action.elements.through.objects.values("element_id")
    live = Q(edition__plan__is_main=True, edition__status="published")
    rows = Element.objects.filter(live | Q(pk__in=served)).select_related("layer", "edition__plan")
    rows = rows.order_by("edition__plan", "-edition__order", "layer__order", "order", "pk")
    return [(e.pk, _element_label(e), ()) for e in rows]


def _element_label(element: Element) -> str:
    label = f"{element.layer.name} {element}"
    now = element.edition.status == "published" and element.edition.plan.is_main
    return label if now else f"{label}（{element.edition}）"


def item_pairs() -> list[tuple[int, str, tuple[str, ...]]]:
    """Items of the national plan in use, and older ones that an action still serves."""
    served = Action.items.through.objects.values("priorityitem_id")
    rows = PriorityItem.objects.filter(Q(plan__is_current=True) | Q(pk__in=served)).select_related("plan")
    return [
        (i.pk, f"{i.tag} {i.name}" if i.plan.is_current else f"{i.tag} {i.name}（{i.plan.label}）", ()) for i in rows
    ]


def axis_pairs() -> list[tuple[int, str, tuple[str, ...]]]:
    served = Action.axes.through.objects.values("axis_id")
    rows = Axis.objects.filter(Q(rubric__is_current=True) | Q(pk__in=served)).select_related("rubric")
    return [(a.pk, a.name if a.rubric.is_current else f"{a.name}（{a.rubric}）", ()) for a in rows]


class StepSheet(BulkSheet):
    """Rows that hang on an action: its version guards them, and its history tells of them."""

    follows = ("action", "actions")
    words: Callable[[Any], str]
    moving = ""
    list_name = ""

    def prepare(self) -> None:
        self.fields["action"].widget.load_later(self._pairs)

    @property
    def actions(self) -> dict[int, Action]:
        """Read once a workbook, and only what the sheets say of them: ten thousand whole actions would cost more
        than all the rest of a dry run."""
        if "actions" not in self.shared:
            rows = own_actions(self.user).only(*NAMED)
            self.shared["actions"] = {a.pk: a for a in rows}
        return self.shared["actions"]

    def _pairs(self) -> list[Pair]:
        return [(a.pk, f"{a.code} {a.title}", {a.code}) for a in self.actions.values()]

    def rows(self) -> models.QuerySet:
        """Without a join: the actions are there already."""
        mine = own_actions(self.user).order_by().values("pk")
        rows = self.model._default_manager.filter(action__in=mine)
        return rows.order_by("action__plan__order", "action__code", *self.model._meta.ordering)

    def version_of(self, obj: Any) -> int:
        return self.actions[obj.action_id].version

    def check(self, row: Row) -> None:
        require_reason(row, self.moving)

    def stored_fields(self, rows: Sequence[Row]) -> list[str]:
        return [n for n in super().stored_fields(rows) if n != "action"]

    def write(self, rows: Sequence[Row], by: Any) -> None:
        new, changed, removed = ([r for r in rows if r.kind == k] for k in ("new", "changed", "removed"))
        self.create(new)
        self._touch(new, [*changed, *removed], by)
        update_many([r.obj for r in changed], fields=self.stored_fields(changed))
        events = [self._told(r, by) for r in (*new, *changed, *removed)]
        keep_moves(found=moves(changed, self.moving, self.change_of), by=by)
        self.model._default_manager.filter(pk__in=[r.obj.pk for r in removed]).delete()
        ledger.record_many(events)

    def _touch(self, new: Sequence[Row], kept: Sequence[Row], by: Any) -> None:
        """Each action moves on once a file, however many of its rows change."""
        done = self.earlier["actions"].touched if "actions" in self.earlier else set()
        seen = {r.obj.action_id: r.version for r in kept if r.obj.action_id not in done}
        others = {r.obj.action_id for r in new} - set(seen) - done
        pairs = [(self.actions[pk], version) for pk, version in seen.items()]
        touch_many(seen=pairs, others=others, by=by)
        done |= set(seen) | others

    def change_of(self, row: Row) -> DateChange:
        raise TypeError(type(self).__name__)

    def _told(self, row: Row, by: Any) -> ledger.Event:
        """The event on the action, as its own page writes it: lines before and after."""
        before = after = None
        if row.kind != "new":
            old = copy(row.obj)
            for name, value in row.before.items():
                if name in self.stored:
                    setattr(old, self.model._meta.get_field(name).attname, value)
            before = [type(self).words(old)]
        if row.kind != "removed":
            after = [type(self).words(row.obj)]
        action = self.actions.get(row.obj.action_id)
        label = f"{action.code} {action.title}" if action else self.parents[row.values["action"]].label
        return ledger.Event(
            by=ledger.actor(by), act="update", object_type=Action._meta.label_lower,
            object_id=str(row.obj.action_id), object_label=label[:200], changes={self.list_name: [before, after]},
        )  # fmt: skip

    @property
    def stored(self) -> set[str]:
        return {f.name for f in self.model._meta.concrete_fields}


class PhaseSheet(StepSheet):
    slug, caption = "phases", "工程"
    model = Phase
    named = ("action", "label")
    deletes = "削除されます"
    words, moving, list_name = staticmethod(phase_line), "ends_on", "phases"

    action = Column("取組", One(), attribute="action_id", required=True, once=True, width=40)
    label = Column("段階", required=True, width=18)
    owner = Column("主体", Choice(owner_choices), required=True)
    starts_on = Column("始め", Day(), required=True)
    ends_on = Column("終わり", Day(), required=True)
    actual = Column("実績", Choice(yes_no, empty=False), note="「はい」は実績の帯。空欄は計画")
    date_reason = reason_column()

    class Meta:
        model = Phase

    def check(self, row: Row) -> None:
        if not row.obj.actual:
            super().check(row)

    def change_of(self, row: Row) -> DateChange:
        return DateChange(action=self.actions[row.obj.action_id], kind="phase", label=row.obj.label)

    def label_of(self, obj: Any) -> str:
        return f"{self.actions[obj.action_id].code} {obj.label}"


class MilestoneSheet(StepSheet):
    slug, caption = "milestones", "節目"
    model = Milestone
    named = ("action", "title")
    deletes = "削除されます"
    words, moving, list_name = staticmethod(milestone_line), "due_on", "milestones"

    action = Column("取組", One(), attribute="action_id", required=True, once=True, width=40)
    title = Column("節目", required=True, width=36)
    due_on = Column("期日", Day(), required=True)
    done_on = Column("達成日", Day())
    date_reason = reason_column()

    class Meta:
        model = Milestone

    def check(self, row: Row) -> None:
        super().check(row)
        done: dt.date | None = row.obj.done_on
        if done and done > timezone.localdate():
            row.refuse("達成日は今日までの日にしてください。", "done_on")

    def change_of(self, row: Row) -> DateChange:
        action = self.actions[row.obj.action_id]
        return DateChange(action=action, kind="milestone", milestone=row.obj, label=row.obj.title)

    def label_of(self, obj: Any) -> str:
        return f"{self.actions[obj.action_id].code} {obj.title}"
