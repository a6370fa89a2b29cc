"""Filters that offer an element of the strategy or an item of the national plan."""

from __future__ import annotations

from typing import Any

from lib.filters import PickFilter
from strategy.models.national import tag_of


class ElementPick(PickFilter):
    """Named with its layer: 施策　1-2 窓口の見直し."""

    columns = ("layer__name", "label", "title")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, columns=self.columns, worded=_element, **kwargs)


class ItemPick(PickFilter):
    """Named with its tag: 重点3　標準化・共通化; one of another version with the name of the version."""

    columns = ("category", "number", "name", "plan__label", "plan__is_current")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, columns=self.columns, worded=_item, **kwargs)


def _element(layer: str, label: str, title: str) -> str:
    return f"{layer}　{label} {title}".rstrip() if label else f"{layer}　{title}"


def _item(category: str, number: int, name: str, version: str, is_current: bool) -> str:
    words = f"{tag_of(category, number)}　{name}"
    return words if is_current else f"{version} {words}"
