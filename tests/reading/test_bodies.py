"""Bodies of elements on the sheet and on their page: marks, hints, and what is refused."""

from __future__ import annotations

from django.urls import reverse

from strategy.models import Element, Term
from tests import builders


def show(client, element: Element) -> str:
    return client.get(reverse("strategy:element", args=[element.pk])).text


def body(element: Element, text: str) -> None:
    Element.objects.filter(pk=element.pk).update(body=text)


def test_marks_are_shown_on_the_page_and_on_the_sheet(reader, element) -> None:
    body(element, "**大切**なこと\n\n- 一つ目")
    for url in (reverse("strategy:element", args=[element.pk]), reverse("strategy:plan", args=[element.edition_id])):
        text = reader.get(url).text
        assert "<strong>大切</strong>なこと" in text
        assert "<li>一つ目</li>" in text


def test_script_in_a_body_comes_out_as_text(reader, element) -> None:
    body(element, "<script>alert(1)</script> [x](javascript:alert(1))")
    for url in (reverse("strategy:element", args=[element.pk]), reverse("strategy:plan", args=[element.edition_id])):
        text = reader.get(url).text
        assert "<script>alert(1)" not in text
        assert 'href="javascript:' not in text


def test_a_term_in_a_body_becomes_a_hint(reader, element) -> None:
    term = Term.objects.create(
        term="電子申請", reading="でんししんせい", explanation="窓口に行かない<申請>", aliases=["オンライン申請"]
    )
    body(element, "オンライン申請を広げ、電子申請の数を数える。")
    for url in (reverse("strategy:element", args=[element.pk]), reverse("strategy:plan", args=[element.edition_id])):
        text = reader.get(url).text
        assert text.count("<dfn>") == 1
        assert f'href="{reverse("strategy:terms")}#t{term.pk}"' in text
        assert f'data-note="term-note-{term.pk}">オンライン申請</a>' in text
        assert "窓口に行かない&lt;申請&gt;" in text


def test_children_show_their_words_without_marks(reader, element) -> None:
    layer = builders.make_layer(edition=element.edition, name="ビジョン", role="vision", parent=element.layer)
    builders.make_element(layer=layer, parent=element, body="**強い** [一覧](/actions/)")
    assert "強い 一覧" in show(reader, element)


def test_a_body_of_one_megabyte_is_refused_and_kept_in_the_form(editor) -> None:
    layer = builders.make_layer(edition=builders.make_edition(status="draft"))
    row = builders.make_element(layer=layer, body="もとの文")
    values = {"version": row.version, "label": "1", "title": "表題", "body": "a" * 1_000_000}
    page = editor.post(reverse("strategy:element_edit", args=[row.pk]), values)
    assert page.status_code == 422
    assert "4000" in page.text
    row.refresh_from_db()
    assert row.body == "もとの文"
