"""導入計画書 of サンプル市: one in each state, and one that became an action. Scored with the guidelines of a published
plan; all made up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from random import Random
from typing import Any

from accounts.models import User
from actions.models import Proposal
from actions.queries_proposals import guiding_layers, usual_layers
from actions.services import proposals as services
from dxportal.demo.clock import moment, telling
from dxportal.demo.halves import half
from dxportal.demo.people import People
from dxportal.demo.work import Job
from lib import ledger

# department, title, issue, content, effect, alternatives, first cost, yearly cost, how far it has come.
ROWS: tuple[tuple[Any, ...], ...] = (
    ("0301", "窓口の混み具合のお知らせ", "3月と4月は待ち時間が40分を超え、来庁の時間を選べない。",
     "発券機の待ち人数を市のサイトで見られるようにする。", "混む時間を避けて来られるようになり、待ち時間の苦情が減る。",
     "職員が1時間ごとに書き込む方法は、忙しい日ほど続かなかった。", 1200, 360, "decided"),
    ("0603", "公民館の鍵のスマートロック化", "鍵の受け渡しのために、利用者が窓口まで2往復している。",
     "予約の番号で開く錠を3館に取り付け、1年試す。", "窓口の受け渡しが月に約280件なくなる。",
     "鍵箱を置く方法は、番号の管理が残る。", 2600, 480, "reviewing"),
    ("0204", "申告相談の予約と案内の自動音声", "申告の時期に電話がつながらず、苦情が月に60件ある。",
     "予約の受付と持ち物の案内を自動音声で行う。", "電話の半分が職員を介さずに終わる見込み。",
     "", 1800, 900, "submitted"),
    ("0303", "ごみ集積所の地図の公開", "集積所の場所の問合せが、転入の時期に集まる。", "", "", "", None, None, "draft"),
)  # fmt: skip
# By the code of the action that became of it.
BECAME: dict[str, tuple[Any, ...]] = {
    "F-03": (
        "0401", "民生委員の活動記録の電子化", "月ごとの報告書を手書きで集め、集計に5日かかる。",
        "訪問の記録を端末に入れ、報告書を自動でつくる。2つの地区で先に試す。",
        "集計の5日が半日になり、見守りの情報を翌日には受け取れる。",
        "表計算のファイルを送り合う方法は、端末のない委員が使えない。", 3200, 640, "decided",
    ),
}  # fmt: skip
# Days before the action is registered on which the proposal is written, reviewed and decided.
WRITTEN, REVIEWED, DECIDED = 66, 58, 24
SCORED = ("secretariat", "executive", "lead-0102")
COMMENTS = (
    "住民の手間が減ることが数字で示されている。", "やめる作業が書かれていない。", "小さく試す計画になっている。", "",
)  # fmt: skip


def tell_proposals(today: dt.date, posts: People) -> None:
    """Let the departments write, two of them be reviewed, and one be adopted; all within the last month."""
    for days, row in zip((28, 16, 5, 2), ROWS, strict=True):
        with telling(moment(today - dt.timedelta(days=days), 14)):
            proposal = _written(row, half(today, 1).start, half(today, 2).end, posts)
        if row[-1] in ("reviewing", "decided"):
            with telling(moment(today - dt.timedelta(days=days - 3), 10)):
                _reviewed(proposal, posts, is_whole=row[-1] == "decided")
        if row[-1] == "decided":
            with telling(moment(today - dt.timedelta(days=days - 14), 16)):
                _decided(
                    proposal, posts, "conditional",
                    "3か月ごとに待ち時間を公表すること。効果が出ないときは、1年でやめること。",
                )  # fmt: skip


def tell_adopted(jobs: Sequence[Job], registered: dt.date, posts: People) -> dict[str, Proposal]:
    """The proposals, by code, that actions among `jobs` are made from; adopted before these are registered."""
    return {j.code: _adopted(BECAME[j.code], j, registered, posts) for j in jobs if j.code in BECAME}


def _adopted(row: tuple[Any, ...], job: Job, registered: dt.date, posts: People) -> Proposal:
    def at(days: int, hour: int) -> dt.datetime:
        return moment(registered - dt.timedelta(days=days), hour)

    with telling(at(WRITTEN, 14)):
        proposal = _written(row, job.work.starts_on, job.work.ends_on, posts)
    with telling(at(REVIEWED, 10)):
        _reviewed(proposal, posts, is_whole=True)
    with telling(at(DECIDED, 16)):
        _decided(proposal, posts, "adopted", "集計の手間が減ることが数字で示され、小さく試す計画になっているため。")
    return proposal


def _written(row: tuple[Any, ...], starts_on: dt.date, ends_on: dt.date, posts: People) -> Proposal:
    code, title, issue, content, effect, alternatives, initial, yearly, state = row
    member, lead = posts.member(code), posts.lead(code)
    proposal = services.create_proposal(
        department=posts.departments[code], title=title, issue=issue, content=content, effect=effect,
        alternatives=alternatives, initial_cost=initial, yearly_cost=yearly,
        starts_on=starts_on, ends_on=ends_on, by=member,
    )  # fmt: skip
    if state != "draft":
        proposal = services.submit_proposal(proposal=proposal, version=proposal.version, by=lead)
    return proposal


def _reviewed(proposal: Proposal, posts: People, *, is_whole: bool) -> None:
    """Open the review; in one that still runs 事務局 has not begun and another left blanks."""
    office = posts.actor("secretariat")
    reviewers = [posts.users[login] for login in SCORED]
    review = services.start_review(
        proposal=proposal, version=proposal.version, layers=usual_layers(list(guiding_layers())),
        reviewers=reviewers, by=office,
    )  # fmt: skip
    for sheet in review.sheets.select_related("reviewer"):
        if is_whole or sheet.reviewer.login_id != "secretariat":
            _scored(sheet, sheet.reviewer, is_whole)


def _scored(sheet: Any, reviewer: User, is_whole: bool) -> None:
    rng = Random(f"sheet {reviewer.login_id} {sheet.review.proposal}")  # noqa: S311
    scores = {}
    for guideline in sheet.review.guidelines:
        is_blank = not is_whole and rng.random() < 0.3
        scores[guideline["key"]] = (None if is_blank else rng.choice((1, 2, 2, 3, 3)), rng.choice(COMMENTS))
    actor = ledger.Actor(reviewer.pk, reviewer.ledger_label, "command")
    comment = "1年の試行のあとに、続けるかどうかを決めるとよい。" if is_whole else ""
    services.save_sheet(sheet=sheet, version=1, scores=scores, comment=comment, done=is_whole, by=actor)


def _decided(proposal: Proposal, posts: People, decision: str, reason: str) -> None:
    proposal.refresh_from_db()
    services.decide_proposal(
        proposal=proposal, version=proposal.version, decision=decision, reason=reason, by=posts.actor("secretariat")
    )
