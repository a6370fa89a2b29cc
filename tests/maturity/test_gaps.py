"""Gaps: the pure rule, its twin in SQL, the list, and one gap in full."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from maturity import gaps, queries
from maturity.gaps import Gap, gap_of
from maturity.models import Score
from tests.builders import make_assessment, make_department, make_reply, make_round, make_rubric

TODAY = dt.date(2026, 11, 21)
GIVEN = {"department": 1, "axis": 2, "line": "a", "own": 2, "reviewed": None, "target": 4, "due": None}


@pytest.mark.parametrize(
    ("values", "size"),
    [
        ({}, 2), ({"own": 4}, None), ({"own": 5}, None), ({"own": None}, None), ({"target": None}, None),
        ({"not_applicable": True}, None), ({"reviewed": 1}, 3), ({"reviewed": 4}, None),
        ({"own": None, "reviewed": 3}, 1), ({"own": 0}, 4), ({"own": 0, "target": 0}, None),
    ],
)  # fmt: skip
def test_the_size_by_hand(values, size):
    found = gap_of(**GIVEN | values)
    assert (found.size if found else None) == size


@pytest.mark.parametrize(
    ("due", "overdue"), [(None, False), (TODAY, False), (TODAY - dt.timedelta(days=1), True), (dt.date.max, False)]
)
def test_a_due_date_is_past_from_the_next_day(due, overdue):
    assert gap_of(**GIVEN | {"due": due}).is_overdue(TODAY) is overdue


def test_order_and_overdue():
    late, soon, far = dt.date(2026, 3, 31), dt.date(2026, 12, 1), dt.date(2030, 3, 31)
    one, two = Gap(1, 1, "a", 3, 4, late), Gap(2, 1, "a", 1, 4, None)
    three, four = Gap(3, 1, "a", 1, 4, far), Gap(4, 1, "a", 3, 4, soon)
    found = [one, two, three, four]
    assert gaps.largest_first(found) == [three, two, one, four]
    assert gaps.earliest_first(found) == [one, four, three, two]
    assert gaps.overdue(found, TODAY) == [one]


@pytest.fixture
def rubric(db):
    return make_rubric()


def official(department, levels, period="2026H1", **scores):
    found = next(iter(_rounds(period)), None) or make_round(period)
    reply = make_reply(round=found, department=department, state="accepted", accepted_at=timezone.now())
    assessment = make_assessment(levels, reply=reply, accepted_at=timezone.now())
    if scores:
        assessment.scores.update(**scores)
    return assessment


def _rounds(period):
    from rounds.models import Round

    return Round.objects.filter(period=period)


@pytest.fixture
def city(cast, rubric):
    """税務課 lacks 2 on 軸1 (overdue) and nothing on 軸2; 福祉課 lacks 4, and its reviewed level makes one more."""
    old = dt.date(2020, 3, 31)
    official(cast.tax, {"axis-1": 1, "axis-2": 1}, "2025H2", target_level=5)
    tax = official(cast.tax, {"axis-1": 2, "axis-2": 4}, target_level=4)
    tax.scores.filter(axis__key="axis-1").update(target_on=old)
    tax.scores.filter(axis__key="axis-4").update(not_applicable=True)
    welfare = official(cast.welfare, {"axis-1": 1, "axis-2": 5}, target_level=5)
    welfare.scores.filter(axis__key="axis-2").update(reviewed_level=4)
    draft = make_reply(round=make_round("2026H2"), department=cast.tax)
    make_assessment({"axis-2": 1}, reply=draft).scores.update(target_level=5)
    return cast


def test_sql_finds_what_the_rule_finds(city):
    rows = list(queries.open_gaps(TODAY))
    every = Score.objects.latest().with_axis()
    expected = {g for s in every if (g := queries.gap_of_score(s))}
    assert {queries.gap_of_score(s) for s in rows} == expected
    assert {(s.best, s.gap_size) for s in rows} == {(g.level, g.size) for g in expected}
    assert len(rows) == 3


def test_departments_that_ended_have_no_gaps(city):
    city.tax.valid_to = TODAY - dt.timedelta(days=1)
    city.tax.save()
    assert {s.assessment.department for s in queries.open_gaps(TODAY)} == {city.welfare}


class TestList:
    url = "/maturity/gaps/"

    def rows(self, html) -> list[tuple[str, str, str]]:
        found = re.findall(r"<tr><th scope=\"row\">.*?</tr>", html, re.DOTALL)
        words = [
            [re.sub(r"<[^>]+>", "", c).strip() for c in re.findall(r"<t[hd].*?</t[hd]>", r, re.DOTALL)] for r in found
        ]
        return [(w[0].split("の")[0], w[1], w[4]) for w in words]

    def test_the_largest_comes_first_and_each_leads_to_its_page(self, city, rubric, as_user):
        html = as_user(city.viewer).get(self.url).content.decode()
        assert self.rows(html) == [("福祉課", "軸1", "あと4"), ("税務課", "軸1", "あと2"), ("福祉課", "軸2", "あと1")]
        axis = rubric.axes.first()
        assert reverse("maturity:gap", args=[city.welfare.pk, axis.pk]) in html
        assert "期日を過ぎたもの 1件" in html
        assert "差が分からないもの 3件" in html

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"axis": "axis-2"}, ["福祉課"]), ({"due": "over"}, ["税務課"]), ({"due": "none"}, ["福祉課", "福祉課"]),
            ({"sort": "due"}, ["税務課", "福祉課", "福祉課"]), ({"sort": "department"}, ["税務課", "福祉課", "福祉課"]),
            ({"sort": "size"}, ["福祉課", "税務課", "福祉課"]), ({"sort": "<script>"}, ["福祉課", "税務課", "福祉課"]),
        ],
    )  # fmt: skip
    def test_it_filters_and_sorts(self, city, as_user, query, expected):
        html = as_user(city.viewer).get(self.url, query).content.decode()
        assert [name for name, _, _ in self.rows(html)] == expected

    def test_one_department(self, city, as_user):
        html = as_user(city.viewer).get(self.url, {"department": city.tax.pk}).content.decode()
        assert [name for name, _, _ in self.rows(html)] == ["税務課"]

    @pytest.mark.parametrize("query", [{"department": "x"}, {"axis": "<b>"}, {"due": "1"}, {"page": "x"}])
    def test_a_wrong_filter_is_said_and_filters_nothing(self, city, as_user, query):
        response = as_user(city.viewer).get(self.url, query)
        assert response.status_code == 200
        assert len(self.rows(response.content.decode())) == 3

    def test_the_region_comes_alone(self, city, as_user):
        html = as_user(city.viewer).get(self.url, headers={"HX-Request": "true", "HX-Target": "gaps"}).content.decode()
        assert html.lstrip().startswith('<div id="gaps">')

    def test_without_gaps_it_says_what_to_do(self, cast, rubric, as_user):
        assert "目標は、照会の自己評価で" in as_user(cast.viewer).get(self.url).content.decode()


class TestOneGap:
    def get(self, as_user, user, department, axis):
        return as_user(user).get(reverse("maturity:gap", args=[department.pk, axis.pk]))

    def test_it_shows_the_steps_to_the_target_and_the_history(self, city, rubric, as_user):
        html = self.get(as_user, city.viewer, city.tax, rubric.axes.first()).content.decode()
        steps = html[html.index('class="climb"') : html.index("</ol>")]
        assert re.findall(r"軸1のレベル(\d)の姿", steps) == ["2", "3", "4"]
        assert "期日を過ぎた" in html
        assert html.index("令和8年度上期</th>") < html.index("令和7年度下期</th>")

    def test_a_reached_target_and_an_unknown_level_say_so(self, city, rubric, as_user):
        _, second, third, fourth = rubric.axes.all()
        assert "目標に届いています" in self.get(as_user, city.viewer, city.tax, second).content.decode()
        assert "差は分かりません" in self.get(as_user, city.viewer, city.tax, third).content.decode()
        assert "該当しないと答えています" in self.get(as_user, city.viewer, city.tax, fourth).content.decode()

    def test_what_is_not_there_is_not_found(self, city, rubric, as_user):
        axis = rubric.axes.first()
        draft = make_rubric(is_current=False, is_draft=True).axes.first()
        assert self.get(as_user, city.viewer, make_department(), axis).status_code == 404
        assert self.get(as_user, city.viewer, city.tax, draft).status_code == 404
        assert as_user(city.viewer).get(f"/maturity/gaps/{city.tax.pk}/999999/").status_code == 404
