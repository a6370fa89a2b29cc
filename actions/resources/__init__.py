"""Workbooks of actions."""

from accounts.roles import Permission
from actions.resources.budgets import BudgetSheet
from actions.resources.hurdles import HurdleSheet
from actions.resources.plans import ActionSheet, MilestoneSheet, PhaseSheet
from actions.resources.progress import ProgressSheet, round_of, rounds_for
from exchange.sheets import Book, register
from rounds.states import NOTHING_OPEN, ROUNDS

ACTIONS = Book(
    "actions", "取組", Permission.EDIT_ACTION, (ActionSheet, PhaseSheet, MilestoneSheet), icon="list-checks",
    tried=False,
    note="新しい取組の工程と節目は、同じファイルで加えられます。終了予定日などを後ろへ動かす行には理由が要ります。",
)  # fmt: skip
PROGRESS = Book(
    "progress", "照会の進捗", Permission.ANSWER_REPLY, (ProgressSheet,), icon="clipboard-list", scope=round_of,
    offers=rounds_for, unoffered=NOTHING_OPEN, turn_to=ROUNDS,
    note="取り込んだ進捗は下書きです。所属長が照会の画面から提出します。",
)  # fmt: skip
HURDLES = Book("hurdles", "課題・ハードル", Permission.WORK_HURDLE, (HurdleSheet,), icon="triangle-alert")
BUDGETS = Book(
    "budgets", "予算", Permission.EDIT_ACTION, (BudgetSheet,), icon="japanese-yen",
    note="金額は千円です。財源の内訳は、決算額・予算額・要求額のうち分かる新しい額に合わせます。",
)  # fmt: skip


def register_all() -> None:
    for book in (ACTIONS, PROGRESS, HURDLES, BUDGETS):
        register(book)
