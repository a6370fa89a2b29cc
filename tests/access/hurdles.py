"""Hurdles: the register, policy requests, and what is raised in a reply."""

from tests.access.base import HIDDEN, OWN, Row, Values, everyone, form, may, pk


def of_reply(name: str = "reply") -> Values:
    return lambda world: {"reply_pk": getattr(world, name).pk}


def raised(name: str) -> Values:
    return lambda world: {"reply_pk": world.reply.pk, "pk": getattr(world, name).pk}


ROWS = [
    Row("actions:hurdles", everyone()),
    Row("actions:hurdle", everyone(), args=pk("hurdle")),
    Row("actions:hurdle", everyone(404), args=pk("raised"), case="draft"),
    *form("actions:hurdle_create", "secretariat"),
    *form("actions:hurdle_edit", "secretariat", args=pk("hurdle")),
    Row("actions:hurdle_edit", may("secretariat", ok=404), args=pk("raised"), case="draft"),
    Row("actions:requests", everyone()),
    *form("actions:request_create", "secretariat", args=pk("hurdle")),
    *form("actions:request_edit", "secretariat", args=pk("policy_request")),
    Row("actions:raise_hurdle", may(*OWN, ok=422, **HIDDEN), "POST", args=of_reply(), case="empty"),
    *form("actions:raised_hurdle", *OWN, args=raised("raised"), **HIDDEN),
    Row("actions:drop_hurdle", may(*OWN, ok=302, **HIDDEN), "POST", args=raised("raised")),
    # A hurdle was raised: the page says why not after its redirect, the fragment at once.
    Row("actions:no_hurdle", may(*OWN, ok=302, **HIDDEN), "POST", args=of_reply(), fragment=422),
]
