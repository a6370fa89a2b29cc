"""Departments and the posts that sign in. No names of persons: a user is a post."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.models import Department, User
from accounts.roles import Role
from accounts.services import USER_FIELDS, create_department, grant_membership
from dxportal.demo.halves import half
from lib import ledger

PASSWORD = "dxportal-demo"
ALIASES = {"lead-0204": "lead-tax", "member-0204": "member-tax", "lead-0401": "lead-welfare"}
LEAD_POSTS = {"給食センター": "給食センター所長", "消防本部": "消防長"}
OFFICE_CODE = "0103"
FOUNDED_HALVES_AGO = 11
# Of the names that belong to nobody (RFC 2606): no mail of the demonstration can arrive anywhere.
MAIL_DOMAIN = "sample-city.example"


@dataclass(frozen=True)
class Post:
    login_id: str
    name: str
    role: Role
    department: str | None = None


CITY_POSTS = (
    Post("admin", "管理者", Role.ADMIN),
    Post("secretariat", "事務局", Role.SECRETARIAT, OFFICE_CODE),
    Post("executive", "企画部長", Role.EXECUTIVE),
    Post("viewer", "監査事務局", Role.VIEWER),
)


@dataclass(frozen=True)
class People:
    """Departments by code and users by login id."""

    departments: dict[str, Department]
    users: dict[str, User]

    @property
    def sections(self) -> list[Department]:
        return [d for d in self.departments.values() if d.kind == "section"]

    def lead(self, code: str) -> ledger.Actor:
        return self.actor(_login("lead", code))

    def member(self, code: str) -> ledger.Actor:
        return self.actor(_login("member", code))

    def actor(self, login_id: str) -> ledger.Actor:
        """The post as the ledger names it; the origin says that a command spoke for it."""
        user = self.users[login_id]
        return ledger.Actor(user.pk, user.ledger_label, "command")


def build(rows: Sequence[dict[str, Any]], today: dt.date, until: dt.date, by: ledger.Actor) -> People:
    """Store departments, users and memberships (to `until`) from the rows of fixtures/departments.json."""
    founded = half(today, -FOUNDED_HALVES_AGO).start
    departments = _departments(rows, founded, by)
    posts = [*CITY_POSTS, *_section_posts(departments)]
    users = _users(posts, by)
    for post in posts:
        grant_membership(
            user=users[post.login_id], role=post.role, by=by, valid_from=founded, valid_until=until,
            department=departments[post.department] if post.department else None,
        )  # fmt: skip
    return People(departments, users)


def _departments(rows: Sequence[dict[str, Any]], founded: dt.date, by: ledger.Actor) -> dict[str, Department]:
    made: dict[str, Department] = {}
    for row in sorted(rows, key=lambda r: r["parent"] is not None):
        parent = made[row["parent"]] if row["parent"] else None
        made[row["code"]] = create_department(by=by, **row | {"parent": parent, "valid_from": founded})
    return dict(sorted(made.items()))


def _section_posts(departments: dict[str, Department]) -> list[Post]:
    posts = []
    for code, department in departments.items():
        if department.kind == "section":
            posts.append(Post(_login("lead", code), lead_post(department), Role.LEAD, code))
            posts.append(Post(_login("member", code), f"{department.name} 推進員", Role.MEMBER, code))
    return posts


def _login(role: str, code: str) -> str:
    return ALIASES.get(f"{role}-{code}", f"{role}-{code}")


def lead_post(department: Department) -> str:
    """Title of the head of a section, e.g. 税務課長."""
    return LEAD_POSTS.get(department.name, f"{department.name}長")


def _users(posts: Sequence[Post], by: ledger.Actor) -> dict[str, User]:
    # One hash for all: it is one password, and hashing is slow on purpose.
    password = make_password(PASSWORD)
    users = [
        User(login_id=p.login_id, display_name=p.name, password=password, email=f"{p.login_id}@{MAIL_DOMAIN}")
        for p in posts
    ]
    User.objects.bulk_create(users)
    events = [ledger.event(by=by, act="create", obj=u, after=ledger.state_of(u, USER_FIELDS)) for u in users]
    ledger.record_many(events)
    return {u.login_id: u for u in users}
