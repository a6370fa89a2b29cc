"""Workbooks in and out, and lists as files."""

from types import SimpleNamespace

from tests.access.base import ADMIN, DRAFT, Row, may

LEADS = ("secretariat", "lead", "other_lead")


def actions(world: SimpleNamespace) -> dict:
    return {"key": "actions", "scope": 0}


def upload(world: SimpleNamespace) -> dict:
    return {"key": world.book.key}


# An import concerns its maker, and whoever does the same for the whole city.
OWN = may("secretariat", "lead", rest=404, nobody=404)

ROWS = [
    Row("exchange:home", may("admin", "secretariat", "lead", "other_lead", "member")),
    Row("exchange:book", may(*LEADS), args=actions),
    Row("exchange:book", may(*LEADS, ok=422), "POST", args=actions, case="empty"),
    Row("exchange:workbook", may(*LEADS), args=actions),
    Row("exchange:confirm", OWN, args=upload),
    Row("exchange:confirm", may("secretariat", "lead", ok=422, rest=404, nobody=404), "POST", args=upload),
    Row("exchange:step", may("secretariat", "lead", ok=302, rest=404, nobody=404), "POST", args=upload),
    Row("exchange:discard", may("secretariat", "lead", ok=302, rest=404, nobody=404), "POST", args=upload),
    Row("exchange:errors", OWN, args=upload),
    Row("exchange:list", ADMIN, args=lambda w: {"key": "users", "kind": "csv"}, case="users"),
    Row("exchange:object_list", DRAFT, args=lambda w: {"key": "elements", "pk": w.draft.pk, "kind": "csv"}),
]
