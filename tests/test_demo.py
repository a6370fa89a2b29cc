"""The demonstration city: what stands after a build, that it is the same every time, and that production refuses it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department, Membership, User
from actions import figures
from actions.models import Action, Milestone, Phase, ProgressReport, Proposal
from audit.models import Entry
from audit.services import verify
from dxportal.demo import asides, build, scale, work
from dxportal.demo.clock import moment, telling
from dxportal.demo.people import PASSWORD
from lib import ledger
from maturity import queries
from maturity.models import Assessment, Score
from rounds import review, sections, storage
from rounds.models import Attachment, Reply, Round
from rounds.queries import expected_as_of
from strategy.models import ChecklistItem, Element, Plan, RegisterEntry
from tests.held import held

TODAY = dt.date(2026, 11, 21)
NOW = moment(TODAY)
SIGN_INS = ("admin", "secretariat", "executive", "lead-tax", "member-tax", "lead-welfare", "viewer")


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The whole city, built once for this module; the value is what the command printed."""
    with held(django_db_blocker, printed) as said:
        yield said


def printed() -> str:
    out = StringIO()
    call_command("demo", today=TODAY, stdout=out)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # autovacuum cannot see into the transaction that this city stays in
    return out.getvalue()


def states() -> dict[str, str]:
    rows = Action.objects.live().with_state(TODAY, expected_as_of(TODAY))
    return dict(rows.values_list("code", "state_key"))


def standing(code: str) -> dict[str, sections.Standing]:
    reply = Reply.objects.select_related("round", "department").get(round__period="2026H1", department__code=code)
    with telling(NOW):
        return {s.key: s.standing(reply) for s in sections.of_round(reply.round)}


@pytest.mark.django_db
class TestCity:
    def test_36_departments_in_6_divisions(self, city: str) -> None:
        kinds = Counter(Department.objects.filter(valid_to__isnull=True).values_list("kind", flat=True))
        assert kinds == {"section": 36, "division": 6}

    def test_every_department_has_a_lead_and_a_member(self, city: str) -> None:
        posts = Membership.objects.filter(department__kind="section", department__valid_to__isnull=True)
        assert Counter(posts.values_list("role", flat=True)) == {"lead": 36, "member": 36, "secretariat": 1}

    def test_121_actions_of_which_11_are_rows_of_the_schedule(self, city: str) -> None:
        assert Action.objects.live().count() == 121
        assert Action.objects.filter(code__startswith="N-").count() == 11

    def test_schedule_spans_ten_half_years_around_today(self, city: str) -> None:
        bars = Phase.objects.filter(action__code__startswith="N-", actual=False)
        assert bars.order_by("starts_on").values_list("starts_on", flat=True)[0] == dt.date(2024, 4, 1)
        assert bars.order_by("-ends_on").values_list("ends_on", flat=True)[0] == dt.date(2029, 3, 31)
        assert set(bars.values_list("owner", flat=True)) == {"office", "joint", "department"}
        assert Phase.objects.filter(action__code="N-9", actual=False, label="勉強会").count() == 10

    def test_items_of_the_first_version_became_those_in_force(self, city: str) -> None:
        assert [i.key for i in Action.objects.get(code="N-3").items.all()] == ["n23-1"]
        assert [i.key for i in Action.objects.get(code="N-7").items.all()] == ["n23-t1", "n23-t2", "n23-t3", "n23-t4"]

    def test_every_action_hangs_on_the_strategy_and_the_national_plan(self, city: str) -> None:
        in_force = set(Element.objects.in_force().values_list("pk", flat=True))
        for action in Action.objects.prefetch_related("elements", "items__plan", "axes"):
            assert action.elements.all()
            assert {e.pk for e in action.elements.all()} <= in_force
            assert all(i.plan.is_current for i in action.items.all())
            assert action.items.all()
            assert action.axes.all()

    def test_departments_plan_in_2_to_4_phases_and_1_to_3_milestones(self, city: str) -> None:
        own = Action.objects.exclude(code__startswith="N-")
        assert {a.phases.filter(actual=False).count() for a in own} <= {2, 3, 4}
        assert {a.milestones.count() for a in own} <= {1, 2, 3}
        assert Phase.objects.filter(actual=True).exists()

    def test_main_plan_is_the_citys_own(self, city: str) -> None:
        plan = Plan.objects.get(is_main=True)
        assert (plan.name, plan.municipality) == ("サンプル市 DX推進ビジョン", "サンプル市")
        assert plan.period_label == "令和5年度〜令和12年度"
        assert set(Plan.objects.filter(is_main=False).values_list("municipality", flat=True)) == {"豊田市", "瀬戸内市"}

    def test_registers(self, city: str) -> None:
        systems = RegisterEntry.objects.filter(register__key="systems20")
        assert Counter(systems.values_list("state", flat=True)) == {"done": 12, "deferred": 5, "working": 3}
        procedures = RegisterEntry.objects.filter(register__key="procedures31", prefectural=False)
        assert Counter(procedures.values_list("channel", flat=True)) == {
            "mynaportal": 22, "generic": 3, "counter": 1, "none": 1,
        }  # fmt: skip
        assert procedures.tallied() == {"done": 22, "applicable": 26, "unknown": 0, "excluded": 1}

    def test_unknown_volumes_stay_unknown(self, city: str) -> None:
        unknown = RegisterEntry.objects.filter(register__key="procedures31", applicable="yes", online_volume=None)
        assert unknown.count() == 3
        assert RegisterEntry.objects.filter(online_volume=0).count() == 2

    def test_checklists(self, city: str) -> None:
        steps = ChecklistItem.objects.filter(group__checklist__key="steps")
        assert Counter(steps.values_list("state", flat=True)) == {"done": 9, "working": 3, "open": 1}


