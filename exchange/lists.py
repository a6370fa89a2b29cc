"""Lists as files: what a page shows, with its filter and order, whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.access import can
from accounts.roles import Permission
from lib.http import Request

# Objects by key with their names.
Named = Iterable[tuple[int, str]]


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
    # Values of the object that the list belongs to, by their words; cells of a 様式 outside its rows take them.
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ListExport:
    """A list that can be taken along. `shown` reads the query of the page; None means that there is no such list."""

    key: str
    title: str
    permission: Permission
    shown: Callable[..., Shown | None]
    # The objects that the list may belong to, by key with their names; None where it is whole in itself.
    objects: Callable[[Request], Named] | None = None

    @property
    def of_object(self) -> bool:
        """Whether the address carries the key of an object."""
        return self.objects is not None

    def allows(self, user: Any) -> bool:
        return can(user, self.permission)


_lists: dict[str, ListExport] = {}


def register(entry: ListExport) -> None:
    _lists[entry.key] = entry


def find(key: str, *, of_object: bool) -> ListExport | None:
    entry = _lists.get(key)
    return entry if entry and entry.of_object is of_object else None


def get(key: str) -> ListExport | None:
    return _lists.get(key)


def keys() -> list[str]:
    return list(_lists)
