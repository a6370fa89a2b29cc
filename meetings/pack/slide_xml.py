"""DrawingML written directly: a deck of some hundred rows takes a tenth of the time that object by object takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from pptx.oxml.ns import nsdecls

from lib.palette import PALETTE
from meetings.pack.neutral import held

FONT = "BIZ UDPゴシック"
# Named in English too: PowerPoint for Mac and the web know the font by this name.
LATIN = "BIZ UDPGothic"
SPACES = nsdecls("a", "p")
EMU = 914400


@dataclass(frozen=True)
class Ink:
    """How words look: size in points, colours as #rrggbb, alignment l, ctr or r."""

    size: float
    colour: str = PALETTE["ink"]
    bold: bool = False
    align: str = "l"
    ground: str = ""


def emu(inches: float) -> int:
    return int(inches * EMU)


def solid(colour: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{colour.removeprefix("#").upper()}"/></a:solidFill>'


def run_properties(ink: Ink, tag: str = "a:rPr") -> str:
    """Size, weight and colour, and the face for both scripts."""
    return (
        f'<{tag} lang="ja-JP" sz="{int(ink.size * 100)}" b="{int(ink.bold)}">{solid(ink.colour)}'
        f'<a:latin typeface="{LATIN}"/><a:ea typeface="{FONT}"/></{tag}>'
    )


def paragraphs(words: str, ink: Ink) -> str:
    """One paragraph a line; characters that XML cannot hold are left out."""
    clean = held(words)
    look = run_properties(ink)
    return "".join(
        f'<a:p><a:pPr algn="{ink.align}"/><a:r>{look}<a:t>{escape(line)}</a:t></a:r></a:p>'
        for line in clean.split("\n")
    )


Grid = Sequence[Sequence[tuple[str, Ink]]]


def table(rows: Grid, widths: Sequence[float], heights: Sequence[float]) -> str:
    """A native table: cells of (words, look), sizes in inches. The first row is its head."""
    columns = "".join(f'<a:gridCol w="{emu(w)}"/>' for w in widths)
    lines = "".join(
        f'<a:tr h="{emu(height)}">{"".join(_cell(words, ink) for words, ink in row)}</a:tr>'
        for row, height in zip(rows, heights, strict=True)
    )
    return f'<a:tbl {SPACES}><a:tblPr firstRow="1"/><a:tblGrid>{columns}</a:tblGrid>{lines}</a:tbl>'


_EDGE = "".join(f'<a:{side} w="6350">{solid(PALETTE["line"])}</a:{side}>' for side in ("lnL", "lnR", "lnT", "lnB"))


def _cell(words: str, ink: Ink) -> str:
    return (
        f"<a:tc><a:txBody><a:bodyPr/><a:lstStyle/>{paragraphs(words, ink)}</a:txBody>"
        f'<a:tcPr marL="63500" marR="63500" marT="25400" marB="25400" anchor="ctr">{_EDGE}'
        f"{solid(ink.ground or PALETTE['surface'])}</a:tcPr></a:tc>"
    )


@dataclass(frozen=True)
class Place:
    """Left, top, width and height in inches."""

    x: float
    y: float
    width: float
    height: float


def shape(number: int, name: str, at: Place, *, words: str = "", ink: Ink | None = None, edge: str = "") -> str:
    """A rectangle with words; without ground and edge it is a text box that does not wrap."""
    ground = solid(ink.ground) if ink and ink.ground else "<a:noFill/>"
    line = f'<a:ln w="9525">{solid(edge)}</a:ln>' if edge else "<a:ln><a:noFill/></a:ln>"
    inside = 25400 if edge else 0
    body = paragraphs(words, ink) if words and ink else '<a:p><a:endParaRPr lang="ja-JP"/></a:p>'
    return (
        f'<p:sp {SPACES}><p:nvSpPr><p:cNvPr id="{number}" name={quoteattr(name)}/><p:cNvSpPr/><p:nvPr/></p:nvSpPr>'
        f"<p:spPr>{_frame(at)}"
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>{ground}{line}</p:spPr>'
        f'<p:txBody><a:bodyPr wrap="none" lIns="{inside}" rIns="0" tIns="0" bIns="0" anchor="ctr"/><a:lstStyle/>'
        f"{body}</p:txBody></p:sp>"
    )


def rule(number: int, at: Place, colour: str, points: float) -> str:
    """A straight line."""
    return (
        f'<p:cxnSp {SPACES}><p:nvCxnSpPr><p:cNvPr id="{number}" name="線 {number}"/><p:cNvCxnSpPr/><p:nvPr/>'
        f'</p:nvCxnSpPr><p:spPr>{_frame(at)}<a:prstGeom prst="line"><a:avLst/></a:prstGeom>'
        f'<a:ln w="{int(points * 12700)}">{solid(colour)}</a:ln></p:spPr></p:cxnSp>'
    )


def _frame(at: Place) -> str:
    return (
        f'<a:xfrm><a:off x="{emu(at.x)}" y="{emu(at.y)}"/><a:ext cx="{emu(at.width)}" cy="{emu(at.height)}"/></a:xfrm>'
    )
