"""A small frozen content for the packs: four actions, one item, three axes, one decision, one hurdle.

Texts that must never leave the administration carry the mark `内部`.
"""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from lib.states import STATES
from meetings.pack.source import AgendaLine, Limits, MeetingFacts, Origin, Source

SECRET = "内部"
COUNTS = {"done": 1, "run": 1, "late": 1, "over": 0, "todo": 1, "stop": 0}


def action(code: str, state: str, percent: int = 40, **kw: Any) -> dict[str, Any]:
    number = int(code.rpartition("-")[2])
    is_late = state in ("late", "over")
    values = {
        "id": number, "code": code, "title": f"取組{number}", "department": 1, "department_name": "税務課",
        "departments": [f"{SECRET}協力課"], "lifecycle": "running", "lifecycle_label": "実施中", "state": state,
        "state_label": STATES[state].label, "rule": f"{SECRET}規則", "percent": percent, "planned": 50,
        "starts_on": "2025-04-01", "ends_on": "2027-03-31",
        "reported_as_of": None if state == "todo" else "2026-09-30", "newly": False, "push_count": 0, "pushes": [],
        "reason_kind": "staff" if is_late else "", "reason_kind_label": f"{SECRET}人材" if is_late else "",
        "reason": f"{SECRET}担当者が足りない" if is_late else "", "done": f"{SECRET}準備をした",
        "items": [{"key": "front", "name": "フロントヤード改革"}],
        "elements": [{"lineage": "e1", "label": "1", "title": "便利", "layer": "ビジョン"}],
        "phases": [
            {"label": "整備", "owner": "joint", "owner_label": "共同", "starts_on": "2025-04-01",
             "ends_on": "2026-03-31", "actual": False},
            {"label": "整備", "owner": "joint", "owner_label": "共同", "starts_on": "2025-06-01",
             "ends_on": "2026-04-30", "actual": True},
            {"label": "浸透・拡大", "owner": "department", "owner_label": "原課", "starts_on": "2026-04-01",
             "ends_on": "2027-03-31", "actual": False},
        ],
        "milestones": [{"title": "試行の開始", "due_on": "2026-06-30", "done_on": "2026-07-10"}],
        "grades": {}, "merged_into": None,
    }  # fmt: skip
    return values | kw


def axis(line: str, name: str, own: str | None, reviewed: str | None = None) -> dict[str, Any]:
    return {"line": line, "name": name, "weight": "1", "self": own, "reviewed": reviewed, "target": "4.0",
            "answered": 1, "reviewed_count": 0, "not_applicable": 0}  # fmt: skip


def level(own: int | None, *, outside: bool = False) -> dict[str, Any]:
    return {"level": own, "reviewed": None, "target": 4, "not_applicable": outside}


def department(number: int, name: str, reply: str = "accepted") -> dict[str, Any]:
    return {
        "id": number, "code": f"{number:04}", "name": name, "short_name": name, "parent": "総務部", "order": number,
        "reply": reply, "reply_label": reply, "streak": 2 if reply == "silent" else 0, "last_reported": None,
        "counts": dict(COUNTS),
    }  # fmt: skip


