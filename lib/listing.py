"""Sorting and paging of a list, with the links that keep the other parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.paginator import Page, Paginator
from django.db.models import F, OrderBy
from django.http import HttpRequest

PER_PAGE = 50
Sorts = Mapping[str, Sequence[str | OrderBy]]


class Rows(Protocol):
    """A queryset, or what is read in its place: it can be ordered, and cut into pages. Without a `count` of its own
    it needs a `total`."""

    def order_by(self, *names: str | OrderBy) -> Any: ...

    def __getitem__(self, page: slice) -> Any: ...


@dataclass(frozen=True)
class Column:
    """A sortable head cell: `direction` is '' when the list is not sorted by it."""

    key: str
    label: str
    query: str
    direction: str
    numeric: bool = False

    @property
    def aria(self) -> str:
        return {"up": "ascending", "down": "descending"}.get(self.direction, "none")


@dataclass(frozen=True)
class Listing:
    page: Page[Any]
    columns: list[Column]
    query: str

    @property
    def total(self) -> int:
        return self.page.paginator.count

    @property
    def pages(self) -> list[tuple[int | None, str]]:
        """Page numbers to link, with None where numbers are left out."""
        numbers = self.page.paginator.get_elided_page_range(self.page.number, on_each_side=2, on_ends=1)
        return [
            (n, f"?{self.query}&page={n}" if self.query else f"?page={n}") if isinstance(n, int) else (None, "")
            for n in numbers
        ]


def build(
    request: HttpRequest,
    rows: Rows,
    *,
    columns: Sequence[tuple[str, str]],
    sorts: Sorts,
    default: str,
    per_page: int = PER_PAGE,
    total: int | None = None,
) -> Listing:
    """Sort `rows` by `?sort=` (a key of `sorts`, `-` for descending) and cut the page `?page=`.

    Unknown sort keys fall back to `default`; every order ends with the primary key, so paging is
    stable. `total` spares the query that counts the rows where the page has counted them already.
    """
    key, down = _sort(request, sorts, default)
    rows = ordered(request, rows, sorts=sorts, default=default)
    paginator = Paginator(rows, per_page)
    if total is not None:
        paginator.count = total
    page = paginator.get_page(request.GET.get("page"))
    query = _query(request, drop=("page", "sort"))
    heads = [_column(query, k, label, sorts, key, down) for k, label in columns]
    return Listing(page, heads, _query(request, drop=("page",)))


def paged(request: HttpRequest, rows: Sequence[Any], *, per_page: int = PER_PAGE) -> Listing:
    """The page `?page=` of rows that stand in their order already."""
    return Listing(Paginator(rows, per_page).get_page(request.GET.get("page")), [], _query(request, drop=("page",)))


def ordered(
    request: HttpRequest, rows: Rows, *, sorts: Sorts, default: str
) -> Any:
    """All of `rows` in the order of `?sort=`, for a list that is taken along whole."""
    key, down = _sort(request, sorts, default)
    return rows.order_by(*(_flip(f) if down else f for f in sorts[key]), "pk")


def _sort(request: HttpRequest, sorts: Sorts, default: str) -> tuple[str, bool]:
    asked = request.GET.get("sort", default)
    if asked.removeprefix("-") not in sorts:
        asked = default
    return asked.removeprefix("-"), asked.startswith("-")


def blanks_last(field: str) -> OrderBy:
    """Sort by a column that may be empty: databases differ on where that stands, and nobody looks for it first."""
    return OrderBy(F(field.removeprefix("-")), descending=field.startswith("-"), nulls_last=True)


def _flip(field: str | OrderBy) -> str | OrderBy:
    if isinstance(field, OrderBy):
        return OrderBy(field.expression, descending=not field.descending, nulls_last=True)
    return field.removeprefix("-") if field.startswith("-") else f"-{field}"


def _column(
    query: str, key: str, label: str, sorts: Sorts, current: str, down: bool
) -> Column:
    if key not in sorts:
        return Column(key, label, "", "")
    on = key == current
    value = f"-{key}" if on and not down else key
    return Column(
        key, label, f"?{query}&sort={value}" if query else f"?sort={value}", ("down" if down else "up") if on else ""
    )


def _query(request: HttpRequest, *, drop: Sequence[str]) -> str:
    params = request.GET.copy()
    for name in drop:
        params.pop(name, None)
    for name in [n for n in params if not any(params.getlist(n))]:
        params.pop(name)
    return params.urlencode()