@pytest.mark.django_db
class TestStates:
    def test_every_live_action_has_one(self, city: str) -> None:
        counts = Counter(states().values())
        assert counts == {"done": 34, "run": 58, "late": 17, "over": 6, "todo": 6}
        assert sum(counts.values()) == Action.objects.live().count()

    def test_every_late_or_overdue_action_says_why(self, city: str) -> None:
        delayed = [code for code, state in states().items() if state in ("late", "over")]
        for action in Action.objects.filter(code__in=delayed).select_related("last_report"):
            assert action.last_report.reason_kind, action.code
            assert action.last_report.reason, action.code

    def test_three_are_newly_late(self, city: str) -> None:
        rows = figures.late_rows(Action.objects.live().with_state(TODAY, expected_as_of(TODAY)), TODAY)
        assert len(rows) == 23
        assert sorted(r.action.code for r in rows if r.newly) == ["B-09", "K-09", "S-14"]

    def test_unreported_are_those_of_the_silent_departments(self, city: str) -> None:
        todo = [code for code, state in states().items() if state == "todo"]
        names = Action.objects.filter(code__in=todo).values_list("lead_department__name", flat=True)
        assert Counter(names) == {"農林水産課": 4, "生涯学習課": 2}

    def test_tax_system_is_late_for_want_of_people(self, city: str) -> None:
        action = Action.objects.get(code="K-12")
        assert (states()["K-12"], action.last_report.reason_kind, action.percent) == ("late", "people", 35)
        draft = ProgressReport.objects.get(action=action, accepted_at=None)
        assert (draft.percent, draft.reason) == (40, "")

    def test_official_values_repeat_the_last_accepted_report(self, city: str) -> None:
        for action in Action.objects.all():
            last = action.reports.official().latest_first().first()
            assert action.last_report == last
            if last:
                assert (action.lifecycle, action.percent, action.reported_as_of) == (
                    last.lifecycle, last.percent, last.as_of,
                )  # fmt: skip


