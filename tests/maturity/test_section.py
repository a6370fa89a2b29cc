"""成熟度 as a part of a reply: standing, changes, freezing, acceptance."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from maturity import queries
from maturity.models import Assessment, Axis, Rubric
from maturity.sections import MaturitySection
from rounds import sections, services
from rounds.sections import Missing
from tests.builders import make_assessment, make_department, make_reply, make_round, make_rubric

SECTION = MaturitySection()


@pytest.fixture
def rubric(db):
    return make_rubric()


@pytest.fixture
def reply(cast, rubric):
    return make_reply(department=cast.tax, round=make_round(sections=["maturity"]))


def official(department, levels, period="2025H2", **scores):
    reply = make_reply(round=make_round(period), department=department, state="accepted", accepted_at=timezone.now())
    found = make_assessment(levels, reply=reply, accepted_at=timezone.now())
    if scores:
        found.scores.update(**scores)
    return found


def test_it_is_registered():
    assert isinstance(next(s for s in sections.available() if s.key == "maturity"), MaturitySection)


class TestStanding:
    def test_an_untouched_reply_misses_every_axis(self, reply):
        found = SECTION.standing(reply)
        assert (found.done, found.total) == (0, 4)
        assert found.missing[0] == Missing("軸1が未回答", "axis-axis-1")
        assert [d.state for d in found.dots] == [""] * 4
        assert not Assessment.objects.exists()

    def test_levels_and_not_applicable_are_answers(self, reply):
        assessment = make_assessment({"axis-1": 3}, reply=reply)
        assessment.scores.filter(axis__key="axis-3").update(not_applicable=True)
        found = SECTION.standing(reply)
        assert found.done == 2
        assert [m.anchor for m in found.missing] == ["axis-axis-2", "axis-axis-4"]
        assert [d.state for d in found.dots] == ["ok", "", "ok", ""]

    def test_anchors_are_on_the_page(self, reply, cast, as_user):
        html = as_user(cast.member).get(reverse("rounds:reply", args=[reply.pk])).content.decode()
        assert all(f'id="{m.anchor}"' in html for m in SECTION.standing(reply).missing)

    def test_without_a_rubric_nothing_is_asked(self, reply):
        Rubric.objects.update(is_current=False, is_draft=True)
        assert (SECTION.standing(reply).total, SECTION.freeze(reply)["rows"]) == (0, [])


class TestContext:
    def test_the_department_may_edit_a_draft(self, reply, cast):
        assert SECTION.context(reply, cast.member)["editable"]

    @pytest.mark.parametrize("name", ["executive", "viewer", "admin", "other_lead"])
    def test_others_may_not(self, reply, cast, name):
        assert not SECTION.context(reply, getattr(cast, name))["editable"]

    @pytest.mark.parametrize("state", ["submitted", "approved", "accepted"])
    def test_nobody_edits_what_was_handed_in(self, reply, cast, state):
        reply.state = state
        assert not SECTION.context(reply, cast.member)["editable"]

    def test_nobody_edits_in_a_closed_round(self, reply, cast):
        reply.round.closed_at = timezone.now()
        assert not SECTION.context(reply, cast.secretariat)["editable"]

    def test_the_first_axis_without_an_answer_is_current(self, reply, cast):
        make_assessment({"axis-1": 3, "axis-2": 1}, reply=reply)
        panels = SECTION.context(reply, cast.member)["sheet"].panels
        assert [p.current for p in panels] == [False, False, True, False]

    def test_the_last_official_level_and_the_target_are_marked(self, reply, cast):
        official(cast.tax, {"axis-1": 2}, target_level=4, target_on=dt.date(2028, 3, 31))
        panel = SECTION.context(reply, cast.member)["sheet"].panels[0]
        assert [c.was for c in panel.choices] == ["", "前回 令和7年度下期", "", "", ""]
        assert [c.goal for c in panel.choices] == ["", "", "", "目標 令和10年3月末", ""]
        assert panel.choices[4].change == "前回から+3"
        assert panel.choices[0].change == "前回から−1"
        assert panel.choices[1].change == "前回と同じ"


class TestChanges:
    def changes(self, *replies):
        return SECTION.changes(list(replies))

    def test_a_moved_level_is_a_change_with_both_levels(self, reply, cast):
        official(cast.tax, {"axis-1": 2, "axis-2": 3}, evidence="前の資料")
        make_assessment({"axis-1": 3, "axis-2": 3}, reply=reply).scores.update(evidence="新しい資料")
        (found,) = self.changes(reply)[reply.pk]
        assert (found.kind, found.title) == ("maturity", "成熟度：軸1")
        assert found.url == reverse("maturity:department", args=[cast.tax.pk])
        assert found.pairs == [("レベル", "レベル2", "レベル3"), ("根拠", "前の資料", "新しい資料")]

    def test_a_fall_stands_before_a_rise(self, reply, cast):
        official(cast.tax, {"axis-1": 2, "axis-2": 3})
        make_assessment({"axis-1": 3, "axis-2": 1}, reply=reply)
        weights = {c.title: c.weight for c in self.changes(reply)[reply.pk]}
        assert weights["成熟度：軸2"] > weights["成熟度：軸1"]

    def test_not_applicable_is_a_change_but_a_blank_is_not(self, reply, cast):
        official(cast.tax, {"axis-1": 2, "axis-2": 3})
        make_assessment({}, reply=reply).scores.filter(axis__key="axis-1").update(not_applicable=True)
        (found,) = self.changes(reply)[reply.pk]
        assert found.pairs == [("レベル", "レベル2", "該当なし")]

    def test_a_first_assessment_is_one_line(self, reply):
        make_assessment({"axis-1": 2, "axis-2": 1}, reply=reply)
        (found,) = self.changes(reply)[reply.pk]
        assert found.title == "成熟度（初めての自己評価）"
        assert found.pairs == [("軸1", "—", "レベル2"), ("軸2", "—", "レベル1")]

    def test_nothing_entered_is_no_change(self, reply, cast):
        assert self.changes(reply) == {}
        make_assessment({}, reply=reply)
        assert self.changes(reply) == {reply.pk: []}

    def test_the_axis_of_another_rubric_is_the_same_by_its_key(self, reply, cast, rubric):
        official(cast.tax, {"axis-1": 2})
        Rubric.objects.update(is_current=False)
        make_assessment({"axis-1": 4}, reply=reply, rubric=make_rubric(axes=5))
        assert [c.pairs[0] for c in self.changes(reply)[reply.pk]] == [("レベル", "レベル2", "レベル4")]

    def test_the_number_of_queries_does_not_grow(self, rubric, django_assert_num_queries):
        round_ = make_round(sections=["maturity"])
        many = [make_reply(round=round_, department=make_department()) for _ in range(6)]
        for one in many:
            official(one.department, {"axis-1": 1}, period="2025H2")
            make_assessment({"axis-1": 2}, reply=one)
        with django_assert_num_queries(1):
            self.changes(*many[:2])
        with django_assert_num_queries(1):
            assert len(self.changes(*many)) == 6


class TestFreeze:
    def test_it_says_everything_with_labels(self, reply, cast, rubric):
        official(cast.tax, {"axis-1": 2})
        values = {"evidence": "議事録", "confidence": "b", "target_level": 4, "target_on": dt.date(2028, 3, 31)}
        make_assessment({"axis-1": 3}, reply=reply).scores.filter(axis__key="axis-1").update(**values)
        found = json.loads(json.dumps(SECTION.freeze(reply), ensure_ascii=False))
        assert (found["rubric"], found["as_of"], found["previous"]) == (str(rubric), "2026-09-30", "令和7年度下期")
        assert found["axes"][0] == {
            "key": "axis-1", "line": "axis-1", "axis": "軸1", "level": 3, "not_applicable": False,
            "not_applicable_reason": "", "level_label": "レベル3",
            "descriptor": "軸1のレベル3の姿", "previous_level": 2, "previous_label": "レベル2",
            "evidence": "議事録", "confidence": "b", "confidence_label": "B　聞き取り",
            "target_level": 4, "target_on": "2028-03-31", "target_label": "レベル4（令和10年3月末）",
        }  # fmt: skip
        assert found["rows"][0] == [
            "軸1", "レベル3", "軸1のレベル3の姿", "レベル2", "議事録", "B　聞き取り", "レベル4（令和10年3月末）",
        ]  # fmt: skip

    def test_a_blank_stays_blank(self, reply):
        make_assessment({}, reply=reply)
        found = SECTION.freeze(reply)
        assert (found["axes"][0]["level"], found["axes"][0]["level_label"]) == (None, "未回答")
        assert found["rows"][0] == ["軸1", "未回答", "—", "—", "—", "—", "—"]

    def test_every_row_has_a_cell_for_each_head(self, reply):
        found = SECTION.freeze(reply)
        assert {len(row) for row in found["rows"]} == {len(found["heads"])}


class TestTheWayOfAReply:
    def test_from_the_first_answer_to_the_official_value(self, reply, cast, rubric):
        make_assessment(dict.fromkeys((f"axis-{n}" for n in range(1, 5)), 2), reply=reply)
        services.submit_reply(reply=reply, version=reply.version, by=cast.lead, approve=True)
        reply.refresh_from_db()
        services.accept_reply(reply=reply, version=reply.version, by=cast.secretariat)
        reply.refresh_from_db()
        assessment = Assessment.objects.get()
        assert assessment.accepted_at == reply.accepted_at
        assert [p["axes"][0]["level"] for p in reply.frozen["parts"]] == [2]
        assert Entry.objects.about(assessment).first().act == "accept"

    def test_a_missing_axis_keeps_the_reply_from_being_submitted(self, reply, cast):
        make_assessment({"axis-1": 2}, reply=reply)
        with pytest.raises(Exception, match="あと3つ残っています"):
            services.submit_reply(reply=reply, version=reply.version, by=cast.lead)


@pytest.mark.django_db
class TestVersionOfARound:
    """The page reads the version with its axes in one statement; it is the one that `rubric_at` names."""

    @pytest.mark.parametrize("days", [(None,), (-9, -5), (-5, -9), (5, 9), (9, 5), (None, -5), (None, 5), (-5, 5)])
    @pytest.mark.parametrize("current", [0, 1])
    def test_it_is_the_same(self, days: tuple[int | None, ...], current: int) -> None:
        round_ = make_round(sections=["maturity"])
        moments = [day and round_.created_at + dt.timedelta(days=day) for day in days]
        for n, moment in enumerate(moments):
            rubric = Rubric.objects.create(label=f"第{n}版", is_current=n == current, published_at=moment)
            Axis.objects.create(rubric=rubric, key="a", line="a", name="軸", order=1)
        draft = Rubric.objects.create(label="下書き", is_draft=True)
        Axis.objects.create(rubric=draft, key="a", line="a", name="軸", order=1)
        found = queries.answers_of(make_reply(round=round_, department=make_department()))
        assert found.rubric == queries.rubric_of_round(round_)
        assert {s.axis.rubric for s in found.scores} == {found.rubric}

    def test_a_version_without_axes_is_still_the_version(self) -> None:
        round_ = make_round(sections=["maturity"])
        rubric = Rubric.objects.create(label="空", is_current=True)
        found = queries.answers_of(make_reply(round=round_, department=make_department()))
        assert (found.rubric, found.scores) == (rubric, [])
