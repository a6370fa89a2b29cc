"""Reading matter of サンプル市: visions that posts shared, and marks in two texts of the strategy."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import User
from dxportal.demo.clock import moment, telling
from dxportal.demo.people import People
from strategy.services import save_vision

# The words of the worksheet's first and third prompt.
SHARED = (
    ("申請書を手で写す仕事をなくし、空いた時間で窓口に来た人の話をゆっくり聞けるようになりたい。",
     "まず、よく使う様式を一つ選び、入力欄を半分に減らす案を作る。"),
    ("定時で帰り、家族と夕食をとる。そのために、会議は30分で決まるようにしたい。",
     "会議の資料を前日までに共有し、説明から始めない会議を試す。"),
    ("電話が鳴りやまない時期に、だれでも同じ答えができる課にしたい。",
     "よくある質問を10件書き出し、AIチャットボットに渡せる形にする。"),
    ("異動した次の日から困らない引継ぎにしたい。", "自分の仕事の手順を、毎週1件ずつ画面の写真つきで残す。"),
    ("データを見てから話し合う習慣を、課の当たり前にしたい。",
     "月に一度、窓口の待ち時間をグラフにして朝礼で見せる。"),
)  # fmt: skip
PRIVATE = ("人前で話すのが苦手でも、改善を提案できる人になりたい。", "小さな改善を月に一つ、課長に話してみる。")

# Texts of the city's own strategy as 事務局 would write them, with marks and terms of the glossary.
MARKED = {
    "m4": "**定型の作業はRPAに任せ**、職員が自ら仕事の流れを組み立てられる力と環境を整えます。\n\n"
    "1. AIチャットボットとRPAを、効果の大きい仕事から順に入れる\n"
    "2. 使い方の研修を開き、職員のリテラシーを高める\n"
    "3. 効果はBIツールで見える形にし、続けるかどうかを決める",
    "m9": "慣例にとらわれず、仕事の目的と方法を**人の側から**見直すBPRを進めます。\n\n"
    "- 今の手順を書き出し、*やめる・まとめる・任せる*に分ける\n"
    "- アジャイルに小さく試し、エビデンスを見て広げる\n"
    "- 進み具合は[取組の一覧](/actions/)で確かめる",
    "m11": "職員全体の力を底上げし、中心となるデジタル人材を続けて育てます。**心理的安全性**を大切にし、"
    "1on1ミーティングで挑戦を応援します。",
}


def with_marks(elements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The elements of the plan's data file, some with the marked text in place of the plain one."""
    return [e | {"body": MARKED.get(e["key"], e["body"])} for e in elements]


def tell_reading(today: dt.date, posts: People) -> None:
    """Store the visions of six department heads, the day before `today`: five shared, one private."""
    step = max(1, len(posts.sections) // (len(SHARED) + 1))
    sections = [d.pk for d in posts.sections][::step][: len(SHARED) + 1]
    leads = User.objects.filter(memberships__role="lead", memberships__department__in=sections)
    authors = list(leads.order_by("login_id").distinct())
    for minute, (author, words) in enumerate(zip(authors, (*SHARED, PRIVATE), strict=False)):
        with telling(moment(today - dt.timedelta(days=1), 19, minute)):
            ideal, will_do = words
            author.ledger_origin = "command"
            save_vision(
                version=0, ideal=ideal, attitude="creative", will_do=will_do, shared=words is not PRIVATE, by=author
            )
