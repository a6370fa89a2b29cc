"""States of the registers and checklists of サンプル市."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from dxportal.demo.halves import half, month_end
from dxportal.demo.people import People
from lib import fiscal
from strategy.models import ChecklistItem, RegisterEntry
from strategy.services.national import update_check, update_entry

PLAIN = ("applicable", "reason", "channel", "state", "volume", "online_volume")


def fill_registers(rows: Mapping[str, list[dict[str, Any]]], today: dt.date, people: People) -> None:
    """Set the rows of each register (by key and number); volumes that nobody knows stay empty."""
    entries = {(e.register.key, e.number): e for e in RegisterEntry.objects.select_related("register")}
    for key, told in rows.items():
        for row in told:
            entry = entries[key, row["number"]]
            values = {name: row[name] for name in PLAIN if name in row} | _dates(row, today)
            if "volume" in row:
                values["volume_year"] = fiscal.fiscal_year(today) - 1
            values["department"] = people.departments[row["department"]]
            update_entry(entry=entry, version=entry.version, by=people.actor("secretariat"), **values)


def fill_checklists(rows: Mapping[str, list[dict[str, Any]]], today: dt.date, people: People) -> None:
    """Set the checks of each list (by key, group and number)."""
    checks = {
        (c.group.checklist.key, c.group.number, c.number): c
        for c in ChecklistItem.objects.select_related("group__checklist")
    }
    for key, told in rows.items():
        for row in told:
            check = checks[key, row["group"], row["number"]]
            values = {"state": row["state"], "evidence": row.get("evidence", "")} | _dates(row, today)
            update_check(check=check, version=check.version, by=people.actor("secretariat"), **values)


def _dates(row: Mapping[str, Any], today: dt.date) -> dict[str, dt.date]:
    dates = {}
    if "done_offset" in row:
        dates["done_on"] = half(today, row["done_offset"]).end
    if "due_months" in row:
        dates["due_on"] = month_end(today, row["due_months"])
    return dates