def content(**kw: Any) -> Any:
    """Frozen on 30 November 2026; keywords replace whole sections."""
    late = action("A-3", "late", 20, newly=True, push_count=2)
    actions = [action("A-1", "done", 100), action("A-2", "run", 60), late, action("A-4", "todo", 0)]
    values: dict[str, Any] = {
        "schema": 1, "as_of": "2026-11-30",
        "city": {"name": "サンプル市", "code": "012025", "plan": "DX推進計画", "edition": "第1.0版"},
        "labels": {"states": {s.key: s.label for s in STATES.values()}, "lifecycles": {}, "reasons": {},
                   "categories": {}, "replies": {}},
        "round": {"id": 1, "title": "上期の照会", "period": "2026H1", "period_label": "令和8年度上期",
                  "due_on": "2026-10-31", "asked": 2, "accepted": 1},
        "totals": dict(COUNTS), "departments": [department(1, "税務課"), department(2, "福祉課", "silent")],
        "silent": [2], "actions": actions,
        "items": [{
            "id": 1, "key": "front", "name": "フロントヤード改革", "short_name": "フロントヤード",
            "category": "priority", "category_label": "重点", "tag": "重点1",
            "targets": [{"statement": "窓口を改める", "due_on": "2026-03-31", "due_label": "令和7年度末",
                         "measured": True, "past": True}],
            "registers": [{"key": "31", "name": "31手続", "unit": "手続", "done": 22, "applicable": 26,
                           "outcome": "behind", "outcome_label": "未達"}],
            "counts": dict(COUNTS), "total": 4,
        }],
        "elements": [{"id": 1, "lineage": "e1", "label": "1", "title": "便利", "layer": "ビジョン", "role": "vision",
                      "leading": True, "counts": dict(COUNTS), "total": 4, "mean_percent": 45}],
        "maturity": {
            "round": "上期の照会", "period_label": "令和8年度上期", "rubric": "第1版", "lowest": 1, "highest": 5,
            "axes": [axis("it", "ITリテラシー", "2.9", "2.5"), axis("sys", "庁内システム", None),
                     axis("org", "組織体制", "2.0")],
            "levels": {"1": {"it": level(3), "sys": level(None), "org": level(None, outside=True)}},
            "overall": "2.5", "overall_reviewed": None, "answered": 1, "asked": 2,
        },
        "indicators": [{
            "id": 1, "name": "オンライン申請率", "unit": "%", "department": 1, "department_name": "税務課",
            "baseline": "10", "value": "42.5", "said": "42.5%", "as_of": "2026-03-31", "goals": [["2026", "50"]],
            "direction": "up", "grade": "near", "grade_label": "おおむね達成", "items": ["front"], "elements": [],
        }],
        "decisions": [{
            "id": 1, "kind": "homework", "kind_label": "宿題", "text": f"{SECRET}範囲を整理する", "department": 1,
            "department_name": "税務課", "due_on": "2026-12-25", "state": "open", "state_label": "対応中",
            "done_on": None, "meeting": 1, "meeting_title": "第1回 本部会議", "meeting_on": "2026-08-30",
            "report": f"{SECRET}調べている", "actions": [1],
        }],
        "hurdles": [{
            "id": 1, "kind": "law", "kind_label": "法令", "title": f"{SECRET}押印の規則", "text": f"{SECRET}例規が古い",
            "state": "open", "state_label": "未着手", "cross_cutting": True, "raised_by": "税務課", "owner": "総務課",
            "raised_on": "2026-09-01", "solved_on": None, "resolution": "", "actions": [1, 2], "requests": [],
        }],
        "merged": [],
    }  # fmt: skip
    return copy.deepcopy(values | kw)


def earlier() -> Any:
    """Half a year before: A-3 still on time, A-4 not there yet."""
    rows = [action("A-1", "run", 80), action("A-2", "run", 60), action("A-3", "run", 20)]
    found = content(as_of="2026-05-20", actions=rows, decisions=[], hurdles=[])
    found["totals"] = dict(COUNTS) | {"done": 0, "run": 3, "late": 0, "todo": 0}
    found["items"][0]["counts"] = dict(found["totals"])
    return found


def source(**kw: Any) -> Source:
    """What the sections get; `content` and `previous` may be given."""
    facts = MeetingFacts(
        "第2回 本部会議", "本部会議", "令和8年11月30日（月） 10:00", "第1会議室", dt.date(2026, 11, 30),
        (AgendaLine("協議", "予算の優先順位", "資料2", ("取組1",)), AgendaLine("報告", "上期の進み")),
    )  # fmt: skip
    origin = Origin("第2回 本部会議の確定資料", "f" * 64, "令和8年11月28日 17:00", "事務局", kw.pop("corrected", ""))
    return Source(
        kw.pop("content", None) or content(), origin, facts, kw.pop("previous", None), kw.pop("limits", Limits())
    )
