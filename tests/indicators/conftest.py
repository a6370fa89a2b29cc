"""The pages and services judge by the date: here it is always 令和8年11月21日."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

TODAY = dt.date(2026, 11, 21)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> dt.date:
    real = timezone.localdate
    monkeypatch.setattr(timezone, "localdate", lambda value=None, zone=None: real(value, zone) if value else TODAY)
    return TODAY