@pytest.mark.django_db
class TestRounds:
    def shown(self, period: str) -> Counter[str]:
        return Counter(r.shown_state for r in Reply.objects.filter(round__period=period))

    def test_four_past_rounds_and_one_open(self, city: str) -> None:
        rounds = Round.objects.order_by("period_end")
        assert [r.period for r in rounds] == ["2024H1", "2024H2", "2025H1", "2025H2", "2026H1"]
        assert [r.closed_at is None for r in rounds] == [False, False, False, False, True]
        assert rounds.last().due_on == dt.date(2026, 11, 27)

    def test_open_round_stands_at_every_point(self, city: str) -> None:
        assert self.shown("2026H1") == {
            "accepted": 21, "approved": 8, "submitted": 2, "returned": 1, "draft": 2, "silent": 2,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("period", "silent"), [("2024H1", 0), ("2024H2", 0), ("2025H1", 1), ("2025H2", 2)]
    )
    def test_past_rounds_were_answered_but_for_the_silent(self, city: str, period: str, silent: int) -> None:
        assert self.shown(period) == Counter({"accepted": 36 - silent, "silent": silent})

    def test_silence_is_repeated(self, city: str) -> None:
        closed = Reply.objects.silent().filter(round__closed_at__isnull=False)
        names = closed.values_list("department__name", flat=True)
        assert Counter(names) == {"農林水産課": 2, "生涯学習課": 1}

    def test_tax_department_has_answered_4_of_7(self, city: str) -> None:
        parts = standing("0204")
        assert (parts["progress"].done, parts["progress"].total) == (4, 7)
        assert [m.label for m in parts["progress"].missing] == ["K-12 の理由が未入力", "K-17 が未回答", "K-18 が未回答"]
        assert (parts["maturity"].done, parts["maturity"].total) == (3, 4)

    def test_welfare_waits_for_its_head(self, city: str) -> None:
        reply = Reply.objects.get(round__period="2026H1", department__name="福祉課")
        assert reply.state == "submitted"
        assert not any(part.missing for part in standing("0401").values())

    def test_returned_reply_says_why(self, city: str) -> None:
        reply = Reply.objects.get(state="returned")
        assert reply.department.name == "下水道課"
        assert "A-16" in reply.return_comment
        remark = reply.remarks.get()
        assert remark.anchor == f"a-{Action.objects.get(code='A-16').pk}"

    def test_some_were_late_and_marked(self, city: str) -> None:
        late = [r.department.code for r in Reply.objects.select_related("round", "department") if r.is_late]
        assert sorted(late) == ["0303", "0502", "0704"]

    def test_the_free_question_of_the_open_round_is_answered_by_some(self, city: str) -> None:
        answers = Round.objects.get(period="2026H1").questions.get().answers.select_related("reply__department")
        assert {a.reply.department.code for a in answers} == {"0102", "0301", "0503", "0604"}

    def test_a_milestone_waits_to_be_moved(self, city: str) -> None:
        report = ProgressReport.objects.exclude(milestones_moved={}).get()
        assert (report.action.code, report.pushes_milestone, report.accepted_at) == ("A-09", True, None)

    def test_review_queue_holds_new_delays_and_two_unchanged_departments(self, city: str) -> None:
        with telling(NOW):
            round_ = Round.objects.get(period="2026H1")
            queue = review.build(round_, list(round_.replies.light().grouped()))
        newly = {c.code for item in queue.cards + queue.rest for c in item.shown if c.kind == "newly_late"}
        assert {"F-07", "P-03"} <= newly
        assert [r.department.name for r in queue.quiet] == ["総務課", "危機管理課"]

    def test_a_dry_run_lists_who_is_reminded_and_sends_nothing(self, city: str) -> None:
        out = StringIO()
        call_command("send_reminders", dry_run=True, today=str(TODAY), stdout=out)
        assert "member-tax@sample-city.example\t期限の7日前\t令和8年度上期の照会 税務課" in out.getvalue()
        assert "secretariat@" not in out.getvalue()

    def test_replies_moved_in_order_and_never_in_the_future(self, city: str) -> None:
        for reply in Reply.objects.exclude(state__in=("draft", "returned")).select_related("round"):
            steps = [reply.started_at, reply.submitted_at, reply.approved_at, reply.accepted_at]
            taken = [s for s in steps if s]
            assert taken == sorted(taken)
            assert reply.round.opens_on <= timezone.localdate(taken[0])
            assert taken[-1] < NOW

    def test_accepted_replies_are_frozen_with_labels(self, city: str) -> None:
        frozen = Reply.objects.filter(state="accepted").values_list("frozen", flat=True)
        asked = [{p["key"] for p in f["parts"]} for f in frozen]
        assert all(keys - {"hurdles", "questions"} == {"progress", "maturity"} for keys in asked)
        latest = Reply.objects.filter(state="accepted", round__period="2026H1")
        assert sum("hurdles" in keys for keys in asked) == latest.count() > 0


