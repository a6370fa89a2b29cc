"""Forms of 様式."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms

from exchange.blanks import mapping
from exchange.blanks.models import Blank
from exchange.forms import UploadForm
from lib.forms import PortalForm, WholeNumberField

FREE = 6


class BlankUploadForm(UploadForm):
    title = forms.CharField(label="様式の名称", max_length=100)
    source = forms.ChoiceField(label="一覧", help_text="この一覧の列を、様式のセルに書きます")
    field_order = ("title", "source", "file")

    def __init__(self, *args: Any, sources: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = list(sources)
        self.fields["file"].label = "様式のファイル"
        self.fields["file"].widget.attrs["accept"] = ".xlsx"
        self.fields[
            "file"
        ].help_text = "Excelブック（.xlsx）、2MBまで。書きたいセルに {{取組名}} のように書いておくと、対応を提案します"


class MappingForm(PortalForm):
    """Which cell takes which column: a line for every {{…}}, and some for cells without one."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label="様式の名称", max_length=100)
    row = WholeNumberField(
        label="くり返す行", required=False, min_value=1,
        help_text="一覧の件数だけ増やす行の番号。空欄なら、1件を1枚に書きます",
    )  # fmt: skip

    def __init__(self, *args: Any, blank: Blank, labels: Sequence[str], **kwargs: Any) -> None:
        first = {"version": blank.version, "title": blank.title, "row": blank.row}
        super().__init__(*args, initial=first, **kwargs)
        self.marked = [(cell, place, name) for cell, place, name in blank.cells if place]
        free = [(cell, name) for cell, place, name in blank.cells if not place]
        self.free = [*free, *[("", "")] * FREE]
        offered = [("", "書かない"), *((w, w) for w in dict.fromkeys((*labels, *mapping.WORDS)))]
        for n, (cell, place, name) in enumerate(self.marked):
            self._pick(f"m{n}", f"{cell} {place}", offered, name)
        for n, (cell, name) in enumerate(self.free):
            self._add(f"a{n}", forms.CharField(label=f"追加{n + 1}のセル", required=False, max_length=12, initial=cell))
            self._pick(f"f{n}", f"追加{n + 1}に書く列", offered, name)

    def _pick(self, name: str, label: str, offered: list[tuple[str, str]], now: str) -> None:
        self._add(name, forms.ChoiceField(label=label, choices=offered, required=False, initial=now))

    def _add(self, name: str, field: forms.Field) -> None:
        self.fields[name] = field
        self._dress(name, field)

    def marked_lines(self) -> Iterator[tuple[str, str, Any]]:
        for n, (cell, place, _) in enumerate(self.marked):
            yield cell, place, self[f"m{n}"]

    def free_lines(self) -> Iterator[tuple[Any, Any]]:
        for n in range(len(self.free)):
            yield self[f"a{n}"], self[f"f{n}"]

    def plain_fields(self) -> list[Any]:
        return [self["title"], self["row"]]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for n in range(len(self.free)):
            if text := data.get(f"a{n}", ""):
                try:
                    data[f"a{n}"] = mapping.address(text)
                except ValueError as error:
                    self.add_error(f"a{n}", str(error))
                if not data.get(f"f{n}"):
                    self.add_error(f"f{n}", "このセルに書く列を選んでください。")
            elif data.get(f"f{n}"):
                self.add_error(f"a{n}", "書くセルの番地を入力してください。")
        return data

    def cells(self) -> list[tuple[str, str, str]]:
        data = self.cleaned_data
        marked = [(cell, place, data.get(f"m{n}", "")) for n, (cell, place, _) in enumerate(self.marked)]
        free = [(data[f"a{n}"], "", data[f"f{n}"]) for n in range(len(self.free)) if data.get(f"a{n}")]
        return marked + free


class RowForm(PortalForm):
    at = forms.TypedChoiceField(label="書き出す行", coerce=int)

    def __init__(self, *args: Any, names: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].choices = list(enumerate(names))


class ObjectForm(PortalForm):
    """Which object the list belongs to, e.g. the action whose phases are wanted."""

    find = forms.CharField(label="名前で絞り込む", required=False, max_length=100)
    object = forms.TypedChoiceField(label="対象", coerce=int)

    def __init__(self, *args: Any, names: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["object"].choices = list(names)
