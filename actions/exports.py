"""The list of actions as a file."""

from __future__ import annotations

from typing import Any

from accounts.roles import Permission
from actions.models import Action, Phase
from actions.querysets import ActionQuerySet
from actions.views.lists import SORTS, found_actions
from exchange.lists import Head, ListExport, Shown, register
from lib import listing
from lib.http import Request
from lib.states import STATES

HEADS = (
    Head("整理番号", "code"), Head("取組名", "title"), Head("状態", "state", note="今日の判定（計算した値）"),
    Head("状況", "lifecycle", note="最後に受理した報告による"), Head("進捗率", "percent", "number", "0〜100"),
    Head("担当", "lead_department"), Head("関係する所属", "supporting"), Head("責任者（職）", "responsible_post"),
    Head("開始日", "starts_on", "date"), Head("終了予定日", "ends_on", "date"),
    Head("最後の報告", "reported_as_of", "date", "報告の基準日"), Head("計画", "plan"), Head("戦略の要素", "elements"),
    Head("国の項目", "items"), Head("成熟度の軸", "axes"), Head("目的", "purpose"), Head("現状と課題", "issue"),
)  # fmt: skip
PHASE_HEADS = (
    Head("整理番号", "code"), Head("取組名", "title"), Head("担当", "lead_department"), Head("段階", "label"),
    Head("主体", "owner"), Head("始め", "starts_on", "date"), Head("終わり", "ends_on", "date"),
    Head("計画・実績", "actual"),
)  # fmt: skip
CHUNK = 2000


def actions(request: Request) -> Shown:
    ordered = listing.ordered(request, listed_rows(found_actions(request).qs), sorts=SORTS, default="code")
    return Shown("取組", HEADS, (row_of(a) for a in ordered.iterator(chunk_size=CHUNK)))


def listed_rows(rows: ActionQuerySet) -> ActionQuerySet:
    """With all that a row of the list says."""
    return rows.select_related("lead_department", "plan").prefetch_related("supporting", "elements", "items", "axes")


def row_of(action: Action) -> list[Any]:
    """The cells under `HEADS`."""
    sets = {name: "\n".join(map(str, getattr(action, name).all())) for name in ("elements", "items", "axes")}
    return [
        action.code, action.title, STATES[action.state_key].label, action.get_lifecycle_display(), action.percent,
        action.lead_department.name, "\n".join(d.name for d in action.supporting.all()), action.responsible_post,
        action.starts_on, action.ends_on, action.reported_as_of, action.plan.name, *sets.values(),
        action.purpose, action.issue,
    ]  # fmt: skip


def schedule(request: Request) -> Shown:
    """The bars of the schedule under the same filter, a row each."""
    chosen = found_actions(request).qs.order_by().values("pk")
    rows = Phase.objects.filter(action__in=chosen).select_related("action__lead_department")
    rows = rows.order_by("action__code", "action", "starts_on", "ends_on", "pk")
    return Shown("工程表", PHASE_HEADS, (_phase(p) for p in rows.iterator(chunk_size=CHUNK)))


def _phase(phase: Phase) -> list[Any]:
    action = phase.action
    return [
        action.code, action.title, action.lead_department.name, phase.label, phase.get_owner_display(),
        phase.starts_on, phase.ends_on, "実績" if phase.actual else "計画",
    ]  # fmt: skip


def register_all() -> None:
    register(ListExport("actions", "取組", Permission.READ, actions))
    register(ListExport("schedule", "工程表", Permission.READ, schedule))
