"""Usage surveys and questionnaires: hand-computed rates and counts, services, pages, triage in place."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from audit.models import Entry
from lib.writes import StaleError
from maturity import queries_evidence, usage
from maturity.models_evidence import BusinessAnswer, UsageSurvey
from maturity.services import surveys as services
from tests.maturity.making import DAY, make_answer, make_questionnaire, make_usage

pytestmark = pytest.mark.django_db
HEADS = {
    "system": "グループウェア", "as_of": DAY, "accounts": 605, "excluded_note": "", "all_unused": 75,
    "low_use_rule": "年50回未満", "source": "", "note": "",
}  # fmt: skip
ROW = {"feature": "メール", "unused": 78, "low_use": 185, "accounts": None, "missing": ""}


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(75, 605, "12.4"), (78, 605, "12.9"), (185, 605, "30.6"), (604, 605, "99.8"), (1, 8, "12.5"), (1, 16, "6.3")],
)
def test_rates(part: int, whole: int, shown: str) -> None:
    assert usage.rate(part, whole) == Decimal(shown)


def test_no_rate_without_a_part_or_a_whole() -> None:
    assert usage.rate(None, 605) is None
    assert usage.rate(1, 0) is None
    assert usage.rate(1, None) is None


def test_parts_add_up_to_all_accounts() -> None:
    assert usage.parts(264, 557, 605) == {"unused": 264, "seldom": 293, "used": 48}
    assert usage.parts(None, None, 605) == {}


def test_usage_is_stored_in_order_and_recorded(cast: SimpleNamespace) -> None:
    rows = [ROW, ROW | {"feature": "ポータル", "unused": None, "low_use": None}]
    survey = services.create_usage(rows=rows, by=cast.secretariat, **HEADS)
    first, second = queries_evidence.uses(survey)
    assert (first.unused_rate, first.low_rate) == (Decimal("12.9"), Decimal("30.6"))
    assert (second.judged, second.unused_rate) == (False, None)
    assert Entry.objects.get().changes["features"][1][1] == "ポータル 未利用判定なし 低利用判定なし 母数605"


def test_a_feature_may_have_its_own_denominator(cast: SimpleNamespace) -> None:
    rows = [ROW | {"unused": 1, "low_use": 2, "accounts": 8}]
    (use,) = queries_evidence.uses(services.create_usage(rows=rows, by=cast.secretariat, **HEADS))
    assert (use.unused_rate, use.low_rate) == (Decimal("12.5"), Decimal("25.0"))


@pytest.mark.parametrize(
    ("heads", "rows", "words"),
    [
        ({}, [], "1つ以上"), 
        ({}, [ROW | {"low_use": 70}], "機能の1行目の低利用者数：低利用者数（70）が未利用者数（78）"),
        ({}, [ROW, ROW | {"feature": "掲示板", "low_use": 606}], "機能の2行目の低利用者数"),
        ({}, [ROW | {"low_use": None}], "両方"), ({}, [ROW | {"accounts": 0}], "母数は1以上"),
        ({}, [ROW, ROW], "2回あります"), ({}, [ROW | {"unused": -1}], "機能の1行目の未利用者数"),
        ({"all_unused": 606}, [ROW], "605"), ({"accounts": 0}, [ROW], "1"), 
        ({"as_of": dt.date(2999, 1, 1)}, [ROW], "先の"),
    ],
)  # fmt: skip
def test_usage_is_refused_whole(cast: SimpleNamespace, heads: Any, rows: Any, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        services.create_usage(rows=rows, by=cast.secretariat, **HEADS | heads)
    assert words in " ".join(caught.value.messages)
    assert not UsageSurvey.objects.exists()
    assert not Entry.objects.exists()


def test_a_refused_update_keeps_the_features(cast: SimpleNamespace) -> None:
    survey = services.create_usage(rows=[ROW], by=cast.secretariat, **HEADS)
    with pytest.raises(ValidationError):
        services.update_usage(survey=survey, version=1, rows=[ROW, ROW], by=cast.secretariat, **HEADS)
    services.update_usage(survey=survey, version=1, rows=[ROW | {"unused": 80}], by=cast.secretariat, **HEADS)
    with pytest.raises(StaleError):
        services.update_usage(survey=survey, version=1, rows=[ROW], by=cast.secretariat, **HEADS)
    assert survey.statistics.get().unused == 80


def test_tallies_by_department(cast: SimpleNamespace) -> None:
    survey = make_questionnaire()
    make_answer(survey=survey, department=cast.tax, kind="internal", triage="hurdle")
    make_answer(survey=survey, department=cast.tax, kind="external")
    make_answer(survey=survey, department=cast.welfare, kind="external", triage="action")
    make_answer()
    found = {t.name: (t.kinds, t.states, t.total) for t in queries_evidence.tallies(survey)}
    assert found["税務課"] == ((1, 1, 0, 0), (1, 1, 0, 0), 2)
    assert found["福祉課"] == ((0, 1, 0, 0), (0, 0, 1, 0), 1)
    assert found["全体"] == ((1, 2, 0, 0), (1, 1, 1, 0), 3)
    assert queries_evidence.tallies(make_questionnaire()) == []


def test_triage_is_recorded_and_locked(cast: SimpleNamespace) -> None:
    answer = make_answer()
    values = {"triage": "action", "action_ref": "K-16", "triage_note": "", "by": cast.secretariat}
    services.triage_answer(answer=answer, version=1, **values)
    assert Entry.objects.get().changes == {"triage": ["open", "action"], "action_ref": ["", "K-16"]}
    with pytest.raises(StaleError):
        services.triage_answer(answer=answer, version=1, **values | {"triage": "dropped"})


@pytest.mark.parametrize(
    "values",
    [
        {"triage": "dropped", "action_ref": "K-16"}, {"triage": "unknown", "action_ref": ""},
        {"triage": "action", "action_ref": "javascript:alert(1)"}, {"triage": "action", "action_ref": "x" * 201},
    ],
)  # fmt: skip
def test_triage_is_refused(cast: SimpleNamespace, values: dict[str, str]) -> None:
    answer = make_answer()
    with pytest.raises(ValidationError):
        services.triage_answer(answer=answer, version=1, triage_note="", by=cast.secretariat, **values)
    assert BusinessAnswer.objects.get().triage == "open"
    assert not Entry.objects.exists()


def test_the_filter_narrows_the_answers(cast: SimpleNamespace, as_user: Any) -> None:
    survey = make_questionnaire()
    make_answer(survey=survey, department=cast.tax, problem="紙の照合")
    make_answer(survey=survey, department=cast.welfare, kind="external", triage="hurdle", problem="電話が多い")
    client, url = as_user(cast.viewer), reverse("maturity:questionnaire", args=[survey.pk])
    for query in ({"department": cast.tax.pk}, {"kind": "internal"}, {"triage": "open"}, {"q": "照合"}):
        text = client.get(url, query, headers={"HX-Request": "true", "HX-Target": "answers"}).text
        assert "紙の照合" in text
        assert "電話が多い" not in text
    assert "整理する" not in client.get(url).text


def test_triage_in_place_and_without_javascript(cast: SimpleNamespace, as_user: Any) -> None:
    answer = make_answer(department=cast.tax)
    client, url = as_user(cast.secretariat), reverse("maturity:triage", args=[answer.pk])
    target = f"triage-{answer.pk}"
    headers = {"HX-Request": "true", "HX-Target": target}
    data = {"triage": "action", "action_ref": "K-16", "triage_note": "", "version": 1}
    part = client.post(url, data, headers=headers)
    assert part.text.lstrip().startswith(f'<div id="{target}"')
    assert 'id="tallies" hx-swap-oob="true"' in part.text
    assert "?q=K-16" in part.text
    stale = client.post(url, data | {"triage": "hurdle"}, headers=headers)
    assert stale.status_code == 409
    assert "いま保存されている値：取組" in stale.text
    bad = client.post(url, {"triage": "dropped", "action_ref": "K-16", "version": 2})
    assert bad.status_code == 422
    plain = client.post(url, {"triage": "dropped", "action_ref": "", "version": 2})
    assert plain.url.endswith(f"#{target}")


def test_usage_form_journey(cast: SimpleNamespace, as_user: Any) -> None:
    client = as_user(cast.secretariat)
    data = {
        "system": "グループウェア", "as_of": "R8.3.31", "accounts": "６０５", "all_unused": "75",
        "low_use_rule": "年50回未満",
       
        "rows-TOTAL_FORMS": "2", "rows-INITIAL_FORMS": "0", "rows-0-feature": "メール", "rows-0-unused": "78",
        "rows-0-low_use": "70",
    }  # fmt: skip
    bad = client.post(reverse("maturity:usage_create"), data)
    assert bad.status_code == 422
    assert "機能の1行目の低利用者数" in bad.text
    page = client.post(reverse("maturity:usage_create"), data | {"rows-0-low_use": "185"}, follow=True)
    assert "30.6%" in page.text
    assert "12.4%" in page.text


def test_questionnaire_forms(cast: SimpleNamespace, as_user: Any) -> None:
    client = as_user(cast.secretariat)
    made = client.post(reverse("maturity:questionnaire_create"), {"title": "調べ", "held_on": "R8.3.31", "note": ""})
    again = client.post(reverse("maturity:questionnaire_create"), {"title": "調べ", "held_on": "R8.3.31", "note": ""})
    assert (made.status_code, again.status_code) == (302, 422)
    pk = made.url.rstrip("/").rpartition("/")[2]
    answer = {"department": cast.tax.pk, "kind": "internal", "problem": "紙が多い", "wish": ""}
    assert client.post(reverse("maturity:answer_create", args=[pk]), answer).status_code == 302
    stored = BusinessAnswer.objects.get()
    edit = reverse("maturity:answer_edit", args=[stored.pk])
    assert client.post(edit, answer | {"problem": "紙が多すぎる", "version": 1}).status_code == 302
    assert client.post(edit, answer | {"version": 1}).status_code == 409
    assert "紙が多すぎる" in client.get(reverse("maturity:questionnaire", args=[pk])).text


def test_the_list_counts(cast: SimpleNamespace, as_user: Any) -> None:
    make_usage([("メール", 1, 2), ("ポータル", None, None)])
    make_answer()
    text = as_user(cast.viewer).get(reverse("maturity:surveys")).text
    assert "（判定は1）" in text
    assert "件の未整理を見る" in text
