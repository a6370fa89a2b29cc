"""The next edition of each plan, in the making: a draft with changes and their reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from dxportal.demo.clock import moment, telling
from dxportal.demo.files import read
from dxportal.demo.people import People
from lib import fiscal
from strategy import queries_editions
from strategy.models import Edition, Element
from strategy.services import (
    create_element,
    decide_relinks,
    delete_element,
    lineage_of,
    reparent_element,
    set_change_note,
    start_draft,
    update_edition,
    update_element,
)


def tell_editions(today: dt.date, posts: People) -> None:
    """Let 事務局 start the next edition of every plan and decide for the first of the stranded actions."""
    told = read("demo_editions.json", {})
    with telling(moment(today - dt.timedelta(days=1), 19, 30)):
        for row in told["editions"]:
            _tell(row, told["note"], today, posts.actor("secretariat"))


def _tell(row: Mapping[str, Any], note: str, today: dt.date, by: Any) -> None:
    known = Element.objects.filter(lineage__in=[lineage_of(row["plan"], r["key"]) for r in row["reword"]])
    edition = start_draft(plan=known[0].edition.plan, by=by)
    next_year = fiscal.parse(str(fiscal.fiscal_year(today) + 1)).start
    update_edition(
        edition=edition, version=edition.version, label=row["label"], effective_on=next_year,
        summary=f"{row['summary']}\n{note}", by=by,
    )  # fmt: skip
    _change(edition, row, by)
    waiting = queries_editions.orphans(edition).ready
    if waiting:
        decide_relinks(edition=edition, choices={waiting[0].use.key: waiting[0].offers[0]}, by=by)


def _change(edition: Edition, row: Mapping[str, Any], by: Any) -> None:
    def found(key: str) -> Element:
        return edition.elements.select_related("layer", "parent").get(lineage=lineage_of(row["plan"], key))

    def explain(element: Element, change: Mapping[str, Any]) -> None:
        set_change_note(edition=edition, lineage=element.lineage, text=change["why"], version=0, by=by)

    for change in row["reword"]:
        element = found(change["key"])
        texts = {name: change.get(name, getattr(element, name)) for name in ("label", "title", "body")}
        update_element(element=element, version=element.version, **texts, by=by)
        explain(element, change)
    for change in row["move"]:
        element = found(change["key"])
        reparent_element(element=element, parent=found(change["parent"]), version=element.version, by=by)
        texts = {"title": element.title, "body": element.body}
        update_element(element=element, version=element.version, label=change["label"], **texts, by=by)
        explain(element, change)
    for change in row["add"]:
        values = {name: change[name] for name in ("title", "body", "label")}
        layer, parent = edition.layers.get(name=change["layer"]), found(change["parent"])
        explain(create_element(layer=layer, parent=parent, **values, by=by), change)
    for change in row["drop"]:
        element = found(change["key"])
        explain(element, change)
        delete_element(element=element, version=element.version, by=by)
