"""The city, a department and the rubric: what they show, to whom, and that drafts stay out."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from maturity import charts, queries
from maturity.models import Rubric, Score
from tests.builders import make_assessment, make_department, make_reply, make_round, make_rubric

READERS = ("admin", "secretariat", "executive", "lead", "member", "other_lead", "viewer")


@pytest.fixture
def rubric(db):
    return make_rubric()


def official(round_, department, levels, **scores):
    reply = make_reply(round=round_, department=department, state="accepted", accepted_at=timezone.now())
    found = make_assessment(levels, reply=reply, accepted_at=timezone.now())
    if scores:
        found.scores.update(**scores)
    return found


@pytest.fixture
def city(cast, rubric):
    """Two rounds: 税務課 rose on 軸1, 福祉課 has a blank and 該当なし, a third department never answered."""
    before, now = make_round("2025H2"), make_round("2026H1")
    third = make_department(name="支所")
    official(before, cast.tax, {"axis-1": 2, "axis-2": 2}, target_level=4)
    official(now, cast.tax, {"axis-1": 4, "axis-2": 1}, target_level=4, evidence="資料 https://example.jp/a?b=1&c=2")
    welfare = official(now, cast.welfare, {"axis-1": 3}, target_level=5)
    welfare.scores.filter(axis__key="axis-2").update(not_applicable=True)
    make_reply(round=now, department=third)
    cast.before, cast.now, cast.third = before, now, third
    return cast


def rows(html: str) -> dict[str, list[str]]:
    """Text of the heat map's cells by department."""
    table = html[html.index('<table class="heat">') :]
    found = {}
    for row in re.findall(r"<tr>(<th scope=\"row\">.*?)</tr>", table, re.DOTALL):
        cells = [re.sub(r"<[^>]+>", "", c).strip() for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        found[cells[0]] = cells[1:]
    return found


def count_queries(client, url: str) -> int:
    """Queries of the second request: the first one also writes the session."""
    client.get(url)
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


class TestCityRadar:
    def test_the_figures_are_those_computed_by_hand(self, city):
        found = queries.city_radar()
        figures = {a.name: (a.now, a.previous, a.target, a.answered, a.not_applicable) for a in found.axes}
        d = Decimal
        assert figures == {
            "軸1": (d("3.5"), d("2.0"), d("4.5"), 2, 0),
            "軸2": (d("1.0"), d("2.0"), d("4.0"), 1, 1),
            "軸3": (None, None, d("4.5"), 0, 0),
            "軸4": (None, None, d("4.5"), 0, 0),
        }
        assert (found.overall, found.overall_previous, found.gain) == (d("2.3"), d("2.0"), d("0.3"))
        assert (found.answered, found.asked, found.unaccepted, found.maximum) == (2, 3, 1, 5)
        assert found.sentence == (
            "前回から最も伸びた軸は軸1（+1.5）です。目標まで最も遠い軸は軸2（あと3.0）です。"
            "自己評価を受理していない1課は平均に含めていません。"
        )

    def test_one_accepted_without_a_level_is_not_said_to_be_unaccepted(self, city, cast):
        only = official(city.now, make_department(), {})
        only.scores.update(not_applicable=True)
        make_reply(round=city.now, department=make_department(), state="approved")
        found = queries.city_radar()
        assert (found.asked, found.answered, found.unaccepted) == (5, 2, 2)
        assert "自己評価を受理していない2課は平均に含めていません。" in found.sentence

    def test_three_queries_are_enough_and_do_not_grow(self, city, django_assert_max_num_queries):
        for _ in range(5):
            official(city.now, make_department(), {"axis-1": 1})
        with django_assert_max_num_queries(3):
            assert queries.city_radar().answered == 7

    def test_drafts_do_not_count(self, city):
        make_assessment({"axis-1": 1}, reply=make_reply(round=city.now, department=make_department()))
        assert queries.city_radar().axes[0].answered == 2

    def test_an_older_round_is_compared_with_the_one_before_it(self, city):
        found = queries.city_radar(city.before.pk)
        assert (found.previous, found.axes[0].now, found.axes[0].gain) == (None, Decimal("2.0"), None)

    def test_rounds_are_the_newest_first_whatever_their_number(self, city):
        early = make_round("2024H1")
        official(early, city.tax, {"axis-1": 1})
        assert queries.assessed_rounds() == [city.now, city.before, early]

    def test_nothing_accepted_is_none(self, rubric):
        assert queries.city_radar() is None

    def test_a_round_without_an_accepted_assessment_is_none(self, city):
        assert queries.city_radar(make_round("2027H1").pk) is None

    def test_axes_of_another_rubric_are_compared_by_key(self, city):
        Rubric.objects.update(is_current=False)
        later = make_round("2026H2")
        official(later, city.tax, {"axis-1": 5, "axis-5": 1})
        Rubric.objects.update(is_current=False)
        newer = make_round("2027H1")
        reply = make_reply(round=newer, department=city.tax, state="accepted", accepted_at=timezone.now())
        make_assessment({"axis-1": 4, "axis-5": 2}, reply=reply, rubric=make_rubric(axes=5), accepted_at=timezone.now())
        found = {a.key: a.gain for a in queries.city_radar().axes}
        assert found["axis-1"] == Decimal("-1.0")
        assert found["axis-5"] is None

    def test_the_charts_keep_blanks(self, city):
        found = queries.city_radar()
        radar = charts.city_chart(found)
        assert [s.closed for s in radar.shapes if s.key == "now"] == [False]
        heat = charts.city_heat(found, charts.city_rows(found, [city.third], ""))
        assert {c.css for c in heat.rows[0].cells} == {"hx"}

    def test_the_bar_of_an_axis_adds_up_to_the_departments_asked(self, city):
        lines = charts.axis_lines(queries.city_radar())
        assert [line.bar.total for line in lines] == [3, 3, 3, 3]
        assert [s.key for s in lines[1].bar.segments] == ["1", "na", "blank"]


class TestHome:
    url = "/maturity/"

    @pytest.mark.parametrize("name", READERS)
    def test_every_reader_sees_the_city(self, city, as_user, name):
        response = as_user(getattr(city, name)).get(self.url)
        assert response.status_code == 200
        assert "2課（照会した3課のうち）" in response.content.decode()

    def test_without_a_role_nobody_does(self, city, as_user):
        assert as_user(city.nobody).get(self.url).status_code == 403

    def test_a_visitor_signs_in_first(self, city, client):
        assert client.get(self.url).status_code == 302

    def test_missing_cells_are_shown_as_missing(self, city, as_user):
        found = rows(as_user(city.viewer).get(self.url).content.decode())
        assert found["税務課"] == ["4", "1", "—受理なし", "—受理なし", "2.5"]
        assert found["福祉課"] == ["3", "該当なし", "—受理なし", "—受理なし", "3.0"]
        assert found["支所"] == ["—受理なし"] * 4 + ["—"]

    def test_every_row_leads_to_its_department(self, city, as_user):
        html = as_user(city.viewer).get(self.url).content.decode()
        for department in (city.tax, city.welfare, city.third):
            assert f'<a href="{reverse("maturity:department", args=[department.pk])}">' in html

    @pytest.mark.parametrize(
        ("sort", "order"),
        [
            ("", ["税務課", "福祉課", "支所"]),
            ("-department", ["支所", "福祉課", "税務課"]),
            ("axis-1", ["福祉課", "税務課", "支所"]),
            ("-axis-1", ["税務課", "福祉課", "支所"]),
            ("axis-2", ["税務課", "福祉課", "支所"]),
            ("-average", ["福祉課", "税務課", "支所"]),
            ("<script>", ["税務課", "福祉課", "支所"]),
        ],
    )
    def test_it_sorts_by_axis_with_the_blanks_last(self, city, as_user, sort, order):
        html = as_user(city.viewer).get(self.url, {"sort": sort}).content.decode()
        assert list(rows(html)) == order
        assert "<script>" not in html.replace("<script src", "")

    def test_a_heading_names_its_direction_and_keeps_the_round(self, city, as_user):
        html = as_user(city.viewer).get(self.url, {"sort": "axis-1", "round": city.now.pk}).content.decode()
        assert f'aria-sort="ascending"><a class="sort" href="?round={city.now.pk}&amp;sort=-axis-1#levels">' in html

    def test_another_round_can_be_chosen(self, city, as_user):
        html = as_user(city.viewer).get(self.url, {"round": city.before.pk}).content.decode()
        assert list(rows(html)) == ["税務課"]
        assert f'<option value="{city.before.pk}" selected>' in html

    @pytest.mark.parametrize("value", ["0", "99999", "x", "-1", "１", "9" * 5000])
    def test_a_round_that_is_not_there_is_not_found(self, city, as_user, value):
        assert as_user(city.viewer).get(self.url, {"round": value}).status_code == 404

    def test_the_region_comes_alone_for_its_target(self, city, as_user):
        response = as_user(city.viewer).get(self.url, headers={"HX-Request": "true", "HX-Target": "city"})
        html = response.content.decode()
        assert html.lstrip().startswith('<div id="city"')
        assert "<html" not in html
        assert "HX-Target" in response["Vary"]

    def test_before_the_first_acceptance_it_says_what_to_do(self, cast, rubric, as_user):
        html = as_user(cast.secretariat).get(self.url).content.decode()
        assert "受理した自己評価がまだありません" in html

    def test_two_axes_are_a_table_without_a_radar(self, cast, as_user):
        make_rubric(axes=2)
        official(make_round(), cast.tax, {"axis-1": 2})
        html = as_user(cast.viewer).get(self.url).content.decode()
        assert "数値の表で見る" in html
        assert 'role="img" aria-label="成熟度の全庁平均' not in html

    def test_queries_do_not_grow_with_departments(self, city, as_user):
        client = as_user(city.viewer)
        before = count_queries(client, self.url)
        for _ in range(10):
            official(city.now, make_department(), {"axis-1": 1})
        assert count_queries(client, self.url) == before

    def test_other_methods_are_refused(self, city, as_user):
        assert as_user(city.secretariat).post(self.url).status_code == 405


class TestDepartment:
    def url(self, department):
        return reverse("maturity:department", args=[department.pk])

    @pytest.mark.parametrize("name", READERS)
    def test_every_reader_sees_every_department(self, city, as_user, name):
        html = as_user(getattr(city, name)).get(self.url(city.tax)).content.decode()
        assert "税務課の成熟度" in html
        assert "令和8年度上期の自己評価" in html

    def test_without_a_role_nobody_does(self, city, as_user):
        assert as_user(city.nobody).get(self.url(city.tax)).status_code == 403

    def test_the_current_and_the_next_level_are_in_view(self, city, as_user):
        html = as_user(city.viewer).get(self.url(city.tax)).content.decode()
        assert "軸1のレベル4の姿" in html
        assert "軸1のレベル5の姿" in html
        assert "軸1のレベル3の姿" not in html

    def test_at_the_top_there_is_no_next_level(self, city, as_user):
        Score.objects.filter(axis__key="axis-1").update(level=5)
        assert "最も高い段階です" in as_user(city.viewer).get(self.url(city.tax)).content.decode()

    def test_the_history_shows_each_round_with_level_and_evidence(self, city, as_user):
        html = as_user(city.viewer).get(self.url(city.tax)).content.decode()
        assert html.index("令和8年度上期</th>") < html.index("令和7年度下期</th>")
        assert "レベル4" in html
        assert "+2" in html
        assert "−1" in html
        assert '<a href="https://example.jp/a?b=1&amp;c=2" rel="noopener noreferrer">' in html

    def test_stored_markup_is_text(self, city, as_user):
        Score.objects.update(evidence='<b onclick="x">"javascript:alert(1)')
        html = as_user(city.viewer).get(self.url(city.tax)).content.decode()
        assert "<b onclick" not in html
        assert 'href="javascript' not in html

    def test_an_own_draft_is_not_shown(self, city, as_user):
        draft = make_reply(round=make_round("2026H2"), department=city.tax)
        make_assessment({"axis-1": 5}, reply=draft).scores.update(evidence="下書きの根拠")
        html = as_user(city.lead).get(self.url(city.tax)).content.decode()
        assert "下書きの根拠" not in html
        assert "令和8年度下期" not in html

    def test_before_the_first_acceptance_it_says_so(self, city, as_user):
        html = as_user(city.viewer).get(self.url(city.third)).content.decode()
        assert "照会の回答が受理されるとここに出ます" in html

    def test_a_department_that_ended_is_still_readable(self, city, as_user):
        city.tax.valid_to = dt.date(2026, 3, 31)
        city.tax.save()
        html = as_user(city.viewer).get(self.url(city.tax)).content.decode()
        assert "令和8年3月31日に廃止した所属です" in html

    def test_an_unknown_department_is_not_found(self, city, as_user):
        assert as_user(city.viewer).get("/maturity/departments/999999/").status_code == 404

    def test_queries_do_not_grow_with_rounds(self, city, as_user):
        client = as_user(city.viewer)
        before = count_queries(client, self.url(city.tax))
        for year in range(2010, 2020):
            official(make_round(f"{year}H1"), city.tax, {"axis-1": 1})
        assert count_queries(client, self.url(city.tax)) == before

    def test_other_methods_are_refused(self, city, as_user):
        assert as_user(city.secretariat).post(self.url(city.tax)).status_code == 405


class TestRubric:
    url = "/maturity/rubric/"

    def test_all_descriptors_are_in_view(self, cast, rubric, as_user):
        html = as_user(cast.viewer).get(self.url).content.decode()
        assert all(f"軸{a}のレベル{n}の姿" in html for a in range(1, 5) for n in range(1, 6))

    def test_the_target_of_the_city_is_marked_on_every_axis(self, cast, rubric, as_user):
        Rubric.objects.update(target_level=4)
        assert as_user(cast.viewer).get(self.url).content.decode().count("全庁の目標") == 4

    def test_an_old_version_can_be_read(self, cast, rubric, as_user):
        Rubric.objects.update(is_current=False)
        make_rubric(axes=2)
        client = as_user(cast.viewer)
        assert "軸3のレベル1の姿" not in client.get(self.url).content.decode()
        html = client.get(self.url, {"version": rubric.pk}).content.decode()
        assert "軸3のレベル1の姿" in html
        assert "いまは使っていません" in html

    def test_an_unknown_version_is_not_found(self, cast, rubric, as_user):
        assert as_user(cast.viewer).get(self.url, {"version": "x"}).status_code == 404

    def test_without_a_rubric_it_says_so(self, cast, as_user):
        assert "まだ登録されていません" in as_user(cast.viewer).get(self.url).content.decode()

    def test_without_a_role_it_is_closed(self, cast, rubric, as_user):
        assert as_user(cast.nobody).get(self.url).status_code == 403

    def test_other_methods_are_refused(self, cast, rubric, as_user):
        assert as_user(cast.viewer).post(self.url).status_code == 405
