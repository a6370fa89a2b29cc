"""Builders of the national plan that only these tests need."""

from __future__ import annotations

import datetime as dt
import json
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from strategy.models import Checklist, ChecklistGroup, ChecklistItem, ItemMapping, NationalTarget
from tests.builders import make_item, make_national_plan, make_register, make_register_entry

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"
_n = count(1)


def facts(name: str) -> dict[str, Any]:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def make_target(**kw: Any) -> NationalTarget:
    n = next(_n)
    values = {
        "item": kw.pop("item", None) or make_item(), "statement": f"目標{n}", "source": "総務省", "order": n,
    }  # fmt: skip
    return NationalTarget.objects.create(**values | kw)


def make_mapping(**kw: Any) -> ItemMapping:
    return ItemMapping.objects.create(**{"source": None, "relation": "equal"} | kw)


def make_checklist(**kw: Any) -> Checklist:
    n = next(_n)
    values = {"key": f"checklist-{n}", "title": f"点検表{n}", "source": "総務省", "as_of": dt.date(2026, 10, 1)}
    return Checklist.objects.create(**values | kw)


def make_check(**kw: Any) -> ChecklistItem:
    n = next(_n)
    group = kw.pop("group", None)
    if group is None:
        checklist = kw.pop("checklist", None) or make_checklist()
        group = ChecklistGroup.objects.create(checklist=checklist, number=n, title=f"区分{n}")
    return ChecklistItem.objects.create(**{"group": group, "number": n, "text": f"確認{n}"} | kw)


def make_world(*, due_on: dt.date | None = None) -> SimpleNamespace:
    """Current plan with one item, one confirmed target and one register of four systems:
    済, 作業中, 該当を未確認, 対象外."""
    plan = make_national_plan(is_current=True)
    item = make_item(plan=plan, name="標準化・共通化", number=1)
    target = make_target(item=item, statement="20業務を移す", due_on=due_on)
    register = make_register(item=item, name="標準化対象業務")
    rows = [
        make_register_entry(
            register=register, name="住民基本台帳", applicable="yes", state="done", done_on=dt.date(2026, 1, 5)
        ),
        make_register_entry(register=register, name="固定資産税", applicable="yes", state="working"),
        make_register_entry(register=register, name="国民年金"),
        make_register_entry(register=register, name="戸籍の附票", applicable="no", reason="本市にない"),
    ]
    return SimpleNamespace(plan=plan, item=item, target=target, register=register, rows=rows)
