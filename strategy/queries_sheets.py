"""The elements of several editions and the links among them, each edition read once for everything a page asks."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F

from strategy.models import Edition, Element, ElementLink

Pair = tuple[int, int]


class Sheets:
    """What a page has read of editions so far; it lives as long as the request."""

    def __init__(self) -> None:
        self._elements: dict[int, list[Element]] = {}

    def read(self, editions: Iterable[Edition]) -> None:
        """Read the elements of those editions that are not there yet (1 query, or none)."""
        new = {e.pk: e for e in editions if e.pk not in self._elements}
        if not new:
            return
        self._elements |= {pk: [] for pk in new}
        for element in Element.objects.filter(edition__in=new).select_related("layer"):
            element.edition = new[element.edition_id]
            self._elements[element.edition_id].append(element)

    def elements(self, edition: Edition) -> list[Element]:
        """The elements of an edition in their order, with their layers."""
        self.read([edition])
        return self._elements[edition.pk]


def links_of(editions: Iterable[Edition]) -> dict[int, list[Pair]]:
    """The links within each of the editions, by its key (1 query)."""
    found: dict[int, list[Pair]] = {e.pk: [] for e in editions}
    rows = ElementLink.objects.filter(source__edition__in=found, target__edition=F("source__edition"))
    for edition, source, target in rows.values_list("source__edition_id", "source_id", "target_id"):
        found[edition].append((source, target))
    return found
