"""Writes of the meeting bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from lib import ledger
from lib.writes import insert, save_versioned
from meetings.models import Body

NEEDED_FIELDS = ("name", "purpose", "members", "frequency", "order")
BODY_FIELDS = (*NEEDED_FIELDS, "kind", "deputies", "cadence", "week", "weekday")
MOST_MEMBERS, LONGEST_POST = 60, 60


@transaction.atomic
def load_bodies(*, data: Mapping[str, Any], by: Any) -> dict[str, int]:
    """Add the bodies (known by name) that are not stored yet; what is stored stays as it is.

    A note of the source follows the purpose: a body has no field of its own for it.
    """
    made = 0
    for facts in _needed(data, "bodies"):
        if Body.objects.filter(name=_needed(facts, "name")).exists():
            continue
        values = {name: _needed(facts, name) for name in NEEDED_FIELDS}
        values |= {name: facts[name] for name in BODY_FIELDS if name in facts}
        values["purpose"] += facts.get("note", "")
        body = Body(**values)
        body.full_clean()
        _check_seats(body)
        body.save()
        ledger.record(by=by, act="load", obj=body, after=ledger.state_of(body, BODY_FIELDS))
        made += 1
    return {"bodies": made}


@transaction.atomic
def create_body(*, by: Any, **values: Any) -> Body:
    """Store a new body behind the others."""
    if foreign := set(values) - set(BODY_FIELDS):
        raise TypeError(f"not editable: {sorted(foreign)}")
    last = Body.objects.aggregate(last=Max("order"))["last"] or 0
    body = Body(**{"order": last + 1} | values)
    body.full_clean()
    _check_seats(body)
    insert(body)
    ledger.record(by=by, act="create", obj=body, after=ledger.state_of(body, BODY_FIELDS))
    return body


@transaction.atomic
def update_body(*, body: Body, version: int, by: Any, **values: Any) -> Body:
    """Store the values unless the body has moved on; the same values again write nothing."""
    if foreign := set(values) - set(BODY_FIELDS):
        raise TypeError(f"not editable: {sorted(foreign)}")
    stored = Body.objects.get(pk=body.pk)
    for name, value in values.items():
        setattr(body, name, value)
    body.full_clean()
    _check_seats(body)
    before, after = ledger.state_of(stored, BODY_FIELDS), ledger.state_of(body, BODY_FIELDS)
    if before == after:
        return stored
    save_versioned(body, version=version, fields=values)
    ledger.record(by=by, act="update", obj=body, before=before, after=after)
    return body


def _check_seats(body: Body) -> None:
    _check_members(body.members)
    body.deputies = {post: list(body.deputies.get(post, [])) for post in body.members if body.deputies.get(post)}
    for post, deputies in body.deputies.items():
        if not all(isinstance(d, str) and d.strip() and len(d) <= LONGEST_POST for d in deputies):
            raise ValidationError({"members": f"「{post}」の代理は、{LONGEST_POST}字までの職の名称で書いてください。"})
        if post in deputies or len(set(deputies)) < len(deputies):
            raise ValidationError({"members": f"「{post}」の代理に、本人か同じ職が2回書かれています。"})


def _check_members(members: Any) -> None:
    """Refuse anything but a list of posts, each named once."""
    if not isinstance(members, list) or not all(isinstance(m, str) and m.strip() for m in members):
        raise ValidationError({"members": "構成員は、職の名称を1つ以上並べてください。"})
    if len(members) > MOST_MEMBERS:
        raise ValidationError({"members": f"構成員は{MOST_MEMBERS}までにしてください。"})
    if long := [m for m in members if len(m) > LONGEST_POST]:
        raise ValidationError({"members": f"職の名称は{LONGEST_POST}字までにしてください（「{long[0][:20]}…」）。"})
    if len(set(members)) < len(members):
        raise ValidationError({"members": "同じ職が2回書かれています。"})


def _needed(facts: Mapping[str, Any], name: str) -> Any:
    try:
        return facts[name]
    except (KeyError, TypeError):
        raise ValidationError(f"読み込むデータに「{name}」がありません。") from None
