"""The axes of a reply's page, written here: pieces that stand on it by the dozen, also exchanged one by one."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django import template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from lib.templatetags.portal import icon, moment
from maturity.panels import Choice, Panel

register = template.Library()

REASON_REQUIRED = '<span class="req">該当しないときは必須</span>'
# Fields below the levels, as wide as the look has them; the box of 該当しない stands between them.
BUTTONS = (
    f'<div class="bar"><button class="btn small">{icon("save")}保存</button>'
    '<button class="btn bare small" name="clear" value="1">選択を消す</button></div>'
)


@register.simple_tag(takes_context=True)
def axis_panels(context: template.Context, panels: Iterable[Panel]) -> SafeString:
    """Axes with their form where the reader may answer, else as text."""
    key = context.get("csrf_token")
    token = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', key) if key else ""
    return mark_safe("\n".join(_panel(panel, token) for panel in panels))


@register.simple_tag(takes_context=True)
def axis_panel(context: template.Context, panel: Panel) -> SafeString:
    """One of them."""
    return axis_panels(context, [panel])


@register.simple_tag
def axis_tab(panel: Panel, *, oob: bool = False) -> SafeString:
    """The axis in the tabs above, with its answer in short."""
    if panel.score.is_answered:
        mark, word = icon("circle-check"), f'<b>{escape(panel.word)}</b><span class="vh">回答済み</span>'
    else:
        mark, word = icon("circle-dot"), '<span class="vh">未回答</span>'
    name = escape(str(panel.axis))
    return mark_safe(f'<span class="axis-tab" id="{panel.id}-tab"{_oob(oob)}>{mark}{name}{word}</span>')


@register.simple_tag
def axis_tags(panel: Panel, choice: Choice, *, oob: bool = False) -> SafeString:
    """What is remarkable about a level: chosen now, chosen last time, the goal."""
    change = f"　{escape(choice.change)}" if choice.change else ""
    tags = [("key chosen", f"今回の選択{change}"), ("", escape(choice.was)), ("", escape(choice.checked))]
    tags.append(("mark", escape(choice.goal)))
    shown = "".join(f'<span class="{f"tag {css}".strip()}">{words}</span>' for css, words in tags if words)
    return mark_safe(f'<span class="tags" id="{panel.id}-tags-{choice.number}"{_oob(oob)}>{shown}</span>')


@register.simple_tag
def axis_notes(field: BoundField, note: str, *, oob: bool = False) -> SafeString:
    """The place below a field where its errors stand."""
    parts = []
    if now := field.form.conflicts.get(field.name):
        words = f"<span>いま保存されている値：{escape(now)}</span>"
        parts.append(f'<p class="err conflict">{icon("git-compare")}{words}</p>')
    parts += [f'<p class="err">{icon("circle-alert")}<span>{escape(str(e))}</span></p>' for e in field.errors]
    return mark_safe(f'<div class="axis-notes" id="{note}"{_oob(oob)}>{"".join(parts)}</div>')


@register.simple_tag
def axis_feedback(panel: Panel) -> SafeString:
    """Whether the axis is stored, or why not."""
    head = f'<div class="axis-feedback" id="{panel.id}-feedback" role="status">'
    return mark_safe(f"{head}{_refused(panel) if panel.form.errors else _stored(panel)}</div>")


def _refused(panel: Panel) -> str:
    told = [f"{escape(str(e))} " for e in panel.form.non_field_errors()] or ["まだ保存していません。"]
    wrong = [(field, control) for field, _, control in panel.form.noted if field.errors]
    links = [f'<a href="#{control}">{escape(str(field.label))}</a> ' for field, control in wrong]
    words = "".join([*told, *links])
    return f'<span class="err" role="alert">{icon("circle-alert")}<span>{words}</span></span>'


def _stored(panel: Panel) -> str:
    if not panel.saved:
        return '<span class="sub">まだ保存していません</span>'
    day = moment(panel.score.updated_at)
    saved = f'<span class="saved">{icon("check")}保存済み <span class="num">{day}</span></span>'
    return saved if panel.score.is_answered else f'{saved} <span class="sub">レベルはまだ選んでいません</span>'


def _oob(oob: bool) -> str:
    return ' hx-swap-oob="true"' if oob else ""


def _panel(panel: Panel, token: str) -> str:
    name, about = escape(str(panel.axis)), escape(panel.axis.description)
    head = f'<div class="bar axis-head"><h3 id="{panel.id}-title">{name}</h3><p class="sub">{about}</p></div>'
    body = _form(panel, token) if panel.editable else render_to_string("maturity/_axis_read.html", {"panel": panel})
    return f'<section class="axis" id="{panel.id}" aria-labelledby="{panel.id}-title">\n{head}\n{body}\n</section>'


def _form(panel: Panel, token: str) -> str:
    form, key, name = panel.form, panel.id, escape(str(panel.axis))
    levels = "".join(_level(panel, choice) for choice in panel.choices)
    return (
        f'<form method="post" action="{panel.url}" hx-post="{panel.url}" hx-trigger="change, submit"'
        f' hx-target="#{key}-feedback" hx-swap="outerHTML" hx-sync="this:queue last" novalidate>'
        f"{token}{form['version']}\n"
        f'<fieldset aria-describedby="{key}-level-note"><legend class="vh">{name}のレベル</legend>\n'
        f'<div class="levels">{levels}</div>\n</fieldset>\n{axis_notes(form["level"], f"{key}-level-note")}\n'
        f'<div class="cols mt axis-fields">{_fields(panel)}\n'
        f'<div class="axis-end w5">{axis_feedback(panel)}{BUTTONS}</div>\n</div>\n</form>'
    )


def _level(panel: Panel, choice: Choice) -> str:
    number, chosen = choice.number, " checked" if choice.chosen else ""
    box = f'<input type="radio" name="level" value="{number}" id="{panel.id}-level-{number}"{chosen}>'
    text = escape(choice.descriptor)
    return (
        f'<label class="level"><span class="n">{box}レベル {number}</span><span>{text}</span>'
        f"{axis_tags(panel, choice)}</label>"
    )


def _fields(panel: Panel) -> str:
    form, last = panel.form, panel.previous
    evidence = f"前回：{escape(last.evidence)}" if last and last.evidence else ""
    confidence = f"前回 {escape(last.get_confidence_display())}" if last and last.confidence else ""
    skip = form["not_applicable"]
    box = f'<label class="check">{skip}{skip.label}</label>{_below(panel, skip)}'
    return (
        f"{_field(panel, 'evidence', 'w7', was=evidence)}{_field(panel, 'confidence', 'w3', was=confidence)}"
        f'<div class="axis-skip w2">{box}</div>'
        f"{_field(panel, 'not_applicable_reason', 'w12 axis-reason', more=REASON_REQUIRED)}"
        f"{_field(panel, 'target_level', 'w3')}{_field(panel, 'target_on', 'w4')}"
    )


def _field(panel: Panel, name: str, css: str, *, was: str = "", more: str = "") -> str:
    field = panel.form[name]
    before = f'<p class="was">{was}</p>' if was else ""
    label = f'<label for="{field.id_for_label}">{field.label}{more}</label>'
    return f'\n<div class="f {css}">{label}{field}{before}{_below(panel, field)}</div>'


def _below(panel: Panel, field: BoundField) -> str:
    return axis_notes(field, f"{panel.id}-{field.name}-note")
