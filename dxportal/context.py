"""What every page shows: the site's name, the menu for this reader, the style sheets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse

from accounts.access import can
from accounts.roles import Permission
from exchange.sheets import books

AREAS = [
    f"pages-{n}"
    for n in (
        "dashboard",
        "meetings",
        "strategy",
        "editions",
        "reading",
        "actions",
        "national",
        "maturity",
        "evidence",
        "rounds",
        "indicators",
        "accounts",
        "money",
        "exchange",
        "wizard",
        "pack",
        "reorganisation",
    )
]
STYLESHEETS = [f"css/{n}.css" for n in ("tokens", "base", "components", "pages", *AREAS, "print", "pack")]
NAV = (
    ("dashboard", "ホーム", "dashboard:home"),
    ("strategy", "戦略", "strategy:home"),
    ("actions", "取組", "actions:list"),
    ("national", "国の計画", "national:home"),
    ("maturity", "成熟度", "maturity:home"),
    ("rounds", "照会", "rounds:list"),
    ("meetings", "会議", "meetings:home"),
)


@dataclass(frozen=True)
class Link:
    url: str
    label: str
    icon: str = ""
    current: bool = False


def portal(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    return {
        "site_name": settings.SITE_NAME,
        "stylesheets": STYLESHEETS,
        "nav": _nav(request) if signed_in else [],
        "user_roles": _roles(user) if signed_in else "",
        "user_menu": _menu(user) if signed_in else [],
    }


def _nav(request: HttpRequest) -> list[Link]:
    match = request.resolver_match
    here = match.namespace if match else ""
    if not can(request.user, Permission.READ):
        return []
    return [Link(_address(name), label, current=space == here) for space, label, name in NAV]


def _address(route: str) -> str:
    """Where a page of the menu is; each page of the portal asks for a dozen of them."""
    return _reversed(route, get_script_prefix())


@lru_cache(maxsize=64)
def _reversed(route: str, prefix: str) -> str:
    return reverse(route)


def _roles(user: Any) -> str:
    labels = [
        f"{m.department.short_name} {m.role_label}" if m.department else m.role_label for m in user.current_memberships
    ]
    return "・".join(dict.fromkeys(labels))


def _menu(user: Any) -> list[Link]:
    menu = [
        Link(_address("accounts:password"), "パスワードの変更", "key-round"),
        Link(_address("accounts:factor"), "二要素", "smartphone"),
    ]
    if can(user, Permission.READ):
        menu.insert(0, Link(_address("strategy:my_vision"), "自分のビジョン", "sparkles"))
    if any(book.allows(user) for book in books()):
        menu.append(Link(_address("exchange:home"), "Excelでの入出力", "file-spreadsheet"))
    if can(user, Permission.MANAGE_ACCOUNTS):
        menu.append(Link(_address("accounts:users"), "利用者", "users"))
        menu.append(Link(_address("accounts:departments"), "所属", "network"))
        menu.append(Link(_address("accounts:reorganisations"), "組織改編", "git-branch"))
    if can(user, Permission.READ_ORPHANS):
        menu.append(Link(_address("accounts:orphans"), "担当のないもの", "unplug"))
    if can(user, Permission.READ_LEDGER):
        menu.append(Link(_address("audit:entries"), "操作の記録", "scroll-text"))
    return menu
