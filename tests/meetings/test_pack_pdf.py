"""PDF opened again: pages, sizes, words; what happens without a Japanese font; and nothing is fetched."""

from __future__ import annotations

import io
import threading
import unicodedata
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import plutoprint as pluto
import pytest
from pypdf import PdfReader

from meetings import resources_pdf
from meetings.pack.blocks import Head, Page, cell, table
from meetings.pack.build import build
from meetings.resources_pdf import MissingFontError, Refusing, pdf, sheets, stylesheet
from tests.meetings.pack_data import action, content, earlier, source

A4, A3 = (595, 842), (1191, 842)


def size(page):
    return round(float(page.mediabox.width)), round(float(page.mediabox.height))


def words(page):
    # The renderer maps some kanji to their radicals; NFKC brings them back.
    return unicodedata.normalize("NFKC", page.extract_text())


def joined(page):
    return "".join(words(page).split())


@pytest.fixture(scope="module")
def reader():
    return PdfReader(io.BytesIO(pdf(build(source(previous=earlier())))))


def test_a_page_for_each_part_and_a3_for_the_schedule(reader):
    shown = [words(page) for page in reader.pages]
    sizes = [size(page) for page in reader.pages]
    assert sizes.count(A3) == 1
    assert set(sizes) == {A4, A3}
    assert "工程表" in shown[sizes.index(A3)]
    assert len(reader.pages) == len(build(source(previous=earlier())).pages)


def test_words_and_figures_of_the_snapshot(reader):
    text = "".join(joined(page) for page in reader.pages)
    for word in ("第2回本部会議", "フロントヤード改革", "内部担当者が足りない", "税務課", "ITリテラシー"):
        assert word in text


def test_pages_are_numbered_through_the_sizes(reader):
    for number, page in enumerate(reader.pages, 1):
        assert f"{number}サンプル市" in joined(page)


def test_the_file_says_where_it_comes_from(reader):
    assert reader.metadata.title == "第2回 本部会議"
    assert "f" * 64 in reader.metadata.subject


def test_the_number_of_pages_is_told():
    heard = []
    pdf(build(source(), ["cover", "schedule", "late"]), heard.append)
    assert heard == [1, 2, 3]


def test_sheets_of_one_size_go_together():
    pack = build(source(), ["cover", "agenda", "schedule", "late"])
    assert [len(s.pages) for s in sheets(pack)] == [2, 1, 1]


def test_a_long_list_goes_on_over_pages():
    rows = content(actions=[action(f"A-{n}", "late") for n in range(1, 101)])
    reader = PdfReader(io.BytesIO(pdf(build(source(content=rows), ["late"]))))
    assert len(reader.pages) > 1
    assert all("終了予定" in joined(page) for page in reader.pages), "the head stands on every page"


def test_a_full_item_with_long_words_stays_on_its_one_page():
    title = "住民票の写しなどの証明書のオンライン申請とその手数料の納付"
    said = {"title": title, "done": "様式をまとめた。窓口と試した。" * 4}
    rows = content(actions=[action(f"A-{n}", "run", **said) for n in range(1, 41)])
    rows["items"][0]["targets"] = rows["items"][0]["targets"][:1] * 4
    pack = build(source(content=rows), ["items"])
    assert len(PdfReader(io.BytesIO(pdf(pack))).pages) == len(pack.pages)


def test_no_heading_stands_alone_at_the_foot_of_a_page():
    pack = build(source(), ["late"])
    heads = (Head("欄", 10),)
    for count in range(28, 38):
        first, second = ([(cell(f"{word}{n}"),) for n in range(rows)] for word, rows in (("甲", count), ("乙", 30)))
        page = Page("late", "二つの表", (table("初め", heads, first, 99), table("続く表", heads, second, 99)))
        reader = PdfReader(io.BytesIO(pdf(replace(pack, pages=(page,)))))
        assert not [p for p in reader.pages if "続く表" in joined(p) and "乙0" not in joined(p)], count


def test_no_line_begins_with_a_full_stop():
    rows = content(actions=[action(f"A-{n}", "run", done="あ" * n + "。") for n in range(1, 40)])
    reader = PdfReader(io.BytesIO(pdf(build(source(content=rows), ["items"]))))
    assert not [line for page in reader.pages for line in words(page).splitlines() if line.startswith("。")]


def test_without_a_japanese_font_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr(resources_pdf, "_picture", lambda character: b"box")
    with pytest.raises(MissingFontError, match="fonts-noto-cjk"):
        pdf(build(source(), ["cover"]))


def test_a_font_without_kanji_does_not_count(monkeypatch):
    monkeypatch.setattr(resources_pdf, "_picture", lambda c: b"box" if c in "日\U000f0000" else b"kana")
    assert not resources_pdf.has_japanese()


def test_the_server_of_the_tests_has_one():
    assert resources_pdf.has_japanese()


@pytest.mark.parametrize("url", ["http://127.0.0.1/x", "file:///etc/passwd", "https://example.lg.jp/a.css", "data:,x"])
def test_nothing_is_ever_fetched(url):
    assert bytes(Refusing().fetch_url(url).get_content()) == b""


def test_texts_cannot_reach_for_files(monkeypatch):
    asked = []
    monkeypatch.setattr(Refusing, "fetch_url", lambda self, url: asked.append(url))
    rows = content(actions=[action("A-1", "late", title='<img src="http://127.0.0.1/x"><link rel=stylesheet href=/y>')])
    pdf(build(source(content=rows), ["late"]))
    assert asked == []
    assert "url(" not in stylesheet()


def test_a_name_cannot_leave_the_style_sheet():
    hostile = source()
    hostile.content["city"]["name"] = '"} body{display:none} @page { content: "\\'
    reader = PdfReader(io.BytesIO(pdf(build(hostile, ["late"]))))
    assert "遅れている取組" in words(reader.pages[0])


HOSTILE = (
    '<link rel="stylesheet" href="{0}/css"><style>@import url({0}/import); body {{ background: url({0}/bg) }}</style>'
    '<p>a<img src="{0}/img"><svg xmlns="http://www.w3.org/2000/svg"><image href="{0}/svg" width="9" height="9"/></svg>'
)


class Listening(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *said: object) -> None:
        """Nothing on the screen."""


@pytest.mark.parametrize("refuses", [True, False], ids=["the portal's way", "control: it would be asked"])
def test_a_document_full_of_addresses_reaches_nobody(refuses):
    Listening.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Listening) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        book = pluto.Book()
        if refuses:
            book.custom_resource_fetcher = Refusing()
        book.load_html(HOSTILE.format(f"http://127.0.0.1:{server.server_address[1]}"), base_url="pack:/")
        book.write_to_pdf_stream(io.BytesIO())
        server.shutdown()
    assert sorted(Listening.asked) == ([] if refuses else ["/bg", "/css", "/img", "/import", "/svg"])