@pytest.mark.django_db
class TestFiles:
    def test_an_earlier_round_and_the_open_one_have_some(self, city: str) -> None:
        rows = Attachment.objects.select_related("reply__round", "reply__department").order_by("pk")
        told = [(a.reply.round.period, a.reply.department.name, a.reply.state, a.accepted_at is not None) for a in rows]
        assert sorted(told) == [
            ("2025H2", "総務課", "accepted", True),
            ("2026H1", "企画政策課", "accepted", True),
            ("2026H1", "福祉課", "submitted", False),
        ]  # fmt: skip
        assert all(a.uploaded_at == a.reply.started_at for a in rows)

    def test_their_bytes_are_the_same_every_time(self, city: str) -> None:
        for row in Attachment.objects.select_related("reply__department"):
            stored = storage.path_of(row.stored_name).read_bytes()
            lines = [files for of in asides.told()["attached"].values() for files in of.values() if row.name in files]
            assert stored.decode("utf-8-sig").splitlines() == lines[0][row.name]
            assert (len(stored), hashlib.sha256(stored).hexdigest()) == (row.size, row.sha256)


@pytest.mark.django_db
class TestProposals:
    def test_one_is_in_every_state_and_one_became_an_action(self, city: str) -> None:
        rows = Proposal.objects.values_list("state", "action__code")
        assert sorted((s, code or "") for s, code in rows) == [
            ("decided", ""), ("decided", "F-03"), ("draft", ""), ("reviewing", ""), ("submitted", ""),
        ]  # fmt: skip

    def test_it_was_adopted_before_its_action_was_registered(self, city: str) -> None:
        proposal = Proposal.objects.select_related("action").get(action__code="F-03")
        review, action = proposal.reviews.get(), proposal.action
        assert review.decision == "adopted"
        assert proposal.submitted_at < review.started_at < review.decided_at < action.created_at
        assert (proposal.starts_on, proposal.ends_on) == (action.starts_on, action.ends_on)
        assert timezone.localdate(action.created_at) < action.starts_on

    def test_each_links_to_the_other(self, city: str, client: Client) -> None:
        proposal = Proposal.objects.get(action__code="F-03")
        client.force_login(User.objects.get(login_id="lead-welfare"))
        pages = {
            reverse("actions:proposal", args=[proposal.pk]): reverse("actions:detail", args=[proposal.action_id]),
            reverse("actions:detail", args=[proposal.action_id]): reverse("actions:proposal", args=[proposal.pk]),
        }
        for page, other in pages.items():
            assert f'href="{other}"' in client.get(page).content.decode()


