"""Saving an answer, accepting an assessment, loading a rubric."""

from __future__ import annotations

import copy
import datetime as dt
import json
import threading
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from audit.models import Entry
from lib import ledger
from lib.writes import StaleError
from maturity import services
from maturity.models import Assessment, Axis, Rubric, Score
from maturity.services import assess
from tests.builders import make_assessment, make_reply, make_round, make_rubric

BLANK = {
    "level": None, "not_applicable": False, "evidence": "", "confidence": "",
    "target_level": None, "target_on": None, "version": 1,
}  # fmt: skip
FIXTURE = Path(settings.BASE_DIR) / "fixtures" / "rubric.json"


@pytest.fixture
def rubric(db):
    return make_rubric()


@pytest.fixture
def reply(cast, rubric):
    return make_reply(department=cast.tax)


def axis(rubric, number=1) -> Axis:
    return rubric.axes.get(key=f"axis-{number}")


def save(reply, by, number=1, **values) -> Score:
    rubric = Rubric.objects.get(is_current=True)
    return services.save_score(reply=reply, axis=axis(rubric, number), by=by, **(BLANK | values))


def accepted_before(cast, levels, **scores):
    """An official assessment of 税務課 in the round before."""
    reply = make_reply(round=make_round("2025H2"), department=cast.tax, state="accepted", accepted_at=timezone.now())
    before = make_assessment(levels, reply=reply, accepted_at=timezone.now())
    if scores:
        before.scores.update(**scores)
    return before


def refused(reply, by, **values) -> ValidationError:
    """Save and return the refusal, having checked that nothing at all was written."""
    entries, rows = Entry.objects.count(), list(Score.objects.order_by("pk").values())
    with pytest.raises(ValidationError) as caught:
        save(reply, by, **values)
    assert Entry.objects.count() == entries
    assert list(Score.objects.order_by("pk").values()) == rows
    reply.refresh_from_db()
    return caught.value


class TestSave:
    def test_the_first_save_creates_the_assessment_with_a_row_for_each_axis(self, reply, cast, rubric):
        score = save(reply, cast.member, level=3, evidence="  改善提案シート  ", confidence="a")
        assessment = Assessment.objects.get()
        assert (assessment.reply, assessment.department, assessment.rubric) == (reply, cast.tax, rubric)
        assert (assessment.as_of, assessment.accepted_at) == (dt.date(2026, 9, 30), None)
        assert [s.level for s in assessment.scores.all()] == [3, None, None, None]
        score.refresh_from_db()
        assert (score.version, score.saved_by, score.evidence) == (2, cast.member, "改善提案シート")

    def test_it_ends_the_silence_of_the_reply(self, reply, cast):
        save(reply, cast.member, level=1)
        reply.refresh_from_db()
        assert reply.started_at is not None

    def test_the_ledger_keeps_both_values_and_names_the_reply(self, reply, cast):
        save(reply, cast.member, level=2)
        save(reply, cast.lead, level=3, evidence="議事録", version=2)
        entry = Entry.objects.about(Score.objects.get(level=3)).first()
        assert (entry.act, entry.actor_id, entry.note) == ("assess", cast.lead.pk, str(reply))
        assert entry.changes == {"level": [2, 3], "evidence": ["", "議事録"]}

    def test_not_applicable_is_an_answer_of_its_own(self, reply, cast):
        score = save(reply, cast.member, not_applicable=True, not_applicable_reason=" 窓口がない ")
        assert (score.is_answered, score.not_applicable_reason) == (True, "窓口がない")
        assert score.level is None

    def test_an_answer_can_be_taken_back_to_blank(self, reply, cast):
        save(reply, cast.member, level=2)
        score = save(reply, cast.member, version=2)
        assert not score.is_answered

    def test_saving_the_same_again_writes_nothing(self, reply, cast):
        save(reply, cast.member, level=2)
        count = Entry.objects.count()
        again = save(reply, cast.lead, level=2, version=1)
        assert (again.version, again.saved_by, Entry.objects.count()) == (2, cast.member, count)

    def test_targets_are_carried_over_from_the_last_official_assessment(self, reply, cast, rubric):
        due = dt.date(2028, 3, 31)
        accepted_before(cast, {"axis-2": 2}, target_level=5, target_on=due)
        save(reply, cast.member, 1, level=1, target_level=5, target_on=due)
        other = reply.assessment.scores.get(axis=axis(rubric, 2))
        assert (other.level, other.target_level, other.target_on) == (None, 5, due)

    def test_without_an_assessment_before_the_target_is_that_of_the_city(self, reply, cast, rubric):
        Rubric.objects.update(target_level=4)
        save(reply, cast.member, 1, level=1, target_level=4)
        assert reply.assessment.scores.get(axis=axis(rubric, 2)).target_level == 4

    def test_an_assessment_keeps_the_rubric_it_was_begun_with(self, reply, cast, rubric):
        save(reply, cast.member, level=2)
        Rubric.objects.update(is_current=False)
        make_rubric()
        score = services.save_score(reply=reply, axis=axis(rubric, 2), by=cast.member, **(BLANK | {"level": 5}))
        assert score.assessment.rubric == rubric

    def test_a_command_may_save_too(self, reply):
        score = save(reply, ledger.command("デモ"), level=2)
        assert score.saved_by is None


