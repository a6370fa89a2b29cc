"""Actions: by national item, what is late, and the schedule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from lib.charts import Phase, ScheduleRow
from lib.fiscal import Period, halves_between
from meetings.content import ActionRow
from meetings.pack.blocks import (
    Block,
    Empty,
    Facts,
    Head,
    Lead,
    Page,
    ScheduleBlock,
    StateBars,
    Table,
    cell,
    cut,
    table,
)
from meetings.pack.source import (
    Source,
    behind,
    day,
    day_cell,
    filled,
    percent_cell,
    reason_cell,
    state_cell,
    total,
)

ACTION_HEADS = (
    Head("番号", 7), Head("取組", 27), Head("担当", 12), Head("状態", 14), Head("進捗", 8, True), Head("終了予定", 11),
    Head("報告", 32),
)  # fmt: skip
LATE_HEADS = (
    Head("状態", 14), Head("番号", 7), Head("取組", 24), Head("担当", 12), Head("進捗", 8, True), Head("予定", 9, True),
    Head("終了予定", 11), Head("延期", 7, True), Head("遅れの理由", 26),
)  # fmt: skip
# What an A4 sheet leaves for the facts and the rows of an item, and what one of them takes, in CSS pixels.
ITEM_ROOM = 720
FACT_PADDING, FACT_LINE = 11, 20
ROW_PADDING, ROW_LINE = 9, 17.4
# Letters in one line: of a fact its name and its value; of a row the action, the department and the report.
FACT_LETTERS = (10, 40)
ROW_LETTERS = ((1, 13), (2, 5), (6, 15))
# Room for rows on an A3 sheet, in the units of the geometry.
SHEET_HEIGHT = 790
LONGEST = 40
MOST_HALVES, HALVES_BACK = 16, 5


def items(source: Source) -> Iterator[Page]:
    """One page for each national item: its targets, the bar of states then and now, its actions."""
    found = source.content["items"]
    if not found:
        yield Page("items", "重点取組事項", (Empty("国の計画が登録されていません。"),))
    for item in found:
        yield Page("items", f"{item['tag']} {item['name']}".strip(), tuple(_item(source, item)))


def _item(source: Source, item: Any) -> Iterator[Block]:
    counts = item["counts"]
    if not item["total"]:
        yield Empty("この項目に関係する取組はありません。")
    else:
        late = behind(counts)
        yield Lead(f"取組{item['total']}件のうち{counts.get('done', 0)}件が完了、{late}件が遅れています。")
    if pairs := [*_targets(item), *_registers(item)]:
        yield Facts(tuple(pairs))
    if item["total"]:
        yield StateBars("状態の内訳", tuple(_then_and_now(source, item)))
        rows = [_action(a) for a in source.by_item.get(item["key"], [])]
        yield table("取組", ACTION_HEADS, rows, min(source.limits.item, _fitting(rows, pairs)))


def _fitting(rows: Sequence[tuple], pairs: Sequence[tuple[str, str]]) -> int:
    """How many rows stand on the one page of an item below its facts."""
    room = ITEM_ROOM - sum(FACT_PADDING + FACT_LINE * _lines(zip(pair, FACT_LETTERS, strict=True)) for pair in pairs)
    for count, row in enumerate(rows):
        room -= ROW_PADDING + ROW_LINE * _lines((row[at].text, letters) for at, letters in ROW_LETTERS)
        if room < 0:
            return count
    return len(rows)


def _lines(texts: Iterable[tuple[str, int]]) -> int:
    return max(-(-len(text) // letters) for text, letters in texts)


def _targets(item: Any) -> Iterator[tuple[str, str]]:
    for target in item["targets"]:
        due = f"（期日 {target['due_label']}{'・経過' if target['past'] else ''}）" if target["due_label"] else ""
        yield "国の目標", f"{target['statement']}{due}"


def _registers(item: Any) -> Iterator[tuple[str, str]]:
    for row in item["registers"]:
        yield row["name"], f"{row['applicable']}{row['unit']}のうち{row['done']}{row['unit']}が完了"


def _then_and_now(source: Source, item: Any) -> Iterator[tuple[str, dict[str, int]]]:
    yield "今回", filled(item["counts"])
    if (before := source.previous_item(item["key"])) and total(before["counts"]):
        yield "前回", filled(before["counts"])


def _action(action: ActionRow) -> tuple:
    said = shortened(action["reason"] or action["done"])
    return (
        cell(action["code"]), cell(action["title"]), cell(action["department_name"]), state_cell(action),
        percent_cell(action), day_cell(action["ends_on"]), cell(said),
    )  # fmt: skip


def shortened(words: str) -> str:
    """Long reports are read in full in the list of late actions and on the data sheet."""
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def late(source: Source) -> Iterator[Page]:
    rows = source.late
    if not rows:
        yield Page("late", "遅れている取組", (Empty("遅れている取組はありません。"),))
        return
    newly = sum(a["newly"] for a in rows)
    said = f"{len(rows):,}件が遅れています" + (f"（うち新たな遅れ{newly:,}件）。" if newly else "。")
    yield Page("late", "遅れている取組", (Lead(said), late_table(source)))


def late_table(source: Source) -> Table:
    return table("", LATE_HEADS, [_late(a) for a in source.late], source.limits.late)


def _late(action: ActionRow) -> tuple:
    return (
        state_cell(action), cell(action["code"]), cell(action["title"]), cell(action["department_name"]),
        percent_cell(action), cell(action["planned"], suffix="%"), day_cell(action["ends_on"]),
        cell(action["push_count"] or None, suffix="回"), reason_cell(action),
    )  # fmt: skip


# ---- schedule


def schedule(source: Source) -> Iterator[Page]:
    """A3 sheets, each with as many actions as its height holds; what does not fit in all is counted at the end."""
    shown = source.actions[: source.limits.schedule]
    if not shown:
        yield Page("schedule", "工程表", (Empty("取組が登録されていません。"),), wide=True)
        return
    whole = ScheduleBlock("", tuple(_row(a) for a in shown), source.as_of, tuple(_halves(shown, source.as_of)))
    sheets = list(_sheets(whole))
    missing = len(source.actions) - len(shown)
    for n, block in enumerate(sheets, 1):
        title = "工程表" if len(sheets) == 1 else f"工程表（{n}/{len(sheets)}）"
        note = cut(len(source.actions), len(shown)) if missing and n == len(sheets) else ""
        yield Page("schedule", title, (block,), note=note, wide=True)


def _sheets(whole: ScheduleBlock) -> Iterator[ScheduleBlock]:
    chart = whole.drawn()
    lines = chart.lines if chart else ()
    at = 0
    while at < len(lines):
        upto = at + 1
        while upto < len(lines) and lines[upto].bottom - lines[at].top <= SHEET_HEIGHT:
            upto += 1
        yield replace(whole, rows=whole.rows[at:upto])
        at = upto


def _row(action: ActionRow) -> ScheduleRow:
    phases = [
        Phase(p["label"], p["owner"], dt.date.fromisoformat(p["starts_on"]), dt.date.fromisoformat(p["ends_on"]),
              p["actual"])
        for p in action["phases"]
    ]  # fmt: skip
    span = Phase(
        "取組の期間", "department", dt.date.fromisoformat(action["starts_on"]), dt.date.fromisoformat(action["ends_on"])
    )
    percent = action["percent"] if action["reported_as_of"] else None
    return ScheduleRow(action["title"], phases or [span], percent, action["state"])


def _halves(actions: Sequence[ActionRow], today: dt.date) -> list[Period]:
    """Every half touched, or when they are too many to read those around the day."""
    days = [d for a in actions for d in (day(a["starts_on"]), day(a["ends_on"])) if d]
    halves = halves_between(min([*days, today]), max([*days, today]))
    if len(halves) <= MOST_HALVES:
        return halves
    start = next((i for i, h in enumerate(halves) if h.end >= today), len(halves)) - HALVES_BACK
    start = min(max(start, 0), len(halves) - MOST_HALVES)
    return halves[start : start + MOST_HALVES]
