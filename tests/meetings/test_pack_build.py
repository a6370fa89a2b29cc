"""Pages of the pack as data: what stands on them, in which order, and what is left out."""

from __future__ import annotations

import dataclasses

import pytest

from lib.charts import NOT_APPLICABLE
from meetings.pack.blocks import Empty, Facts, Figures, HeatBlock, Lead, RadarBlock, ScheduleBlock, StateBars, Table
from meetings.pack.build import ALL, build, known
from meetings.pack.source import Limits
from tests.meetings.pack_data import COUNTS, action, content, earlier, source


def page(key, **kw):
    return build(source(**kw), [key]).pages[0]


def block(page_, kind):
    return next(b for b in page_.blocks if isinstance(b, kind))


def texts(table):
    return [[c.text for c in row] for row in table.rows]


def test_sections_come_in_the_chosen_order_and_only_those():
    pack = build(source(), ["late", "cover", "late", "unknown"])
    assert [p.section for p in pack.pages] == ["late", "cover"]
    assert known(["x", "late"]) == ["late"]


def test_every_section_is_told_before_it_is_built():
    heard = []
    build(source(), ALL, heard.append)
    assert heard[0] == "表紙"
    assert len(heard) == len(ALL) == 9


def test_cover_names_meeting_and_origin():
    pairs = dict(block(page("cover", previous=earlier()), Facts).pairs)
    assert pairs["日時"] == "令和8年11月30日（月） 10:00"
    assert pairs["資料の基準日"] == "令和8年11月30日"
    assert pairs["比べる資料の基準日"] == "令和8年5月20日"
    assert pairs["内容の照合値"] == f"SHA-256 {'f' * 64}"


def test_cover_says_first_that_the_snapshot_was_corrected():
    told = page("cover", corrected="この資料は訂正されています。")
    assert isinstance(told.blocks[0], Lead)
    assert "訂正" in told.blocks[0].text
    assert build(source(corrected="訂正")).warning == "訂正"
    assert not any(isinstance(b, Lead) for b in page("cover").blocks)


def test_agenda_lists_its_items():
    rows = texts(block(page("agenda"), Table))
    assert rows == [["1", "協議", "予算の優先順位", "資料2", "取組1"], ["2", "報告", "上期の進み", "—", "—"]]


def test_an_empty_agenda_says_so():
    empty = dataclasses.replace(source().meeting, agenda=())
    told = build(dataclasses.replace(source(), meeting=empty), ["agenda"]).pages[0]
    assert "まだ登録されていません" in block(told, Empty).text


def test_summary_counts_now_and_before():
    told = page("summary", previous=earlier())
    figures = {key: (now, before) for key, now, before in block(told, Figures).items}
    assert figures["done"] == (1, 0)
    assert figures["late"] == (1, 0)
    assert block(told, Lead).text == (
        "取組4件のうち、1件が完了、1件が順調、1件が遅れています。照会に何も入力していない所属は1です。"
    )
    assert block(told, StateBars).rows == (("フロントヤード", {k: n for k, n in COUNTS.items() if n}),)


def test_summary_tells_each_movement_with_old_and_new():
    moves = build(source(previous=earlier()), ["summary"]).pages[1]
    rows = {row[1]: row for row in texts(block(moves, Table))}
    assert "新たな遅れ" in rows["A-3"][0]
    assert "状態 順調 → 遅れ" in rows["A-3"][4]
    assert "進捗率 80% → 100%" in rows["A-1"][4]
    assert rows["A-4"][0] == "追加"
    assert "前回から" in block(moves, Lead).text


def test_without_a_former_snapshot_there_is_no_comparison():
    pages = build(source(), ["summary"]).pages
    assert len(pages) == 1
    assert all(before is None for _, _, before in block(pages[0], Figures).items)


def test_one_page_for_each_item_with_late_actions_first():
    told = page("items", previous=earlier())
    assert told.title == "重点1 フロントヤード改革"
    facts = block(told, Facts).pairs
    assert ("31手続", "26手続のうち22手続が完了") in facts
    assert ("国の目標", "窓口を改める（期日 令和7年度末・経過）") in facts
    assert [label for label, _ in block(told, StateBars).rows] == ["今回", "前回"]
    rows = texts(block(told, Table))
    assert [row[0] for row in rows] == ["A-3", "A-4", "A-2", "A-1"]
    assert rows[0][3] == "▲遅れ（新）"
    assert rows[1][4] == "—", "nothing was reported, so nothing is known"


