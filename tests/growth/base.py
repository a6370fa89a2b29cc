"""What is measured of one page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

from tests.access import Values

# Queries of any page at any length, the session's and the reader's posts counted.
MOST = 12

Grow = Callable[[SimpleNamespace], None]


@dataclass(frozen=True)
class Page:
    """A page, who reads it, and what makes it longer; `data` is a query other than its row's."""

    route: str
    grow: tuple[Grow, ...]
    role: str = "secretariat"
    args: Values | None = None
    data: Values | None = None

    @property
    def label(self) -> str:
        return f"{self.route} {self.role}"
