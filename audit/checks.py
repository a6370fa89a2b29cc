"""What else is verified with the ledger (pure): apps register a check of what they froze."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

# Yields one Japanese sentence for every fault; an empty answer means that all is as it was frozen.
Check = Callable[[], Iterable[str]]
_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Add a check under the name that is printed with its faults; registering again replaces it."""
    _checks[name] = check


def run() -> Iterator[tuple[str, list[str]]]:
    """Every check with its faults."""
    for name in sorted(_checks):
        yield name, list(_checks[name]())
