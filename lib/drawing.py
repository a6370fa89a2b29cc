"""Widgets and fields as HTML, written by functions instead of templates.

A page of the portal holds up to a thousand widgets (options of selects among them). Django renders a template for
each of them and another one for its attributes; that was more than half of the time of every page with a form. The
output is that of Django's own templates, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from lib.templatetags.portal import icon

Widget = Mapping[str, Any]


def _text(value: Any) -> str:
    """What `{{ value }}` gives; a plain text goes the short way."""
    return escape(value) if type(value) is str else conditional_escape(value)


def _quoted(value: Any) -> str:
    """What `{{ value|stringformat:'s' }}` gives."""
    return value if isinstance(value, SafeString) else escape(str(value))


def attributes(attrs: Mapping[str, Any]) -> str:
    parts = []
    for name, value in attrs.items():
        if value is not False:
            parts.append(f" {_text(name)}" if value is True else f' {_text(name)}="{_quoted(value)}"')
    return "".join(parts)


def entry(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_quoted(widget["value"])}"'
    return f'<input type="{widget["type"]}" name="{_text(widget["name"])}"{value}{attributes(widget["attrs"])}>'


def entry_option(widget: Widget) -> str:
    if not widget.get("wrap_label"):
        return entry(widget)
    key = widget["attrs"].get("id")
    named = f' for="{_text(key)}"' if key else ""
    return f"<label{named}>{entry(widget)} {_text(widget['label'])}</label>"


def select(widget: Widget) -> str:
    parts = [f'<select name="{_text(widget["name"])}"{attributes(widget["attrs"])}>']
    for name, options, _ in widget["optgroups"]:
        parts.append(f'\n  <optgroup label="{_text(name)}">' if name else "")
        parts += [f"\n  {option(o)}" for o in options]
        parts.append("\n  </optgroup>" if name else "")
    return "".join([*parts, "\n</select>"])


def plain_select(
    name: str, attrs: Mapping[str, Any], choices: Iterable[tuple[Any, Any]], chosen: Sequence[str]
) -> SafeString:
    """A select of choices without groups, from their keys and labels."""
    parts = [f'<select name="{_text(name)}"{attributes(attrs)}>']
    for key, label in choices:
        marked = " selected" if str(key) in chosen else ""
        parts.append(f'\n  <option value="{_quoted(key)}"{marked}>{_text(label)}</option>')
    return mark_safe("".join([*parts, "\n</select>"]))


def option(widget: Widget) -> str:
    return f'<option value="{_quoted(widget["value"])}"{attributes(widget["attrs"])}>{_text(widget["label"])}</option>'


def several(widget: Widget) -> str:
    """Check boxes or radio buttons, one below the other."""
    key, css = widget["attrs"].get("id"), widget["attrs"].get("class")
    parts = [f"<div{_named('id', key)}{_named('class', css)}>"]
    for name, options, _ in widget["optgroups"]:
        parts.append(f"\n  <div><label>{_text(name)}</label>" if name else "")
        parts += [f"<div>\n    {entry_option(o)}</div>" for o in options]
        parts.append("\n  </div>" if name else "")
    return "".join([*parts, "\n</div>"])


def _named(name: str, value: Any) -> str:
    return f' {name}="{_text(value)}"' if value else ""


def textarea(widget: Widget) -> str:
    value = widget["value"] or ""
    return f'<textarea name="{_text(widget["name"])}"{attributes(widget["attrs"])}>\n{_text(value)}</textarea>'


def group(field: Any) -> str:
    """A bound field with its label, help, former value, conflict and errors."""
    is_box = field.widget_type == "checkbox"
    css = f"f{' bad' if field.errors else ''}{' f-check' if is_box else ''}"
    parts = [f'<div class="{css}" id="f-{field.auto_id}">', _head(field, is_box)]
    if field.help_text:  # may name what somebody typed; the lists of Django are marked as safe
        parts.append(f'<p class="was" id="{field.auto_id}_helptext">{_text(field.help_text)}</p>')
    if was := getattr(field.form, "previous", {}).get(field.name):
        parts.append(f'<p class="was">前回 {_text(was)}</p>')
    if now := getattr(field.form, "conflicts", {}).get(field.name):
        words = f"<span>いま保存されている値：{_text(now)}</span>"
        parts.append(f'<p class="err conflict">{icon("git-compare")}{words}</p>')
    return "\n".join([*parts, _errors(field), "</div>"])


def _head(field: Any, is_box: bool) -> str:
    label, required = _text(field.label), '<span class="req">必須</span>' if field.field.required else ""
    if is_box:
        return f'<label class="check">{field}{label}</label>'
    if field.use_fieldset:
        told = f' aria-describedby="{field.aria_describedby}"' if field.aria_describedby else ""
        legend = f'<legend class="label">{label}{required}</legend>'
        return f'<fieldset{told}>{legend}<div class="choices">{field}</div></fieldset>'
    return f'<label for="{field.id_for_label}">{label}{required}</label>\n{field}'


def _errors(field: Any) -> str:
    if not field.errors:
        return ""
    told = "".join(f'<li class="err">{icon("circle-alert")}<span>{_text(e)}</span></li>' for e in field.errors)
    return f'<ul class="errorlist" id="{field.auto_id}_error">{told}</ul>'


ENTRIES = ("input", "text", "number", "email", "url", "password", "hidden", "date", "datetime", "time", "checkbox")
WIDGETS: dict[str, Callable[[Widget], str]] = {
    **dict.fromkeys(ENTRIES, entry),
    "checkbox_option": entry_option, "radio_option": entry_option, "checkbox_select": several, "radio": several,
    "select": select, "select_option": option, "textarea": textarea,
}  # fmt: skip
DRAWN = {f"django/forms/widgets/{name}.html": draw for name, draw in WIDGETS.items()}
FIELD = "forms/_field.html"


def drawn(template: str, context: Mapping[str, Any]) -> SafeString | None:
    """The HTML of a template that is written here; None for all others."""
    if template == FIELD:
        return mark_safe(group(context["field"]))
    draw = DRAWN.get(template)
    return mark_safe(draw(context["widget"])) if draw else None
