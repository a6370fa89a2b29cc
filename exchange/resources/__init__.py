"""Workbooks of the apps below: departments, users and their roles."""

from accounts.roles import Permission
from exchange.resources.departments import DepartmentSheet
from exchange.resources.users import MembershipSheet, UserSheet
from exchange.sheets import Book, register

DEPARTMENTS = Book(
    "departments", "所属", Permission.MANAGE_ACCOUNTS, (DepartmentSheet,), icon="network", tried=False,
    note="廃止する所属は行を消さず、廃止日を入力します。部と、その部の課を一つの表で加えられます。",
)  # fmt: skip
USERS = Book(
    "users", "利用者と役割", Permission.MANAGE_ACCOUNTS, (UserSheet, MembershipSheet), icon="users", tried=False,
    note="新しい利用者には最初のパスワードが要ります。書き出した表にパスワードは載りません。",
)  # fmt: skip


def register_all() -> None:
    for book in (DEPARTMENTS, USERS):
        register(book)