@pytest.mark.django_db
class TestMaturity:
    def test_city_grows_slowly_towards_the_target(self, city: str) -> None:
        averages = [queries.city_radar(r.pk).overall for r in Round.objects.order_by("period_end")]
        assert averages == sorted(averages)
        assert float(averages[-1]) == pytest.approx(2.6, abs=0.1)
        assert {s.target_level for s in Score.objects.exclude(not_applicable=True)} == {4}

    def test_blank_and_not_applicable_stay_apart(self, city: str) -> None:
        spared = Score.objects.filter(not_applicable=True)
        assert set(spared.values_list("assessment__department__name", "level")) == {("監査事務局", None)}
        blank = Score.objects.get(level=None, not_applicable=False)
        assert (blank.assessment.department.name, blank.axis.name) == ("税務課", "改善意識")

    def test_levels_are_those_of_the_rubric(self, city: str) -> None:
        assert set(Score.objects.exclude(level=None).values_list("level", flat=True)) <= {1, 2, 3, 4, 5}

    def test_a_higher_level_has_evidence(self, city: str) -> None:
        assert not Score.objects.filter(level__gt=1, evidence="").exists()


@pytest.mark.django_db
class TestLedger:
    def test_chain_is_sound(self, city: str) -> None:
        assert verify().sound

    @pytest.mark.parametrize(
        "model", [
            Action, Assessment, Attachment, Department, Membership, ProgressReport, Proposal, Reply, Round, Score, User,
        ],
    )  # fmt: skip
    def test_every_object_is_in_it(self, city: str, model: type[Model]) -> None:
        written = Entry.objects.filter(object_type=model._meta.label_lower)
        told = set(written.values_list("object_id", flat=True))
        assert {str(pk) for pk in model._default_manager.values_list("pk", flat=True)} == told

    def test_a_command_spoke_for_every_post(self, city: str) -> None:
        assert set(Entry.objects.values_list("origin", flat=True)) == {"command"}
        assert Entry.objects.filter(act="submit", actor="税務課 推進員（member-tax）").count() == 4

    def test_it_is_in_order_of_time(self, city: str) -> None:
        at = list(Entry.objects.order_by("seq").values_list("at", flat=True))
        assert at == sorted(at)
        assert at[-1] < NOW


@pytest.mark.django_db
class TestRows:
    @pytest.mark.parametrize("model", [Action, Milestone, Phase, ProgressReport, RegisterEntry, Reply])
    def test_every_row_passes_its_own_checks(self, city: str, model: type[Model]) -> None:
        relations = {f.name for f in model._meta.fields if f.is_relation}
        for row in model._default_manager.select_related():
            row.clean_fields(exclude=relations)
            row.clean()

    def test_nothing_was_done_in_the_future(self, city: str) -> None:
        assert not Milestone.objects.filter(done_on__gte=TODAY).exists()
        assert not Phase.objects.filter(actual=True, ends_on__gte=TODAY).exists()
        assert not RegisterEntry.objects.filter(done_on__gte=TODAY).exists()


@pytest.mark.django_db
class TestSignIn:
    @pytest.mark.parametrize("login_id", [*SIGN_INS, "lead-0101", "member-0705"])
    def test_post_signs_in(self, city: str, login_id: str) -> None:
        client = Client()
        response = client.post(reverse("accounts:sign_in"), {"username": login_id, "password": PASSWORD})
        assert response.status_code == 302
        user = User.objects.get(login_id=login_id)
        assert client.session["_auth_user_id"] == str(user.pk)
        assert user.current_memberships
        assert not user.must_change_password

    def test_command_prints_them(self, city: str) -> None:
        assert PASSWORD in city
        assert all(login_id in city for login_id in SIGN_INS)


@pytest.mark.django_db
class TestCommand:
    def test_existing_data_is_kept(self, city: str) -> None:
        before, out = Entry.objects.count(), StringIO()
        call_command("demo", stdout=out)
        assert "データはあります" in out.getvalue()
        assert "secretariat" in out.getvalue()
        assert Entry.objects.count() == before

    def test_production_refuses(self, city: str, settings: Any) -> None:
        settings.MODE = "production"
        with pytest.raises(CommandError, match="本番環境では"):
            call_command("demo", reset=True)
        assert User.objects.exists()

    def test_scale_is_not_below_the_story(self, city: str) -> None:
        with pytest.raises(CommandError, match="121以上"):
            call_command("demo", scale=120, reset=True)
        assert User.objects.exists()

    def test_day_that_is_none(self, city: str) -> None:
        with pytest.raises(CommandError, match="2026-11-21 の形"):
            call_command("demo", "--today", "11月21日")