class TestRefusals:
    @pytest.mark.parametrize("level", [0, 6, 11, 32767])
    def test_a_level_outside_the_rubric(self, reply, cast, level):
        error = refused(reply, cast.member, level=level)
        assert "1〜5から選んでください" in error.message_dict["level"][-1]

    def test_not_applicable_together_with_a_level(self, reply, cast):
        error = refused(reply, cast.member, level=2, not_applicable=True)
        assert error.message_dict == {"level": ["「該当しない」とレベルは同時に選べません。"]}

    def test_not_applicable_without_a_reason(self, reply, cast):
        error = refused(reply, cast.member, not_applicable=True, not_applicable_reason="  ")
        assert error.message_dict == {"not_applicable_reason": ["この軸が該当しない理由を入力してください。"]}

    def test_a_reason_with_an_address_that_runs(self, reply, cast):
        error = refused(reply, cast.member, not_applicable=True, not_applicable_reason="javascript:alert(1)")
        assert list(error.message_dict) == ["not_applicable_reason"]

    def test_a_reason_goes_with_its_answer(self, reply, cast):
        save(reply, cast.member, not_applicable=True, not_applicable_reason="窓口がない")
        assert (
            save(reply, cast.member, level=2, not_applicable_reason="窓口がない", version=2).not_applicable_reason == ""
        )

    def test_a_second_assessment_for_one_department_and_round(self, reply, cast, rubric):
        save(reply, cast.member, level=2)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_assessment({}, reply=reply, rubric=rubric)
        assert Assessment.objects.count() == 1

    @pytest.mark.parametrize("text", ["javascript:alert(1)", "資料 DATA:text/html,<b>"])
    def test_evidence_with_an_address_that_runs(self, reply, cast, text):
        error = refused(reply, cast.member, level=2, evidence=text)
        assert list(error.message_dict) == ["evidence"]

    def test_evidence_that_is_too_long(self, reply, cast):
        assert list(refused(reply, cast.member, evidence="あ" * 501).message_dict) == ["evidence"]
        assert save(reply, cast.member, evidence="あ" * 500).pk

    def test_an_unknown_confidence(self, reply, cast):
        assert list(refused(reply, cast.member, confidence="z").message_dict) == ["confidence"]

    def test_a_higher_level_without_evidence(self, reply, cast):
        accepted_before(cast, {"axis-1": 2})
        error = refused(reply, cast.member, level=3, evidence="  ")
        assert error.message_dict == {"evidence": ["前回（レベル2）より上げるときは、根拠を入力してください。"]}
        assert save(reply, cast.member, level=3, evidence="研修の記録").level == 3

    def test_the_same_or_a_lower_level_needs_no_evidence(self, reply, cast):
        accepted_before(cast, {"axis-1": 2})
        assert save(reply, cast.member, level=2).level == 2
        assert save(reply, cast.member, level=1, version=2).level == 1

    def test_only_official_answers_count_as_the_last_level(self, reply, cast):
        accepted_before(cast, {"axis-1": 2})
        Assessment.objects.update(accepted_at=None)
        assert save(reply, cast.member, level=5).level == 5

    def test_a_later_round_is_not_the_last_level(self, cast, rubric):
        accepted_before(cast, {"axis-1": 2})
        early = make_reply(round=make_round("2025H1"), department=cast.tax)
        assert save(early, cast.member, level=5).level == 5

    def test_a_target_outside_the_rubric(self, reply, cast):
        error = refused(reply, cast.member, target_level=9)
        assert error.message_dict == {"target_level": ["レベル9は「軸1」にありません。1〜5から選んでください。"]}

    def test_a_date_without_a_target(self, reply, cast):
        error = refused(reply, cast.member, target_on=dt.date(2028, 3, 31))
        assert list(error.message_dict) == ["target_level"]

    def test_an_axis_of_another_rubric(self, reply, cast, rubric):
        other = make_rubric(is_current=False)
        with pytest.raises(ValidationError, match="いまの評価基準にありません"):
            services.save_score(reply=reply, axis=other.axes.first(), by=cast.member, **BLANK)
        assert not Assessment.objects.exists()

    def test_a_round_that_does_not_ask(self, cast, rubric):
        reply = make_reply(round=make_round(sections=["progress"]), department=cast.tax)
        assert "たずねていません" in str(refused(reply, cast.member, level=2))
        assert reply.started_at is None

    @pytest.mark.parametrize("state", ["submitted", "approved"])
    def test_a_reply_on_its_way(self, reply, cast, state):
        type(reply).objects.update(state=state)
        refused(reply, cast.member, level=2)

    def test_a_closed_round(self, reply, cast):
        type(reply.round).objects.update(closed_at=timezone.now())
        refused(reply, cast.member, level=2)

    def test_nobody_cannot_save(self, reply):
        with pytest.raises(TypeError):
            save(reply, None, level=2)
        assert not Assessment.objects.exists()

    def test_a_stale_version_shows_what_is_stored_and_overwrites_nothing(self, reply, cast):
        save(reply, cast.member, level=2)
        error = refused(reply, cast.lead, level=4, version=1)
        assert isinstance(error, StaleError)
        assert (error.current.level, error.current.version) == (2, 2)

    def test_a_failing_ledger_takes_everything_back(self, reply, cast, monkeypatch):
        monkeypatch.setattr(ledger, "record", _fail)
        with pytest.raises(RuntimeError):
            save(reply, cast.member, level=2)
        assert not Assessment.objects.exists()
        reply.refresh_from_db()
        assert reply.started_at is None


