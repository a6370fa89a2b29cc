"""The next version of the rubric, in the making: a draft with one more axis, open to 事務局 only."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from dxportal.demo.clock import moment, telling
from dxportal.demo.people import People
from maturity.services import create_axis, start_draft

NAME = "データ活用"
DESCRIPTION = "仕事の記録を数字で見て、次の手を決められているか。デモ用の架空の軸です。"
# The last level is still being discussed, so the page before publication has something to say.
LEVELS = {
    1: "仕事の記録が紙や個人のファイルにあり、集計できない。",
    2: "表計算の記録があり、担当者が必要なときに集計している。",
    3: "課の記録が一つの場所にまとまり、毎月の数字を課の全員が見ている。",
    4: "数字をもとに仕事の進め方を変え、効果を確かめている。",
    5: "",
}


def tell_rubric(today: dt.date, posts: People) -> None:
    """Let 事務局 copy the rubric in use and write one more axis."""
    by = posts.actor("secretariat")
    with telling(moment(today - dt.timedelta(days=1), 20)):
        draft = start_draft(by=by)
        create_axis(
            rubric=draft, name=NAME, description=DESCRIPTION, weight=Decimal(1), descriptors=LEVELS, by=by
        )