class TestScale:
    def test_copies_fill_up_to_the_size(self) -> None:
        jobs = build.told_jobs(TODAY)
        extra = scale.extra_jobs(jobs, 300)
        codes = [j.code for j in [*jobs, *extra]]
        assert len(set(codes)) == 421

    @pytest.mark.django_db
    def test_stored_in_bulk_like_one_by_one(self, city: str) -> None:
        jobs = build.told_jobs(TODAY)
        people = _people()
        extra = scale.extra_jobs(jobs, 121)
        created = Entry.objects.filter(object_type="actions.action", act="create")
        before = created.count()
        scale.store_many(extra, build.foundation(), people)
        for job in extra[:20]:
            copy, model = job.stored, Action.objects.get(code=job.code.rpartition("-")[0])
            assert list(copy.elements.all()) == list(model.elements.all())
            assert list(copy.items.all()) == list(model.items.all())
            assert list(copy.supporting.all()) == list(model.supporting.all())
            assert copy.phases.count() == model.phases.filter(actual=False).count()
        assert created.count() - before == 121
        assert verify().sound


    @pytest.mark.django_db
    def test_copies_have_ten_reports_and_repeat_the_last(self, city: str) -> None:
        extra, before = scale.extra_jobs(build.told_jobs(TODAY), 60), ProgressReport.objects.count()
        scale.grow(extra, build.told_answers(extra, TODAY), TODAY, build.foundation(), _people())
        stored = Action.objects.filter(code__in=[j.code for j in extra]).select_related("last_report")
        for action in stored:
            last = action.reports.official().latest_first().first()
            assert action.last_report == last
            if last:
                said = (last.lifecycle, last.percent, last.as_of)
                assert (action.lifecycle, action.percent, action.reported_as_of) == said
                assert action.reports.count() == scale.REPORTS
        assert len(stored) == 60
        assert ProgressReport.objects.count() - before > 400
        assert verify().sound


def _people() -> work.People:
    departments = {d.code: d for d in Department.objects.all()}
    return work.People(departments, {u.login_id: u for u in User.objects.all()})


TELL = """
import datetime as dt, json, django
django.setup()
from dataclasses import asdict
from dxportal.demo import build
today = dt.date(2026, 11, 21)
told = build.told_answers(build.told_jobs(today), today)
print(json.dumps({c: {n: [a.lifecycle, a.percent] for n, a in said.items()} for c, said in told.items()}))
"""


class TestDeterminism:
    @pytest.mark.django_db
    def test_another_process_tells_the_same(self, city: str) -> None:
        """Hash order differs between processes; the story must not depend on it, and the rows must be the story."""
        env = {**os.environ, "PYTHONHASHSEED": "7", "DJANGO_SETTINGS_MODULE": "dxportal.settings"}
        run = subprocess.run([sys.executable, "-c", TELL], capture_output=True, text=True, env=env, check=True)
        told = json.loads(run.stdout)
        rows = ProgressReport.objects.filter(reply__state="accepted").select_related("action", "reply__round")
        offsets = {"2024H1": "-5", "2024H2": "-4", "2025H1": "-3", "2025H2": "-2", "2026H1": "-1"}
        for row in rows:
            assert told[row.action.code][offsets[row.reply.round.period]] == [row.lifecycle, row.percent]
        assert rows.count() > 300


def test_ledger_actor_of_a_post_is_a_command() -> None:
    people = work.People({}, {"admin": User(pk=1, login_id="admin", display_name="管理者")})
    assert people.actor("admin") == ledger.Actor(1, "管理者（admin）", "command")
