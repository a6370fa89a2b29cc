"""Who was shown what: marks, files, the page, and the retention time."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from axes.models import AccessAttempt
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts import once
from accounts.models import RateCount
from audit import services
from audit.middleware import ReadLogMiddleware
from audit.models import Entry, Read
from lib import ledger
from lib.reads import Mark, mark
from rounds.models import Reply
from tests import builders as make
from tests.money.making import make_proposal

BY = ledger.command("試験")


def shown() -> list[tuple[str, str, str]]:
    return list(Read.objects.order_by("pk").values_list("user", "kind", "label"))


def test_the_draft_of_another_department_is_written_down(as_user, cast: SimpleNamespace) -> None:
    reply = make.make_reply(department=cast.tax)
    page = reverse("rounds:reply", args=[reply.pk])
    assert as_user(cast.secretariat).get(page).status_code == 200
    assert as_user(cast.member).get(page).status_code == 200
    assert shown() == [("事務局（secretariat）", "draft", str(reply))], "one's own draft is no secret"


PAGES = {
    "actions:detail": lambda row: [row.action.pk], "actions:report": lambda row: [row.action.pk],
    "actions:row": lambda row: [row.reply.pk, row.action.pk], "actions:proposal": lambda row: [row.proposal.pk],
    "actions:proposal_edit": lambda row: [row.proposal.pk], "rounds:detail": lambda row: [row.reply.round_id],
}  # fmt: skip


@pytest.fixture
def drafted(cast: SimpleNamespace) -> SimpleNamespace:
    """What 税務課 has written and 事務局 has not accepted."""
    reply = make.make_reply(round=make.make_round("2026H1"), department=cast.tax, state="approved")
    action = make.make_action(lead_department=cast.tax)
    make.make_report(action=action, reply=reply, done="まだ下書き", lifecycle="running", percent=40)
    return SimpleNamespace(reply=reply, action=action, proposal=make_proposal(department=cast.tax))


@pytest.mark.parametrize("route", PAGES)
def test_every_page_with_words_of_a_draft_is_written_down(
    as_user, cast: SimpleNamespace, drafted: SimpleNamespace, route: str
) -> None:
    if route == "actions:report":  # goes into the reply only while that is written
        Reply.objects.update(state="draft")
    page = reverse(route, args=PAGES[route](drafted))
    assert as_user(cast.secretariat).get(page).status_code == 200
    assert [kind for _, kind, _ in shown()] == ["draft"]
    as_user(cast.lead).get(page)
    assert len(shown()) == 1, "one's own draft is no secret"


def test_the_rest_of_a_waiting_reply_is_written_down(as_user, cast: SimpleNamespace, drafted: SimpleNamespace) -> None:
    page = reverse("rounds:detail", args=[drafted.reply.round_id])
    htmx = {"HX-Request": "true", "HX-Target": f"more-{drafted.reply.pk}"}
    as_user(cast.secretariat).get(f"{page}?reply={drafted.reply.pk}", headers=htmx)
    assert [kind for _, kind, _ in shown()] == ["draft"]


def test_what_is_accepted_is_everybodys(as_user, cast: SimpleNamespace) -> None:
    reply = make.make_reply(department=cast.tax, state="accepted", accepted_at=timezone.now(), frozen={})
    as_user(cast.secretariat).get(reverse("rounds:reply", args=[reply.pk]))
    assert not Read.objects.filter(kind="draft").exists()


def test_ledger_and_users_are_written_down_with_what_was_asked(as_user, cast: SimpleNamespace) -> None:
    client = as_user(cast.admin)
    client.get("/audit/?q=税務")
    client.get(reverse("accounts:users"))
    client.get(reverse("accounts:user", args=[cast.lead.pk]))
    assert [(kind, label) for _, kind, label in shown()] == [
        ("ledger", "操作の記録"), ("users", "利用者の一覧"), ("users", "税務課長（lead-tax）"),
    ]  # fmt: skip
    assert "q=" in Read.objects.order_by("pk").first().path


def test_every_file_that_leaves_the_portal_is_written_down_by_name(as_user, cast: SimpleNamespace) -> None:
    round_ = make.make_round("2026H1", title="上期の照会")
    as_user(cast.viewer).get(reverse("rounds:export_csv", args=[round_.pk]))
    assert shown() == [("監査事務局（viewer）", "file", "上期の照会_回答状況.csv")]


def test_a_refused_page_was_not_read(as_user, cast: SimpleNamespace) -> None:
    assert as_user(cast.viewer).get("/audit/").status_code == 403
    assert as_user(cast.other_lead).get(
        reverse("rounds:reply", args=[make.make_reply(department=cast.tax).pk])
    ).status_code == 404  # fmt: skip
    assert not Read.objects.exists()


@pytest.mark.parametrize(("status", "written"), [(200, 1), (409, 1), (422, 1), (302, 0), (403, 0), (404, 0)])
def test_a_page_that_is_shown_again_counts_as_shown(cast: SimpleNamespace, rf, status: int, written: int) -> None:
    """What a view marked before it refused or led elsewhere was not seen; a form with its faults was."""
    request = rf.post("/x/")
    request.user = cast.secretariat

    def view(asked: HttpRequest) -> HttpResponse:
        mark(asked, "draft", "税務課の回答")
        return HttpResponse(status=status)

    assert ReadLogMiddleware(view)(request).status_code == status
    assert len(shown()) == written


def test_without_a_record_there_is_no_page(as_user, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**kwargs: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("audit.middleware.record_read", full)
    client = as_user(cast.secretariat)
    client.raise_request_exception = False
    response = client.get("/audit/")
    assert response.status_code == 500
    assert "操作の記録の表" not in response.text


def test_rows_are_written_once_and_removed_by_nobody(db: None) -> None:
    services.record_read(user=make.make_user(), mark=Mark("users", "利用者"), path="/x" * 400)
    row = Read.objects.get()
    assert len(row.path) == 500
    with pytest.raises(TypeError):
        row.save()
    with pytest.raises(TypeError):
        row.delete()


def test_page_is_for_the_administrator_and_is_itself_written_down(as_user, cast: SimpleNamespace) -> None:
    services.record_read(user=cast.secretariat, mark=Mark("draft", "福祉課の回答"), path="/rounds/replies/1/")
    client = as_user(cast.admin)
    text = client.get("/audit/reads/").text
    assert "福祉課の回答" in text
    assert "ほかの所属の下書き" in text
    assert shown()[-1] == ("管理者（admin）", "reads", "読み取りの記録")
    assert "福祉課の回答" not in client.get("/audit/reads/", {"q": "税務"}).text
    assert "福祉課の回答" in client.get("/audit/reads/", {"q": "secretariat", "kind": "draft"}).text
    assert "条件に合う記録はありません" in client.get("/audit/reads/", {"end": "R5.4.1"}).text
    assert as_user(cast.secretariat).get("/audit/reads/").status_code == 403


def test_ledger_links_to_it_for_the_administrator_only(as_user, cast: SimpleNamespace) -> None:
    assert "/audit/reads/" in as_user(cast.admin).get("/audit/").text
    assert "/audit/reads/" not in as_user(cast.secretariat).get("/audit/").text


def test_filter_by_htmx_gets_the_table_only(as_user, cast: SimpleNamespace) -> None:
    page = as_user(cast.admin).get("/audit/reads/", headers={"HX-Request": "true", "HX-Target": "reads"})
    assert page.text.startswith('<div id="reads">')


# ---- retention


def old_read(days: int) -> None:
    services.record_read(user=make.make_user(), mark=Mark("users", "利用者"), path="/")
    Read.objects.filter(pk=Read.objects.latest("pk").pk).update(at=timezone.now() - dt.timedelta(days=days))


def old_attempt(days: int) -> None:
    row = AccessAttempt.objects.create(username="a", failures_since_start=1)
    AccessAttempt.objects.filter(pk=row.pk).update(attempt_time=timezone.now() - dt.timedelta(days=days))


def test_prune_removes_what_is_past_its_time_and_says_so_in_the_ledger(db: None, settings) -> None:
    settings.READ_LOG_DAYS, settings.ATTEMPT_DAYS = 30, 10
    for days in (29, 31, 40):
        old_read(days)
    for days in (9, 11):
        old_attempt(days)
    removed = services.prune(now=timezone.now(), by=BY)
    assert removed == {"読み取りの記録": 2, "サインインの失敗": 1, "サインインの履歴": 0}
    assert (Read.objects.count(), AccessAttempt.objects.count()) == (1, 1)
    entry = Entry.objects.get()
    assert (entry.act_label, entry.changes["読み取りの記録"]) == ("期限切れの削除", [None, 2])
    assert services.verify().sound


def test_prune_removes_forms_that_were_counted_once_where_no_limit_is_on(cast: SimpleNamespace, settings) -> None:
    settings.SIGN_INS_PER_MINUTE = settings.FILES_PER_MINUTE = 0
    RateCount.objects.create(key="a form of last week", start=timezone.now() - dt.timedelta(days=7))
    assert once.claim("a form of now")
    services.prune(now=timezone.now(), by=BY)
    assert set(RateCount.objects.values_list("key", flat=True)) == {"a form of now"}
    assert not Entry.objects.exists()


def test_prune_with_nothing_to_do_leaves_no_entry(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    old_read(1)
    call_command("prune")
    assert "読み取りの記録0件" in capsys.readouterr().out
    assert not Entry.objects.exists()


def test_prune_that_fails_removes_nothing(db: None, settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.READ_LOG_DAYS = 1
    old_read(5)

    def fail(events: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(ledger, "record_many", fail)
    with pytest.raises(RuntimeError):
        services.prune(now=timezone.now(), by=BY)
    assert Read.objects.count() == 1
