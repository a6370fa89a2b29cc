"""Lists of the apps below as files: users, departments and their changes, the read log."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from accounts.filters import UserFilter
from accounts.models import Department, Membership, Reorganisation, User
from accounts.queries_reorganisation import orphans
from accounts.roles import Permission
from accounts.views import users as users_page
from audit.filters import ReadFilter
from audit.models import Read
from audit.views import READ_SORTS
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
REORGANISATION_HEADS = (
    Head("名称", "title"), Head("状態", "state"), Head("施行日", "effective_on", "date"),
    Head("適用日時", "applied_at", "moment"), Head("適用した人", "applied_by"), Head("備考", "note"),
)  # fmt: skip
ORPHAN_HEADS = (Head("担当のないもの", "label"), Head("種類", "noun"), Head("理由", "why"))
READ_HEADS = (
    Head("日時", "at", "moment"), Head("だれが", "user"), Head("種類", "kind"), Head("見たもの", "label"),
    Head("アドレス", "path"),
)  # fmt: skip
CHUNK = 2000


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


def reorganisations(request: Request) -> Shown:
    rows = Reorganisation.objects.select_related("applied_by")
    return Shown("組織改編", REORGANISATION_HEADS, (_reorganisation(r) for r in rows))


def _reorganisation(row: Reorganisation) -> list[Any]:
    return [
        row.title, row.standing, row.effective_on, row.applied_at, str(row.applied_by) if row.applied_by else None,
        row.note,
    ]  # fmt: skip


def unowned(request: Request) -> Shown:
    cells = ([o.label, o.noun, o.why] for o in orphans(timezone.localdate()))
    return Shown("担当のないもの", ORPHAN_HEADS, cells)


def reads(request: Request) -> Shown:
    found = ReadFilter(request.GET, queryset=Read.objects.all())
    ordered = listing.ordered(request, found.qs, sorts=READ_SORTS, default="-at")
    cells = ([r.at, r.user, r.kind_label, r.label, r.path] for r in ordered.iterator(chunk_size=CHUNK))
    return Shown("読み取りの記録", READ_HEADS, cells)


def register_all() -> None:
    register(ListExport("users", "利用者", Permission.MANAGE_ACCOUNTS, users))
    register(ListExport("departments", "所属", Permission.MANAGE_ACCOUNTS, departments))
    register(ListExport("reorganisations", "組織改編", Permission.MANAGE_ACCOUNTS, reorganisations))
    register(ListExport("orphans", "担当のないもの", Permission.READ_ORPHANS, unowned))
    register(ListExport("reads", "読み取りの記録", Permission.MANAGE_ACCOUNTS, reads))
