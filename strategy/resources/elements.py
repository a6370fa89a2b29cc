"""要素 of a draft edition: texts and their place in the tree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models

from exchange.sheets import Column, Row, Sheet
from exchange.widgets import One
from strategy import services
from strategy.models import Edition, Element, Layer

TEXT = ("label", "title", "body")


def drafts_for(user: Any) -> Iterable[Edition]:
    return Edition.objects.filter(status="draft").select_related("plan").order_by("plan", "order", "pk")


def draft_of(pk: int, user: Any) -> Edition | None:
    return Edition.objects.filter(pk=pk, status="draft").select_related("plan").first()


class ElementSheet(Sheet):
    slug, caption = "elements", "要素"
    model = Element
    named, alone = ("layer", "title"), "title"
    follows = ("parent", "elements")
    deletes = "削除されます（下書きの画面から元に戻せます）"

    layer = Column("階層", One(), attribute="layer_id", required=True, once=True, width=22)
    label = Column("番号", width=10, note="印刷上の表記。新しい行の空欄は続きの番号になります")
    title = Column("表題", required=True, width=44)
    body = Column("説明", width=60)
    parent = Column("上位の要素", One(), attribute="parent_id", width=44)

    class Meta:
        model = Element

    def prepare(self) -> None:
        layers = list(self.scope.layers.all())
        self.layers = {layer.pk: layer for layer in layers}
        self.fields["layer"].widget.load([(layer.pk, layer.name, ()) for layer in layers])
        elements = list(self.rows())
        pairs = [(e.pk, f"{e.layer.name} {e}", {e.title}) for e in elements]
        self.fields["parent"].widget.load(pairs)

    def rows(self) -> models.QuerySet:
        rows = Element.objects.filter(edition=self.scope).select_related("layer")
        return rows.order_by("layer__order", "order", "pk")

    def store(self, row: Row, by: Any) -> Any:
        if row.kind == "new":
            return self._create(row, by)
        element, version = row.obj, row.version
        if row.kind == "removed":
            services.delete_element(element=element, version=version, by=by)
            return element
        if any(n in row.values for n in TEXT):
            texts = {n: row.values.get(n, getattr(element, n)) for n in TEXT}
            element = services.update_element(element=element, version=version, by=by, **texts)
            version = element.version
        if "parent" in row.values:
            parent = self._parent(row)
            services.reparent_element(element=element, parent=parent, version=version, by=by)
        return element

    def _create(self, row: Row, by: Any) -> Element:
        values = row.values
        return services.create_element(
            layer=self.layers[values["layer"]], title=values["title"], body=values.get("body", ""),
            label=values.get("label"), parent=self._parent(row), by=by,
        )  # fmt: skip

    def _parent(self, row: Row) -> Element | None:
        key = row.values.get("parent")
        if not key:
            return None
        pk = self.parent_of(key)
        return self.parents[key].obj if key < 0 else Element.objects.select_related("layer").get(pk=pk)

    def label_of(self, obj: Any) -> str:
        return f"{self._layer(obj).name} {obj}"

    def _layer(self, obj: Any) -> Layer:
        return self.layers[obj.layer_id]
