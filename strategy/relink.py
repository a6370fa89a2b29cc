"""Port to whatever hangs on elements. Actions live above this app, so they register here.

Deleting an element asks who uses it; publishing an edition lets the users follow their element to
its successor, names those that have none and gives them the element that a person chose.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Use:
    """Something that hangs on elements, as a page shows it.

    `key` is unique over all followers. `elements` are the dropped ones it hangs on; `held` says that it
    also hangs on a kept one.
    """

    label: str
    url: str
    key: str = ""
    code: str = ""
    title: str = ""
    department: str = ""
    elements: tuple[int, ...] = ()
    held: bool = False


class Follower(Protocol):
    def uses(self, element_ids: set[int]) -> list[Use]:
        """Everything live that hangs on one of the elements."""
        ...

    def stranded(self, dropped: set[int], kept: set[int], also: Collection[str]) -> list[Use]:
        """What hangs on a dropped element and on none of the kept ones; things named in `also` (keys) even so."""
        ...

    def follow(self, mapping: Mapping[int, int]) -> int:
        """Move everything from the old element (key) to the new one (value); return how many moved."""
        ...

    def give(self, links: Mapping[str, int], by: Any) -> None:
        """Hang the things (by key) on the elements as well."""
        ...

    def take(self, links: Mapping[str, int], by: Any) -> None:
        """Undo `give`."""
        ...


_followers: list[Follower] = []


def register(follower: Follower) -> None:
    """Add a follower; one of the same class is replaced."""
    _followers[:] = [f for f in _followers if type(f) is not type(follower)] + [follower]


def uses(element_ids: set[int]) -> list[Use]:
    return [use for f in _followers for use in f.uses(element_ids)]


def stranded(dropped: set[int], kept: set[int], also: Collection[str] = ()) -> list[Use]:
    if not dropped:
        return []
    return [use for f in _followers for use in f.stranded(dropped, kept, also)]


def follow(mapping: Mapping[int, int]) -> int:
    """Run inside the transaction that publishes, so that a failure leaves everything where it was."""
    return sum(f.follow(mapping) for f in _followers)


def give(links: Mapping[str, int], by: Any) -> None:
    for follower in _followers:
        follower.give(links, by)


def take(links: Mapping[str, int], by: Any) -> None:
    for follower in _followers:
        follower.take(links, by)
