"""Objects of the exchange for the tests that walk over all pages."""

from __future__ import annotations

from types import SimpleNamespace

from exchange.blanks.models import Blank
from exchange.models import Import, pack
from exchange.wizard.models import Draft, Layout
from exchange.wizard.transform import Choices
from tests.exchange import corpus

HEADS = ["ID", "版数", "操作", "整理番号", "取組名"]


def build(world: SimpleNamespace) -> None:
    """A file of 税務課長 with one wrong row, checked and waiting."""
    rows = [[2, [world.action.pk, 1, None, "", ""]]]
    wrong = [2, "error", "A", [["code", "A-1", "A-2", "同じ値です。"]]]
    world.book = Import.objects.create(
        book="actions", title="取組", file_name="取組.xlsx", digest="0" * 64, total=1, checked=1, seen="0" * 64,
        counts={"error": 1}, made_by=world.cast.lead, content=pack({"actions": [HEADS, rows]}),
        outcome=pack({"actions": [wrong]}),
    )  # fmt: skip
    _wizard(world)
    cells = [["A1", "今日", "今日"], ["A2", "取組名", "取組名"]]
    world.blank = Blank.objects.create(
        title="進捗一覧表", source="actions", file_name="様式.xlsx", sheet="一覧", row=2, cells=cells,
        content=corpus.book([["{{今日}}"], ["{{取組名}}"]]), made_by=world.cast.secretariat,
    )  # fmt: skip


def _wizard(world: SimpleNamespace) -> None:
    """A sheet of 税務課長 that has come as far as the preview, and the layout that it leaves behind."""
    rows = [["番号", "取組名", "担当課"], ["1", "窓口の改善", "税務課"]]
    chosen = Choices(sheet="一覧", columns={0: "code", 1: "title", 2: "lead_department"})
    chosen.values = {"lead_department": {"税務課": "0204 税務課"}}
    sheet = {"name": "一覧", "hidden": False, "rows": rows, "merged": [], "notes": []}
    world.sheet_draft = Draft.objects.create(
        book="actions", file_name="取組.xlsx", content=pack([sheet]), choices=chosen.plain(), step="preview",
        made_by=world.cast.lead,
    )  # fmt: skip
    world.sheet_layout = Layout.objects.create(
        book="actions", fingerprint="0" * 64, title="取組.xlsx（一覧）", heads=rows[0], choices=chosen.plain(),
        changed_by=world.cast.lead,
    )  # fmt: skip


def grow_sheet_layouts(world: SimpleNamespace) -> None:
    for n in range(10):
        mark = f"{n}{Layout.objects.count()}".ljust(64, "f")
        Layout.objects.create(book="actions", fingerprint=mark, title=f"表{n}", changed_by=world.cast.lead)


def grow_blanks(world: SimpleNamespace) -> None:
    for _ in range(10):
        n = Blank.objects.count()
        Blank.objects.create(title=f"様式{n}", source="actions", sheet="一覧", made_by=world.cast.secretariat)
