"""Saving one axis from the reply's page, with and without HTMX."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from maturity.models import Assessment, Score
from rounds.models import Reply, Round
from tests.builders import make_assessment, make_reply, make_round, make_rubric

NOW = timezone.now()


@pytest.fixture
def rubric(db):
    return make_rubric()


@pytest.fixture
def reply(cast, rubric):
    return make_reply(department=cast.tax)


@pytest.fixture
def axis(rubric):
    return rubric.axes.first()


@pytest.fixture
def post(as_user, reply, axis):
    """`post(user, level=3)` sends the form of the first axis; `htmx=True` as htmx does."""

    def send(user, htmx=False, **values):
        data = {"level": "", "evidence": "", "confidence": "", "target_level": "", "target_on": "", "version": "1"}
        headers = {"HX-Request": "true", "HX-Target": f"axis-{axis.key}-feedback"} if htmx else {}
        return as_user(user).post(url(reply, axis), data | values, headers=headers)

    return send


def url(reply, axis) -> str:
    return reverse("maturity:assess", args=[reply.pk, axis.pk])


def stored() -> Score:
    return Score.objects.get(axis__key="axis-1")


class TestAccess:
    @pytest.mark.parametrize("name", ["lead", "member", "secretariat"])
    def test_those_who_answer_may_save(self, cast, post, name):
        assert post(getattr(cast, name), level="2").status_code == 302
        assert stored().saved_by == getattr(cast, name)

    @pytest.mark.parametrize(
        ("name", "status"),
        [("admin", 404), ("executive", 404), ("viewer", 404), ("other_lead", 404), ("nobody", 403)],
    )
    @pytest.mark.parametrize("htmx", [False, True])
    def test_others_may_not_and_nothing_is_written(self, cast, post, name, status, htmx):
        assert post(getattr(cast, name), htmx, level="2").status_code == status
        assert not Assessment.objects.exists()

    def test_a_visitor_signs_in_first(self, client, reply, axis):
        assert client.post(url(reply, axis), {"level": "2"}).status_code == 302
        assert not Assessment.objects.exists()

    def test_an_unknown_reply_or_axis_is_not_found(self, cast, as_user, reply, axis):
        client = as_user(cast.member)
        assert client.post(f"/maturity/replies/99999/axes/{axis.pk}/").status_code == 404
        assert client.post(f"/maturity/replies/{reply.pk}/axes/99999/").status_code == 404

    def test_an_axis_of_another_rubric_is_not_found(self, cast, as_user, reply):
        other = make_rubric(is_current=False)
        assert as_user(cast.member).post(url(reply, other.axes.first()), {"level": "1"}).status_code == 404

    def test_a_round_that_does_not_ask_is_not_found(self, cast, as_user, axis):
        reply = make_reply(round=make_round(sections=["progress"]), department=cast.tax)
        assert as_user(cast.member).post(url(reply, axis), {"level": "1"}).status_code == 404

    def test_other_methods_are_refused(self, cast, as_user, reply, axis):
        client = as_user(cast.member)
        assert client.get(url(reply, axis)).status_code == 405
        assert client.put(url(reply, axis)).status_code == 405

    def test_a_foreign_site_cannot_post(self, cast, reply, axis):
        client = Client(enforce_csrf_checks=True)
        client.force_login(cast.member, backend="accounts.backends.PortalBackend")
        assert client.post(url(reply, axis), {"level": "2", "version": "1"}).status_code == 403


class TestWithoutScript:
    def test_it_saves_and_returns_to_the_axis(self, cast, post, reply):
        response = post(
            cast.member, level="3", evidence="資料", confidence="a", target_level="4", target_on="令和10年3月末"
        )
        assert response["Location"] == f"{reverse('rounds:reply', args=[reply.pk])}#axis-axis-1"
        score = stored()
        assert (score.level, score.evidence, score.confidence, score.target_level) == (3, "資料", "a", 4)
        assert score.target_on.isoformat() == "2028-03-31"

    def test_the_page_then_shows_it_as_saved(self, cast, as_user, reply, axis):
        client = as_user(cast.member)
        client.post(url(reply, axis), {"level": "3", "version": "1"})
        html = client.get(reverse("rounds:reply", args=[reply.pk])).content.decode()
        assert 'id="axis-axis-1-level-3" checked' in html
        assert "保存済み" in html
        assert "4軸中1軸 回答済み" in html
        assert "「軸1」の自己評価を保存しました。" in html

    def test_a_refused_form_comes_back_with_everything_typed(self, cast, post):
        response = post(cast.member, level="9", evidence="<b>資料</b>", target_on="きのう")
        html = response.content.decode()
        assert response.status_code == 422
        assert "レベル9は「軸1」にありません。1〜5から選んでください。" in html
        assert "「きのう」は日付として読めません" in html
        assert 'value="&lt;b&gt;資料&lt;/b&gt;"' in html
        assert 'value="きのう"' in html
        assert "回答の画面に戻る" in html

    def test_a_stale_form_shows_both_values_and_can_be_sent_again(self, cast, post):
        post(cast.lead, level="2", evidence="課長の根拠")
        response = post(cast.member, level="4", evidence="推進員の根拠")
        html = response.content.decode()
        assert response.status_code == 409
        assert "いま保存されている値：レベル2" in html
        assert "いま保存されている値：課長の根拠" in html
        assert 'value="推進員の根拠"' in html
        assert stored().level == 2
        assert 'name="version" value="2"' in html
        assert post(cast.member, level="4", evidence="推進員の根拠", version="2").status_code == 302
        assert stored().level == 4


class TestRefusals:
    @pytest.mark.parametrize(
        "values",
        [
            {"level": "6"}, {"level": "0"}, {"level": "-1"}, {"level": "3.5"}, {"level": "三"}, {"level": "9" * 5000},
            {"evidence": "javascript:alert(1)"}, {"evidence": "data:text/html,x"}, {"evidence": "あ" * 501},
            {"confidence": "z"}, {"target_level": "7"}, {"target_on": "2026-02-30"}, {"target_on": "R10.3.31"},
            {"version": ""}, {"version": "x"}, {"level": "2", "not_applicable": "on"},
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("htmx", [False, True])
    def test_bad_values_are_form_errors(self, cast, post, values, htmx):
        assert post(cast.member, htmx, **values).status_code == 422
        assert not Score.objects.exists()
        assert not Entry.objects.exists()

    @pytest.mark.parametrize(("model", "values"), [(Reply, {"state": "approved"}), (Round, {"closed_at": NOW})])
    def test_a_reply_that_is_not_open_says_why(self, cast, post, reply, model, values):
        model.objects.update(**values)
        response = post(cast.member, htmx=True, level="2")
        assert response.status_code == 422
        assert 'role="alert"' in response.content.decode()
        assert not Score.objects.exists()

    def test_a_higher_level_asks_for_evidence_beside_the_field(self, cast, post):
        before = make_reply(round=make_round("2025H2"), department=cast.tax, state="accepted", accepted_at=NOW)
        make_assessment({"axis-1": 2}, reply=before, accepted_at=NOW)
        html = post(cast.member, htmx=True, level="3").content.decode()
        note = html[html.index('id="axis-axis-1-evidence-note"') :]
        assert "前回（レベル2）より上げるときは、根拠を入力してください。" in note[:400]


class TestWithHtmx:
    def test_the_answer_is_small_pieces_and_no_control(self, cast, post):
        response = post(cast.member, htmx=True, level="3")
        html = response.content.decode()
        assert response.status_code == 200
        assert response["HX-Trigger-After-Swap"] == "reply-changed"
        assert html.lstrip().startswith('<div class="axis-feedback" id="axis-axis-1-feedback"')
        assert "保存済み" in html
        assert 'value="2" id="axis-axis-1-version" hx-swap-oob="true"' in html
        assert 'id="axis-axis-1-tab" hx-swap-oob="true"' in html
        assert "4軸中1軸 回答済み" in html
        assert 'name="evidence"' not in html
        assert "<html" not in html

    def test_a_target_alone_says_that_the_level_is_open(self, cast, post):
        html = post(cast.member, htmx=True, level="", target_level="3").content.decode()
        assert "保存済み" in html
        assert "レベルはまだ選んでいません" in html

    def test_a_refusal_keeps_the_version_and_triggers_nothing(self, cast, post):
        response = post(cast.member, htmx=True, level="9")
        assert response.status_code == 422
        assert "HX-Trigger-After-Swap" not in response
        assert 'value="1" id="axis-axis-1-version"' in response.content.decode()

    def test_a_conflict_names_the_stored_values_and_takes_the_new_version(self, cast, post):
        post(cast.lead, level="2", confidence="b")
        response = post(cast.member, htmx=True, level="4", confidence="c")
        html = response.content.decode()
        assert response.status_code == 409
        assert "いま保存されている値：レベル2" in html
        assert "いま保存されている値：B　聞き取り" in html
        assert 'value="2" id="axis-axis-1-version"' in html


class TestContradictions:
    """A radio button cannot be cleared by hand, so the later of two contradicting answers wins."""

    def redrawn(self, response) -> bool:
        return response["HX-Retarget"] == "#axis-axis-1" and response["HX-Reswap"] == "outerHTML"

    def test_ticking_not_applicable_on_an_answered_axis_drops_the_level(self, cast, post):
        post(cast.member, level="3")
        response = post(
            cast.member, htmx=True, level="3", not_applicable="on", not_applicable_reason="窓口がない", version="2"
        )
        assert (stored().level, stored().not_applicable) == (None, True)
        assert self.redrawn(response)
        assert "checked" in response.content.decode()

    def test_choosing_a_level_on_a_skipped_axis_unticks_the_box(self, cast, post):
        post(cast.member, not_applicable="on", not_applicable_reason="窓口がない")
        response = post(cast.member, htmx=True, level="2", not_applicable="on", version="2")
        assert (stored().level, stored().not_applicable) == (2, False)
        assert self.redrawn(response)

    def test_without_a_reason_not_applicable_is_refused_beside_its_field(self, cast, post):
        response = post(cast.member, htmx=True, not_applicable="on")
        html = response.content.decode()
        assert response.status_code == 422
        note = html[html.index('id="axis-axis-1-not_applicable_reason-note"') :]
        assert "この軸が該当しない理由を入力してください。" in note[:700]
        assert not Score.objects.exists()

    def test_clearing_makes_the_axis_blank_again(self, cast, post):
        post(cast.member, level="3", evidence="資料")
        response = post(cast.member, htmx=True, level="3", evidence="資料", version="2", clear="1")
        assert (stored().is_answered, stored().evidence) == (False, "資料")
        assert self.redrawn(response)
        assert "4軸中0軸 回答済み" in response.content.decode()


def test_a_reader_of_a_finished_reply_sees_the_answers_without_controls(cast, as_user, reply):
    scores = make_assessment({"axis-1": 3}, reply=reply).scores
    scores.filter(axis__key="axis-1").update(evidence="https://example.jp/x", target_level=4)
    Reply.objects.update(state="approved", started_at=timezone.now())
    html = as_user(cast.member).get(reverse("rounds:reply", args=[reply.pk])).content.decode()
    assert '<a href="https://example.jp/x"' in html
    assert 'class="level still on"' in html
    assert 'type="radio"' not in html
