"""Colours drawn as presentation attributes in charts, and the contrast they must keep.

The stylesheet cannot colour them: PDF renderers read attributes only. Values are tokens of the Digital Agency design
system and equal those of the stylesheet; axe cannot judge text in SVG, so the pairs below are unit-tested.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PALETTE: Final = MappingProxyType(
    {
        # ink and ground
        "ink": "#1a1a1a",
        "ink-2": "#4d4d4d",
        "ink-on": "#ffffff",
        "surface": "#ffffff",
        "bg": "#f5f6fa",
        "sunken": "#f1f2f6",
        "line": "#d8dade",
        "track": "#d8dade",
        "track-thin": "#e3e5ea",
        "edge": "#949494",
        "field": "#767676",
        # the one accent
        "key": "#0017c1",
        "key-deep": "#000071",
        "key-soft": "#e8f1fe",
        "key-tint": "#c5d7fb",
        "key-line": "#9db7f9",
        "key-mid": "#4979f5",
        # states: fill of a bar, and ink of a word on the surface
        "done": "#197a4b",
        "run": "#0066be",
        "late-fill": "#c74700",
        "late": "#ac3e00",
        "over": "#ce0000",
        "over-deep": "#a90000",
        "todo": "#595959",
        "stop": "#767676",
        # further lines of a trend
        "purple": "#8843e1",
        "purple-ink": "#5109ad",
        "teal": "#008299",
        "teal-ink": "#006f83",
        "brown": "#8c5000",
    }
)

# Steps of a heat map from nothing to full marks: (ground, text).
HEAT: Final = (
    ("#e8f1fe", "#1a1a1a"),
    ("#c5d7fb", "#1a1a1a"),
    ("#7096f8", "#1a1a1a"),
    ("#264af4", "#ffffff"),
    ("#0017c1", "#ffffff"),
    ("#000071", "#ffffff"),
)

TEXT_RATIO: Final = 4.5  # WCAG 2.2, 1.4.3
GRAPHIC_RATIO: Final = 3.0  # WCAG 2.2, 1.4.11

# (text, ground) as drawn by the chart templates.
TEXT_PAIRS: Final = (
    *((PALETTE["ink-on"], PALETTE[k]) for k in ("done", "run", "late-fill", "over", "over-deep", "stop", "key")),
    *((PALETTE["ink"], PALETTE[k]) for k in ("surface", "bg", "sunken", "key-tint", "key-line")),
    *((PALETTE["ink-2"], PALETTE[k]) for k in ("surface", "bg")),
    *(
        (PALETTE[k], PALETTE["surface"])
        for k in (
            "key",
            "done",
            "run",
            "late",
            "over",
            "todo",
            "purple-ink",
            "teal-ink",
            "brown",
        )
    ),
    (PALETTE["over"], PALETTE["bg"]),
    *((text, ground) for ground, text in HEAT),
)

# (mark, ground) for shapes that carry meaning. Hairlines of a grid carry none.
GRAPHIC_PAIRS: Final = (
    *(
        (PALETTE[mark], PALETTE["surface"])
        for mark in (
            *("done", "run", "late-fill", "over", "stop", "edge", "field"),
            *("key", "key-mid", "purple", "teal", "brown"),
        )
    ),
    *((PALETTE[mark], PALETTE["track"]) for mark in ("done", "run", "late-fill", "over", "field")),
    *((PALETTE[mark], PALETTE["track-thin"]) for mark in ("done", "run", "late-fill", "over", "field")),
    *((PALETTE[mark], PALETTE["key-soft"]) for mark in ("done", "run", "late-fill", "over", "field")),
)


def luminance(colour: str) -> float:
    """Return the relative luminance (0 black to 1 white) of a colour written #rrggbb, after WCAG 2.2."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 (none) to 21 (black on white), after WCAG 2.2."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
