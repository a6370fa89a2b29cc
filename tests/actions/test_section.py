"""The progress section of a reply: what it shows, misses, changes, freezes and makes official."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actions import services
from actions.sections import ProgressSection
from rounds import sections
from tests.actions.conftest import AS_OF, BEFORE, PERIOD, days
from tests.builders import make_action, make_reply, make_report, make_round

pytestmark = pytest.mark.django_db
section = ProgressSection()


def save(action, reply, by, **kw):
    return services.save_report(
        action=action, reply=reply, by=by, **{"lifecycle": "running", "percent": 40, "done": "試行した。"} | kw
    )


@pytest.fixture
def late(cast):
    """An action of which 64 % are planned at `AS_OF`: late with 43 % or less."""
    return make_action(
        code="K-13", title="オンライン受付", lead_department=cast.tax, lifecycle="running", percent=40,
        starts_on=BEFORE - days(183), ends_on=AS_OF + days(200), reported_as_of=BEFORE,
    )  # fmt: skip


def rows_of(reply, user):
    return {v.row.action.code: v for v in section.context(reply, user)["rows"]}


def test_it_is_registered_first():
    assert sections.available()[0].key == "progress"


def test_rows_are_the_reportable_actions_of_the_department(cast, reply, action, late):
    make_action(lead_department=cast.welfare)
    make_action(lead_department=cast.tax, lifecycle="done")
    context = section.context(reply, cast.member)
    assert [v.row.action.code for v in context["rows"]] == ["K-12", "K-13"]
    assert (context["editable"], context["rest"], context["number"]) == (True, 2, 1)
    row = context["rows"][0].row
    assert (row.state, row.rule, row.lifecycle_before) == ("todo", "今回の報告がまだありません", "実施中")
    assert (row.before.percent, row.last.done) == (30, "様式を確定した。")


def test_a_draft_shows_the_state_it_would_lead_to(cast, reply, action, late):
    save(action, reply, cast.member)
    save(late, reply, cast.member, percent=41)
    rows = rows_of(reply, cast.member)
    assert rows["K-12"].row.state == "run"
    assert rows["K-12"].row.rule == "予定37%に対し40%"
    assert rows["K-13"].row.state == "late"
    assert "差が20ポイントを超えるため「遅れ」" in rows["K-13"].row.rule
    assert rows["K-13"].row.lacks_reason


def test_a_draft_is_not_called_unreported_though_the_round_is_past_due(cast, reply, action):
    reply.round.due_on = reply.round.opens_on
    reply.round.save()
    save(action, reply, cast.member)
    assert rows_of(reply, cast.member)["K-12"].row.state == "run"


@pytest.mark.parametrize(
    ("who", "editable"), [("member", True), ("lead", True), ("secretariat", True), ("viewer", False)]
)
def test_who_may_enter(cast, reply, action, who, editable):
    assert section.context(reply, getattr(cast, who))["editable"] is editable


@pytest.mark.parametrize("state", ["submitted", "approved", "accepted"])
def test_a_reply_on_its_way_is_read_only(cast, reply, action, state):
    reply.state = state
    assert not section.context(reply, cast.member)["editable"]


def test_standing_counts_and_names_what_is_missing(cast, reply, action, late):
    third = make_action(code="K-14", title="証明書の交付", lead_department=cast.tax)
    save(late, reply, cast.member, percent=41)
    services.mark_no_change(action=third, reply=reply, by=cast.member)
    standing = section.standing(reply)
    assert (standing.done, standing.total) == (0, 3)
    assert [m.label for m in standing.missing] == ["K-12 が未回答", "K-13 の理由が未入力", "K-14 の理由が未入力"]
    assert [m.anchor for m in standing.missing] == [f"a-{a.pk}" for a in (action, late, third)]
    assert [d.state for d in standing.dots] == ["", "bad", "bad"]
    assert standing.dots[0].title == "標準準拠システムへの移行"


def test_a_given_reason_completes_the_row(cast, reply, late):
    save(late, reply, cast.member, percent=41, reason_kind="people", reason="要員不足")
    standing = section.standing(reply)
    assert (standing.done, standing.missing, standing.dots[0].state) == (1, [], "ok")


def test_half_a_reason_is_none(cast, reply, late):
    save(late, reply, cast.member, percent=41, reason_kind="people")
    assert section.standing(reply).missing


def test_an_action_that_changed_hands_stays_visible_but_closed(cast, reply, action):
    save(action, reply, cast.member)
    action.lead_department = cast.welfare
    action.save()
    view = rows_of(reply, cast.member)["K-12"]
    assert view.is_static
    assert not view.row.is_led


def change_of(reply):
    """The changes of a reply; what the queue weighs without words is the same."""
    found = section.changes([reply])[reply.pk]
    if reply.state != "accepted":
        weighed = section.weigh([reply])[reply.pk]
        words = section.words([w.key for w in weighed])
        assert [(w.kind, w.weight) for w in weighed] == [(c.kind, c.weight) for c in found]
        assert [words[w.key] for w in weighed] == found
    return found


def test_a_newly_late_action_is_the_heaviest_change(cast, reply, action, late):
    save(action, reply, cast.member)
    save(late, reply, cast.member, percent=41, reason_kind="people", reason="要員不足")
    by_code = {c.code: c for c in change_of(reply)}
    heavy = by_code["K-13"]
    assert heavy.kind == "newly_late"
    assert heavy.weight > by_code["K-12"].weight
    assert (heavy.state_before, heavy.state_after) == ("run", "late")
    assert ("進捗率", "40%", "41%") in heavy.pairs
    assert (heavy.reason_kind, heavy.reason) == ("人材", "要員不足")
    assert heavy.url == reverse("actions:detail", args=[late.pk])


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"lifecycle": "done", "percent": 100}, "done"),
        ({"percent": 45}, "progress"),
        ({"percent": 29}, "progress"),
        ({"lifecycle": "paused"}, "progress"),
        ({"percent": 100}, "mismatch"),
        ({"percent": 30}, "progress"),
    ],
)
def test_kinds_of_change(cast, reply, action, said, kind):
    save(action, reply, cast.member, **said)
    (change,) = change_of(reply)
    assert change.kind == kind


def test_weights_stand_in_the_order_of_attention(cast, reply, action):
    weights, version = [], None
    for said in ({"percent": 100}, {"percent": 20}, {"lifecycle": "done"}, {"percent": 45}, {"percent": 30}):
        version = save(action, reply, cast.member, version=version, **said).version
        weights.append(change_of(reply)[0].weight)
    assert weights == sorted(weights, reverse=True)
    assert len(set(weights)) == len(weights)


def test_a_first_report_a_leap_and_a_new_reason_are_marked(cast, reply, action):
    new = make_action(code="K-99", lead_department=cast.tax, starts_on=AS_OF - days(9), ends_on=AS_OF + days(999))
    services.mark_no_change(action=new, reply=reply, by=cast.member)
    version = save(action, reply, cast.member, percent=35).version
    first, small = (next(c for c in change_of(reply) if c.code == code) for code in ("K-99", "K-12"))
    assert (first.mark, small.mark) == ("初めての報告", "")
    version = save(action, reply, cast.member, version=version, percent=35, reason="人が増えた").version
    reasoned = next(c for c in change_of(reply) if c.code == "K-12")
    save(action, reply, cast.member, version=version, percent=60, reason="")
    leap = next(c for c in change_of(reply) if c.code == "K-12")
    assert leap.mark == "大きな前進 +30"
    assert reasoned.weight > first.weight > leap.weight > small.weight


def test_no_change_is_no_change(cast, reply, action):
    services.mark_no_change(action=action, reply=reply, by=cast.member)
    assert change_of(reply) == []


def test_no_change_that_falls_behind_is_a_change(cast, reply, late):
    services.mark_no_change(action=late, reply=reply, by=cast.member)
    (change,) = change_of(reply)
    assert change.kind == "newly_late"


def test_changes_of_an_accepted_reply_are_told_against_the_report_before(cast, reply, action):
    save(action, reply, cast.member)
    section.accept(reply=reply, by=cast.secretariat)
    reply.state = "accepted"
    (change,) = change_of(reply)
    assert ("進捗率", "30%", "40%") in change.pairs


def test_changes_take_the_same_queries_for_any_number_of_replies(cast):
    round_ = make_round(PERIOD.key, sections=["progress"])

    def count(n):
        for _ in range(n):
            action = make_action()
            report = make_reply(round=round_, department=action.lead_department)
            make_report(action=action, reply=report, as_of=AS_OF)
        replies = list(round_.replies.all())
        with CaptureQueriesContext(connection) as queries:
            section.changes(replies)
        return len(queries)

    assert count(3) == count(9)


def test_context_takes_the_same_queries_for_any_number_of_actions(cast, reply):
    def count(n):
        for _ in range(n):
            make_report(action=make_action(lead_department=cast.tax), reply=reply, as_of=AS_OF)
            make_action(lead_department=cast.tax)
        with CaptureQueriesContext(connection) as queries:
            section.context(reply, cast.member)
        return len(queries)

    cast.member.current_memberships  # noqa: B018 - read once a request
    assert count(2) == count(8) <= 5


def test_frozen_content_is_labelled_and_plain_json(cast, reply, action, late):
    save(action, reply, cast.member)
    save(late, reply, cast.member, percent=41, reason_kind="people", reason="要員不足")
    frozen = json.loads(json.dumps(section.freeze(reply)))
    assert frozen["heads"][0] == "取組"
    assert frozen["rows"][0][:3] == ["K-12 標準準拠システムへの移行", "実施中", "40%\n（前回 30%）"]
    assert frozen["rows"][1][-1] == "人材：要員不足"
    assert {len(r) for r in frozen["rows"]} == {len(frozen["heads"])}
    kept = frozen["actions"][1]
    assert (kept["state"], kept["state_label"], kept["state_before"]) == ("late", "遅れ", "run")
    assert (kept["percent_before"], kept["ends_on"], kept["lifecycle_label"]) == (
        40,
        late.ends_on.isoformat(),
        "実施中",
    )


def test_accept_makes_official(cast, reply, action):
    save(action, reply, cast.member)
    section.accept(reply=reply, by=cast.secretariat)
    action.refresh_from_db()
    assert action.percent == 40


def test_the_replys_page_shows_the_section(cast, as_user, reply, action, late):
    save(late, reply, cast.member, percent=41)
    page = as_user(cast.member).get(reverse("rounds:reply", args=[reply.pk])).content.decode()
    assert f'id="a-{action.pk}"' in page
    assert "前回 30%" in page
    assert "残り1件をまとめて変更なし" in page
    assert "理由が必要です。判定が「遅れ」の取組は" in page
    assert "K-13 の理由が未入力" in page


def test_a_department_without_actions_is_told_what_to_do(cast, as_user, reply):
    page = as_user(cast.member).get(reverse("rounds:reply", args=[reply.pk])).content.decode()
    assert "報告の対象となる取組はありません" in page


def test_the_secretariat_reads_a_submitted_reply_without_fields(cast, as_user, reply, action):
    save(action, reply, cast.member)
    reply.state = "submitted"
    reply.save()
    page = as_user(cast.secretariat).get(reverse("rounds:reply", args=[reply.pk])).content.decode()
    assert "試行した。" in page
    assert 'name="percent"' not in page
    assert "まとめて変更なし" not in page
