"""The pack as PDF: the same templates as the web page, A4 and A3 sheets in one file, nothing ever fetched."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from pathlib import Path

import plutoprint as pluto
from django.conf import settings
from django.template.loader import render_to_string

from meetings.pack.blocks import Pack, Page

STYLESHEET = "css/pack.css"
# What the stylesheet asks for, in its order, with what an administrator installs.
INSTALL = (
    "サーバーに日本語のフォントがないため、PDFを作れません。"
    "Debian・Ubuntuでは「apt-get install fontconfig fonts-noto-cjk」、"
    "Red Hat系では「dnf install google-noto-sans-cjk-jp-fonts」、"
    "Windowsでは設定の「オプション機能」から「日本語補助フォント」を入れて、ポータルを再起動してください。"
    "PowerPoint、Excel、画面での印刷はこのまま使えます。"
)


class MissingFontError(Exception):
    """No Japanese font on the server; the message says what to install."""


class Refusing(pluto.ResourceFetcher):
    """Fetches nothing: the stylesheet is handed over, and a pack names no other file."""

    def fetch_url(self, url: str) -> pluto.ResourceData:
        return pluto.ResourceData(b"", "text/plain")


@dataclass(frozen=True)
class Sheet:
    """Pages of one paper size that follow each other."""

    size: pluto.PageSize
    css: str
    pages: tuple[Page, ...]


A4 = pluto.PAGE_SIZE_A4
A3 = pluto.PAGE_SIZE_A3.landscape()


def pdf(pack: Pack, told: Callable[[int], None] = lambda pages: None) -> bytes:
    """The whole pack as one PDF; `told` hears the number of pages after each run of sheets.

    Raises MissingFontError when the server cannot draw Japanese.
    """
    if not has_japanese():
        raise MissingFontError(INSTALL)
    out, done = io.BytesIO(), 0
    with pluto.PDFCanvas.create_for_stream(out, A4) as canvas:
        canvas.set_metadata(pluto.PDF_METADATA_TITLE, pack.title)
        canvas.set_metadata(pluto.PDF_METADATA_AUTHOR, pack.city)
        canvas.set_metadata(pluto.PDF_METADATA_SUBJECT, f"{pack.source} SHA-256 {pack.sha256}")
        canvas.scale(pluto.UNITS_PX, pluto.UNITS_PX)
        for sheet in sheets(pack):
            done += _draw(canvas, pack, sheet, done)
            told(done)
    return out.getvalue()


def sheets(pack: Pack) -> Iterator[Sheet]:
    for wide, pages in groupby(pack.pages, key=lambda page: page.wide):
        yield Sheet(A3 if wide else A4, "size: A3 landscape" if wide else "size: A4 portrait", tuple(pages))


def _draw(canvas: pluto.PDFCanvas, pack: Pack, sheet: Sheet, done: int) -> int:
    book = pluto.Book(sheet.size, pluto.PAGE_MARGINS_NORMAL, pluto.MEDIA_TYPE_PRINT)
    book.custom_resource_fetcher = Refusing()
    html = render_to_string("meetings/pack/_paper.html", {"pack": replace(pack, pages=sheet.pages)})
    book.load_html(html, user_style=stylesheet() + _page_style(pack, sheet, done), base_url="pack:/")
    for n in range(book.get_page_count()):
        canvas.set_size(book.get_page_size_at(n))
        book.render_page(canvas, n)
        canvas.show_page()
    return book.get_page_count()


def _page_style(pack: Pack, sheet: Sheet, done: int) -> str:
    """Size, page numbers that run on, and where the figures come from."""
    margin = "12mm 12mm 14mm" if sheet.size == A3 else "14mm 13mm 16mm"
    words = _quoted(f"{pack.city}　{pack.source}")
    look = 'font-size: 10px; color: #4d4d4d; font-family: "BIZ UDPGothic", "Yu Gothic", "Noto Sans CJK JP", sans-serif'
    return (
        f"@page {{ {sheet.css}; margin: {margin}; "
        f"@bottom-left {{ content: {words}; {look}; white-space: nowrap }} "
        f"@bottom-right {{ content: counter(page); {look} }} }}\n"
        f"@page :first {{ counter-reset: page {done + 1}; }}\n"
    )


def _quoted(words: str) -> str:
    """A CSS string: everything that could end it is written as its number."""
    return '"' + "".join(c if c.isalnum() or c in " 　（）・、。" else f"\\{ord(c):x} " for c in words) + '"'


@cache
def stylesheet() -> str:
    return (Path(settings.BASE_DIR) / "static" / STYLESHEET).read_text(encoding="utf-8")


def has_japanese() -> bool:
    """Draw one kanji, one kana and a character that no font has: a missing glyph looks the same for all."""
    missing, *drawn = (_picture(c) for c in ("\U000f0000", "日", "あ"))
    return all(picture != missing and any(picture) for picture in drawn) and drawn[0] != drawn[1]


def _picture(character: str) -> bytes:
    book = pluto.Book(media=pluto.MEDIA_TYPE_SCREEN)
    book.custom_resource_fetcher = Refusing()
    book.load_html(f'<p style="margin:0;font:20px sans-serif">{character}</p>')
    with pluto.ImageCanvas(24, 32) as canvas:
        book.render_document(canvas)
        canvas.flush()
        return bytes(canvas.get_data())
