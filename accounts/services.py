"""Writes of accounts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import TWIN, Department, FormerPassword, Membership, User, default_until
from accounts.roles import Role
from accounts.services_admins import an_admin_stays
from lib import ledger
from lib.writes import insert, save_versioned

DEPARTMENT_FIELDS = ("code", "name", "short_name", "kind", "parent", "order", "valid_from", "valid_to")
USER_FIELDS = ("login_id", "display_name", "email", "is_active")
MEMBERSHIP_FIELDS = ("user", "department", "role", "valid_from", "valid_until")


@transaction.atomic
def create_department(*, by: Any, **values: Any) -> Department:
    department = Department(**values)
    department.full_clean()
    insert(department)
    ledger.record(by=by, act="create", obj=department, after=ledger.state_of(department, DEPARTMENT_FIELDS))
    return department


@transaction.atomic
def update_department(*, department: Department, version: int, by: Any, **values: Any) -> Department:
    before = ledger.state_of(Department.objects.get(pk=department.pk), DEPARTMENT_FIELDS)
    _assign(department, values)
    department.full_clean()
    save_versioned(department, version=version, fields=values)
    after = ledger.state_of(department, DEPARTMENT_FIELDS)
    ledger.record(by=by, act="update", obj=department, before=before, after=after)
    return department


@transaction.atomic
def create_user(*, by: Any, password: str, must_change: bool = True, **values: Any) -> User:
    """Store a user; the first password is the administrator's, so it must be changed."""
    user = User(must_change_password=must_change, **values)
    validate_password(password, user)
    _choose(user, password)
    user.full_clean()
    _refuse_twin(user)
    insert(user)
    _remember(user)
    ledger.record(by=by, act="create", obj=user, after=ledger.state_of(user, USER_FIELDS))
    return user


@transaction.atomic
def update_user(*, user: User, version: int, by: Any, **values: Any) -> User:
    before = ledger.state_of(User.objects.get(pk=user.pk), USER_FIELDS)
    if values.get("is_active") is False and ledger.actor(by).user_id == user.pk:
        raise ValidationError({"is_active": "自分自身の利用は止められません。"})
    _assign(user, values)
    user.full_clean(exclude=("password",))
    if user.login_id != before["login_id"]:
        _refuse_twin(user)
    with an_admin_stays():
        save_versioned(user, version=version, fields=values)
    ledger.record(by=by, act="update", obj=user, before=before, after=ledger.state_of(user, USER_FIELDS))
    return user


@transaction.atomic
def set_password(*, user: User, password: str, by: Any, must_change: bool) -> None:
    """Change a password; the ledger keeps that it changed, never what it is."""
    validate_password(password, user)
    _choose(user, password)
    user.must_change_password = must_change
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
    _remember(user)
    ledger.record(by=by, act="password", obj=user)


@transaction.atomic
def grant_membership(
    *, user: User, role: str, department: Department | None, by: Any,
    valid_from: dt.date, valid_until: dt.date | None = None,
) -> Membership:  # fmt: skip
    """Give a role; without an end date it lapses with the fiscal year of `valid_from`."""
    membership = Membership(
        user=user, role=Role(role).value, department=department,
        valid_from=valid_from, valid_until=valid_until or default_until(valid_from),
    )  # fmt: skip
    membership.full_clean()
    insert(membership)
    ledger.record(by=by, act="create", obj=membership, after=ledger.state_of(membership, MEMBERSHIP_FIELDS))
    return membership


@transaction.atomic
def update_membership(*, membership: Membership, version: int, by: Any, **values: Any) -> Membership:
    before = ledger.state_of(Membership.objects.get(pk=membership.pk), MEMBERSHIP_FIELDS)
    _assign(membership, values)
    membership.full_clean()
    with an_admin_stays():
        save_versioned(membership, version=version, fields=values)
    after = ledger.state_of(membership, MEMBERSHIP_FIELDS)
    ledger.record(by=by, act="update", obj=membership, before=before, after=after)
    return membership


@transaction.atomic
def extend_memberships(*, memberships: list[Membership], until: dt.date, by: Any) -> int:
    """Move the end date of several memberships; returns how many moved."""
    with an_admin_stays():
        events = [_extended(m, until, by) for m in sorted(memberships, key=lambda m: m.pk)]
    ledger.record_many(events)
    return len(events)


def _extended(membership: Membership, until: dt.date, by: Any) -> ledger.Event:
    before = ledger.state_of(membership, MEMBERSHIP_FIELDS)
    membership.valid_until = until
    membership.full_clean()
    save_versioned(membership, version=membership.version, fields=["valid_until"])
    after = ledger.state_of(membership, MEMBERSHIP_FIELDS)
    return ledger.event(by=by, act="extend", obj=membership, before=before, after=after)


@transaction.atomic
def record_sign_in(*, user: User) -> None:
    ledger.record(by=user, act="sign_in", obj=user)


@transaction.atomic
def record_sign_out(*, user: User) -> None:
    ledger.record(by=user, act="sign_out", obj=user)


def _refuse_twin(user: User) -> None:
    twin = User.objects.filter(login_id__iexact=user.login_id).exclude(pk=user.pk).first()
    if twin:
        raise ValidationError({"login_id": TWIN.format(twin.login_id)})


def _choose(user: User, password: str) -> None:
    user.set_password(password)
    user.password_changed_at = timezone.now()


def _remember(user: User) -> None:
    """Keep the hash as long as the policy looks back, and no longer."""
    if settings.PASSWORD_HISTORY:
        FormerPassword.objects.create(user=user, password=user.password)
    kept = user.former_passwords.order_by("-pk").values_list("pk", flat=True)[: settings.PASSWORD_HISTORY]
    user.former_passwords.exclude(pk__in=list(kept)).delete()


def _assign(obj: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(obj, name, value)
