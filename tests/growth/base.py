"""What is measured of one page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

from tests.access import Values

Grow = Callable[[SimpleNamespace], None]


@dataclass(frozen=True)
class Page:
    """A page, who reads it, and what makes it longer. A list may take twelve queries at any length;
    `most` names the limit of a page that gathers from several places, `data` a query other than its row's."""

    route: str
    grow: tuple[Grow, ...]
    role: str = "secretariat"
    args: Values | None = None
    most: int = 12
    data: Values | None = None

    @property
    def label(self) -> str:
        return f"{self.route} {self.role}"
