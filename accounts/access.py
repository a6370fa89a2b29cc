"""The one question `can(user, permission, obj)` and its two ways to ask it in a view."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase

from accounts.models import User
from accounts.roles import ROLE_PERMISSIONS, SCOPED, SCOPED_ROLES, Permission, Role
from lib.http import Request

Args = ParamSpec("Args")


class Owned(Protocol):
    """An object that belongs to departments."""

    def owning_department_ids(self) -> set[int]: ...


def can(user: Any, permission: Permission, obj: Owned | None = None) -> bool:
    """Tell whether a role of `user` grants `permission` on `obj`.

    A scoped permission of 所属長/推進員 holds only for objects of their departments; without an
    object the answer is whether they hold it anywhere.
    """
    if not isinstance(user, User) or not user.is_active:
        return False
    owners = obj.owning_department_ids() if obj is not None else None
    for membership in user.current_memberships:
        role = Role(membership.role)
        if permission not in ROLE_PERMISSIONS[role]:
            continue
        bound = permission in SCOPED and role in SCOPED_ROLES
        if not bound or owners is None or membership.department_id in owners:
            return True
    return False


def department_scope(user: User, permission: Permission) -> set[int] | None:
    """Departments for which `user` holds a scoped permission; None means all of them."""
    granted = [m for m in user.current_memberships if permission in ROLE_PERMISSIONS[Role(m.role)]]
    if any(Role(m.role) not in SCOPED_ROLES for m in granted):
        return None
    return {m.department_id for m in granted if m.department_id}


def check(user: Any, permission: Permission, obj: Owned | None = None, *, hidden: bool = False) -> None:
    """Refuse with 403, or with 404 where even the existence is not the reader's business."""
    if not can(user, permission, obj):
        raise Http404 if hidden else PermissionDenied


def requires(
    permission: Permission,
) -> Callable[
    [Callable[Concatenate[Request, Args], HttpResponseBase]],
    Callable[Concatenate[Request, Args], HttpResponseBase],
]:
    """Guard a view by a permission that needs no object; object checks call `check` inside."""

    def guard(view: Callable[Concatenate[Request, Args], HttpResponseBase]) -> Any:
        @wraps(view)
        def inner(request: Request, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponseBase:
            check(request.user, permission)
            return view(request, *args, **kwargs)

        return inner

    return guard
