"""The glossary: kana index, search, editing by 事務局."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from lib import ledger
from lib.writes import StaleError
from strategy import kana, services
from strategy.models import Term
from tests.reading.conftest import last

URL = reverse("strategy:terms")


@pytest.fixture
def dx(cast) -> Term:
    return services.create_term(
        term="DX", reading="でぃーえっくす", explanation="変革", aliases=["デジタル変革"], by=cast.secretariat
    )


def values(row: Term | None = None, **kw) -> dict:
    given = {"term": "DX", "reading": "でぃーえっくす", "explanation": "変革", "aliases": ""}
    return given | ({"version": row.version} if row else {}) | kw


@pytest.mark.parametrize(
    ("reading", "row"),
    [("ぁ", "あ"), ("おーぷん", "あ"), ("がいど", "か"), ("ん", "わ"), ("ぱす", "は"), ("ゔ", "わ"),
     ("ABC", kana.OTHER), ("", kana.OTHER)],
)  # fmt: skip
def test_rows_of_the_kana_table(reading: str, row: str) -> None:
    assert kana.row_of(reading) == row


def test_index_links_only_rows_that_have_terms(reader, dx) -> None:
    text = reader.get(URL).text
    assert '<a href="#row-4">た</a>' in text
    assert "<span>あ</span>" in text
    assert f'id="t{dx.pk}"' in text
    assert reverse("strategy:term_create") not in text


@pytest.mark.parametrize("wanted", ["ｄｘ", "ディー", "へんかく", "変革", "ﾃﾞｼﾞﾀﾙ"])
def test_search_in_every_text_of_a_term(reader, dx, wanted: str) -> None:
    found = wanted != "へんかく"
    text = reader.get(URL, {"q": wanted}).text
    assert (f'id="t{dx.pk}"' in text) == found
    assert ("<mark>" in text) == found


def test_search_escapes(reader, dx) -> None:
    assert "<script>" not in reader.get(URL, {"q": "<script>"}).text.split("<main", 1)[1]


def test_secretariat_adds_edits_and_deletes(editor, cast) -> None:
    page = editor.post(reverse("strategy:term_create"), values(aliases="デジタル変革、ＤＸ化、デジタル変革"))
    term = Term.objects.get()
    assert page.status_code == 302
    assert term.aliases == ["デジタル変革", "ＤＸ化"]
    assert last().act == "create"
    editor.post(reverse("strategy:term_edit", args=[term.pk]), values(term, explanation="仕事の変革"))
    term.refresh_from_db()
    assert (term.explanation, term.aliases, term.version) == ("仕事の変革", [], 2)
    assert last().changes["explanation"] == ["変革", "仕事の変革"]
    editor.post(reverse("strategy:term_delete", args=[term.pk]), {"version": 2})
    assert not Term.objects.exists()
    assert (last().act, last().object_label) == ("delete", "DX")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"term": "デジタル変革"}, "用語「DX」として登録されています"),
        ({"term": "BPR", "aliases": "DX"}, "用語「DX」として登録されています"),
        ({"term": "BPR", "reading": "BPR"}, "ひらがなで"),
        ({"term": "BPR", "aliases": "あ" * 61}, "一つ60字まで"),
        ({"term": "BPR", "explanation": ""}, "必須"),
        ({"term": "BPR", "explanation": "あ" * 1001}, "1000"),
    ],
)
def test_refusals_name_the_reason_and_store_nothing(editor, dx, wrong: dict, message: str) -> None:
    page = editor.post(reverse("strategy:term_create"), values(**wrong))
    assert page.status_code == 422
    assert message in page.text
    assert Term.objects.count() == 1


def test_a_stale_form_shows_both_values(editor, dx, cast) -> None:
    seen = dx.version
    services.update_term(
        row=dx, version=seen, term="DX", reading=dx.reading, explanation="先の説明", aliases=["先"], by=cast.secretariat
    )
    page = editor.post(reverse("strategy:term_edit", args=[dx.pk]), values(explanation="後の説明", version=seen))
    assert page.status_code == 409
    assert "後の説明" in page.text
    assert "いま保存されている値：先の説明" in page.text
    assert "いま保存されている値：先<" in page.text
    assert editor.post(reverse("strategy:term_delete", args=[dx.pk]), {"version": seen}).status_code == 409
    assert Term.objects.get().explanation == "先の説明"


def test_nothing_is_stored_when_the_ledger_fails(dx, cast, monkeypatch) -> None:
    def broken(**kw) -> None:
        raise RuntimeError

    monkeypatch.setattr(ledger, "record", broken)
    with pytest.raises(RuntimeError):
        services.create_term(term="BPR", reading="び", explanation="見直し", by=cast.secretariat)
    with pytest.raises(RuntimeError):
        services.delete_term(row=dx, version=dx.version, by=cast.secretariat)
    assert [t.term for t in Term.objects.all()] == ["DX"]


def test_deleting_a_changed_term_is_refused(dx, cast) -> None:
    with pytest.raises(StaleError):
        services.delete_term(row=dx, version=9, by=cast.secretariat)


def test_loading_takes_the_other_ways_to_write(cast) -> None:
    row = {"term": "BPR", "reading": "びーぴーあーる", "explanation": "見直し", "aliases": ["業務改革"]}
    services.load_terms(data={"terms": [row]}, by=cast.secretariat)
    assert Term.objects.get().aliases == ["業務改革"]
    with pytest.raises(ValidationError):
        services.create_term(term="業務改革", reading="ぎょうむ", explanation="説明", by=cast.secretariat)
