"""Calibration: the reviewed level beside the department's own, and the city's own assessment."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from lib import ledger
from lib.writes import StaleError
from maturity import charts, queries, services
from maturity.models import Assessment, CityAssessment, Score
from tests.builders import make_assessment, make_department, make_reply, make_round, make_rubric

NOT_SECRETARIAT = ("admin", "executive", "lead", "member", "other_lead", "viewer", "nobody")


@pytest.fixture
def rubric(db):
    return make_rubric()


def official(round_, department, levels):
    reply = make_reply(round=round_, department=department, state="accepted", accepted_at=timezone.now())
    return make_assessment(levels, reply=reply, accepted_at=timezone.now())


@pytest.fixture
def now(rubric):
    return make_round("2026H1")


@pytest.fixture
def score(cast, now):
    return official(now, cast.tax, {"axis-1": 3, "axis-2": 2}).scores.get(axis__key="axis-1")


def review(score, by, level, comment="", version=1) -> Score:
    return services.review_score(score=score, reviewed_level=level, review_comment=comment, version=version, by=by)


def refused(score, by, *args, **kwargs) -> ValidationError:
    count = Entry.objects.count()
    with pytest.raises(ValidationError) as caught:
        review(score, by, *args, **kwargs)
    assert Entry.objects.count() == count
    score.refresh_from_db()
    return caught.value


class TestReviewScore:
    def test_it_stands_beside_the_own_level_and_names_who_and_when(self, score, cast):
        review(score, cast.secretariat, 2, " 資料では研修の計画が確かめられない ")
        score.refresh_from_db()
        assert (score.level, score.reviewed_level, score.difference, score.best_level) == (3, 2, -1, 2)
        assert (score.review_comment, score.reviewed_by) == ("資料では研修の計画が確かめられない", cast.secretariat)
        assert score.reviewed_at is not None
        entry = Entry.objects.about(score).first()
        assert (entry.act, entry.changes["reviewed_level"]) == ("review", [None, 2])

    def test_agreement_needs_no_comment(self, score, cast):
        assert review(score, cast.secretariat, 3).difference == 0

    def test_a_different_level_needs_one(self, score, cast):
        error = refused(score, cast.secretariat, 4, "  ")
        assert error.message_dict == {
            "review_comment": ["自己評価（レベル3）と違うレベルにするときは、理由を書いてください。"]
        }

    @pytest.mark.parametrize("level", [0, 6, -1, 32767])
    def test_a_level_outside_the_rubric(self, score, cast, level):
        error = refused(score, cast.secretariat, level, "理由")
        assert (
            error.message_dict["reviewed_level"][-1] == f"レベル{level}は「軸1」にありません。1〜5から選んでください。"
        )

    def test_an_address_that_runs_and_a_text_too_long(self, score, cast):
        assert list(refused(score, cast.secretariat, 3, "javascript:alert(1)").message_dict) == ["review_comment"]
        assert list(refused(score, cast.secretariat, 3, "あ" * 501).message_dict) == ["review_comment"]

    def test_not_applicable_takes_a_comment_and_no_level(self, score, cast):
        Score.objects.filter(pk=score.pk).update(level=None, not_applicable=True, not_applicable_reason="窓口がない")
        assert list(refused(score, cast.secretariat, 2, "理由").message_dict) == ["reviewed_level"]
        assert review(score, cast.secretariat, None, "窓口は来年度にできる").reviewed_at is not None

    def test_a_blank_may_be_filled_beside_and_stays_blank(self, score, cast):
        Score.objects.filter(pk=score.pk).update(level=None)
        found = review(score, cast.secretariat, 2, "現地で確かめた")
        assert (found.level, found.best_level, found.difference) == (None, 2, None)

    def test_it_can_be_taken_back(self, score, cast):
        review(score, cast.secretariat, 2, "理由")
        found = review(score, cast.secretariat, None, "", version=2)
        assert (found.reviewed_level, found.reviewed_at) == (None, None)

    def test_only_accepted_assessments(self, score, cast):
        Assessment.objects.update(accepted_at=None)
        assert "受理した自己評価だけ" in str(refused(score, cast.secretariat, 2, "理由"))

    def test_the_same_again_writes_nothing(self, score, cast):
        review(score, cast.secretariat, 2, "理由")
        count = Entry.objects.count()
        assert review(score, cast.secretariat, 2, "理由", version=1).version == 2
        assert Entry.objects.count() == count

    def test_a_stale_form_shows_what_is_stored(self, score, cast):
        review(score, cast.secretariat, 2, "先の人")
        error = refused(score, cast.secretariat, 4, "後の人")
        assert isinstance(error, StaleError)
        assert (error.current.reviewed_level, error.current.review_comment) == (2, "先の人")

    def test_a_failing_ledger_takes_it_back(self, score, cast, monkeypatch):
        monkeypatch.setattr(ledger, "record", _fail)
        with pytest.raises(RuntimeError):
            review(score, cast.secretariat, 2, "理由")
        score.refresh_from_db()
        assert score.reviewed_level is None


def _fail(**kwargs) -> None:
    raise RuntimeError("no ledger")


class TestFigures:
    def test_reviewed_averages_hold_only_what_was_reviewed(self, score, cast, now):
        welfare = official(now, cast.welfare, {"axis-1": 5, "axis-2": 4})
        review(score, cast.secretariat, 2, "理由")
        review(welfare.scores.get(axis__key="axis-2"), cast.secretariat, 3, "理由")
        found = queries.city_radar()
        first, second, third, _ = found.axes
        # 軸1: own (3+5)/2, reviewed 2 alone. 軸2: own (2+4)/2, reviewed 3 alone.
        assert (first.now, first.reviewed, first.reviewed_count) == (Decimal("4.0"), Decimal("2.0"), 1)
        assert (second.now, second.reviewed, second.reviewed_count) == (Decimal("3.0"), Decimal("3.0"), 1)
        assert (third.now, third.reviewed) == (None, None)
        assert (found.overall, found.overall_reviewed, found.reviewed) == (Decimal("3.5"), Decimal("2.5"), 2)
        assert found.partly_reviewed == 0, "both axes with answers have a reviewed average"

    def test_an_overall_average_of_some_axes_says_so(self, score, cast, now, as_user):
        official(now, cast.welfare, {"axis-1": 5, "axis-2": 4})
        review(score, cast.secretariat, 2, "理由")
        assert queries.city_radar().partly_reviewed == 1
        html = as_user(cast.viewer).get(reverse("maturity:home")).content.decode()
        assert "一部の軸を確認 1課" in html
        assert "1軸だけ" in html

    def test_the_radar_gets_a_line_for_it_only_when_there_is_one(self, score, cast):
        keys = [s.key for s in charts.city_chart(queries.city_radar()).shapes]
        assert keys == ["now"]
        review(score, cast.secretariat, 2, "理由")
        keys = {s.key for s in charts.city_chart(queries.city_radar()).shapes}
        assert keys == {"now", "reviewed"}


class TestReviewPage:
    def url(self, round_, **query):
        return reverse("maturity:review", args=[round_.pk], query=query or None)

    @pytest.mark.parametrize("name", NOT_SECRETARIAT)
    def test_only_the_secretariat_reviews(self, score, cast, now, as_user, name):
        client = as_user(getattr(cast, name))
        assert client.get(self.url(now)).status_code == 403
        data = {"reviewed_level": "2", "review_comment": "理由", "version": "1"}
        assert client.post(reverse("maturity:review_score", args=[score.pk]), data).status_code == 403
        score.refresh_from_db()
        assert score.reviewed_level is None

    def test_it_shows_level_evidence_and_last_time_side_by_side(self, score, cast, now, as_user):
        Score.objects.filter(pk=score.pk).update(evidence="資料 https://example.jp/x", confidence="b")
        before = official(make_round("2025H2"), cast.tax, {"axis-1": 2})
        before.scores.filter(axis__key="axis-1").update(reviewed_level=1)
        html = as_user(cast.secretariat).get(self.url(now)).content.decode()
        assert "自己 レベル3" in html
        assert "軸1のレベル3の姿" in html
        assert '<a href="https://example.jp/x"' in html
        assert "R7下期　自己 レベル2／確認後 レベル1" in html

    def test_departments_stand_by_division_and_that_of_the_chosen_one_first(self, score, cast, now, as_user):
        north = make_department(name="北部", kind="division", order=1)
        south = make_department(name="南部", kind="division", order=2)
        one, two, three = (
            make_department(name=n, parent=p) for n, p in (("甲課", north), ("乙課", south), ("丙課", south))
        )
        for department in (one, two, three):
            official(now, department, {"axis-1": 1})
        client = as_user(cast.secretariat)
        names = ("甲課</a></h3>", "乙課</a></h3>", "丙課</a></h3>", "税務課</a></h3>")
        order = sorted(names, key=client.get(self.url(now)).content.decode().index)
        assert order == list(names)
        html = client.get(self.url(now, department=three.pk)).content.decode()
        assert sorted(names, key=html.index) == [names[2], names[1], names[0], names[3]]

    def test_an_axis_can_be_chosen(self, score, cast, now, as_user):
        html = as_user(cast.secretariat).get(self.url(now, axis="axis-2")).content.decode()
        assert "自己 レベル2" in html
        assert "自己 レベル3" not in html

    @pytest.mark.parametrize("query", [{"axis": "nothing"}, {"department": "0"}, {"department": "x"}])
    def test_what_is_not_there_is_not_found(self, score, cast, now, as_user, query):
        assert as_user(cast.secretariat).get(self.url(now, **query)).status_code == 404

    def test_a_round_without_maturity_is_not_found(self, cast, rubric, as_user):
        round_ = make_round(sections=["progress"])
        assert as_user(cast.secretariat).get(self.url(round_)).status_code == 404

    def test_before_the_first_acceptance_it_says_what_to_do(self, cast, now, as_user):
        html = as_user(cast.secretariat).get(self.url(now)).content.decode()
        assert "受理した自己評価がまだありません" in html

    def post(self, client, score, htmx=False, **values):
        data = {"reviewed_level": "", "review_comment": "", "version": "1"} | values
        headers = {"HX-Request": "true", "HX-Target": f"score-{score.pk}"} if htmx else {}
        return client.post(reverse("maturity:review_score", args=[score.pk]), data, headers=headers)

    def test_without_script_it_saves_and_returns_to_the_row(self, score, cast, now, as_user):
        response = self.post(as_user(cast.secretariat), score, reviewed_level="2", review_comment="理由")
        assert response["Location"] == f"{self.url(now)}?axis=axis-1#score-{score.pk}"

    def test_with_htmx_the_row_comes_back_alone(self, score, cast, as_user):
        response = self.post(as_user(cast.secretariat), score, htmx=True, reviewed_level="2", review_comment="理由")
        html = response.content.decode()
        assert html.lstrip().startswith(f'<article class="review-row" id="score-{score.pk}"')
        assert "確認済み" in html
        assert "確認後との差 −1" in html
        assert 'name="version" value="2"' in html

    @pytest.mark.parametrize(
        "values", [{"reviewed_level": "9"}, {"reviewed_level": "x"}, {"reviewed_level": "2"}, {"version": ""}]
    )
    @pytest.mark.parametrize("htmx", [False, True])
    def test_bad_values_are_form_errors_and_keep_what_was_typed(self, score, cast, as_user, values, htmx):
        comment = "" if values == {"reviewed_level": "2"} else "<b>書いた文"
        response = self.post(as_user(cast.secretariat), score, htmx, **{"review_comment": comment} | values)
        assert response.status_code == 422
        assert comment.replace("<", "&lt;").replace(">", "&gt;") in response.content.decode()

    def test_a_stale_form_shows_both_values(self, score, cast, as_user):
        review(score, cast.secretariat, 2, "先の人")
        response = self.post(as_user(cast.secretariat), score, reviewed_level="4", review_comment="後の人")
        html = response.content.decode()
        assert response.status_code == 409
        assert "いま保存されている値：レベル2" in html
        assert "いま保存されている値：先の人" in html
        assert "後の人" in html

    def test_a_draft_answer_is_not_found(self, score, cast, as_user):
        Assessment.objects.update(accepted_at=None)
        assert self.post(as_user(cast.secretariat), score, reviewed_level="3").status_code == 404


class TestCity:
    def save(self, cast, round_, axis, level, version=1, **values):
        given = {"evidence": "本部会議の資料", "comment": ""} | values
        return services.save_city_level(
            round_=round_, axis=axis, level=level, version=version, by=cast.secretariat, **given
        )

    @pytest.fixture
    def axis(self, rubric):
        return rubric.axes.first()

    def test_it_is_kept_per_round_and_axis_with_a_ledger_row(self, cast, now, axis):
        stored = self.save(cast, now, axis, 3)
        assert (stored.level, stored.version, stored.saved_by_id) == (3, 2, cast.secretariat.pk)
        entry = Entry.objects.about(stored).first()
        assert (entry.act, entry.changes["level"]) == ("assess", [None, 3])
        self.save(cast, now, axis, 4, version=2)
        assert CityAssessment.objects.get().level == 4

    @pytest.mark.parametrize(
        ("level", "values", "field"),
        [(6, {}, "level"), (0, {}, "level"), (3, {"evidence": " "}, "evidence"),
         (3, {"evidence": "javascript:x"}, "evidence"), (3, {"comment": "data:text/html,x"}, "comment"),
         (3, {"comment": "あ" * 501}, "comment")],
    )  # fmt: skip
    def test_bad_values_are_refused_and_leave_no_trace(self, cast, now, axis, level, values, field):
        with pytest.raises(ValidationError) as caught:
            self.save(cast, now, axis, level, **values)
        assert list(caught.value.message_dict) == [field]
        assert not CityAssessment.objects.exists()
        assert not Entry.objects.exists()

    def test_an_axis_of_another_version_is_refused(self, cast, now):
        with pytest.raises(ValidationError, match="この照会の評価基準にありません"):
            self.save(cast, now, make_rubric(is_current=False).axes.first(), 3)

    def test_a_stale_form_overwrites_nothing(self, cast, now, axis):
        self.save(cast, now, axis, 3)
        with pytest.raises(StaleError):
            self.save(cast, now, axis, 4)
        assert CityAssessment.objects.get().level == 3

    def test_it_never_enters_the_averages(self, score, cast, now, axis):
        before = queries.city_radar()
        self.save(cast, now, axis, 5)
        assert queries.city_radar().axes == before.axes

    def test_everyone_reads_it_beside_the_distribution_and_only_the_secretariat_edits(
        self, score, cast, now, axis, as_user
    ):
        self.save(cast, now, axis, 4, comment="要綱を整えた。")
        url = reverse("maturity:city", args=[now.pk])
        for name in ("admin", "executive", "lead", "member", "other_lead", "viewer"):
            html = as_user(getattr(cast, name)).get(url).content.decode()
            assert "レベル4" in html
            assert "要綱を整えた。" in html
            assert "1課" in html
            assert 'name="level"' not in html
        assert 'name="level"' in as_user(cast.secretariat).get(url).content.decode()
        assert as_user(cast.nobody).get(url).status_code == 403

    def post(self, client, round_, axis, htmx=False, **values):
        headers = {"HX-Request": "true", "HX-Target": f"city-{axis.pk}-form"} if htmx else {}
        data = {"level": "3", "evidence": "資料", "comment": "", "version": "1"} | values
        return client.post(reverse("maturity:city_level", args=[round_.pk, axis.pk]), data, headers=headers)

    @pytest.mark.parametrize("name", NOT_SECRETARIAT)
    def test_others_cannot_save(self, cast, now, axis, as_user, name):
        assert self.post(as_user(getattr(cast, name)), now, axis).status_code == 403
        assert not CityAssessment.objects.exists()

    def test_it_saves_with_and_without_htmx(self, cast, now, axis, as_user):
        client = as_user(cast.secretariat)
        response = self.post(client, now, axis)
        assert response["Location"].endswith(f"#city-{axis.pk}")
        html = self.post(client, now, axis, htmx=True, level="4", version="2").content.decode()
        assert html.lstrip().startswith(f'<form class="form" id="city-{axis.pk}-form"')
        assert "保存済み" in html

    def test_a_level_outside_the_rubric_is_a_form_error(self, cast, now, axis, as_user):
        response = self.post(as_user(cast.secretariat), now, axis, level="9")
        assert response.status_code == 422
        assert "レベル9は「軸1」にありません。1〜5から選んでください。" in response.content.decode()

    def test_the_city_page_shows_it_beside_the_averages(self, score, cast, now, axis, as_user):
        self.save(cast, now, axis, 4)
        found = queries.city_levels(now.pk)
        table = charts.city_table(queries.city_radar(), found)
        assert table.rows[0].cells[3] == "4"
        html = as_user(cast.viewer).get(reverse("maturity:home")).content.decode()
        assert "組織として" in html

    def test_another_round_keeps_its_own(self, cast, now, axis):
        other = make_round("2026H2", opens_on=dt.date(2026, 10, 1))
        self.save(cast, now, axis, 3)
        self.save(cast, other, axis, 5)
        assert [queries.city_levels(r.pk)["axis-1"].level for r in (now, other)] == [3, 5]
