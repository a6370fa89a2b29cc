"""Lists of the strategy as files: elements of an edition, indicators, registers, terms."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.access import can
from accounts.roles import Permission
from exchange.lists import Head, ListExport, Named, Shown, register
from lib import listing
from lib.fold import asked
from lib.http import Request
from strategy import queries_indicators as queries
from strategy.filters_indicators import IndicatorFilter
from strategy.models import Edition, Element, Indicator, Register, RegisterEntry
from strategy.queries_reading import terms_by_row
from strategy.views.indicators import SORTS

INDICATOR_HEADS = (
    Head("指標", "name"), Head("区分", "kind"), Head("数え方", "method"), Head("目指す向き", "direction"),
    Head("単位", "unit"), Head("基準値", "baseline"), Head("基準値の日付", "baseline_on", "date"),
    Head("最新の実績", "latest"), Head("実績の時点", "latest_on", "date"), Head("目標", "goals", note="年度：目標値"),
    Head("達成", "grade", note="終わった年度の目標に対する判定"), Head("担当", "department"),
    Head("戦略の要素", "elements"), Head("国の項目", "items"), Head("出典", "source"), Head("備考", "note"),
)  # fmt: skip
ELEMENT_HEADS = (
    Head("階層", "layer"), Head("番号", "label", note="印刷上の表記"), Head("表題", "title"), Head("説明", "body"),
    Head("上位の要素", "parent"), Head("関連する要素", "linked"),
    Head("系譜番号", "lineage", note="版をまたいで同じ要素を指す番号"),
)  # fmt: skip
REGISTER_HEADS = (
    Head("番号", "number", "number"), Head("分野", "group"), Head("名称", "name"), Head("該当", "applicable"),
    Head("対象外の理由", "reason"), Head("受付の方法", "channel"), Head("状態", "state"),
    Head("完了の見込み", "due_on", "date"), Head("完了日", "done_on", "date"), Head("所管", "department"),
    Head("システム・事業者", "system_name"), Head("年間件数", "volume", "number"),
    Head("うちオンライン", "online_volume", "number"), Head("件数の年度", "volume_year", "number", "西暦の年度"),
)  # fmt: skip
TERM_HEADS = (Head("用語", "term"), Head("よみ", "reading"), Head("別の書き方", "aliases"), Head("説明", "explanation"))


def indicators(request: Request) -> Shown:
    found = IndicatorFilter(request.GET, queryset=Indicator.objects.all(), request=request)
    every = queries.readings(found.qs, timezone.localdate())
    grade = found.grade_asked
    by_pk = {r.indicator.pk: r for r in every if not grade or r.grade.key == grade}
    rows = Indicator.objects.filter(pk__in=by_pk).prefetch_related("elements", "items")
    ordered = listing.ordered(request, rows, sorts=SORTS, default="department")
    return Shown("指標", INDICATOR_HEADS, (_indicator(by_pk[i.pk], i) for i in ordered))


def _indicator(reading: queries.Reading, linked: Indicator) -> list[Any]:
    indicator, latest = reading.indicator, reading.latest
    goals = "\n".join(f"{year}：{goal}" for year, goal in reading.goals)
    return [
        indicator.name, indicator.get_kind_display(), indicator.get_method_display(),
        indicator.get_direction_display(), indicator.unit, reading.baseline, indicator.baseline_on,
        reading.latest_said, latest.as_of if latest else None, goals, reading.grade.label, indicator.department.name,
        "\n".join(map(str, linked.elements.all())), "\n".join(map(str, linked.items.all())), indicator.source,
        indicator.note,
    ]  # fmt: skip


def elements(request: Request, pk: int) -> Shown | None:
    editions = Edition.objects.visible(drafts=can(request.user, Permission.READ_DRAFT_STRATEGY))
    edition = editions.filter(pk=pk).select_related("plan").first()
    if edition is None:
        return None
    rows = edition.elements.select_related("layer", "parent").prefetch_related("linked")
    return Shown(f"{edition}", ELEMENT_HEADS, (_element(e) for e in rows.order_by("layer__order", "order", "pk")))


def _element(element: Element) -> list[Any]:
    linked = "\n".join(map(str, element.linked.all()))
    parent = str(element.parent) if element.parent else None
    return [element.layer.name, element.label, element.title, element.body, parent, linked, str(element.lineage)]


def entries(request: Request, pk: int) -> Shown | None:
    found = Register.objects.filter(pk=pk).first()
    if found is None:
        return None
    rows = found.entries.select_related("department").order_by("number", "pk")
    return Shown(found.name, REGISTER_HEADS, (_entry(e) for e in rows))


def _entry(entry: RegisterEntry) -> list[Any]:
    return [
        entry.number, entry.group, entry.name, entry.get_applicable_display(), entry.reason,
        entry.get_channel_display(), entry.get_state_display(), entry.due_on, entry.done_on,
        entry.department.name if entry.department else None, entry.system_name, entry.volume, entry.online_volume,
        entry.volume_year,
    ]  # fmt: skip


def terms(request: Request) -> Shown:
    found = terms_by_row(asked(request.GET.get("q", "")))
    cells = ([t.term, t.reading, "、".join(t.aliases), t.explanation] for _, rows in found for t in rows)
    return Shown("用語", TERM_HEADS, cells)


def editions(request: Request) -> Named:
    rows = Edition.objects.visible(drafts=can(request.user, Permission.READ_DRAFT_STRATEGY)).select_related("plan")
    return ((e.pk, str(e)) for e in rows)


def all_registers(request: Request) -> Named:
    return Register.objects.values_list("pk", "name")


def register_all() -> None:
    register(ListExport("indicators", "指標", Permission.READ, indicators))
    register(ListExport("terms", "用語", Permission.READ, terms))
    register(ListExport("elements", "1つの版の要素", Permission.READ, elements, editions))
    register(ListExport("registers", "1つの登録簿", Permission.READ, entries, all_registers))
