"""Fonts and colours of PowerPoint: Latin and East Asian face are two settings, and both must name a Japanese font."""

from __future__ import annotations

from typing import Any

from lxml import etree
from pptx.dml.color import RGBColor
from pptx.oxml.ns import qn
from pptx.util import Pt

from lib.palette import PALETTE
from meetings.pack.slide_xml import FONT, LATIN


def colour(hexes: str) -> RGBColor:
    return RGBColor.from_string(hexes.removeprefix("#").upper())


def dress(font: Any, *, size: float, bold: bool = False, ink: str = "") -> None:
    """Set face (Latin, East Asian), size, weight and colour of a chart's words."""
    font.size, font.bold, font.name = Pt(size), bold, LATIN
    _set_east_asian(font._rPr)
    if ink:
        font.color.rgb = colour(PALETTE[ink])


def _set_east_asian(properties: Any) -> None:
    """Put `a:ea` after `a:latin`, as the schema orders them."""
    for old in properties.findall(qn("a:ea")):
        properties.remove(old)
    face = etree.SubElement(properties, qn("a:ea"))
    face.set("typeface", FONT)
    properties.find(qn("a:latin")).addnext(face)


def set_theme_fonts(show: Any) -> None:
    """What a person types into the file later has the same face."""
    for master in show.slide_masters:
        for relation in master.part.rels.values():
            if not relation.reltype.endswith("/theme"):
                continue
            theme = etree.fromstring(relation.target_part.blob)
            for group in theme.iter(qn("a:majorFont"), qn("a:minorFont")):
                group.find(qn("a:latin")).set("typeface", LATIN)
                group.find(qn("a:ea")).set("typeface", FONT)
            relation.target_part._blob = etree.tostring(theme, xml_declaration=True, encoding="UTF-8", standalone=True)
