"""Charts that stand on a page by the hundred, written by functions: bars, meters, schedules and their tables.

Template nodes cost some ten microseconds each, and a schedule of a hundred actions has forty thousand of them. What
is drawn here is geometry from `lib.charts`; every word that people typed passes `escape`.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator

from django.utils.safestring import SafeString, mark_safe

from lib.charts import Meter, Schedule, StackedBar, Table
from lib.charts.bars import Segment
from lib.charts.frame import HalfHead, Today, YearHead
from lib.charts.schedule import Bar, Line, Marker, Progress


def escape(value: object) -> str:
    """As Django's, without asking whether the text is a lazy one."""
    return html.escape(str(value))


PATTERNS = {
    "over": 'width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" fill="#ce0000"/><rect width="2" height="6" fill="#a90000"/>',
    "todo": 'width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">'
    '<rect width="6" height="6" fill="#f1f2f6"/><rect width="1.5" height="6" fill="#949494"/>',
}


def hatches(names: Iterable[str], uid: str) -> SafeString:
    found = [f'<pattern id="{escape(uid)}-{name}" {PATTERNS[name]}</pattern>' for name in names]
    return mark_safe(f"<defs>{''.join(found)}</defs>" if found else "")


def meter(chart: Meter, title: str = "") -> SafeString:
    name = escape(f"{title} {chart.text}" if title else chart.text)
    return mark_safe(
        f'<svg class="meter" width="{chart.width}" height="{chart.height}" viewBox="0 0 {chart.width} {chart.height}" '
        f'preserveAspectRatio="none" role="img" aria-label="{name}"><title>{name}</title>'
        f'<rect width="{chart.width}" height="{chart.height}" fill="#d8dade"/>'
        f'<rect width="{chart.fill_width}" height="{chart.height}" fill="{chart.fill}"/></svg>'
    )


def stacked_bar(chart: StackedBar, title: str, uid: str, *, patterns: str | None = None) -> SafeString:
    """One bar. Of many with one `uid` the first is given the `patterns` of all (see `hatches`), the others none;
    a bar whose pattern is not on the page has the plain colour."""
    name, uid, is_own = escape(f"{title} {chart.summary}"), escape(uid), patterns is None
    first = hatches(chart.hatches, uid) if is_own else patterns
    parts = "".join(_segment(chart, s, _fill(s, uid, is_own)) for s in chart.segments)
    return mark_safe(
        f'<svg class="chart" width="{chart.width}" height="{chart.height}" viewBox="0 0 {chart.width} {chart.height}" '
        f'role="img" aria-label="{name}" text-anchor="middle" font-size="12.5" font-weight="700">\n'
        f"<title>{name}</title>\n{first}{parts}</svg>"
    )


def _fill(s: Segment, uid: str, is_own: bool) -> str:
    style = s.style
    if not style.hatch:
        return style.fill
    return f"url(#{uid}-{style.hatch})" if is_own else f"url(#{uid}-{style.hatch}) {style.fill}"


def _segment(chart: StackedBar, s: Segment, fill: str) -> str:
    style = s.style
    parts = [f'<rect x="{s.x}" y="0" width="{s.width}" height="{chart.height}" rx="2" fill="{fill}"/>\n']
    if style.stroke:
        dash = f' stroke-dasharray="{style.dash}"' if style.dash else ""
        parts.append(
            f'<rect x="{s.edge_x}" y="0.5" width="{s.edge_width}" height="{chart.edge_height}" rx="2" fill="none" '
            f'stroke="{style.stroke}"{dash}/>\n'
        )
    if s.text and style.hatch == "todo":
        parts.append(
            f'<rect x="{s.plate_x}" y="{chart.plate_y}" width="{s.plate_width}" height="16" rx="3" fill="#ffffff"/>\n'
        )
    if s.text:
        parts.append(
            f'<text x="{s.text_x}" y="{chart.baseline}" fill="{style.ink}">{s.text}</text>\n'
        )
    return "".join(parts)


def table(shown: Table, title: str) -> SafeString:
    """The same figures as a table, folded away."""
    css = ' class="num"' if shown.numeric else ""
    heads = "".join(f'<th scope="col"{css if n else ""}>{escape(h)}</th>' for n, h in enumerate(shown.heads))
    rows = "".join(
        f'<tr><th scope="row">{escape(row.label)}</th>{"".join(f"<td{css}>{_lines(c)}</td>" for c in row.cells)}</tr>\n'
        for row in shown.rows
    )
    return mark_safe(
        f'<details class="alt"><summary>数値の表で見る<span class="vh">：{escape(title)}</span></summary>\n'
        f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(title)}の表">\n<table class="tbl">\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n</details>"
    )


def _lines(cell: object) -> str:
    return escape(cell).replace("\n", "<br>")


def schedule(chart: Schedule, title: str) -> SafeString:
    """Drawing first, then the words over the today line, then the labels, which alone are read aloud."""
    name = escape(title)
    role = "group" if chart.has_links else "img"
    drawing = "".join(_drawing(chart))
    labels = "".join(map(_label, chart.lines))
    return mark_safe(
        f'<div class="scroll" tabindex="0" role="group" aria-label="{name}の図"><div class="sched">\n'
        f'<svg class="chart" width="{chart.width}" height="{chart.height}" viewBox="0 0 {chart.width} {chart.height}" '
        f'role="{role}" aria-label="{name}。{escape(chart.summary)}。表は下にあります">\n<title>{name}</title>\n'
        f'<g aria-hidden="true">\n{drawing}</g>\n{labels}</svg>\n</div></div>'
    )


