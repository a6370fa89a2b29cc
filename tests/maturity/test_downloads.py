"""Charts as files: well-formed SVG that stands alone, saved under a Japanese name."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from urllib.parse import unquote

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.builders import make_assessment, make_reply, make_round, make_rubric

CITY = ("radar", "trend", "distribution", "heat")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def city(cast, db):
    make_rubric(axes=4)
    for period, levels in (("2025H2", {"axis-1": 1}), ("2026H1", {"axis-1": 3, "axis-2": 5})):
        for department in (cast.tax, cast.welfare):
            reply = make_reply(
                round=_round(period), department=department, state="accepted", accepted_at=timezone.now()
            )
            found = make_assessment(levels, reply=reply, accepted_at=timezone.now())
            found.scores.filter(axis__key="axis-3").update(not_applicable=True)
    cast.tax.name = '税務<課>&"'
    cast.tax.save()
    return cast


def _round(period):
    from rounds.models import Round

    return Round.objects.filter(period=period).first() or make_round(period)


def files(city) -> list[str]:
    own = [reverse("maturity:department_chart", args=[city.tax.pk, name]) for name in ("radar", "trend")]
    return [reverse("maturity:chart", args=[name]) for name in CITY] + own


def test_every_file_is_svg_that_stands_alone(city, as_user):
    client = as_user(city.viewer)
    for url in files(city):
        response = client.get(url)
        root = ET.fromstring(response.content)
        assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
        assert root.tag == f"{SVG}svg"
        assert "BIZ UDPGothic" in root.get("font-family")
        assert root.get("font-family").endswith("sans-serif")
        assert float(root.get("width")) > 200
        assert root.find(f"{SVG}rect").get("fill") == "#ffffff"
        text = response.content.decode()
        assert not re.search(r"<script|style=|class=\"(?!chart)|href=|&nbsp;", text)
        assert len(root.findall(f".//{SVG}text")) > 5


def test_it_is_saved_under_a_japanese_name(city, as_user):
    response = as_user(city.viewer).get(reverse("maturity:chart", args=["heat"]))
    header = response["Content-Disposition"]
    assert header.startswith("attachment")
    assert "成熟度_令和8年度上期_課ごとのレベル.svg" in unquote(header)


def test_the_heat_map_shows_blanks_and_not_applicable_as_words(city, as_user):
    text = as_user(city.viewer).get(reverse("maturity:chart", args=["heat"])).content.decode()
    words = re.findall(r"<text[^>]*>([^<]*)</text>", text)
    assert words.count("受理なし") == 2
    assert words.count("該当なし") == 2
    assert "税務&lt;課&gt;&amp;&quot;" in words
    reviewed = as_user(city.viewer).get(reverse("maturity:chart", args=["heat"]), {"view": "reviewed"})
    assert reviewed.content.decode().count(">未確認<") == 6


def test_the_file_follows_the_round_that_is_shown(city, as_user):
    first = _round("2025H2")
    text = as_user(city.viewer).get(reverse("maturity:chart", args=["radar"]), {"round": first.pk}).content.decode()
    assert "令和7年度下期" in text


@pytest.mark.parametrize("query", [{"round": "x"}, {"with": "99999"}])
def test_unknown_rounds_and_names_are_not_found(city, as_user, query):
    client = as_user(city.viewer)
    assert client.get(reverse("maturity:chart", args=["radar"]), query).status_code == 404
    assert client.get(reverse("maturity:chart", args=["nothing"])).status_code == 404
    assert client.get(reverse("maturity:department_chart", args=[city.tax.pk, "heat"])).status_code == 404


def test_what_cannot_be_drawn_is_not_found(cast, as_user):
    make_rubric(axes=2)
    reply = make_reply(department=cast.tax, state="accepted", accepted_at=timezone.now())
    make_assessment({"axis-1": 2}, reply=reply, accepted_at=timezone.now())
    client = as_user(cast.viewer)
    assert client.get(reverse("maturity:chart", args=["radar"])).status_code == 404
    assert client.get(reverse("maturity:chart", args=["trend"])).status_code == 404
    assert client.get(reverse("maturity:department_chart", args=[cast.welfare.pk, "radar"])).status_code == 404


def test_without_a_role_there_is_no_file(city, as_user):
    assert {as_user(city.nobody).get(url).status_code for url in files(city)} == {403}


def test_the_page_offers_each_file_with_its_parameters(city, as_user):
    html = as_user(city.viewer).get("/maturity/", {"sort": "axis-1"}).content.decode()
    for name in CITY:
        url = reverse("maturity:chart", args=[name]) + "?sort=axis-1"
        assert f'href="{url}"' in html
        assert f'hidden data-download-png="{url}"' in html


def test_a_file_that_cannot_be_drawn_is_not_offered(city, as_user):
    html = as_user(city.viewer).get("/maturity/", {"view": "reviewed"}).content.decode()
    assert "chart/trend.svg" not in html
    assert "chart/heat.svg?view=reviewed" in html


def test_the_course_is_drawn_for_wide_screens_on_the_page_alone(city, as_user):
    client = as_user(city.viewer)
    places = {
        "/maturity/": reverse("maturity:chart", args=["trend"]),
        reverse("maturity:department", args=[city.tax.pk]): files(city)[-1],
    }
    for page, file in places.items():
        assert client.get(page).text.count('viewBox="0 0 1120 320') == 1
        assert 'viewBox="0 0 1120' not in client.get(file).text
