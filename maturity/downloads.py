"""Charts as files for slides: an SVG that stands alone, with its title, a white ground and fonts to fall back on."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

FONTS = "'BIZ UDPGothic','Yu Gothic UI','Yu Gothic',Meiryo,'Hiragino Sans','Noto Sans JP','Noto Sans CJK JP',sans-serif"
MARGIN, HEAD, FOOT, CHAR = 24, 68, 34, 16


def chart_file(template: str, chart: Any, *, title: str, note: str) -> str:
    """Return the file of a chart that a template of charts/ draws for the page; `note` says below what it counts."""
    page = render_to_string(template, {"chart": chart, "title": title, "uid": "file"})
    start, end = page.index("<svg"), page.index("</svg>") + len("</svg>")
    return _file(page[start:end], chart.width, chart.height, title, note)


def drawing_file(drawing: Any, *, title: str, note: str) -> str:
    """Return the file of a drawing made for it."""
    return _file(render_to_string("maturity/svg/drawing.svg", {"chart": drawing}), drawing.width, drawing.height,
                 title, note)  # fmt: skip


def _file(inner: str, width: float, height: float, title: str, note: str) -> str:
    full = max(width, len(title) * CHAR, len(note) * 12) + 2 * MARGIN
    context = {
        "inner": inner, "title": title, "note": note, "fonts": FONTS, "width": full, "left": (full - width) / 2,
        "height": height + HEAD + FOOT, "head": HEAD, "margin": MARGIN, "note_y": height + HEAD + 20,
    }  # fmt: skip
    return render_to_string("maturity/svg/file.svg", context)
