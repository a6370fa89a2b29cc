"""Template tags of the look: icons, state badges, dates in 和暦."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from lib import addresses, fiscal, fold, icons, markup, wareki
from lib.states import STATES, State

register = template.Library()
register.tag("url", addresses.tag)


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, size: int = 16, width: str = "2.25") -> SafeString:
    """Inline SVG of a lucide icon, hidden from assistive technology: a word stands beside it."""
    measures = {"width": str(size), "height": str(size), "stroke-width": width, "aria-hidden": "true"}
    return mark_safe(icons.svg(name, **measures))


@register.simple_tag
def asset(name: str) -> str:
    """Address of a file of static/: forty of them stand on every page, and none changes while the process lives."""
    return _asset(name, get_script_prefix())


@lru_cache(maxsize=256)
def _asset(name: str, prefix: str) -> str:
    return static(name)


@register.simple_tag
def style_sheets(names: Iterable[str]) -> SafeString:
    """A link to each style sheet."""
    return _links(tuple(names), get_script_prefix())


@lru_cache(maxsize=8)
def _links(names: tuple[str, ...], prefix: str) -> SafeString:
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', ((_asset(name, prefix),) for name in names))


@register.simple_tag
def state(key: str, *, solid: bool = False, label: str = "") -> SafeString:
    """Badge of a state: icon, word and colour together."""
    return badge(STATES[key], solid=solid, label=label)


@lru_cache(maxsize=512)
def badge(shown: State, *, solid: bool = False, label: str = "") -> SafeString:
    return format_html(
        '<span class="st {}{}">{}{}</span>',
        shown.css, " solid" if solid else "", icon(shown.icon, 14), label or shown.label,
    )  # fmt: skip


@register.simple_tag
@lru_cache(maxsize=512)
def tagged(css: str, icon_name: str, label: str) -> SafeString:
    """Badge in a state's colours with its own icon and word, e.g. of a reply."""
    return format_html('<span class="st {}">{}{}</span>', css, icon(icon_name, 14), label)


def _day(value: Any) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value if isinstance(value, dt.date) else None


@register.filter(name="wareki")
def wareki_filter(value: Any, style: str = "long") -> str:
    """`{{ day|wareki:"short" }}`; a moment is shown as its date in local time."""
    day = _day(value)
    return wareki.format_date(day, style) if day else ""


@register.filter
def moment(value: Any) -> str:
    """A date and time: 令和8年11月12日 16:40."""
    if not isinstance(value, dt.datetime):
        return ""
    local = timezone.localtime(value)
    return f"{wareki.format_date(local.date(), 'long')} {local:%H:%M}"


@register.filter
def half(value: Any) -> str:
    """The half-year of a date: R8上期."""
    day = _day(value)
    return fiscal.half_of(day).short_label if day else ""


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """Look up a key that the template computed."""
    return mapping.get(key) if hasattr(mapping, "get") else None


@register.filter
def signed(value: Any) -> str:
    """+3, −2 or ±0, with a true minus sign."""
    if value is None:
        return "—"
    if not value:
        return "±0"
    return f"+{value}" if value > 0 else f"−{abs(value)}"


@register.filter
def field(form: Any, name: str) -> Any:
    """The bound field of that name."""
    return form[name]


@register.filter(name="markup")
def markup_filter(text: str) -> SafeString:
    """A longer text with its paragraphs, lists, emphasis and links."""
    return mark_safe(markup.render(text or ""))


@register.filter
def unmarked(text: str) -> str:
    """The words of a longer text on one line, for lists."""
    return markup.plain(text or "")


@register.simple_tag(takes_context=True)
def prose(context: template.Context, text: str) -> SafeString:
    """A longer text with hints at the terms of the page's `glossary`, where the page has one."""
    shown, glossary = markup.render(text or ""), context.get("glossary")
    return mark_safe(glossary.hint(shown) if glossary else shown)


@register.simple_tag
def marked(text: str, wanted: str) -> SafeString:
    """`text` with every part that matches `wanted` (width, case and kana aside) in <mark>."""
    pieces = fold.split(str(text), wanted)
    return format_html_join("", "{}", ((format_html("<mark>{}</mark>", p) if m else p,) for p, m in pieces))


FILES = (
    ("xlsx", "Excel（.xlsx）", "file-spreadsheet"), ("csv", "CSV（UTF-8）", "file-text"),
    ("sjis", "CSV（Shift_JIS）", "file-text"), ("long", "機械判読用（ZIP）", "file-archive"),
)  # fmt: skip


@register.simple_tag(takes_context=True)
def export(context: template.Context, key: str, pk: int | None = None) -> SafeString:
    """The menu that takes a list along as a file, with the filter and the order that the page has now.

    Stands inside the region that a filter swaps, or the links would keep the filter before.
    """
    params = context["request"].GET.copy()
    params.pop("page", None)
    query = escape(f"?{params.urlencode()}") if params else ""
    route, about = ("exchange:list", [key]) if pk is None else ("exchange:object_list", [key, pk])
    head = reverse(route, args=[*about, FILES[0][0]]).removesuffix(f"{FILES[0][0]}/")
    links = "\n".join(
        f'<li><a href="{head}{kind}/{query}" download>{icon(icon_name)}{words}</a></li>'
        for kind, words, icon_name in FILES
    )
    return mark_safe(
        f'<details class="menu export"><summary class="btn small">{icon("download")}書き出す{icon("chevron-down", 14)}'
        f'</summary><ul class="menu-list">\n{links}\n</ul></details>'
    )
