"""Plans of the three source documents and of a deep tree, for the tests of this folder."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lib import ledger
from strategy import services
from strategy.models import Edition, Element
from tests.builders import make_edition, make_element, make_layer, make_plan

BY = ledger.command("test")


def facts(key: str) -> dict[str, Any]:
    """Entry of fixtures/plans.json."""
    plans = json.loads((settings.BASE_DIR / "fixtures" / "plans.json").read_text(encoding="utf-8"))["plans"]
    return next(p for p in plans if p["key"] == key)


def load(key: str, *, is_main: bool = False) -> Edition:
    return services.load_plan(data=facts(key), is_main=is_main, by=BY)


def named(edition: Edition, key: str, plan: str = "takarazuka") -> Element:
    """Element of a loaded edition, or of a copy of it, by its key in the file."""
    return edition.elements.get(lineage=services.lineage_of(plan, key))


def queries(client: Client, url: str) -> int:
    """Queries of one GET; the first visit of a session writes it and is not counted."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def deep(status: str = "published", counts: tuple[int, ...] = (3, 15, 48, 78)) -> Edition:
    """A tree like a city's 基本目標3 → 取組分野15 → 取組事項48 → 事業78, spread as evenly as it goes."""
    edition = make_edition(plan=make_plan(name="深い計画"), status=status)
    names = ("基本目標", "取組分野", "取組事項", "事業")
    above: list[Element] = []
    layer = None
    for level, (name, count) in enumerate(zip(names, counts, strict=True)):
        role = "measure" if level == len(counts) - 1 else "other"
        layer = make_layer(edition=edition, name=name, role=role, parent=layer, order=level, numbering="number")
        above = [
            make_element(
                layer=layer, parent=above[i * len(above) // count] if above else None,
                label=str(i + 1), title=f"{name}{i + 1}の名前", body="この要素の説明です。", order=i,
            )
            for i in range(count)
        ]  # fmt: skip
    return edition
