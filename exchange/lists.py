"""Lists as files: what a page shows, with its filter and order, whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from accounts.access import can
from accounts.roles import Permission


@dataclass(frozen=True)
class Head:
    """One column: what people read, what programs read, what kind of value, what it means."""

    label: str
    key: str
    kind: str = "text"
    note: str = ""


@dataclass(frozen=True)
class Shown:
    """A list as it stands on its page; `rows` are read once. The first cell names the row."""

    title: str
    heads: tuple[Head, ...]
    rows: Iterable[list[Any]]
    # What narrows the list, in words.
    note: str = ""


@dataclass(frozen=True)
class ListExport:
    """A list that can be taken along. `shown` reads the query of the page; None means that there is no such list."""

    key: str
    permission: Permission
    shown: Callable[..., Shown | None]
    # Whether the list belongs to an object, whose key the address carries.
    of_object: bool = False

    def allows(self, user: Any) -> bool:
        return can(user, self.permission)


_lists: dict[str, ListExport] = {}


def register(entry: ListExport) -> None:
    _lists[entry.key] = entry


def find(key: str, *, of_object: bool) -> ListExport | None:
    entry = _lists.get(key)
    return entry if entry and entry.of_object is of_object else None


def keys() -> list[str]:
    return list(_lists)
