"""What a row of the access matrix is, and short ways to write one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

# `lead` and `member` belong to 税務課, which owns what the rows name; `other_lead` is 福祉課長.
ROLES = ("anonymous", "admin", "secretariat", "executive", "lead", "member", "other_lead", "viewer", "nobody")
READERS = ("admin", "secretariat", "executive", "lead", "member", "other_lead", "viewer")
OWN = ("secretariat", "lead", "member")

Values = Callable[[SimpleNamespace], dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """`expected` maps each role to the status of the answer; `case` tells rows of one route apart."""

    route: str
    expected: Mapping[str, int]
    method: str = "GET"
    args: Values = lambda world: {}
    data: Values = lambda world: {}
    case: str = ""
    # Status of the same request by HTMX where it differs for those who are let in.
    fragment: int | None = None

    @property
    def label(self) -> str:
        return " ".join(filter(None, (self.method, self.route, self.case)))


def may(*roles: str, ok: int = 200, rest: int = 403, **others: int) -> dict[str, int]:
    """Those named get `ok`, other signed-in roles `rest`, strangers to the portal the sign-in page."""
    return {r: ok if r in roles else rest for r in ROLES} | {"anonymous": 302, "nobody": 403} | others


def everyone(ok: int = 200) -> dict[str, int]:
    return may(*READERS, ok=ok)


def pk(name: str) -> Values:
    return lambda world: {"pk": getattr(world, name).pk}


def key(name: str) -> Values:
    return lambda world: {"key": getattr(world, name).key}


SECRETARIAT = may("secretariat")
ADMIN = may("admin")
PUBLIC = dict.fromkeys(ROLES, 200)
HIDDEN = {"rest": 404}


def form(route: str, *roles: str, args: Values = lambda world: {}, refused: int = 422, **rest: int) -> list[Row]:
    """A page with a form: shown on GET, refused with a message when sent empty."""
    return [
        Row(route, may(*roles, **rest), args=args),
        Row(route, may(*roles, ok=refused, **rest), "POST", args=args, case="empty"),
    ]


DRAFT = may("secretariat", "admin", **HIDDEN)
