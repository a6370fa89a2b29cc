"""取り込みウィザード: a draft is its maker's alone, a layout belongs to all who fill in its workbook."""

from types import SimpleNamespace

from tests.access.base import Row, may

FILLERS = ("admin", "secretariat", "lead", "other_lead", "member")
MINE = may("lead", rest=404, nobody=404)


def draft(world: SimpleNamespace) -> dict:
    return {"key": world.sheet_draft.pk}


def layout(world: SimpleNamespace) -> dict:
    return {"pk": world.sheet_layout.pk}


ROWS = [
    Row("wizard:start", may(*FILLERS)),
    Row("wizard:start", may(*FILLERS, ok=422), "POST", case="empty"),
    Row("wizard:sheet", MINE, args=draft),
    Row("wizard:sheet", may("lead", ok=422, rest=404, nobody=404), "POST", args=draft, case="empty"),
    Row("wizard:columns", MINE, args=draft),
    Row("wizard:columns", may("lead", ok=422, rest=404, nobody=404), "POST", args=draft, case="empty"),
    Row("wizard:values", MINE, args=draft),
    Row("wizard:values", may("lead", ok=302, rest=404, nobody=404), "POST", args=draft, case="empty", fragment=204),
    Row("wizard:preview", MINE, args=draft),
    Row("wizard:preview", may("lead", ok=302, rest=404, nobody=404), "POST", args=draft, fragment=204),
    Row("wizard:discard", may("lead", ok=302, rest=404, nobody=404), "POST", args=draft, fragment=204),
    Row("wizard:layouts", may(*FILLERS)),
    Row(
        "wizard:forget", may("secretariat", "lead", "other_lead", ok=302, admin=404, member=404), "POST", args=layout,
        fragment=204,
    ),
]  # fmt: skip