def _drawing(chart: Schedule) -> Iterator[str]:
    yield from (_year(y, chart.bottom) for y in chart.years)
    yield from (_half(h, chart.bottom) for h in chart.halves)
    yield f'<text x="{chart.width}" y="45" font-size="13" text-anchor="end" fill="#4d4d4d">進捗</text>\n'
    yield _rule(chart.width, 58)
    for line in chart.lines:
        yield from _line(line, chart.width)
    if chart.today:
        yield _today(chart.today, chart)
    yield '<g font-size="12.5" font-weight="700">'
    yield from (_words(b) for line in chart.lines for b in line.bars if b.chip)
    yield "</g>\n"
    yield from (_marker(m) for line in chart.lines for m in line.markers)


def _rule(width: float, y: float) -> str:
    return f'<line x1="0" x2="{width}" y1="{y}" y2="{y}" stroke="#d8dade"/>\n'


def _year(year: YearHead, bottom: float) -> str:
    ground = "#f5f6fa" if year.is_shaded else "#ffffff"
    return (
        f'<rect x="{year.x}" y="0" width="{year.width}" height="{bottom}" fill="{ground}"/>'
        f'<text x="{year.middle}" y="20" font-size="14" font-weight="700" text-anchor="middle" fill="#1a1a1a">'
        f"{year.text}</text>\n"
    )


def _half(half: HalfHead, bottom: float) -> str:
    ink = 'font-weight="700" fill="#ce0000"' if half.is_current else 'fill="#4d4d4d"'
    return (
        f'<text x="{half.middle}" y="45" font-size="13" text-anchor="middle" {ink}>{half.text}</text>'
        f'<line x1="{half.x}" x2="{half.x}" y1="30" y2="{bottom}" stroke="#d8dade"/>\n'
    )


def _line(line: Line, width: float) -> Iterator[str]:
    yield from map(_bar, line.bars)
    if line.progress:
        yield _progress(line.progress)
    state = line.state
    yield (
        f'<text x="{width}" y="{line.percent_y}" font-size="14" font-weight="700" text-anchor="end" fill="#1a1a1a">'
        f'{escape(line.percent)}</text><text x="{width}" y="{line.state_y}" font-size="12" font-weight="700" '
        f'text-anchor="end" fill="{state.ink}">{state.mark} {escape(state.word)}</text>\n'
    )
    yield _rule(width, line.bottom)


def _bar(bar: Bar) -> str:
    place = f'x="{bar.x}" y="{bar.y}" width="{bar.width}" height="{bar.height}"'
    look = 'rx="2" fill="#4d4d4d"' if bar.is_actual else f'rx="4" fill="{bar.owner.fill}" stroke="{bar.owner.stroke}"'
    return f"<g><title>{escape(bar.title)}</title><rect {place} {look}/></g>\n"


def _progress(shown: Progress) -> str:
    def stripe(width: float, fill: str) -> str:
        return f'<rect x="{shown.x}" y="{shown.y}" width="{width}" height="4" rx="2" fill="{fill}"/>'

    return stripe(shown.track_width, "#e3e5ea") + (stripe(shown.width, shown.fill) if shown.width else "") + "\n"


def _today(today: Today, chart: Schedule) -> str:
    return (
        f'<line x1="{today.x}" x2="{today.x}" y1="54" y2="{chart.bottom}" stroke="#ce0000" stroke-width="2" '
        f'stroke-dasharray="5 3"/><rect x="{today.tag_x}" y="{chart.tag_y}" width="{today.tag_width}" height="22" '
        f'rx="4" fill="#ce0000"/><text x="{today.tag_middle}" y="{chart.tag_text_y}" font-size="12.5" '
        f'font-weight="700" text-anchor="middle" fill="#ffffff">{today.text}</text>\n'
    )


def _words(bar: Bar) -> str:
    """The label on a bar, with a piece of its ground behind it where the today line would cross it."""
    mask = (
        f'<rect x="{bar.mask_x}" y="{bar.mask_y}" width="{bar.mask_width}" height="18" fill="{bar.owner.fill}"/>'
        if bar.mask_width
        else ""
    )
    text = f'<tspan dx="6" font-weight="400">{escape(bar.text)}</tspan>' if bar.text else ""
    return (
        f'{mask}<text x="{bar.text_x}" y="{bar.text_y}" fill="{bar.owner.ink}">{bar.chip}{text}</text>\n'
    )


def _marker(mark: Marker) -> str:
    text = (
        f'<text x="{mark.text_x}" y="{mark.text_y}" font-size="12.5" text-anchor="{mark.anchor}" fill="#1a1a1a" '
        f'stroke="#ffffff" stroke-width="3" paint-order="stroke">{escape(mark.text)}</text>'
        if mark.text
        else ""
    )
    shape = f'<polygon points="{mark.points}" fill="#1a1a1a" stroke="#ffffff" stroke-width="1.5"/>'
    return f"<g><title>{escape(mark.title)}</title>{shape}{text}</g>\n"


def _label(line: Line) -> str:
    full, words = escape(line.full), escape(line.label)
    if not line.href:
        text = f'<text x="0" y="{line.label_y}" font-size="14" font-weight="700" fill="#1a1a1a">{words}</text>'
        return f"<g><title>{full}</title>{text}</g>\n"
    return (
        f'<a href="{escape(line.href)}" aria-label="{full}"><title>{full}</title><text x="0" y="{line.label_y}" '
        f'font-size="14" font-weight="700" fill="#0017c1" text-decoration="underline">{words}</text></a>\n'
    )
