"""The long tables of an action's page, written here: reports, and what the ledger keeps."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from actions.queries_detail import Report
from actions.queries_history import Line
from actions.templatetags.actions import field_word, listed
from lib.templatetags.portal import moment, wareki_filter

register = template.Library()


@register.simple_tag
def report_rows(reports: Iterable[Report]) -> SafeString:
    """A row for each official report."""
    return mark_safe("\n".join(map(_report, reports)))


def _report(report: Report) -> str:
    done = f'{_tag("変更なし") if report.no_change else ""}<span class="prose">{escape(report.done)}</span>'
    reason = f'{_tag(report.reason_word) if report.reason_kind else ""}{escape(report.reason)}'
    source = escape(report.round) if report.reply and report.round else '<span class="tag key">随時報告</span>'
    reporter = f"　{escape(report.reporter)}" if report.reporter else ""
    accepted = f'<span class="sub">{wareki_filter(report.accepted_at, "short")}受理{reporter}</span>'
    return (
        f'<tr><th scope="row" class="nb">{wareki_filter(report.as_of, "short")}</th>'
        f'<td class="nb">{report.lifecycle_word}</td><td class="num">{report.percent}%</td>'
        f'<td class="nb">{escape(report.grade or "—")}</td><td>{done}</td><td>{reason}</td>'
        f'<td><span class="nb">{source}</span><br>{accepted}</td></tr>'
    )


def _tag(words: str) -> str:
    return f'<span class="tag">{escape(words)}</span> '


@register.simple_tag
def history_rows(lines: Iterable[Line]) -> SafeString:
    """A row for each entry of the ledger, its changed fields folded away."""
    return mark_safe("\n".join(map(_line, lines)))


def _line(line: Line) -> str:
    note = f'<p class="sub">{escape(line.note)}</p>' if line.note else ""
    return (
        f'<tr><td class="nb">{moment(line.at)}</td><td>{escape(line.actor)}</td><td class="nb">'
        f"{escape(line.act_label)}</td><td>{escape(line.label)}</td><td>{_changes(line.changes)}{note}</td></tr>"
    )


def _changes(changes: dict[str, list[Any]]) -> str:
    if not changes:
        return ""
    pairs = "".join(_pair(name, was, now) for name, (was, now, *_) in changes.items())
    return f'<details class="alt"><summary>{len(changes)}項目</summary><dl class="pair">{pairs}</dl></details>'


def _pair(name: str, was: Any, now: Any) -> str:
    return (
        f'<dt>{escape(field_word(name))}</dt><dd><del class="dm">{escape(listed(was))}</del> → '
        f'<ins class="dm">{escape(listed(now))}</ins></dd>'
    )