def _fail(**kwargs) -> None:
    raise RuntimeError("no ledger")


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def run(self, *jobs) -> list[object]:
        """Run the jobs at once, each on its own connection; return results or errors."""
        start, results = threading.Barrier(len(jobs)), [None] * len(jobs)

        def work(i) -> None:
            try:
                start.wait()
                results[i] = jobs[i]()
            except ValidationError as error:
                results[i] = error
            finally:
                connections.close_all()

        threads = [threading.Thread(target=work, args=(i,)) for i in range(len(jobs))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    def test_two_first_saves_of_different_axes_make_one_assessment(self, reply, cast):
        jobs = [lambda n=n: save(reply, cast.member, n, level=n) for n in (1, 2, 3, 4)]
        results = self.run(*jobs)
        assert not [r for r in results if isinstance(r, ValidationError)]
        assert [s.level for s in Assessment.objects.get().scores.all()] == [1, 2, 3, 4]

    def test_two_saves_of_one_axis_leave_one_winner(self, reply, cast):
        results = self.run(lambda: save(reply, cast.member, level=2), lambda: save(reply, cast.lead, level=3))
        losers = [r for r in results if isinstance(r, StaleError)]
        assert len(losers) == 1
        assert Score.objects.filter(level__isnull=False).get().version == 2

    def test_without_the_comparison_the_later_one_would_overwrite(self, reply, cast, monkeypatch):
        """Control of the test above: the race is real."""
        careless = partial(assess.save_versioned, force=True)
        monkeypatch.setattr(assess, "save_versioned", careless)
        results = self.run(lambda: save(reply, cast.member, level=2), lambda: save(reply, cast.lead, level=3))
        assert not [r for r in results if isinstance(r, StaleError)]
        assert Score.objects.filter(level__isnull=False).get().version == 3


class TestAccept:
    def test_it_makes_the_assessment_official_and_says_so(self, reply, cast):
        save(reply, cast.member, level=2)
        reply.accepted_at = timezone.now()
        found = services.accept_assessment(reply=reply, by=cast.secretariat)
        found.refresh_from_db()
        assert found.accepted_at == reply.accepted_at
        entry = Entry.objects.about(found).first()
        assert (entry.act, entry.changes["accepted_at"][0]) == ("accept", None)

    def test_without_an_assessment_nothing_happens(self, reply, cast):
        count = Entry.objects.count()
        assert services.accept_assessment(reply=reply, by=cast.secretariat) is None
        assert Entry.objects.count() == count

    def test_a_failing_ledger_takes_it_back(self, reply, cast, monkeypatch):
        save(reply, cast.member, level=2)
        monkeypatch.setattr(ledger, "record", _fail)
        with pytest.raises(RuntimeError):
            services.accept_assessment(reply=reply, by=cast.secretariat)
        assert Assessment.objects.get().accepted_at is None


class TestLoadRubric:
    @pytest.fixture
    def data(self):
        return json.loads(FIXTURE.read_text(encoding="utf-8"))

    def test_the_fixture_has_four_axes_of_five_levels(self, cast, data):
        rubric = services.load_rubric(data=data, by=cast.secretariat)
        rubric.refresh_from_db()
        assert (rubric.label, rubric.is_current, rubric.target_level) == ("第1版", True, 4)
        assert rubric.as_of == dt.date(2021, 5, 12)
        assert [a.key for a in rubric.axes.all()] == ["literacy", "systems", "organisation", "improvement"]
        assert [a.levels.count() for a in rubric.axes.all()] == [5, 5, 5, 5]
        entry = Entry.objects.about(rubric).first()
        assert (entry.act, len(entry.changes["axes"][1])) == ("load", 4)

    def test_the_same_version_is_not_loaded_twice(self, cast, data):
        first = services.load_rubric(data=data, by=cast.secretariat)
        count = Entry.objects.count()
        assert services.load_rubric(data=data | {"name": "別の名前"}, by=cast.secretariat) == first
        assert (Entry.objects.count(), Axis.objects.count()) == (count, 4)

    def test_a_new_version_retires_the_old_one(self, cast, data):
        old = services.load_rubric(data=data, by=cast.secretariat)
        new = services.load_rubric(data=data | {"version": "第2版"}, by=cast.secretariat)
        assert list(Rubric.objects.current()) == [new]
        assert Entry.objects.about(old).first().changes == {"is_current": [True, False]}

    @pytest.mark.parametrize(
        "broken",
        [
            {"version": ""}, {"axes": []}, {"axes": [{"key": "a"}]}, {"axes": 5},
            {"as_of": "きのう"}, {"name": "あ" * 101},
        ],
    )  # fmt: skip
    def test_data_of_another_shape_is_refused_and_leaves_no_trace(self, cast, data, broken):
        with pytest.raises(ValidationError):
            services.load_rubric(data=data | broken, by=cast.secretariat)
        assert not Rubric.objects.exists()
        assert not Entry.objects.exists()

    @pytest.mark.parametrize("data", [{}, {"version": "第9版"}, [], None])
    def test_anything_else_is_refused(self, cast, data):
        with pytest.raises(ValidationError):
            services.load_rubric(data=data, by=cast.secretariat)

    @pytest.mark.parametrize("numbers", [[], [1, 1], [11], [-1], ["い"]])
    def test_bad_levels_are_refused_and_leave_no_trace(self, cast, data, numbers):
        source = copy.deepcopy(data)
        source["axes"][3]["levels"] = [{"number": n, "descriptor": "姿"} for n in numbers]
        with pytest.raises(ValidationError):
            services.load_rubric(data=source, by=cast.secretariat)
        assert not Rubric.objects.exists()
