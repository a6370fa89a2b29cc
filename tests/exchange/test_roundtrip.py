"""What goes out comes back without a change, for every workbook and whatever stands in its cells."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.models import reason_choices
from exchange import sheets
from exchange.sheets import Sheet
from exchange.widgets import Text
from lib.forms import plain_text
from tests.exchange.helpers import Taken, cells_of

pytestmark = pytest.mark.usefixtures("city")

# Who brings which workbook, and what it is about.
BOOKS: dict[str, tuple[str, str]] = {
    "departments": ("admin", ""), "users": ("admin", ""), "actions": ("secretariat", ""),
    "progress": ("lead", "round"), "elements": ("secretariat", "draft"), "registers": ("secretariat", ""),
    "indicators": ("secretariat", ""), "maturity": ("lead", "round"), "hurdles": ("secretariat", ""),
    "budgets": ("lead", ""), "decisions": ("secretariat", ""),
}  # fmt: skip

# What people paste: formulas, apostrophes, leading zeros, full width, line ends, invisible and rare characters.
AWKWARD = st.sampled_from(
    ["=1+1", "'=1+1", "''=", "+81", "-", "@SUM(A1)", "\t=2", "007", "１２", "髙﨑", "𠮷野家", "a\nb", "5.0", "TRUE",
     "2026-04-01", "（削除", "〃", "🙂", "‎", "1e5", "＝A1"]
)  # fmt: skip
TEXTS = AWKWARD | st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


def taken(key: str, world: SimpleNamespace) -> Taken:
    who, about = BOOKS[key]
    return Taken(key, getattr(world.cast, who), getattr(world, about) if about else None)


def test_every_workbook_is_tried_here() -> None:
    assert {book.key for book in sheets.books()} == set(BOOKS)


def text_columns(sheet: type[Sheet]) -> list[tuple[str, int]]:
    """Model texts that a sheet shows, with their length; keys that must differ from row to row stay."""
    kept = {n for names in sheet.unique for n in names} | {"unit", "email", "baseline_text", "text", "code"}
    found = []
    for name, column in sheet.fields.items():
        known = {f.name: f for f in sheet.model._meta.concrete_fields}.get(name)
        is_text = isinstance(column.widget, Text) and isinstance(known, models.CharField | models.TextField)
        if is_text and name not in kept:
            found.append((name, known.max_length or 100))
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("key", sorted(BOOKS))
def test_an_untouched_workbook_changes_nothing(key: str, world: SimpleNamespace, near: None) -> None:
    @settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def try_texts(data: Any) -> None:
        for sheet in sheets.find(key).sheets:
            for name, length in text_columns(sheet):
                for row in sheet.model._default_manager.all():
                    said = plain_text(data.draw(TEXTS))[:length].strip() or "x"
                    sheet.model._default_manager.filter(pk=row.pk).update(**{name: said})
        kept = taken(key, world).stage()
        assert kept.counts == {"same": kept.total}, cells_of(kept)[:5]
        assert kept.total > 0

    try_texts()


@pytest.mark.django_db
@pytest.mark.parametrize("key", sorted(BOOKS))
def test_an_empty_form_has_heads_only(key: str, world: SimpleNamespace, near: None) -> None:
    who, about = BOOKS[key]
    form = Taken(key, getattr(world.cast, who), getattr(world, about) if about else None, with_rows=False)
    for sheet in form.book.sheets:
        assert [c.value for c in form.sheet(sheet.caption)[1]][:3] == ["ID", "版数", "操作"]
        assert form.sheet(sheet.caption).max_row == 1


DAYS = st.dates(dt.date(1989, 4, 1), dt.date(2099, 3, 31))
AMOUNTS = st.none() | st.integers(0, 999_999_999)
MEASURED = st.decimals(-999_999, 999_999, allow_nan=False, places=2)

# What else stands in the cells of each workbook: figures, days, words of lists. Texts are tried above.
CELLS: dict[str, dict[str, dict[str, st.SearchStrategy[Any]]]] = {
    "departments": {"departments": {"valid_from": DAYS, "order": st.integers(0, 99_999)}},
    "users": {"users": {"is_active": st.just(True)}, "memberships": {"valid_from": DAYS}},
    "actions": {"phases": {"actual": st.booleans(), "owner": st.sampled_from(["office", "joint", "department"])},
                "milestones": {"due_on": DAYS, "done_on": st.none() | DAYS}},
    "progress": {"progress": {"percent": st.integers(0, 100), "lifecycle": st.sampled_from(["running", "paused"])}},
    "elements": {"elements": {"order": st.integers(0, 99)}},
    "registers": {"registers": {"volume": AMOUNTS, "due_on": st.none() | DAYS,
                                "volume_year": st.none() | st.integers(1989, 2100)}},
    "indicators": {"indicators": {"baseline": MEASURED, "baseline_on": DAYS}, "targets": {"value": MEASURED},
                   "actuals": {"value": MEASURED}},
    "maturity": {"scores": {"level": st.none() | st.integers(1, 5), "target_on": st.none() | DAYS}},
    "hurdles": {"hurdles": {"kind": st.sampled_from([key for key, _ in reason_choices()]), "raised_on": DAYS,
                            "cross_cutting": st.booleans(), "state": st.sampled_from(["open", "working"])}},
    "budgets": {"budgets": {"requested": AMOUNTS, "fiscal_year": st.integers(1990, 2090)}},
    "decisions": {"decisions": {"due_on": DAYS, "kind": st.sampled_from(["decision", "instruction", "homework"])}},
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("key", sorted(BOOKS))
def test_figures_days_and_choices_come_back_as_they_went(key: str, world: SimpleNamespace, near: None) -> None:
    sheets_of_book = {sheet.slug: sheet for sheet in sheets.find(key).sheets}
    assert CELLS[key].keys() <= sheets_of_book.keys()

    @settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def try_cells(data: Any) -> None:
        for slug, columns in CELLS[key].items():
            model = sheets_of_book[slug].model
            for row in model._default_manager.all():
                model._default_manager.filter(pk=row.pk).update(**{n: data.draw(s) for n, s in columns.items()})
        kept = taken(key, world).stage()
        assert kept.counts == {"same": kept.total}, cells_of(kept)[:5]

    try_cells()


@pytest.mark.django_db
def test_dates_survive_any_day(world: SimpleNamespace, near: None) -> None:
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(first=st.dates(dt.date(1900, 3, 1), dt.date(2090, 1, 1)), length=st.integers(0, 9000))
    def try_days(first: dt.date, length: int) -> None:
        type(world.action).objects.filter(pk=world.action.pk).update(
            starts_on=first, ends_on=first + dt.timedelta(days=length)
        )
        kept = taken("actions", world).stage()
        assert kept.counts == {"same": kept.total}, cells_of(kept)[:5]

    try_days()
