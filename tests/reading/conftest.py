"""An editor, a reader, and an element in force whose body can be set."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client

from accounts.models import User
from audit.models import Entry
from strategy.models import Element
from tests import builders


@pytest.fixture
def editor(as_user: Callable[[User], Client], cast: SimpleNamespace) -> Client:
    return as_user(cast.secretariat)


@pytest.fixture
def reader(as_user: Callable[[User], Client], cast: SimpleNamespace) -> Client:
    return as_user(cast.viewer)


@pytest.fixture
def element(db: None) -> Element:
    edition = builders.make_edition(status="published")
    layer = builders.make_layer(edition=edition, name="ミッション", role="mission")
    return builders.make_element(layer=layer, title="だれもが使える市役所")


def last() -> Entry:
    return Entry.objects.order_by("-pk").first()
