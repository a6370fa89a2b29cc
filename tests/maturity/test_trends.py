"""Courses over rounds and two chosen rounds, against tables computed by hand: blanks, N/A, weights and mapping."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from maturity import charts, pages, queries, services, trends
from maturity.models import Axis, Rubric
from maturity.scoring import Mark, average, overall, weighted_mean
from tests.builders import make_assessment, make_department, make_reply, make_round, make_rubric

d = Decimal


def test_averages_by_hand():
    names = {"a": "甲", "b": "乙", "c": "丙"}
    sums = {(1, "a"): (9, 4), (2, "a"): (7, 3), (2, "b"): (0, 2), (1, "b"): (0, 0)}
    found = {line.key: line.values for line in trends.averages(names, [1, 2], sums)}
    # 9/4 = 2.25 shows 2.3; 7/3 shows 2.3; no answer is None, two answers of level 0 are 0.0.
    assert found == {"a": (d("2.3"), d("2.3")), "b": (None, d("0.0"))}


def test_levels_keep_blanks_and_not_applicable_open():
    answers = [{"a": Mark(2)}, {"a": Mark(None)}, {"a": Mark(not_applicable=True)}, {"a": Mark(3, reviewed=2)}]
    assert [line.values for line in trends.levels({"a": "甲", "b": "乙"}, answers)] == [(2, None, None, 3)]
    assert [line.values for line in trends.levels({"a": "甲"}, answers, "reviewed")] == [(None, None, None, 2)]


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(4, "2"), (1, "1")], 3), ([(4, "2"), (None, "5")], 4), ([(None, "1")], None), ([], None),
        ([(0, "3"), (4, "1")], 1), ([(3, "0.5"), (1, "0.5")], 2),
    ],
)  # fmt: skip
def test_the_weight_of_a_blank_leaves_the_divisor(pairs, expected):
    assert weighted_mean((v, d(w)) for v, w in pairs) == expected


def test_overall_with_weights_by_hand():
    # Means 4, 2 and none with weights 3, 1 and 9: (4×3 + 2×1) / 4 = 3.5.
    groups = [[Mark(4), Mark(4)], [Mark(2)], [Mark(), Mark(not_applicable=True)]]
    assert overall(groups, [d(3), d(1), d(9)]) == d("3.5")
    assert overall(groups) == d("3.0")
    assert average([Mark(5), Mark(2), Mark()], [d(2), d(1), d(7)]) == d("4.0")


@pytest.fixture
def first(db):
    return make_rubric(axes=3)


def official(round_, department, levels, **values):
    reply = make_reply(round=round_, department=department, state="accepted", accepted_at=timezone.now())
    return make_assessment(levels, reply=reply, accepted_at=timezone.now(), **values)


@pytest.fixture
def story(cast, first):
    """Two rounds on 第1版, and one on a version whose 軸1 and 軸2 changed places and whose 軸3 is new."""
    cast.rounds = [make_round(p) for p in ("2025H1", "2025H2", "2026H1")]
    official(cast.rounds[0], cast.tax, {"axis-1": 1, "axis-2": 4, "axis-3": 2})
    official(cast.rounds[0], cast.welfare, {"axis-1": 2})
    found = official(cast.rounds[1], cast.tax, {"axis-1": 3, "axis-2": None, "axis-3": 5})
    found.scores.filter(axis__key="axis-2").update(not_applicable=True)
    draft = services.start_draft(by=cast.secretariat)
    one, two, three = draft.axes.all()
    old = list(first.axes.all())
    pairs = {one.pk: old[1].pk, two.pk: old[0].pk, three.pk: None}
    services.set_mapping(rubric=draft, version=draft.version, pairs=pairs, by=cast.secretariat)
    for axis, name in ((one, "新1"), (two, "新2"), (three, "新3")):
        Axis.objects.filter(pk=axis.pk).update(name=name)
    cast.second = services.publish_rubric(rubric=draft, version=2, by=cast.secretariat)
    official(cast.rounds[2], cast.tax, {"axis-1": 5, "axis-2": 2, "axis-3": 1}, rubric=cast.second)
    return cast


def test_the_city_s_course_survives_the_new_version(story):
    found = {line.name: line.values for line in queries.city_trend(story.rounds)}
    # 新1 continues 軸2, 新2 continues 軸1; 軸3 ended, 新3 began.
    assert found == {
        "新1": (d("4.0"), None, d("5.0")),
        "新2": (d("1.5"), d("3.0"), d("2.0")),
        "新3": (None, None, d("1.0")),
        "軸3": (d("2.0"), d("5.0"), None),
    }


def test_the_comparison_follows_the_mapping(story):
    found = {a.name: (a.now, a.previous, a.gain) for a in queries.city_radar().axes}
    assert found == {
        "新1": (d("5.0"), None, None), "新2": (d("2.0"), d("3.0"), d("-1.0")), "新3": (d("1.0"), None, None),
    }  # fmt: skip


def test_any_two_rounds_can_be_compared(story):
    last, first = story.rounds[2], story.rounds[0]
    found = queries.city_radar(last.pk, with_id=first.pk)
    assert (found.previous, found.is_chosen, found.previous_label) == (first, True, "R7上期")
    assert {a.name: a.previous for a in found.axes} == {"新1": d("4.0"), "新2": d("1.5"), "新3": None}
    assert found.sentence.startswith("R7上期から最も伸びた軸は新1（+1.0）です。")


def test_a_department_s_course_and_its_comparison_follow_too(story):
    past = queries.history(story.tax)
    chart = pages.department_trend(past, "self")
    assert [(line.label, line.end_value) for line in chart.lines] == [
        ("新1", "5"),
        ("新2", "2"),
        ("新3", "1"),
        ("軸3", "5"),
    ]
    rows = {r.label: r.cells for r in chart.table.rows}
    assert rows == {
        "R7上期": ("4", "1", "—", "2"), "R7下期": ("—", "3", "—", "5"), "R8上期": ("5", "2", "1", "—"),
    }  # fmt: skip
    picked = pages.choose(past, None, story.rounds[0].pk)
    assert [r.cells for r in pages.department_radar(picked).table.rows] == [("5", "4"), ("2", "1"), ("1", "—")]


def test_weights_count_only_when_the_version_switches_them_on(story):
    Axis.objects.filter(rubric=story.second, name="新1").update(weight=d("3.0"))
    # (5 + 2 + 1) / 3 = 2.7; weighted (5×3 + 2 + 1) / 5 = 3.6.
    assert (queries.city_radar().overall, queries.city_radar().weighted) == (d("2.7"), False)
    Rubric.objects.filter(pk=story.second.pk).update(uses_weights=True)
    found = queries.city_radar()
    assert (found.overall, found.weighted) == (d("3.6"), True)
    assert "重みを付けて" in found.sentence
    (row,) = charts.city_rows(found, [story.tax], "")
    assert row.average == d("3.6")


@pytest.mark.parametrize("route", ["maturity:home", "dashboard:overview"])
def test_every_page_with_an_overall_figure_says_that_it_is_weighted(story, as_user, route):
    Rubric.objects.filter(pk=story.second.pk).update(uses_weights=True)
    html = as_user(story.executive).get(reverse(route)).content.decode()
    assert "全体の平均は、軸に重みを付けて計算しています。" in html


def test_one_query_for_the_course_whatever_its_length(story, django_assert_num_queries):
    for year in range(2010, 2016):
        official(make_round(f"{year}H1"), make_department(), {"axis-1": 1})
    with django_assert_num_queries(2):
        queries.city_trend(story.rounds)


def test_versions_of_different_ranges_are_said(story, as_user):
    assert not queries.ranges_differ()
    Rubric.objects.filter(pk=story.second.pk).update(lowest=0)
    assert queries.ranges_differ()
    assert "段階の範囲が違う版がある" in as_user(story.viewer).get("/maturity/").content.decode()


class TestPages:
    def test_the_home_page_offers_two_rounds_and_the_views(self, story, as_user):
        query = {"round": story.rounds[2].pk, "with": story.rounds[0].pk, "view": "reviewed"}
        html = as_user(story.viewer).get("/maturity/", query).content.decode()
        assert f'<option value="{story.rounds[0].pk}" selected>' in html
        assert "R7上期から" in html
        assert '—</span><span class="vh">未確認</span>' in html

    @pytest.mark.parametrize("query", [{"with": "0"}, {"with": "x"}, {"with": "9" * 30}])
    def test_an_unknown_round_is_not_found(self, story, as_user, query):
        client = as_user(story.viewer)
        assert client.get("/maturity/", query).status_code == 404
        assert client.get(reverse("maturity:department", args=[story.tax.pk]), query).status_code == 404

    def test_the_reviewed_view_shows_how_far_it_is_from_the_own_level(self, story, as_user):
        scores = queries.history(story.tax)[0].scores.all()
        type(scores[0]).objects.filter(pk=scores[0].pk).update(reviewed_level=3)
        html = as_user(story.viewer).get("/maturity/", {"view": "reviewed"}).content.decode()
        assert '3 <small class="apart"><span class="vh">自己評価との差 </span>−2</small>' in html
        assert "−2" not in as_user(story.viewer).get("/maturity/").content.decode().partition('id="levels"')[2]

    def test_a_department_chooses_two_of_its_rounds(self, story, as_user):
        url = reverse("maturity:department", args=[story.tax.pk])
        html = (
            as_user(story.viewer).get(url, {"round": story.rounds[1].pk, "with": story.rounds[2].pk}).content.decode()
        )
        assert "令和7年度下期の自己評価" in html
        assert f'<option value="{story.rounds[2].pk}" selected>' in html

    def test_the_distribution_shows_blanks_and_not_applicable_apart(self, story, as_user):
        story.rounds[1].replies.create(department=story.welfare)
        found = queries.city_radar(story.rounds[1].pk)
        table = charts.distribution_table(charts.axis_lines(found), found)
        assert table.heads == ("軸", "レベル1", "レベル2", "レベル3", "レベル4", "レベル5", "該当なし", "受理なし")
        assert {r.label: r.cells for r in table.rows} == {
            "軸1": ("0", "0", "1", "0", "0", "0", "1"),
            "軸2": ("0", "0", "0", "0", "0", "1", "1"),
            "軸3": ("0", "0", "0", "0", "1", "0", "1"),
        }

    def test_a_scale_from_0_shows_its_0(self, cast, as_user):
        rubric = make_rubric(axes=3, lowest=0)
        for axis in rubric.axes.all():
            axis.levels.create(number=0, descriptor="未着手")
        official(make_round(), cast.tax, {"axis-1": 0, "axis-2": 1, "axis-3": 0})
        found = queries.city_radar()
        assert (found.overall, found.minimum) == (d("0.3"), 0)
        assert charts.level_counts(found, "axis-1") == {"0": 1, "blank": 0}
        assert [s.text for s in charts.heat_steps(found)] == ["0", "1", "2", "3", "4", "5"]
