"""Lists of the apps below as files: users and departments."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch

from accounts.filters import UserFilter
from accounts.models import Department, Membership, User
from accounts.roles import Permission
from accounts.views import users as users_page
from exchange.lists import Head, ListExport, Shown, register
from lib import listing
from lib.http import Request

USER_HEADS = (
    Head("職員番号", "login_id"), Head("表示名", "display_name"), Head("役割（有効なもの）", "roles"),
    Head("メールアドレス", "email"), Head("利用", "is_active", note="利用中か停止"),
    Head("最後のサインイン", "last_login", "moment"),
)  # fmt: skip
DEPARTMENT_HEADS = (
    Head("コード", "code"), Head("名称", "name"), Head("略称", "short_name"), Head("種別", "kind"),
    Head("上位", "parent"), Head("並び順", "order", "number"),
    Head("設置日", "valid_from", "date"), Head("廃止日", "valid_to", "date", "空欄は、いまある所属"),
)  # fmt: skip


def users(request: Request) -> Shown:
    current = Membership.objects.current().select_related("department")
    rows = User.objects.prefetch_related(Prefetch("memberships", queryset=current, to_attr="held"))
    found = UserFilter(request.GET, queryset=rows)
    ordered = listing.ordered(request, found.qs, sorts=users_page.SORTS, default="login")
    return Shown("利用者", USER_HEADS, (_user(u) for u in ordered))


def _user(user: Any) -> list[Any]:
    roles = [f"{m.department.short_name} {m.role_label}" if m.department else m.role_label for m in user.held]
    state = "利用中" if user.is_active else "停止"
    return [user.login_id, user.display_name, "、".join(roles), user.email, state, user.last_login]


def departments(request: Request) -> Shown:
    rows = Department.objects.select_related("parent").order_by("order", "code", "pk")
    shown = rows if request.GET.get("all") == "1" else rows.current()
    cells = (
        [d.code, d.name, d.short_name, d.get_kind_display(), d.parent.name if d.parent else None, d.order,
         d.valid_from, d.valid_to]
        for d in shown
    )  # fmt: skip
    return Shown("所属", DEPARTMENT_HEADS, cells)


def register_all() -> None:
    register(ListExport("users", Permission.MANAGE_ACCOUNTS, users))
    register(ListExport("departments", Permission.MANAGE_ACCOUNTS, departments))
