"""The pure comparison of two contents, and the sentence about it."""

from __future__ import annotations

import pytest

from meetings.compare import action_moves, compare, counted
from meetings.sentence import plain, sentence

LABELS = {"done": "完了", "run": "順調", "late": "遅れ", "over": "期限超過", "todo": "未報告", "stop": "中止・休止"}


def action(pk=1, **kw):
    state = kw.get("state", "run")
    values = {
        "id": pk, "code": f"K-{pk:02}", "title": f"取組{pk}", "department": 1, "department_name": "税務課",
        "state": state, "state_label": LABELS[state], "percent": 40, "ends_on": "2027-03-31", "push_count": 0,
        "pushes": [], "reason": "", "reason_kind_label": "", "items": [{"key": "item-1", "name": "標準化"}],
    }  # fmt: skip
    return values | kw


def content(actions=(), **kw):
    totals = {k: sum(a["state"] == k for a in actions) for k in LABELS}
    values = {
        "as_of": "2026-06-01", "totals": totals, "actions": list(actions), "departments": [], "silent": [],
        "elements": [], "indicators": [], "decisions": [], "maturity": None,
    }  # fmt: skip
    return values | kw


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ({}, {"percent": 60}, ["forward"]),
        ({}, {"percent": 30}, ["backward"]),
        ({}, {"state": "done", "percent": 100}, ["done"]),
        ({}, {"state": "late"}, ["newly_late"]),
        ({}, {"state": "over", "percent": 50}, ["newly_late", "forward"]),
        ({"state": "late"}, {"state": "over"}, ["state"]),
        ({"state": "late"}, {"state": "run", "percent": 60}, ["recovered", "forward"]),
        ({"state": "late"}, {"state": "done", "percent": 100}, ["done"]),
        ({}, {"state": "todo"}, ["unreported"]),
        ({}, {"state": "stop"}, ["stopped"]),
        ({"state": "todo"}, {"state": "run"}, ["state"]),
        ({}, {"ends_on": "2027-09-30", "push_count": 1}, ["pushed"]),
        ({}, {"push_count": 2}, ["pushed"]),
        ({}, {"ends_on": "2026-12-31"}, ["pulled"]),
        ({}, {"title": "別の名前"}, ["reworded"]),
        ({}, {"department": 2, "department_name": "会計課"}, ["reworded"]),
        ({}, {"reason": "新しい説明"}, []),
        ({}, {}, []),
    ],
)
def test_kinds_of_movement(before, after, kinds):
    moves = action_moves([action(**before)], [action(**after)])
    assert [list(m.kinds) for m in moves] == ([kinds] if kinds else [])


def test_added_dropped_and_merged():
    merged = [{"id": 3, "into_code": "K-02", "into_title": "取組2", "kind_label": "統合", "reason": "重複のため"}]
    moves = action_moves([action(1), action(2), action(3)], [action(2), action(4)], merged)
    assert [(m.id, m.first) for m in moves] == [(4, "added"), (3, "merged"), (1, "dropped")]
    assert moves[1].reason == "重複のため"
    assert moves[1].pairs == (("統合", "取組3", "K-02 取組2"),)


def test_newly_late_stand_first_and_overdue_before_late():
    old = [action(n) for n in (1, 2, 3)]
    new = [action(1, percent=50), action(2, state="late"), action(3, state="over")]
    assert [m.id for m in action_moves(old, new)] == [3, 2, 1]


def test_every_change_is_old_to_new_with_its_reason():
    after = action(
        state="late", percent=45, ends_on="2027-09-30", push_count=2, reason="要員の不足", reason_kind_label="人材"
    )
    (move,) = action_moves([action(push_count=1)], [after])
    assert move.pairs == (
        ("状態", "順調", "遅れ"), ("進捗率", "40%", "45%"), ("終了予定日", "令和9年3月末", "令和9年9月末"),
    )  # fmt: skip
    assert (move.reason_kind, move.reason, move.pushes, move.push_count) == ("人材", "要員の不足", 1, 2)


def test_a_push_without_a_report_takes_the_reason_of_the_change():
    pushes = [{"reason": "補正予算の見送り", "reason_kind_label": "予算"}]
    (move,) = action_moves([action()], [action(ends_on="2027-09-30", push_count=1, pushes=pushes)])
    assert (move.reason_kind, move.reason) == ("予算", "補正予算の見送り")


def test_counts_hold_every_kind():
    counts = counted(action_moves([action(1), action(2)], [action(1, percent=50), action(2, percent=60)]))
    assert (counts["forward"], counts["done"]) == (2, 0)


def department(pk, name="税務課", streak=1):
    return {"id": pk, "name": name, "streak": streak}


