"""What a round's page holds by the hundred, written here: changes of the review queue, tiles and rows of replies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import chain, repeat

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from lib.templatetags.portal import icon, tagged, wareki_filter
from rounds.monitor import Tile
from rounds.sections import Change
from rounds.states import CHANGE_LABELS
from rounds.templatetags.rounds import changed_state

register = template.Library()

FROM = '<span class="vh">から</span>'


@register.simple_tag
def change_lines(changes: Iterable[Change], *, focus: bool = False) -> SafeString:
    """Changes in full; with `focus` the first one takes it, because it replaces the link that asked for them."""
    attrs = chain([' tabindex="-1" data-focus'] if focus else [], repeat(""))
    return mark_safe("\n".join(map(_change, changes, attrs)))


@register.simple_tag
def change_states(change: Change) -> SafeString:
    """Badges of the state before and after."""
    return mark_safe(_states(change, solid=False))


def _change(change: Change, attrs: str) -> str:
    title = escape(change.title)
    name = f'<a href="{escape(change.url)}">{title}</a>' if change.url else title
    code = f' <span class="sub code">{escape(change.code)}</span>' if change.code else ""
    head = f'<div class="bar">{_states(change, solid=change.kind == "newly_late")}{_marks(change)}</div>'
    pairs = "".join(_pair(*pair) for pair in change.pairs)
    return (
        f'<div class="chg"{attrs}><div>{head}<h3>{name}{code}</h3></div>\n'
        f'<dl class="ba">{pairs}{_reason(change)}</dl></div>'
    )


def _states(change: Change, *, solid: bool) -> str:
    before, after = change.state_before, change.state_after
    shown = changed_state(after, solid=solid) if after else ""
    if before and before != after:
        return f"{changed_state(before)}{icon('arrow-right', 14)}{FROM}{shown}"
    return str(shown)


def _marks(change: Change) -> str:
    label = escape(CHANGE_LABELS.get(change.kind, change.kind))
    parts = []
    if change.kind in ("newly_late", "mismatch"):
        parts.append(f'<span class="tag mark">{label}</span>')
    elif not change.state_after:
        parts.append(f'<span class="tag key">{label}</span>')
    if change.mark:
        parts.append(f'<span class="tag key">{escape(change.mark)}</span>')
    return "".join(parts)


def _pair(label: str, before: str, after: str) -> str:
    head = f"<dt>{escape(label)}</dt>"
    if not before:
        return f'{head}<dd class="span">{escape(after)}</dd>'
    arrow = f'<dd class="arr">{icon("arrow-right", 14)}{FROM}</dd>'
    return f'{head}<dd class="bef">{escape(before)}</dd>{arrow}<dd class="aft">{escape(after)}</dd>'


def _reason(change: Change) -> str:
    if not change.reason:
        return ""
    kind = f'<span class="tag">{escape(change.reason_kind)}</span> ' if change.reason_kind else ""
    return f'<dt>理由</dt><dd class="span">{kind}{escape(change.reason)}</dd>'


# ---- who has answered


@register.simple_tag
def reply_tiles(tiles: Iterable[Tile]) -> SafeString:
    """A tile for each department, a link where the reader may open its reply."""
    return mark_safe("\n".join(map(_tile, tiles)))


def _tile(tile: Tile) -> str:
    name, state = escape(str(tile.reply.department)), tile.state
    title = f'title="{name}：{state.label}"'
    body = (
        f'<span class="{state.ink}">{icon(state.icon, 13)}</span><span class="name36">{name}</span>'
        f'<span class="vh">{state.label}</span>'
    )
    if tile.url:
        return f'<li><a class="{state.tile}" href="{escape(tile.url)}" {title}>{body}</a></li>'
    return f'<li><span class="tile36 {state.tile}" {title}>{body}</span></li>'


@register.simple_tag
def reply_lines(tiles: Iterable[Tile]) -> SafeString:
    """A row of the table for each department."""
    today = timezone.localdate()
    return mark_safe("\n".join("".join(_line(tile, tile.reply.is_orphan(today))) for tile in tiles))


def _line(tile: Tile, is_orphan: bool) -> Iterator[str]:
    reply, state, name = tile.reply, tile.state, escape(str(tile.reply.department))
    yield f'<tr><th scope="row">{f"""<a href="{escape(tile.url)}">{name}</a>""" if tile.url else name}</th>'
    yield f'<td class="nb">{tagged(state.css, state.icon, state.label)}'
    yield ' <span class="tag mark">所属は廃止</span>' if is_orphan and state.key != "void" else ""
    yield ' <span class="tag key">訂正</span>' if reply.first_submitted_at else ""
    late = ' <span class="tag mark">期限後</span>' if reply.is_late else ""
    yield f'</td><td class="nb">{wareki_filter(reply.submitted_at, "short")}{late}</td>'
    yield f'<td class="nb">{wareki_filter(reply.accepted_at, "short")}</td></tr>'
