"""Radar, trend and legend, drawn as `lib.svg` draws: a template took a millisecond for each of them."""

from __future__ import annotations

from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from lib.charts import Legend, Radar, Trend
from lib.svg import hatches


def _dashed(dash: str) -> str:
    return f' stroke-dasharray="{dash}"' if dash else ""


def _text(value: Any) -> str:
    return escape(str(value))


def legend(chart: Legend, uid: str) -> SafeString:
    """Swatches with words; the first holds the patterns of all."""
    entries = enumerate(style for _, style in chart.entries)
    swatches = "\n".join(_swatch(style, str(uid), () if n else chart.hatches) for n, style in entries)
    return mark_safe(f'<div class="legend">\n{swatches}\n</div>')


def _swatch(style: Any, uid: str, patterns: Any) -> str:
    fill = f"url(#{escape(uid)}-{style.hatch})" if style.hatch else style.fill
    line = f'fill="none" stroke="{style.stroke}"{_dashed(style.dash)}'
    edge = f'<rect x="0.5" y="0.5" width="13" height="13" rx="3" {line}/>' if style.stroke else ""
    return (
        f'<span><svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">{hatches(patterns, uid)}'
        f'<rect width="14" height="14" rx="3" fill="{fill}"/>{edge}</svg>{escape(style.word)}</span>'
    )


def _opening(chart: Radar | Trend, label: str, title: str) -> str:
    return (
        f'<svg class="chart" width="{chart.width}" height="{chart.height}" viewBox="0 0 {chart.width} {chart.height}" '
        f'role="img" aria-label="{label}">\n<title>{title}</title>\n'
    )


def radar(chart: Radar, title: str) -> SafeString:
    name = _text(title)
    parts = [_opening(chart, f"{name}。{_text(chart.summary)}。値は下の表にあります", name)]
    parts += [_ring(ring, n == len(chart.rings)) for n, ring in enumerate(chart.rings, 1)]
    cx, cy = chart.center
    parts += [f'<line x1="{cx}" y1="{cy}" x2="{x}" y2="{y}" stroke="#d8dade"/>\n' for x, y in chart.spokes]
    parts += [part for shape in chart.shapes for part in _shape(shape)]
    parts += [
        f'<text x="{x}" y="{y}" font-size="11" fill="#4d4d4d">{_text(text)}</text>\n'
        for x, y, text in chart.ring_labels
    ]
    parts += [*map(_label, chart.labels), *map(_mark, chart.legend), "</svg>"]
    return mark_safe("".join(parts))


def _ring(points: str, is_last: bool) -> str:
    return f'<polygon points="{points}" fill="none" stroke="{"#949494" if is_last else "#d8dade"}"/>\n'


def _shape(shape: Any) -> list[str]:
    style, parts = shape.style, []
    if shape.path:
        filled = shape.closed and style.filled
        fill = 'fill="#4979f5" fill-opacity="0.2"' if filled else 'fill="none"'
        parts.append(
            f'<path d="{shape.path}" {fill} stroke="{style.stroke}" stroke-width="{style.width}" '
            f'stroke-linejoin="round"{_dashed(style.dash)}/>\n'
        )
    dot = f'r="4" fill="{style.stroke}" stroke="#ffffff" stroke-width="1.5"'
    return parts + [f'<circle cx="{x}" cy="{y}" {dot}/>\n' for x, y in shape.dots]


def _label(label: Any) -> str:
    value = f' <tspan font-size="16" font-weight="700">{_text(label.value)}</tspan>' if label.inline else ""
    place = f'text-anchor="{label.anchor}" fill="#1a1a1a"'
    lines = "".join(
        f'<text x="{label.x}" y="{y}" font-size="14" {place}>{_text(text)}{value}</text>' for y, text in label.lines
    )
    below = (
        f'<text x="{label.x}" y="{label.value_y}" font-size="16" font-weight="700" {place}>{_text(label.value)}</text>'
    )
    return f"<g><title>{_text(label.full)} {_text(label.value)}</title>{lines}{'' if label.inline else below}</g>\n"


def _mark(mark: Any) -> str:
    return (
        f'<line x1="{mark.x}" x2="{mark.end}" y1="{mark.y}" y2="{mark.y}" stroke="{mark.style.stroke}" '
        f'stroke-width="2.75"{_dashed(mark.style.dash)}/><text x="{mark.text_x}" y="{mark.text_y}" font-size="13" '
        f'fill="#1a1a1a">{_text(mark.label)}</text>\n'
    )


def trend(chart: Trend, title: str, wide: Trend | None = None) -> SafeString:
    """The course in its frame. `wide` is the same one laid out for a wide screen: style sheets show one of the two, as
    a drawing that is only stretched would have huge words on the one screen or tiny ones on the other."""
    name = _text(title)
    drawn = f'<div class="trend">\n{_course(chart, name)}</div>'
    if wide:
        drawn += f'<div class="trend wide">\n{_course(wide, name)}</div>'
    return mark_safe(f'<div class="scroll" tabindex="0" role="group" aria-label="{name}の図">{drawn}</div>')


def _course(chart: Trend, name: str) -> str:
    parts = [_opening(chart, f"{name}。直近の値は{_text(chart.summary)}。値は下の表にあります", name)]
    parts += [_level(chart, tick, not n) for n, tick in enumerate(chart.y_ticks)]
    parts += [
        f'<text x="{tick.at}" y="{chart.period_y}" font-size="12" text-anchor="middle" fill="#4d4d4d">'
        f"{_text(tick.text)}</text>\n"
        for tick in chart.x_ticks
    ]
    parts += [part for line in chart.lines for part in _line(line, chart.unit)]
    parts += [
        f'<text x="{line.end_x}" y="{line.text_y}" font-size="13" font-weight="700" fill="{line.style.ink}">'
        f"{_text(line.end_text)} {_text(line.end_value)}</text>\n"
        for line in chart.lines
    ]
    return "".join([*parts, "</svg>\n"])


def _level(chart: Trend, tick: Any, is_first: bool) -> str:
    return (
        f'<line x1="{chart.left}" x2="{chart.right}" y1="{tick.at}" y2="{tick.at}" '
        f'stroke="{"#949494" if is_first else "#d8dade"}"/><text x="{chart.tick_x}" y="{tick.text_y}" font-size="12" '
        f'text-anchor="end" fill="#4d4d4d">{_text(tick.text)}</text>\n'
    )


def _line(line: Any, unit: str) -> list[str]:
    stroke = line.style.stroke
    parts = [
        f'<path d="{line.path}" fill="none" stroke="{stroke}" stroke-width="2.25" stroke-linejoin="round"'
        f"{_dashed(line.style.dash)}/>\n"
    ]
    if line.leader:
        parts.append(f'<path d="{line.leader}" fill="none" stroke="{stroke}" stroke-width="1"/>\n')
    return parts + [
        f'<circle cx="{dot.x}" cy="{dot.y}" r="3.75" fill="{stroke}" stroke="#ffffff" stroke-width="1.5">'
        f"<title>{_text(dot.title)}{_text(unit)}</title></circle>\n"
        for dot in line.dots
    ]