def test_silent_departments_say_how_long_and_whether_newly():
    new = content(silent=[1, 2], departments=[department(1), department(2, "会計課", 3), department(3, "総務課", 0)])
    found = compare(content(silent=[2]), new).silent
    assert [(s.name, s.streak, s.newly) for s in found] == [("会計課", 3, False), ("税務課", 1, True)]


def test_departments_and_elements_by_their_own_identity():
    old = content(
        departments=[department(1), department(2, "旧課")],
        elements=[{"lineage": k, "title": t, "layer": "柱"} for k, t in (("a", "窓口"), ("b", "消える"))],
    )
    new = content(
        departments=[department(1, "税務収納課"), department(3, "新課")],
        elements=[{"lineage": k, "title": t, "layer": "柱"} for k, t in (("a", "書かない窓口"), ("c", "加わる"))],
    )  # fmt: skip
    found = compare(old, new)
    assert [(x.title, x.kind) for x in found.departments] == [
        ("税務収納課", "名称変更"),
        ("新課", "追加"),
        ("旧課", "廃止"),
    ]
    assert [x.kind for x in found.elements] == ["書き換え", "追加", "削除"]


def indicator(pk=1, said="3件", grade="未達"):
    return {"id": pk, "name": f"指標{pk}", "said": said, "grade_label": grade, "department_name": "税務課"}


def test_indicators_that_moved():
    found = compare(
        content(indicators=[indicator(), indicator(2)]),
        content(indicators=[indicator(said="5件", grade="達成"), indicator(2)]),
    )  # fmt: skip
    assert [(x.title, x.pairs) for x in found.indicators] == [
        ("指標1", (("実績", "3件", "5件"), ("判定", "未達", "達成")))
    ]


def maturity(now, level):
    axis = {"line": "people", "name": "人材", "self": now}
    return {"axes": [axis], "levels": {"1": {"people": {"level": level}}}}


def test_maturity_that_moved_and_unknown_levels_that_did_not():
    sides = [content(departments=[department(1)], maturity=maturity(*v)) for v in (("2.1", 2), ("2.5", 3))]
    found = compare(*sides).maturity
    assert [(x.title, x.pairs, x.note) for x in found] == [
        ("人材", (("全庁平均", "2.1", "2.5"),), "+0.4"), ("税務課", (("人材", "レベル2", "レベル3"),), ""),
    ]  # fmt: skip
    unknown = content(departments=[department(1)], maturity=maturity(None, None))
    assert compare(sides[0], unknown).maturity == []


def test_solved_hurdles_and_finished_decisions_stand_first():
    hurdle = {
        "id": 1,
        "title": "要員",
        "state": "open",
        "state_label": "未着手",
        "raised_by": "税務課",
        "resolution": "",
    }
    solved = hurdle | {"state": "solved", "state_label": "解決", "resolution": "兼務で補った"}
    decision = {"id": 1, "text": "整理する", "state": "open", "state_label": "対応中", "kind_label": "宿題",
                "department_name": "会計課", "report": ""}  # fmt: skip
    done = decision | {"state": "done", "state_label": "完了"}
    old = content(hurdles=[hurdle], decisions=[decision])
    found = compare(old, content(hurdles=[hurdle | {"id": 2}, solved], decisions=[decision | {"id": 2}, done]))
    assert [x.kind for x in found.hurdles] == ["解決", "新しい課題"]
    assert [x.kind for x in found.decisions] == ["完了", "新しい決定"]
    assert found.hurdles[0].note == "兼務で補った"


def test_a_snapshot_without_an_optional_section_can_be_compared():
    old = content([action()])
    assert compare(old, content([action(percent=50)], hurdles=[], merged=[])).counts["forward"] == 1


@pytest.mark.parametrize(
    ("counts", "silent", "words"),
    [
        (
            {"forward": 12, "done": 5, "newly_late": 3, "pushed": 4}, 2,
            "前回から、取組 12件が前進、5件が完了、3件が新たに遅れました。"
            "期日の先送りは 4件、照会に何も入力していない課は 2課です。",
        ),
        ({"done": 1}, 0, "前回から、取組 1件が完了しました。期日の先送りはありません。"
                         "照会に何も入力していない課はありません。"),
        ({}, None, "前回から、前進、完了、新たな遅れのあった取組はありません。期日の先送りはありません。"),
        ({"forward": 1, "pushed": 1}, None, "前回から、取組 1件が前進しました。期日の先送りは 1件です。"),
        ({"pushed": 2}, 0, "前回から、前進、完了、新たな遅れのあった取組はありません。期日の先送りは 2件、"
                           "照会に何も入力していない課はありません。"),
    ],
)  # fmt: skip
def test_the_sentence(counts, silent, words):
    pieces = sentence(counted([]) | counts, silent)
    assert plain(pieces) == words
    assert {p.key for p in pieces if p.key} <= {*counts, "silent"}
