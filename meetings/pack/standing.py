"""Where the city stands: maturity, hurdles, decisions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lib.charts import NOT_APPLICABLE
from lib.charts.schedule import STATE_WORDS
from meetings.content import AxisRow, Content, DecisionRow, LevelRow, Maturity
from meetings.pack.blocks import Block, Cell, Empty, Head, HeatBlock, Lead, Page, Prose, RadarBlock, cell, table
from meetings.pack.source import Source, day_cell

HURDLE_HEADS = (
    Head("種別", 8), Head("課題", 28), Head("内容", 36), Head("関係する取組", 10, True), Head("担当", 12),
    Head("状態", 9),
)  # fmt: skip
DECISION_HEADS = (
    Head("会議", 18), Head("種別", 7), Head("内容", 34), Head("担当", 12), Head("期限", 12), Head("状態", 11),
    Head("報告", 24),
)  # fmt: skip


def maturity(source: Source) -> Iterator[Page]:
    found = source.maturity
    if found is None:
        yield Page("maturity", "成熟度", (Empty("受理済みの自己評価がありません。"),))
        return
    yield Page("maturity", "成熟度", tuple(_radar(source, found)))
    if found["levels"]:
        yield Page("maturity", "成熟度（所属ごと）", (heat(source, found),), note=_reading(found))


def _radar(source: Source, found: Maturity) -> Iterator[Block]:
    said = f"{found['period_label']}の自己評価に、{found['asked']}所属のうち{found['answered']}所属が答えました。"
    if found["overall"] is not None:
        said += f"全体の平均は{found['overall']}です。"
    yield Lead(said)
    yield RadarBlock(
        "全庁の平均", tuple(a["name"] for a in found["axes"]), tuple(_series(found["axes"], source.previous)),
        float(found["highest"]),
    )  # fmt: skip
    yield Prose("答えのない欄は平均に入れていません（0として数えません）。")


def _series(axes: list[AxisRow], previous: Content | None) -> Iterator[tuple[str, str, tuple[float | None, ...]]]:
    before = previous["maturity"] if previous else None
    old = {a["line"]: a["self"] for a in before["axes"]} if before else {}
    rows: tuple[tuple[str, str, list[str | None]], ...] = (
        ("now", "自己評価", [a["self"] for a in axes]),
        ("reviewed", "確認後", [a["reviewed"] for a in axes]),
        ("target", "目標", [a["target"] for a in axes]),
        ("previous", "前回", [old.get(a["line"]) for a in axes]),
    )
    for key, label, values in rows:
        if key == "now" or any(v is not None for v in values):
            yield key, label, tuple(None if v is None else float(v) for v in values)


def heat(source: Source, found: Maturity) -> HeatBlock:
    """Levels as answered, in the order of the organisation."""
    lines = [a["line"] for a in found["axes"]]
    rows = [
        (d["short_name"] or d["name"], tuple(_level(found["levels"][str(d["id"])].get(line)) for line in lines))
        for d in source.content["departments"]
        if str(d["id"]) in found["levels"]
    ]
    most = source.limits.departments
    columns = tuple(a["name"] for a in found["axes"])
    return HeatBlock("", columns, tuple(rows[:most]), float(found["highest"]), max(len(rows) - most, 0))


def _level(row: LevelRow | None) -> Any:
    if row is None:
        return None
    return NOT_APPLICABLE if row["not_applicable"] else row["level"]


def _reading(found: Maturity) -> str:
    scale = f"{found['lowest']}から{found['highest']}までの段階。"
    return scale + "「未回答」は答えがないこと、「対象外」はその軸に当たる仕事がないことを示します。"


def hurdles(source: Source) -> Iterator[Page]:
    """Hurdles that are not solved, those of the whole city first; an older snapshot knows none."""
    rows = [h for h in source.content.get("hurdles", []) if h["state"] != "solved"]
    if not rows:
        yield Page("hurdles", "課題", (Empty("解決していない課題はありません。"),))
        return
    rows.sort(key=lambda h: (not h["cross_cutting"], -len(h["actions"]), h["id"]))
    cells = [
        (cell(h["kind_label"]), cell(h["title"] + ("（全庁に関わる）" if h["cross_cutting"] else "")), cell(h["text"]),
         cell(len(h["actions"]), suffix="件"), cell(h["owner"] or h["raised_by"]), cell(h["state_label"]))
        for h in rows
    ]  # fmt: skip
    wide = sum(h["cross_cutting"] for h in rows)
    said = f"解決していない課題は{len(rows)}件です" + (f"（うち全庁に関わるもの{wide}件）。" if wide else "。")
    yield Page("hurdles", "課題", (Lead(said), table("", HURDLE_HEADS, cells, source.limits.decisions)))


def decisions(source: Source) -> Iterator[Page]:
    """Open ones first: those are what the meeting starts with."""
    rows = sorted(source.content["decisions"], key=lambda d: (d["state"] == "done", d["due_on"] or "9999", d["id"]))
    if not rows:
        yield Page("decisions", "決定事項", (Empty("これまでの会議の決定事項は登録されていません。"),))
        return
    left = sum(d["state"] != "done" for d in rows)
    cells = [
        (cell(d["meeting_title"]), cell(d["kind_label"]), cell(d["text"]), cell(d["department_name"]),
         day_cell(d["due_on"]), _decision_state(d, source), cell(d["report"]))
        for d in rows
    ]  # fmt: skip
    overdue = sum(_is_overdue(d, source) for d in rows)
    said = f"決定・指示・宿題{len(rows)}件のうち、{left}件が対応中です"
    said += f"（うち期限超過{overdue}件）。" if overdue else "。"
    yield Page("decisions", "決定事項", (Lead(said), table("", DECISION_HEADS, cells, source.limits.decisions)))


def _is_overdue(row: DecisionRow, source: Source) -> bool:
    """As on the pages of the portal: past its date without a report, on the day that the snapshot speaks for."""
    return row["state"] == "open" and (row["due_on"] or "9999") < source.as_of.isoformat()


def _decision_state(row: DecisionRow, source: Source) -> Cell:
    if not _is_overdue(row, source):
        return cell(row["state_label"])
    return Cell("期限超過", f"{STATE_WORDS['over'].mark}期限超過", "over")
