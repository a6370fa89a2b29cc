"""Rows of the dashboard's tables, written by functions: as templates they took a third of its time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from dashboard.queries import BarRow
from lib import svg
from lib.templatetags.portal import state

register = template.Library()


def _bar(row: BarRow, title: str) -> str:
    return svg.stacked_bar(row.bar, title, row.uid) if row.total else '<span class="sub">取組なし</span>'


def _counted(row: BarRow, url: str, name: str) -> str:
    """Name, number and bar of an item or an element."""
    return (
        f'<tr><th scope="row"><a href="{url}">{escape(name)}</a></th><td class="num"><a href="{escape(row.url)}">'
        f'{row.total}<span class="vh">件の取組を見る</span></a></td><td class="barcell">{_bar(row, name)}</td>'
    )


@register.simple_tag(takes_context=True)
def item_rows(context: template.Context, rows: Iterable[BarRow]) -> SafeString:
    """National items; where there is something to compare with, how many actions went forward behind each."""
    base = reverse("national:item", args=["key"]).removesuffix("key/")
    forward = (context["forward"], context["forward_urls"]) if context["since"].is_readable else None
    return mark_safe("\n".join(_item(row, base, forward) for row in rows))


def _item(row: BarRow, base: str, forward: tuple[Mapping[str, int], Mapping[str, str]] | None) -> str:
    register_ = row.register
    count = '<span class="sub">—</span>'
    if register_:
        count = f"{register_.tally.done} / {register_.tally.applicable}{escape(register_.unit)}"
    past = '<span class="vh">（期日を過ぎています）</span>' if row.over else ""
    due = f'<span class="due{" over" if row.over else ""}">{escape(row.due)}{past}</span>' if row.due else "—"
    moved = f'<td class="num">{_forward(row.item.key, *forward)}</td>' if forward else ""
    head = _counted(row, f"{base}{row.item.key}/", row.item.name)
    return f'{head}<td class="nb">{count}</td><td class="nb">{due}</td>{moved}</tr>'


def _forward(key: str, counts: Mapping[str, int], urls: Mapping[str, str]) -> str:
    if not counts.get(key):
        return "±0"
    return f'<a href="{escape(urls[key])}">+{counts[key]}<span class="vh">件の前進を見る</span></a>'


@register.simple_tag
def vision_rows(rows: Iterable[BarRow]) -> SafeString:
    base = reverse("strategy:element", args=[0]).removesuffix("0/")
    return mark_safe("\n".join(f"{_counted(r, f'{base}{r.element.pk}/', r.element.title)}</tr>" for r in rows))


@register.simple_tag
def department_bars(rows: Iterable[BarRow]) -> SafeString:
    return mark_safe("\n".join(map(_department, rows)))


def _department(row: BarRow) -> str:
    bar = svg.stacked_bar(row.bar, row.department.name, row.uid)
    return (
        f'<li><a class="name" href="{escape(row.url)}">{escape(row.department.short_name)}</a>'
        f'<span class="num">{row.total}</span><span class="bar-in">{bar}</span></li>'
    )


@register.simple_tag
def late_rows(rows: Iterable[Any], threads: Mapping[int, list[str]]) -> SafeString:
    base = reverse("actions:detail", args=[0]).removesuffix("0/")
    return mark_safe("\n".join(_late(row, base, threads[row.action.pk]) for row in rows))


def _late(row: Any, base: str, thread: list[str]) -> str:
    action = row.action
    newly = '<span class="tag mark">新たな遅れ</span>' if row.newly else ""
    kind = f'<span class="tag">{escape(row.reason_kind)}</span> ' if row.reason_kind else ""
    reason = f"{kind}{escape(row.reason)}" if row.reason else '<span class="sub">理由の報告なし</span>'
    return (
        f'<tr><td><span class="stk">{state(row.state_key)}{newly}</span></td><th scope="row">'
        f'<a href="{base}{action.pk}/">{escape(action.title)}</a> <span class="sub code">{escape(action.code)}</span>'
        f'</th><td class="nb">{escape(action.lead_department.short_name)}</td><td>{reason}</td>'
        f'<td class="nb">予定{row.planned}%に対し<b>{action.percent}%</b></td>'
        f'<td class="nb{" due over" if row.state_key == "over" else ""}">{_thread(thread, action.pushes)}</td></tr>'
    )


def _thread(days: list[str], pushes: int) -> str:
    """The way of an end date, as meetings/_thread.html writes it."""
    if not pushes and len(days) < 2:
        return f'<span class="nb">{escape(days[0])}</span>'
    css = "fg-over" if pushes > 1 else "sub"
    old = "".join(f"<s>{escape(d)}</s>" for d in days[:-1])
    told = f'<span class="{css}">計画変更<b>{pushes}回</b></span>'
    return f'<span class="push-dates">{old}<span>→ <b>{escape(days[-1])}</b>　{told}</span></span>'


@register.simple_tag
def options(rows: Iterable[Any], chosen: Any, kind: str) -> SafeString:
    """What the page can be narrowed to: items by their tag and name, departments by their name."""
    picked = chosen.pk if chosen else None
    return mark_safe("".join(
        f'<option value="{row.pk}"{" selected" if row.pk == picked else ""}>'
        f"{escape(f'{row.tag}　{row.name}' if kind == 'item' else row.name)}</option>"
        for row in rows
    ))  # fmt: skip
