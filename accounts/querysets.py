"""Reads of accounts as chainable verbs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import User


class DepartmentQuerySet(models.QuerySet):
    def on(self, day: dt.date) -> DepartmentQuerySet:
        """Departments that exist on `day`."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)

    def current(self) -> DepartmentQuerySet:
        return self.on(timezone.localdate())

    def sections(self) -> DepartmentQuerySet:
        """課: the departments that answer rounds."""
        return self.filter(kind="section")


class MembershipQuerySet(models.QuerySet):
    def on(self, day: dt.date) -> MembershipQuerySet:
        return self.filter(valid_from__lte=day, valid_until__gte=day)

    def current(self) -> MembershipQuerySet:
        return self.on(timezone.localdate())

    def ending_by(self, day: dt.date) -> MembershipQuerySet:
        """Those in force that end by `day`, unless the same role of the same person goes on in a later row."""
        place = Coalesce("department_id", 0)
        same = {name: OuterRef(name) for name in ("user", "role", "place")}
        others = self.model._default_manager.annotate(place=place)
        later = others.filter(**same, valid_until__gt=OuterRef("valid_until"))
        return self.current().filter(valid_until__lte=day).annotate(place=place).exclude(Exists(later))


class UserQuerySet(models.QuerySet):
    def active(self) -> UserQuerySet:
        return self.filter(is_active=True)

    def holding(self, **membership: Any) -> UserQuerySet:
        """Users with a membership in force today that matches, e.g. `role="lead"`."""
        today = timezone.localdate()
        wanted = {f"memberships__{k}": v for k, v in membership.items()}
        return self.filter(**wanted, memberships__valid_from__lte=today, memberships__valid_until__gte=today).distinct()

    def found(self, text: str) -> UserQuerySet:
        return self.filter(Q(login_id__icontains=text) | Q(display_name__icontains=text))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, login_id: str, password: str | None = None, **fields: Any) -> User:
        """Build and store a user with a hashed password; used by `services.create_user`."""
        user = self.model(login_id=login_id, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str) -> User:
        return self.get(login_id=username)
