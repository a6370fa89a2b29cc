"""Contrast of the chart colours, which no browser checker sees."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lib.charts.bars import CHANNEL_STYLES, STATE_STYLES
from lib.charts.phases import OWNERS
from lib.charts.radar import RADAR_STYLES
from lib.charts.schedule import STATE_WORDS
from lib.charts.trend import COLOURS
from lib.palette import GRAPHIC_PAIRS, GRAPHIC_RATIO, HEAT, PALETTE, TEXT_PAIRS, TEXT_RATIO, contrast, luminance

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates" / "charts").glob("*.html"))
HEX = re.compile(r"#[0-9a-fA-F]{6}\b")
WHITE = PALETTE["surface"]


def test_contrast_follows_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == 1
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert contrast("#0017c1", "#ffffff") == contrast("#ffffff", "#0017c1")
    assert luminance("#ff0000") == pytest.approx(0.2126)


@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_is_readable_on_its_ground(text: str, ground: str) -> None:
    assert contrast(text, ground) >= TEXT_RATIO


@pytest.mark.parametrize(("mark", "ground"), GRAPHIC_PAIRS)
def test_shapes_stand_out_from_their_ground(mark: str, ground: str) -> None:
    assert contrast(mark, ground) >= GRAPHIC_RATIO


@pytest.mark.parametrize("style", [*STATE_STYLES.values(), *CHANNEL_STYLES.values()])
def test_counts_are_readable_and_segments_have_a_visible_edge(style) -> None:
    ground = WHITE if style.hatch == "todo" else style.fill
    assert contrast(style.ink, ground) >= TEXT_RATIO
    assert contrast(style.stroke or style.fill, WHITE) >= GRAPHIC_RATIO


@pytest.mark.parametrize("owner", OWNERS.values())
def test_phases_are_readable_and_have_a_visible_edge(owner) -> None:
    assert contrast(owner.ink, owner.fill) >= TEXT_RATIO
    assert contrast(owner.stroke, PALETTE["bg"]) >= GRAPHIC_RATIO


def test_lines_and_their_words() -> None:
    for style in RADAR_STYLES.values():
        assert contrast(style.stroke, WHITE) >= GRAPHIC_RATIO
    for stroke, ink in COLOURS:
        assert contrast(PALETTE[stroke], WHITE) >= GRAPHIC_RATIO
        assert contrast(PALETTE[ink], WHITE) >= TEXT_RATIO
    for word in STATE_WORDS.values():
        assert contrast(word.ink, WHITE) >= TEXT_RATIO
        assert contrast(word.fill, PALETTE["track-thin"]) >= GRAPHIC_RATIO


def test_heat_steps_grow_darker() -> None:
    shades = [luminance(ground) for ground, _ in HEAT]
    assert shades == sorted(shades, reverse=True)
    assert len(set(shades)) == 6


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_use_only_colours_of_the_palette(template: Path) -> None:
    assert set(HEX.findall(template.read_text())) <= set(PALETTE.values())


def test_the_palette_equals_the_stylesheet() -> None:
    css = (ROOT / "static" / "css" / "tokens.css").read_text()
    tokens = {name: _long(value) for name, value in re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6});", css)}
    shared = tokens.keys() & PALETTE.keys()
    assert {"ink", "key", "done", "run", "late", "over", "todo", "line"} <= shared
    assert {name: PALETTE[name] for name in shared} == {name: tokens[name] for name in shared}


def _long(value: str) -> str:
    return "#" + "".join(c * 2 for c in value[1:]) if len(value) == 4 else value
