"""Somebody must be able to administer: the last 管理者 of today keeps the role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from accounts.models import Membership
from accounts.roles import Role

LAST = "利用中の管理者がいなくなるため、保存できません。先に、ほかの利用者に管理者の役割を付けてください。"


def in_force() -> QuerySet[Membership]:
    """Roles of 管理者 that count today: those of users who may sign in."""
    return Membership.objects.current().filter(role=Role.ADMIN, user__is_active=True)


@contextmanager
def an_admin_stays() -> Iterator[None]:
    """Refuse what takes the last one away. The rows are locked, so that two do not end each other's at once."""
    held = list(in_force().select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))
    yield
    if held and not in_force().exists():
        raise ValidationError(LAST)
