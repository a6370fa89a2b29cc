"""Clients by role, the plan that is modelled on Takarazuka's, and its next draft."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client

from accounts.models import User
from strategy import services
from strategy.models import Edition
from tests.strategy_plans.shapes import load


@pytest.fixture
def editor(as_user: Callable[[User], Client], cast: SimpleNamespace) -> Client:
    return as_user(cast.secretariat)


@pytest.fixture
def reader(as_user: Callable[[User], Client], cast: SimpleNamespace) -> Client:
    return as_user(cast.viewer)


@pytest.fixture
def published(db: None) -> Edition:
    return load("takarazuka", is_main=True)


@pytest.fixture
def draft(published: Edition, cast: SimpleNamespace) -> Edition:
    return services.start_draft(plan=published.plan, by=cast.secretariat)
