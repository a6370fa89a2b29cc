"""Workbooks of the strategy: elements of a draft, registers, indicators."""

from accounts.roles import Permission
from exchange.sheets import Book, register
from strategy.resources.elements import ElementSheet, draft_of, drafts_for
from strategy.resources.indicators import ActualSheet, IndicatorSheet, TargetSheet
from strategy.resources.registers import EntrySheet

ELEMENTS = Book(
    "elements", "戦略の要素", Permission.EDIT_STRATEGY, (ElementSheet,), icon="compass", scope=draft_of,
    offers=drafts_for, unoffered="下書きの版がありません。計画の画面で次の版の下書きを作ると、書き出せます。",
    turn_to=("戦略へ", "strategy:home"), note="下書きの版だけを変えられます。公開した版は次の版の下書きで変えます。",
)  # fmt: skip
REGISTERS = Book(
    "registers", "登録簿", Permission.EDIT_NATIONAL, (EntrySheet,), icon="clipboard-check",
    note="行の名称は国の資料によるため、変えられません。",
)  # fmt: skip
INDICATORS = Book(
    "indicators", "指標", Permission.EDIT_STRATEGY, (IndicatorSheet, TargetSheet, ActualSheet), icon="trending-up",
    note="登録ずみの実績を直す行には訂正の理由が要ります。前の値は履歴に残ります。",
)  # fmt: skip


def register_all() -> None:
    for book in (ELEMENTS, REGISTERS, INDICATORS):
        register(book)
