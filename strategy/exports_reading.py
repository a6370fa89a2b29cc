"""Plans beside the strategy as files: the plans, their relations, shared visions, the national plan, checklists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accounts.access import can
from accounts.roles import Permission
from exchange.lists import Head, ListExport, Named, Shown, register
from lib import listing
from lib.fold import asked
from lib.http import Request
from strategy import queries
from strategy import queries_national as national
from strategy.models import (
    Checklist,
    Edition,
    ItemMapping,
    NationalPlan,
    PersonalVision,
    Plan,
    PlanRelation,
    PriorityItem,
)
from strategy.queries_reading import relations_of
from strategy.views.visions import NEWEST

PLAN_HEADS = (
    Head("計画", "plan"), Head("団体名", "municipality"), Head("団体コード", "municipality_code"),
    Head("最初の年度", "fiscal_from", "number", "西暦の年度"), Head("最後の年度", "fiscal_to", "number", "西暦の年度"),
    Head("取組を結び付ける計画", "is_main"), Head("版", "edition"), Head("版の状態", "status"),
    Head("要素の数", "elements", note="階層：数"), Head("出典", "source"),
)  # fmt: skip
RELATION_HEADS = (
    Head("ほかの計画", "title"), Head("関係", "kind"), Head("根拠", "basis"), Head("説明", "note"),
)  # fmt: skip
VISION_HEADS = (
    Head("所属と役割", "posts", note="氏名は出しません"), Head("理想の姿", "ideal"), Head("選ぶ態度", "attitude"),
    Head("何をするか", "will_do"), Head("公開日時", "shared_at", "moment"),
)  # fmt: skip
ITEM_HEADS = (
    Head("区分", "category"), Head("番号", "number", "number"), Head("項目", "name"), Head("説明", "description"),
    Head("目標", "target"), Head("期日", "due_on", "date"), Head("期日の表記", "due_label"), Head("数え方", "measure"),
    Head("出典", "source"), Head("出典の確認", "verified"), Head("登録簿", "registers"),
)  # fmt: skip
VERSION_HEADS = (
    Head("版", "label"), Head("名称", "name"), Head("本市が従う版", "is_current"),
    Head("公表日", "published_on", "date"), Head("計画期間の始め", "period_from", "date"),
    Head("計画期間の終わり", "period_to", "date"), Head("項目の数", "items"), Head("出典", "source"),
    Head("出典を確かめた日", "as_of", "date"), Head("備考", "note"),
)  # fmt: skip
MAPPING_HEADS = (
    Head("旧版", "source_plan"), Head("旧版の項目", "source"), Head("関係", "relation"), Head("新版", "target_plan"),
    Head("新版の項目", "target"), Head("備考", "note"),
)  # fmt: skip
CHECK_HEADS = (
    Head("区分の番号", "group_number", "number"), Head("区分", "group"), Head("番号", "number", "number"),
    Head("内容", "text"), Head("状態", "state"), Head("根拠", "evidence"), Head("済んだ日", "done_on", "date"),
)  # fmt: skip
CHECKLIST_HEADS = (
    Head("点検表", "title"), Head("済んだ項目", "done", "number"), Head("項目", "total", "number"),
    Head("出典", "source"),
    Head("出典を確かめた日", "as_of", "date"),
)  # fmt: skip


def plans(request: Request) -> Shown:
    """A row an edition that the reader may see."""
    drafts = can(request.user, Permission.READ_DRAFT_STRATEGY)
    found = queries.plans_with_editions(drafts=drafts)
    return Shown("計画", PLAN_HEADS, (_edition(p, e) for p in found for e in p.shown_editions))


def _edition(plan: Plan, edition: Any) -> list[Any]:
    counts = "\n".join(f"{layer.name}：{layer.count}" for layer in edition.counted_layers)
    return [
        plan.name, plan.municipality, plan.municipality_code, plan.fiscal_from, plan.fiscal_to,
        "はい" if plan.is_main else "いいえ", edition.label, edition.get_status_display(), counts, plan.source,
    ]  # fmt: skip


def relations(request: Request, pk: int) -> Shown | None:
    """Of a plan that has an edition for this reader."""
    visible = Edition.objects.visible(drafts=can(request.user, Permission.READ_DRAFT_STRATEGY))
    plan = Plan.objects.filter(pk=pk, editions__in=visible).distinct().first()
    if plan is None:
        return None
    return Shown(f"{plan.name}とほかの計画", RELATION_HEADS, (_relation(r) for r in relations_of(plan)))


def _relation(row: PlanRelation) -> list[Any]:
    return [row.title, row.get_kind_display(), row.basis, row.note]


def visions(request: Request) -> Shown:
    wanted = asked(request.GET.get("q", ""))
    shared = PersonalVision.objects.shared().found(wanted).with_posts()
    return Shown("みんなのビジョン", VISION_HEADS, (_vision(v) for v in listing.ordered(request, shared, **NEWEST)))


def _vision(row: Any) -> list[Any]:
    posts = [f"{m.department.name if m.department else '全庁'} {m.role_label}" for m in row.user.held]
    return ["・".join(posts) or "職員", row.ideal, row.get_attitude_display(), row.will_do, row.shared_at]


def items(request: Request, pk: int) -> Shown | None:
    """A row a target; an item without one has a row of its own."""
    plan = NationalPlan.objects.filter(pk=pk).first()
    if plan is None:
        return None
    rows = plan.items.prefetch_related("targets", "registers")
    return Shown(f"{plan.name}　{plan.label}", ITEM_HEADS, (line for item in rows for line in _item(item)))


def _item(item: PriorityItem) -> Iterator[list[Any]]:
    head = [item.get_category_display(), item.number, item.name, item.description]
    registers = "、".join(r.name for r in item.registers.all())
    for target in item.targets.all():
        said = [target.statement, target.due_on, target.due_label, target.measure, target.source]
        yield [*head, *said, "確認済み" if target.verified else "未確認", registers]
    if not item.targets.all():
        yield [*head, *([None] * 5), "確認済み" if item.verified else "未確認", registers]


def current_items(request: Request) -> Shown:
    """Those of the version that the city follows, as its overview shows them."""
    plan = national.current_plan()
    found = items(request, plan.pk) if plan else None
    return found or Shown("国の計画", ITEM_HEADS, ())


def versions(request: Request) -> Shown:
    return Shown("国の計画の版", VERSION_HEADS, (_version(v) for v in national.versions()))


def _version(version: national.Version) -> list[Any]:
    plan = version.plan
    return [
        plan.label, plan.name, "はい" if plan.is_current else "いいえ", plan.published_on, plan.period_from,
        plan.period_to, "、".join(f"{c.label} {c.text}" for c in version.counts), plan.source, plan.as_of, plan.note,
    ]  # fmt: skip


def mappings(request: Request) -> Shown:
    rows = (row for table in national.mappings() for row in table.rows)
    return Shown("国の計画の項目の対応", MAPPING_HEADS, (_mapping(r) for r in rows))


def _mapping(row: ItemMapping) -> list[Any]:
    source = [row.source.plan.label, str(row.source)] if row.source else [None, None]
    return [*source, row.get_relation_display(), row.target.plan.label, str(row.target), row.note]


def checklist(request: Request, pk: int) -> Shown | None:
    found = Checklist.objects.prefetch_related("groups__items").filter(pk=pk).first()
    if found is None:
        return None
    cells = (
        [g.number, g.title, c.number, c.text, c.get_state_display(), c.evidence, c.done_on]
        for g in found.groups.all() for c in g.items.all()
    )  # fmt: skip
    return Shown(found.title, CHECK_HEADS, cells)


def checklists(request: Request) -> Shown:
    cells = (
        [v.checklist.title, v.done, v.total, v.checklist.source, v.checklist.as_of] for v in national.checklist_views()
    )
    return Shown("点検表", CHECKLIST_HEADS, cells)


def shown_plans(request: Request) -> Named:
    found = queries.plans_with_editions(drafts=can(request.user, Permission.READ_DRAFT_STRATEGY))
    return ((p.pk, p.name) for p in found)


def all_versions(request: Request) -> Named:
    return ((p.pk, f"{p.name} {p.label}") for p in NationalPlan.objects.all())


def all_checklists(request: Request) -> Named:
    return Checklist.objects.values_list("pk", "title")


def register_all() -> None:
    for key, title, shown, *objects in (
        ("plans", "計画", plans), ("visions", "みんなのビジョン", visions),
        ("national-current", "国の項目", current_items),
        ("national-versions", "国の計画の版", versions), ("mappings", "国の計画の項目の対応", mappings),
        ("checklists", "点検表", checklists), ("relations", "1つの計画とほかの計画", relations, shown_plans),
        ("national-items", "1つの版の国の項目", items, all_versions),
        ("checklist", "1つの点検表の項目", checklist, all_checklists),
    ):  # fmt: skip
        register(ListExport(key, title, Permission.READ, shown, *objects))
