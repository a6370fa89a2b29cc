"""The page of one round: the review queue of 事務局, the monitor of everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from rounds import monitor, services
from rounds.models import Reply, Round
from rounds.review import SHOWN
from rounds.sections import Change
from tests.builders import make_department, make_reply, make_round
from tests.rounds.conftest import FakeSection

Sign = Callable[[User], Client]


def text_of(response: object) -> str:
    return re.sub(r"<svg.*?</svg>", "", response.content.decode(), flags=re.S)


def approve(*replies: Reply) -> None:
    now = timezone.now()
    pks = [r.pk for r in replies]
    Reply.objects.filter(pk__in=pks).update(state="approved", submitted_at=now, approved_at=now)


def change(kind: str, weight: int, title: str, **kw: object) -> Change:
    return Change(kind, weight, title, "/actions/1/", **kw)


@pytest.mark.parametrize("role", ["admin", "executive", "lead", "member", "viewer"])
def test_readers_see_who_has_answered_and_no_draft(
    asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection, role: str
) -> None:
    approve(tax)
    fake.moved = {tax.pk: [change("newly_late", 100, "秘密の取組")]}
    page = text_of(as_user(getattr(cast, role)).get(f"/rounds/{asked.pk}/"))
    assert "回答の状況" in page
    assert "確認待ち 1" in page
    assert "未回答 1" in page
    assert "秘密の取組" not in page
    assert "受理する" not in page


def test_silent_departments_stand_first_and_many_are_counted(asked: Round, tax: Reply, cast: SimpleNamespace) -> None:
    Reply.objects.filter(pk=tax.pk).update(started_at=timezone.now())
    for n in range(8):
        make_reply(round=asked, department=make_department(name=f"第{n}課"))
    shown = monitor.build(Reply.objects.filter(round=asked).grouped(), lambda reply: "")
    silent, drafts = shown.awaited
    assert (silent.state.key, len(silent.named), silent.unnamed) == ("silent", 6, 3)
    assert (drafts.state.key, [t.reply for t in drafts.tiles], drafts.unnamed) == ("draft", [tax], 0)


def test_staff_without_a_role_are_refused(asked: Round, cast: SimpleNamespace, as_user: Sign) -> None:
    assert as_user(cast.nobody).get(f"/rounds/{asked.pk}/").status_code == 403


def test_tiles_lead_only_where_the_reader_may_go(
    asked: Round, tax: Reply, welfare: Reply, cast: SimpleNamespace, as_user: Sign
) -> None:
    own, other = f'href="/rounds/replies/{tax.pk}/"', f'href="/rounds/replies/{welfare.pk}/"'
    frozen = f'href="/rounds/replies/{welfare.pk}/frozen/"'
    page = text_of(as_user(cast.member).get(f"/rounds/{asked.pk}/"))
    assert own in page
    assert other not in page
    assert frozen not in page
    Reply.objects.filter(pk=welfare.pk).update(state="accepted", accepted_at=timezone.now(), frozen={})
    assert frozen in text_of(as_user(cast.member).get(f"/rounds/{asked.pk}/"))
    assert other in text_of(as_user(cast.secretariat).get(f"/rounds/{asked.pk}/"))


def test_departments_stand_under_their_division(cast: SimpleNamespace, as_user: Sign, fake: FakeSection) -> None:
    late, early = (make_department(name=n, kind="division", order=o) for n, o in (("福祉部", 20), ("企画部", 10)))
    round_ = make_round(sections=["fake"])
    for name, parent in (("保育課", late), ("財政課", early), ("会計課", None)):
        make_reply(round=round_, department=make_department(name=name, parent=parent))
    page = text_of(as_user(cast.viewer).get(f"/rounds/{round_.pk}/"))
    assert (
        page.index("企画部") < page.index("財政課") < page.index("福祉部") < page.index("保育課") < page.index("その他")
    )


def test_the_table_names_the_silent_first(
    asked: Round, tax: Reply, welfare: Reply, cast: SimpleNamespace, as_user: Sign
) -> None:
    Reply.objects.filter(pk=tax.pk).update(state="accepted", accepted_at=timezone.now(), frozen={})
    page = text_of(as_user(cast.viewer).get(f"/rounds/{asked.pk}/"))
    table = page[page.index("回答の状況の表") :]
    assert table.index("福祉課") < table.index("税務課")


def test_late_replies_are_marked(asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign) -> None:
    approve(tax)
    client = as_user(cast.viewer)
    assert "期限後" not in text_of(client.get(f"/rounds/{asked.pk}/"))
    Round.objects.filter(pk=asked.pk).update(due_on=asked.opens_on)
    assert '<span class="tag mark">期限後</span>' in text_of(client.get(f"/rounds/{asked.pk}/"))


# ---- review


def test_only_what_changed_is_shown_heaviest_first(
    asked: Round, tax: Reply, welfare: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection
) -> None:
    approve(tax, welfare)
    fake.moved = {
        welfare.pk: [change("progress", 40, "小さな前進", state_before="run", state_after="run")],
        tax.pk: [
            change("maturity", 20, "成熟度：改善意識", pairs=[("レベル", "2", "3")]),
            change(
                "newly_late", 100, "標準化の移行", code="K-12", state_before="run", state_after="late",
                pairs=[("期日", "令和8年12月末", "令和9年9月末"), ("実績", "", "試行した")],
                reason_kind="人材", reason="要員が足りない",
            ),
        ],
    }  # fmt: skip
    page = text_of(as_user(cast.secretariat).get(f"/rounds/{asked.pk}/"))
    order = ["標準化の移行", "成熟度：改善意識", "小さな前進", "回答の状況"]
    assert [page.index(t) for t in order] == sorted(page.index(t) for t in order)
    for words in (
        "K-12",
        "令和8年12月末",
        "令和9年9月末",
        "要員が足りない",
        '<span class="tag">人材</span>',
        "変更2件",
    ):
        assert words in page
    assert '<span class="st late solid">遅れ</span>' in page
    assert page.count("btn primary") == 1


def test_changes_are_filtered_by_kind(
    asked: Round, tax: Reply, welfare: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection
) -> None:
    approve(tax, welfare)
    fake.moved = {
        tax.pk: [change("newly_late", 100, "遅れた取組"), change("done", 60, "終えた取組")],
        welfare.pk: [change("progress", 40, "進んだ取組")],
    }
    client = as_user(cast.secretariat)
    page = text_of(client.get(f"/rounds/{asked.pk}/"))
    assert "すべて 3</a>" in page
    assert "新たな遅れ 1</a>" in page
    assert "前進・完了 2</a>" in page
    assert "期日の変更" not in page
    late = text_of(client.get(f"/rounds/{asked.pk}/", {"kind": "newly_late"}))
    assert "遅れた取組" in late
    assert "進んだ取組" not in late
    empty = text_of(client.get(f"/rounds/{asked.pk}/", {"kind": "moved"}))
    assert "この種類の変化を含む確認待ちの回答はありません" in empty
    assert "進んだ取組" in text_of(client.get(f"/rounds/{asked.pk}/", {"kind": "<script>"}))


def test_after_five_replies_the_rest_are_lines(cast: SimpleNamespace, as_user: Sign, fake: FakeSection) -> None:
    round_ = make_round(sections=["fake"])
    replies = [make_reply(round=round_) for _ in range(7)]
    approve(*replies)
    fake.moved = {r.pk: [change("progress", 50 - n, f"取組{n}番")] for n, r in enumerate(replies)}
    client = as_user(cast.secretariat)
    page = text_of(client.get(f"/rounds/{round_.pk}/"))
    assert page.count("<article") == 5
    assert "ほか2課" in page
    opened = text_of(client.get(f"/rounds/{round_.pk}/", {"reply": replies[6].pk}))
    assert opened.index("取組6番") < opened.index("取組0番")
    assert client.get(f"/rounds/{round_.pk}/", {"reply": "９x"}).status_code == 200


def test_quiet_replies_are_offered_together(
    asked: Round, tax: Reply, welfare: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection
) -> None:
    approve(tax, welfare)
    fake.moved = {tax.pk: [change("done", 60, "終えた取組")]}
    page = text_of(as_user(cast.secretariat).get(f"/rounds/{asked.pk}/"))
    assert "1課をまとめて受理" in page
    assert f'name="replies" value="{welfare.pk}:1"' in page
    assert f'value="{tax.pk}:1"' not in page


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "accepted"])
def test_only_approved_replies_are_in_the_queue(
    asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection, state: str
) -> None:
    Reply.objects.filter(pk=tax.pk).update(state=state, accepted_at=timezone.now(), frozen={})
    fake.moved = {tax.pk: [change("done", 60, "終えた取組")]}
    page = text_of(as_user(cast.secretariat).get(f"/rounds/{asked.pk}/"))
    assert "終えた取組" not in page
    assert "確認待ち 0課" in page
    assert "確認を待っている回答はありません" in page


def test_when_all_is_accepted_the_page_says_so(asked: Round, cast: SimpleNamespace, as_user: Sign) -> None:
    asked.replies.update(state="accepted", accepted_at=timezone.now(), frozen={})
    assert "すべての課の回答を受理しました。" in text_of(as_user(cast.secretariat).get(f"/rounds/{asked.pk}/"))


def test_an_earlier_return_is_remembered(
    asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection
) -> None:
    approve(tax)
    services.return_reply(reply=tax, version=1, by=cast.secretariat, comment="理由を書いてください。")
    services.submit_reply(reply=tax, version=2, by=cast.lead, approve=True)
    fake.moved = {tax.pk: [change("mismatch", 80, "食い違う取組")]}
    page = text_of(as_user(cast.secretariat).get(f"/rounds/{asked.pk}/"))
    assert "に差し戻しました：理由を書いてください。" in page


def test_words_of_departments_are_escaped(
    asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection
) -> None:
    approve(tax)
    fake.moved = {tax.pk: [change("done", 60, "<img src=x>", state_after="<b>未着手</b>", reason="<i>")]}
    page = as_user(cast.secretariat).get(f"/rounds/{asked.pk}/").content.decode()
    assert "<img src=x>" not in page
    assert "<b>未着手</b>" not in page
    assert "&lt;img src=x&gt;" in page


def test_after_the_close_nothing_is_returned_but_accepted(
    asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection
) -> None:
    approve(tax)
    fake.moved = {tax.pk: [change("done", 60, "終えた取組")]}
    Round.objects.filter(pk=asked.pk).update(closed_at=timezone.now())
    page = text_of(as_user(cast.secretariat).get(f"/rounds/{asked.pk}/"))
    assert "受理する" in page
    assert "差し戻す" not in page


def test_the_review_alone_is_swapped(asked: Round, cast: SimpleNamespace, as_user: Sign) -> None:
    headers = {"HX-Request": "true", "HX-Target": "review"}
    page = as_user(cast.secretariat).get(f"/rounds/{asked.pk}/", headers=headers).content.decode()
    assert page.lstrip().startswith('<div id="review"')
    assert "<html" in as_user(cast.viewer).get(f"/rounds/{asked.pk}/", headers=headers).content.decode()


@pytest.mark.parametrize("role", ["secretariat", "viewer"])
def test_more_departments_need_no_more_queries(
    cast: SimpleNamespace, as_user: Sign, fake: FakeSection, role: str
) -> None:
    round_ = make_round(sections=["fake"])
    client = as_user(getattr(cast, role))

    def queries_with(count: int) -> int:
        parent = make_department(kind="division")
        while round_.replies.count() < count:
            make_reply(round=round_, department=make_department(parent=parent))
        approve(*round_.replies.all())
        fake.moved = {pk: [change("done", 60, "取組")] for pk in round_.replies.values_list("pk", flat=True)[::2]}
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/rounds/{round_.pk}/")
        return len(seen)

    queries_with(2)
    assert queries_with(10) == queries_with(20)


def many(tax: Reply, fake: FakeSection) -> None:
    """Three changes more than a card shows, the last of them of another kind."""
    approve(tax)
    found = [change("newly_late", 500 - n, f"取組{n:02}番") for n in range(SHOWN + 2)]
    fake.moved = {tax.pk: [*found, change("hurdle", 1, "最も軽い課題")]}


def test_a_card_shows_the_heaviest_changes_and_links_the_others(
    asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection
) -> None:
    many(tax, fake)
    client = as_user(cast.secretariat)
    page = client.get(f"/rounds/{asked.pk}/").content.decode()
    link = f"/rounds/{asked.pk}/?reply={tax.pk}&amp;whole=1"
    assert page.count('class="chg"') == SHOWN
    assert f"取組{SHOWN - 1:02}番" in page
    assert f"取組{SHOWN:02}番" not in page
    assert f"変更{SHOWN + 3}件" in page
    assert f'href="{link}" hx-get="{link}" hx-target="#more-{tax.pk}"' in page
    assert "残り3件の変更を見る" in page


def test_without_javascript_the_link_shows_the_whole_reply(
    asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection
) -> None:
    many(tax, fake)
    page = as_user(cast.secretariat).get(f"/rounds/{asked.pk}/", {"reply": tax.pk, "whole": 1}).content.decode()
    assert page.count('class="chg"') == SHOWN + 3
    assert "件の変更を見る" not in page


def test_with_htmx_only_the_others_come(
    asked: Round, tax: Reply, welfare: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection
) -> None:
    many(tax, fake)
    headers = {"HX-Request": "true", "HX-Target": f"more-{tax.pk}"}
    url, query = f"/rounds/{asked.pk}/", {"reply": tax.pk, "whole": 1}
    piece = as_user(cast.secretariat).get(url, query, headers=headers).content.decode()
    assert piece.count('class="chg"') == 3
    assert piece.lstrip().startswith('<div class="chg" tabindex="-1" data-focus>')
    assert "<html" not in piece
    assert "回答の状況" in as_user(cast.lead).get(url, query, headers=headers).content.decode()
    headers["HX-Target"] = f"more-{welfare.pk}"
    fake.moved[welfare.pk] = fake.moved[tax.pk]
    draft = as_user(cast.secretariat).get(url, {"reply": welfare.pk, "whole": 1}, headers=headers)
    assert "取組" not in draft.content.decode()


def test_a_filter_puts_its_kind_first_where_not_all_is_shown(
    asked: Round, tax: Reply, cast: SimpleNamespace, as_user: Sign, fake: FakeSection
) -> None:
    many(tax, fake)
    client = as_user(cast.secretariat)
    assert "最も軽い課題" not in client.get(f"/rounds/{asked.pk}/").content.decode()
    assert "最も軽い課題" in client.get(f"/rounds/{asked.pk}/", {"kind": "hurdle"}).content.decode()
