"""導入計画書: the way from draft to decision, frozen guidelines, blanks, several reviewers, the action it becomes."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from actions import scoring
from actions.models import Action, Proposal, Review
from actions.queries_proposals import guiding_layers, result, usual_layers
from actions.services import proposals as services
from audit.models import Entry
from lib.writes import StaleError
from strategy.models import Element
from tests.builders import main_plan, make_edition, make_element, make_layer, make_plan
from tests.money.making import make_guidelines, make_proposal, make_review

pytestmark = pytest.mark.django_db


def url(name, proposal):
    return reverse(f"actions:{name}", args=[proposal.pk])


@pytest.fixture
def proposal(cast):
    return make_proposal(department=cast.tax, title="自動音声の案内")


@pytest.fixture
def review(cast):
    make_guidelines()
    reviewers = [cast.secretariat, cast.executive]
    return make_review(reviewers, cast.secretariat, department=cast.tax, title="自動音声の案内")


def keys(review):
    return [g["key"] for g in review.guidelines]


def score(review, reviewer, *points, **kw):
    sheet = review.sheets.get(reviewer=reviewer)
    scores = dict(zip(keys(review), ((p, "") for p in points), strict=False))
    return services.save_sheet(sheet=sheet, version=sheet.version, scores=scores, by=reviewer, **kw)


def decide(review, by, decision="adopted", reason="効果が見込める。"):
    proposal = Proposal.objects.get(pk=review.proposal_id)
    return services.decide_proposal(
        proposal=proposal, version=proposal.version, decision=decision, reason=reason, by=by
    )


class TestWriting:
    def test_a_cost_that_is_not_known_has_no_unit(self, cast, as_user) -> None:
        made = make_proposal(department=cast.tax, initial_cost=1200)
        page = as_user(cast.member).get(url("proposal", made)).text
        assert "初期 1,200千円　年間 —<" in page

    @pytest.mark.parametrize(("typed", "kept"), [("1,800千円", 1800), ("１８０万円", 1800), ("", None)])
    def test_costs_are_read_as_amounts_everywhere(self, cast, as_user, proposal, typed, kept) -> None:
        values = {"department": cast.tax.pk, "title": "案", "version": proposal.version, "initial_cost": typed}
        assert as_user(cast.member).post(url("proposal_edit", proposal), values).status_code == 302
        assert Proposal.objects.get().initial_cost == kept

    def test_a_cost_without_a_number_is_no_blank(self, cast, as_user, proposal) -> None:
        values = {"department": cast.tax.pk, "title": "案", "version": proposal.version, "initial_cost": "千円"}
        page = as_user(cast.member).post(url("proposal_edit", proposal), values)
        assert page.status_code == 422
        assert page.context["form"].errors == {"initial_cost": ["千円単位の整数で入力してください。"]}

    def test_create_and_change_are_recorded(self, cast) -> None:
        made = services.create_proposal(by=cast.member, department=cast.tax, title="案")
        services.update_proposal(proposal=made, version=1, by=cast.member, title="よい案", yearly_cost=0)
        entries = list(Entry.objects.about(made).order_by("seq"))
        assert [e.act for e in entries] == ["create", "update"]
        assert entries[1].changes == {"title": ["案", "よい案"], "yearly_cost": [None, 0]}
        assert made.written_by == cast.member

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"title": ""}, "title"), ({"issue": "長" * 2001}, "issue"), ({"initial_cost": -1}, "initial_cost")],
    )
    def test_refusals(self, cast, proposal, wrong, field) -> None:
        with pytest.raises(ValidationError) as refused:
            services.update_proposal(proposal=proposal, version=1, by=cast.member, **wrong)
        assert field in refused.value.error_dict
        assert Proposal.objects.get().version == 1

    def test_stale(self, cast, proposal) -> None:
        services.update_proposal(proposal=Proposal.objects.get(), version=1, by=cast.member, title="新")
        with pytest.raises(StaleError):
            services.update_proposal(proposal=proposal, version=1, by=cast.lead, title="古")
        assert Proposal.objects.get().title == "新"

    def test_only_drafts_change(self, cast) -> None:
        handed_in = make_proposal(state="submitted")
        with pytest.raises(ValidationError, match="提出済み"):
            services.update_proposal(proposal=handed_in, version=1, by=cast.member, title="x")

    def test_delete(self, cast, proposal) -> None:
        services.delete_draft(proposal=proposal, version=1, by=cast.member)
        assert not Proposal.objects.exists()
        assert Entry.objects.filter(act="delete", object_type="actions.proposal").count() == 1

    def test_what_was_reviewed_is_never_deleted(self, cast, review) -> None:
        decide(review, cast.secretariat, "returned")
        back = Proposal.objects.get()
        with pytest.raises(ValidationError, match="削除できません"):
            services.delete_draft(proposal=back, version=back.version, by=cast.lead)


class TestHandingIn:
    def test_submit_and_withdraw(self, cast, proposal) -> None:
        services.submit_proposal(proposal=proposal, version=1, by=cast.lead)
        assert Proposal.objects.get().submitted_by == cast.lead
        services.withdraw_proposal(proposal=proposal, version=2, by=cast.lead)
        assert (Proposal.objects.get().state, Proposal.objects.get().submitted_at) == ("draft", None)

    def test_twice_is_refused(self, cast, proposal) -> None:
        services.submit_proposal(proposal=proposal, version=1, by=cast.lead)
        with pytest.raises(ValidationError, match="提出済み"):
            services.submit_proposal(proposal=proposal, version=1, by=cast.lead)
        assert Entry.objects.about(proposal).count() == 1

    def test_what_is_missing_is_named(self, cast) -> None:
        thin = make_proposal(effect="", ends_on=None)
        with pytest.raises(ValidationError, match="見込む効果、終える時期を入力"):
            services.submit_proposal(proposal=thin, version=1, by=cast.lead)

    def test_a_version_that_nobody_saw(self, cast, proposal) -> None:
        with pytest.raises(ValidationError, match="先にこの導入計画書を動かし"):
            services.submit_proposal(proposal=proposal, version=7, by=cast.lead)


class TestGuidelines:
    def test_frozen_with_their_labels(self, cast, review) -> None:
        assert [g["label"] for g in review.guidelines] == ["①", "②", "③"]
        Element.objects.filter(layer__role="guideline").update(title="新しい言葉")
        assert Review.objects.get().guidelines[0]["title"] == "指針1"
        page = self.client_page(cast, review)
        assert "指針1" in page
        assert "新しい言葉" not in page

    def client_page(self, cast, review):
        from django.test import Client

        client = Client()
        client.force_login(cast.secretariat, backend="accounts.backends.PortalBackend")
        return client.get(url("proposal_sheet", review.proposal)).content.decode()

    def test_the_main_plans_come_first(self, cast) -> None:
        other = make_guidelines(edition=make_edition(plan=make_plan(), status="published"))
        values = make_layer(edition=make_edition(status="published"), role="value")
        make_element(layer=values)
        assert usual_layers(list(guiding_layers())) == [other]
        own = make_layer(edition=values.edition, role="guideline")
        make_element(layer=own)
        assert set(guiding_layers()) == {other, values, own}
        assert usual_layers(list(guiding_layers())) == [own]

    def test_a_layer_that_groups_the_guidelines_is_not_scored(self, cast) -> None:
        layer = make_guidelines()
        group = make_layer(edition=layer.edition, role="guideline")
        make_element(layer=group)
        layer.parent = group
        layer.save()
        assert list(guiding_layers()) == [layer]

    def test_without_any(self, cast) -> None:
        handed_in = make_proposal(state="submitted")
        with pytest.raises(ValidationError, match="指針がありません"):
            services.start_review(
                proposal=handed_in, version=1, layers=[], reviewers=[cast.executive], by=cast.secretariat
            )
        assert Proposal.objects.get().state == "submitted"

    def test_without_a_reviewer(self, cast) -> None:
        handed_in = make_proposal(state="submitted")
        with pytest.raises(ValidationError, match="審査員は1人から"):
            services.start_review(
                proposal=handed_in, version=1, layers=[make_guidelines()], reviewers=[], by=cast.secretariat
            )
        assert not Review.objects.exists()


class TestSheets:
    def test_blanks_are_left_out_of_every_mean(self, cast, review) -> None:
        score(review, cast.secretariat, 3, None, 0)
        score(review, cast.executive, 2, None, None, comment="よい", done=True)
        found = result(review)
        assert [line.shown_mean for line in found.lines] == ["2.5", "—", "0.0"]
        assert [line.given for line in found.lines] == [2, 0, 1]
        assert (found.overall, found.done) == ("1.7", 1)

    def test_saving_again_replaces(self, cast, review) -> None:
        score(review, cast.executive, 1, 1, 1)
        sheet = score(review, cast.executive, 3)
        assert [s.score for s in sheet.scores.all()] == [3]
        entry = Entry.objects.about(sheet).order_by("seq").last()
        assert entry.changes["scores"][1] == {"① 指針1": 3}

    def test_only_the_reviewer_writes(self, cast, review) -> None:
        sheet = review.sheets.get(reviewer=cast.executive)
        with pytest.raises(ValidationError, match="本人だけ"):
            services.save_sheet(sheet=sheet, version=1, scores={}, by=cast.secretariat)

    @pytest.mark.parametrize(("key", "points"), [("unknown", 1), (None, 4), (None, -1)])
    def test_bad_points(self, cast, review, key, points) -> None:
        sheet = review.sheets.get(reviewer=cast.executive)
        with pytest.raises(ValidationError):
            services.save_sheet(
                sheet=sheet, version=1, scores={key or keys(review)[0]: (points, "")}, by=cast.executive
            )
        assert not sheet.scores.exists()

    def test_two_windows_of_one_reviewer(self, cast, review) -> None:
        score(review, cast.executive, 1)
        sheet = review.sheets.get(reviewer=cast.executive)
        with pytest.raises(StaleError):
            services.save_sheet(sheet=sheet, version=1, scores={}, by=cast.executive)
        assert review.sheets.get(reviewer=cast.executive).scores.count() == 1

    def test_the_database_keeps_the_range(self, cast, review) -> None:
        sheet = review.sheets.first()
        with pytest.raises(IntegrityError), transaction.atomic():
            sheet.scores.create(key="x", score=4)

    def test_after_the_decision_it_is_closed(self, cast, review) -> None:
        score(review, cast.executive, 2)
        decide(review, cast.secretariat)
        with pytest.raises(ValidationError):
            score(review, cast.executive, 3)


class TestDeciding:
    def test_adopted(self, cast, review) -> None:
        score(review, cast.executive, 2)
        decide(review, cast.secretariat)
        proposal = Proposal.objects.get()
        assert (proposal.state, services.may_become_action(proposal)) == ("decided", True)
        assert Entry.objects.about(review).order_by("seq").last().changes["decision"] == ["", "採択"]

    @pytest.mark.parametrize(
        ("decision", "reason", "field"), [("perhaps", "x", "decision"), ("adopted", "  ", "reason")]
    )
    def test_refusals(self, cast, review, decision, reason, field) -> None:
        with pytest.raises(ValidationError) as refused:
            decide(review, cast.secretariat, decision, reason)
        assert field in refused.value.error_dict

    def test_nobody_scored(self, cast, review) -> None:
        with pytest.raises(ValidationError, match="まだだれも採点していません"):
            decide(review, cast.secretariat)
        assert Proposal.objects.get().state == "reviewing"

    def test_returned_becomes_a_draft_and_is_reviewed_anew(self, cast, review) -> None:
        score(review, cast.executive, 2)
        decide(review, cast.secretariat, "returned", "費用の根拠が要る。")
        back = Proposal.objects.get()
        assert (back.state, back.submitted_at) == ("draft", None)
        services.submit_proposal(proposal=back, version=back.version, by=cast.lead)
        again = services.start_review(
            proposal=back, version=back.version + 1, layers=list(guiding_layers()), reviewers=[cast.executive],
            by=cast.secretariat,
        )  # fmt: skip
        assert again.number == 2
        assert again.sheets.get().scores.count() == 0
        assert review.sheets.get(reviewer=cast.executive).scores.count() == 1

    def test_returned_before_any_review(self, cast) -> None:
        handed_in = make_proposal(state="submitted")
        services.decide_proposal(
            proposal=handed_in, version=1, decision="returned", reason="所属が違う。", by=cast.secretariat
        )
        assert handed_in.reviews.get().reason == "所属が違う。"
        with pytest.raises(ValidationError):
            decide(handed_in.reviews.get(), cast.secretariat)


class TestPages:
    def test_reviewers_see_no_other_sheet_before_the_decision(self, cast, as_user, review) -> None:
        score(review, cast.secretariat, 3, comment="事務局の意見")
        for reader in (cast.executive, cast.lead):
            assert "事務局の意見" not in as_user(reader).get(url("proposal", review.proposal)).content.decode()
        assert "事務局の意見" in as_user(cast.secretariat).get(url("proposal", review.proposal)).content.decode()
        decide(review, cast.secretariat)
        for reader in (cast.executive, cast.lead, cast.viewer, cast.other_lead):
            assert "事務局の意見" in as_user(reader).get(url("proposal", review.proposal)).content.decode()

    def test_the_list_hides_drafts_of_others(self, cast, as_user, proposal) -> None:
        seen = {r: len(as_user(getattr(cast, r)).get(reverse("actions:proposals")).context["rows"])
                for r in ("member", "secretariat", "other_lead", "viewer", "executive")}  # fmt: skip
        assert seen == {"member": 1, "secretariat": 1, "other_lead": 0, "viewer": 0, "executive": 0}

    def test_a_whole_way_by_forms(self, cast, as_user) -> None:
        layer = make_guidelines()
        member, lead, office, head = (as_user(u) for u in (cast.member, cast.lead, cast.secretariat, cast.executive))
        data = {
            "department": cast.tax.pk, "title": "自動音声", "issue": "電話がつながらない", "content": "音声で案内",
            "effect": "半分になる", "starts_on": "R9.4.1", "ends_on": "R10.3.31", "yearly_cost": "９００",
        }  # fmt: skip
        assert member.post(reverse("actions:proposal_create"), data).status_code == 302
        proposal = Proposal.objects.get()
        assert member.post(url("proposal_submit", proposal), {"version": 1}).status_code == 403
        lead.post(url("proposal_submit", proposal), {"version": 1})
        start = {"version": 2, "layer": [layer.pk], "reviewers": [cast.executive.pk]}
        assert office.post(url("proposal_review", proposal), start).status_code == 302
        sheet = {"version": 1, "score_0": "3", "score_1": "", "score_2": "2", "comment_1": "判断できない", "done": "on"}
        assert head.post(url("proposal_sheet", proposal), sheet).status_code == 302
        assert proposal.reviews.get().sheets.get().scores.count() == 3
        decision = {"version": 3, "decision": "conditional", "reason": "1年で見直す"}
        assert office.post(url("proposal_decide", proposal), decision).status_code == 302
        page = lead.get(url("proposal", proposal)).content.decode()
        assert "条件付き採択" in page
        assert "2.5" in page
        assert f"{reverse('actions:create')}?proposal={proposal.pk}" in page

    def test_a_wrong_sheet_keeps_what_was_typed(self, cast, as_user, review) -> None:
        data = {"version": 1, "score_0": "9", "comment_0": "書いた意見"}
        page = as_user(cast.executive).post(url("proposal_sheet", review.proposal), data)
        assert page.status_code == 422
        assert "書いた意見" in page.content.decode()

    def test_a_strangers_sheet_is_not_found(self, cast, as_user, review) -> None:
        assert as_user(cast.lead).get(url("proposal_sheet", review.proposal)).status_code == 404


class TestBecomingAnAction:
    @pytest.fixture
    def adopted(self, cast, review):
        score(review, cast.executive, 2)
        decide(review, cast.secretariat)
        return Proposal.objects.get()

    def data(self, cast, **kw):
        rows = {f"{p}-{n}": "0" for p in ("phases", "milestones") for n in ("TOTAL_FORMS", "INITIAL_FORMS")}
        values = {
            "plan": main_plan().pk, "code": "K-99", "title": "自動音声の案内", "lead_department": cast.tax.pk,
            "starts_on": "R9.4.1", "ends_on": "R10.3.31", "version": "",
        }  # fmt: skip
        return rows | values | kw

    def test_prefilled_and_linked(self, cast, as_user, adopted) -> None:
        address = f"{reverse('actions:create')}?proposal={adopted.pk}"
        client = as_user(cast.lead)
        page = client.get(address)
        assert page.context["form"].initial["title"] == "自動音声の案内"
        assert page.context["form"].initial["lead_department"] == cast.tax.pk
        assert client.post(address, self.data(cast)).status_code == 302
        adopted.refresh_from_db()
        assert adopted.action.code == "K-99"
        assert str(adopted) in client.get(reverse("actions:detail", args=[adopted.action_id])).content.decode()

    def test_twice_makes_one_link(self, cast, as_user, adopted) -> None:
        address = f"{reverse('actions:create')}?proposal={adopted.pk}"
        as_user(cast.lead).post(address, self.data(cast))
        values = {"plan": main_plan(), "code": "K-1", "title": "x", "lead_department": cast.tax}
        with pytest.raises(ValidationError, match="まだ取組のない"):
            services.create_action_from(
                proposal=adopted, by=cast.lead, starts_on=adopted.starts_on, ends_on=adopted.ends_on, **values
            )
        assert Action.objects.count() == 1

    def test_a_refused_action_leaves_the_proposal_free(self, cast, as_user, adopted) -> None:
        address = f"{reverse('actions:create')}?proposal={adopted.pk}"
        assert as_user(cast.lead).post(address, self.data(cast, ends_on="R8.3.31")).status_code == 422
        assert Proposal.objects.get().action is None

    def test_others_may_not(self, cast, as_user, adopted) -> None:
        assert as_user(cast.other_lead).get(f"{reverse('actions:create')}?proposal={adopted.pk}").status_code == 403

    def test_rejected_ones_become_nothing(self, cast, review) -> None:
        score(review, cast.executive, 0)
        decide(review, cast.secretariat, "rejected", "効果が小さい。")
        assert not services.may_become_action(Proposal.objects.get())


@pytest.mark.parametrize(
    ("scores", "shown"),
    [([], "—"), ([None], "—"), ([0], "0.0"), ([1, 2], "1.5"), ([1, 1, 2], "1.3"), ([2, None, 3, 3], "2.7")],
)
def test_means(scores, shown) -> None:
    assert scoring.shown(scoring.mean(scores)) == shown