def test_late_list_has_reason_and_pushes():
    (row,) = texts(block(page("late"), Table))
    assert row[0] == "▲遅れ（新）"
    assert row[4:6] == ["20%", "50%"]
    assert row[7] == "2回"
    assert "担当者が足りない" in row[8]


def test_no_late_actions_is_said():
    quiet = content(actions=[action("A-1", "done", 100)])
    assert "遅れている取組はありません" in block(page("late", content=quiet), Empty).text


@pytest.mark.parametrize(("count", "sheets"), [(1, 1), (60, 5)])
def test_schedule_fills_wide_sheets(count, sheets):
    many = content(actions=[action(f"A-{n}", "run") for n in range(1, count + 1)])
    pages = build(source(content=many), ["schedule"]).pages
    assert len(pages) == sheets
    assert all(p.wide for p in pages)
    assert sum(len(block(p, ScheduleBlock).rows) for p in pages) == count
    assert all(block(p, ScheduleBlock).chart.height < 960 for p in pages)


def test_an_action_without_phases_shows_its_whole_period():
    bare = content(actions=[action("A-1", "run", phases=[])])
    (row,) = block(page("schedule", content=bare), ScheduleBlock).rows
    assert [p.label for p in row.phases] == ["取組の期間"]


def test_maturity_keeps_blanks_blank():
    pages = build(source(previous=earlier()), ["maturity"]).pages
    radar = block(pages[0], RadarBlock)
    series = {label: values for _, label, values in radar.series}
    assert series["自己評価"] == (2.9, None, 2.0)
    assert series["確認後"] == (2.5, None, None)
    assert [row[1].text for row in radar.values.rows] == ["2.9", "—", "2.0"]
    heat = block(pages[1], HeatBlock)
    assert heat.rows == (("税務課", (3, None, NOT_APPLICABLE)),)
    assert [c.text for c in heat.chart.rows[0].cells] == ["3", "未回答", "対象外"]


def test_no_maturity_and_no_hurdles_are_said():
    bare = content(maturity=None, hurdles=[], decisions=[])
    for key in ("maturity", "hurdles", "decisions"):
        assert block(page(key, content=bare), Empty).text


def test_an_older_snapshot_without_hurdles_can_be_read():
    old = content()
    del old["hurdles"]
    assert block(page("hurdles", content=old), Empty)


def test_solved_hurdles_are_left_out():
    solved = content()
    solved["hurdles"][0]["state"] = "solved"
    assert block(page("hurdles", content=solved), Empty)
    assert "全庁に関わるもの1件" in block(page("hurdles"), Lead).text


def test_decisions_start_with_the_open_ones():
    rows = content()["decisions"]
    rows.append(rows[0] | {"id": 2, "state": "done", "state_label": "完了", "due_on": "2026-01-01"})
    table = block(page("decisions", content=content(decisions=rows)), Table)
    assert [row[5] for row in texts(table)] == ["対応中", "完了"]


def test_a_decision_past_its_date_says_so_as_on_the_page():
    rows = content()["decisions"]
    past = rows[0] | {"id": 2, "due_on": "2026-11-02"}
    rows += [past, past | {"id": 3, "state": "reported"}]
    shown = page("decisions", content=content(as_of="2026-12-01", decisions=rows))
    assert [row[5] for row in texts(block(shown, Table))].count("■期限超過") == 1
    assert "3件が対応中です（うち期限超過1件）。" in block(shown, Lead).text


def test_long_lists_are_cut_and_say_how_much_is_missing():
    many = content(actions=[action(f"A-{n}", "late") for n in range(1, 31)])
    limits = Limits(item=10, late=5, schedule=12)
    table = block(page("late", content=many, limits=limits), Table)
    assert (len(table.rows), table.left_out) == (5, 25)
    assert table.cut_note == "全30件のうち5件。残りの25件はExcelのデータのシートにあります。"
    assert block(page("items", content=many, limits=limits), Table).left_out == 20
    assert "残りの18件" in build(source(content=many, limits=limits), ["schedule"]).pages[-1].note


def test_ten_thousand_actions_give_a_readable_pack():
    rows = [action(f"A-{n}", "late" if n % 3 else "run") for n in range(10_000)]
    pack = build(source(content=content(actions=rows), previous=earlier()))
    assert len(pack.pages) < 40
    cells = sum(len(b.rows) for p in pack.pages for b in p.blocks if isinstance(b, Table))
    assert cells < 1000
