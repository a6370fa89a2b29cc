"""The small city for the tests of the exchange, and a reader without a process of its own."""

from __future__ import annotations

import io
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from exchange import services
from exchange.reading import Sheet, Workbook
from tests import world as worlds
from tests.conftest import make_cast
from tests.held import apart, held


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """The small city, built once for a file that names it in its mark: no test there stores a cast of its own."""
    with held(django_db_blocker, lambda: worlds.build(make_cast())) as city:
        yield city


@pytest.fixture
def world(request: pytest.FixtureRequest, db: None) -> Iterator[SimpleNamespace]:
    if "city" in request.fixturenames:
        with apart(request.getfixturevalue("city")) as copied:
            yield copied
    else:
        yield worlds.build(request.getfixturevalue("cast"))


@pytest.fixture
def near(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in this process: hundreds of files are read here, and test_reading holds the real reader."""
    monkeypatch.setattr(services, "read_workbook", read_here)


def read_here(data: bytes, filename: str, **kwargs: Any) -> Workbook:
    found = CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets = []
    for name in found.sheet_names:
        rows = found.get_sheet_by_name(name).to_python(skip_empty_area=False)
        sheets.append(Sheet(name, rows=[[None if c == "" else c for c in row] for row in rows]))
    return Workbook(filename, "xlsx", sheets)
