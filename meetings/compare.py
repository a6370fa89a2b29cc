"""What moved between two snapshots, or between a snapshot and now (pure).

Both sides are content as `meetings.content` describes it. Rows are the same thing when they have the same id (elements:
the same lineage); everything is said in the words of its own day.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from meetings.words import day, signed

Row = Mapping[str, Any]
Pair = tuple[str, str, str]

DELAYED = ("late", "over")

# Kinds of movement in the order in which a page shows them: key, word, CSS class of its colour, icon.
KINDS: dict[str, tuple[str, str, str]] = {
    "newly_late": ("新たな遅れ", "over", "triangle-alert"),
    "pushed": ("期日の先送り", "late", "calendar-clock"),
    "unreported": ("未報告になった", "todo", "circle-dashed"),
    "stopped": ("中止・休止", "wait", "circle-pause"),
    "backward": ("進捗率の後退", "late", "trending-down"),
    "done": ("完了", "done", "circle-check"),
    "recovered": ("遅れの回復", "run", "circle-arrow-right"),
    "forward": ("前進", "run", "trending-up"),
    "state": ("状態の変化", "wait", "arrow-right-left"),
    "pulled": ("期日の前倒し", "run", "calendar-check"),
    "added": ("追加", "wait", "plus"),
    "merged": ("統合・置き換え", "wait", "git-merge"),
    "dropped": ("取りやめ・保管", "wait", "minus"),
    "reworded": ("名称・担当の変更", "wait", "pencil"),
}
ORDER = {key: n for n, key in enumerate(KINDS)}


@dataclass(frozen=True)
class Move:
    """One action that moved: which kinds of movement, each changed value old → new, and the reason given."""

    id: int
    code: str
    title: str
    department: int
    department_name: str
    kinds: tuple[str, ...]
    pairs: tuple[Pair, ...]
    state_before: str = ""
    state_after: str = ""
    reason_kind: str = ""
    reason: str = ""
    pushes: int = 0
    push_count: int = 0
    items: tuple[str, ...] = ()

    @property
    def first(self) -> str:
        """The kind that it is sorted by."""
        return self.kinds[0]

    @property
    def words(self) -> list[tuple[str, str, str]]:
        """Word, colour and icon of each kind."""
        return [KINDS[k] for k in self.kinds]


@dataclass(frozen=True)
class Line:
    """Anything else that moved."""

    title: str
    pairs: tuple[Pair, ...]
    note: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Silent:
    """A department that has not answered the round."""

    id: int
    name: str
    streak: int
    newly: bool


@dataclass(frozen=True)
class Comparison:
    old_as_of: str
    new_as_of: str
    totals: dict[str, tuple[int, int]]
    actions: list[Move] = field(default_factory=list)
    silent: list[Silent] = field(default_factory=list)
    departments: list[Line] = field(default_factory=list)
    elements: list[Line] = field(default_factory=list)
    indicators: list[Line] = field(default_factory=list)
    maturity: list[Line] = field(default_factory=list)
    hurdles: list[Line] = field(default_factory=list)
    decisions: list[Line] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return counted(self.actions)


def counted(moves: Iterable[Move]) -> dict[str, int]:
    """How many actions moved in each way, every kind present; one action may count in several."""
    found = dict.fromkeys(KINDS, 0)
    for move in moves:
        for kind in move.kinds:
            found[kind] += 1
    return found


def compare(old: Any, new: Any) -> Comparison:
    """Everything that differs between two contents."""
    return Comparison(
        old["as_of"], new["as_of"], _totals(old, new),
        action_moves(old["actions"], new["actions"], new.get("merged", [])),
        silent(old, new), _departments(old, new), _elements(old, new), _indicators(old, new),
        _maturity(old.get("maturity"), new.get("maturity"), new["departments"]),
        _hurdles(old.get("hurdles", []), new.get("hurdles", [])), _decisions(old["decisions"], new["decisions"]),
    )  # fmt: skip


def _totals(old: Any, new: Any) -> dict[str, tuple[int, int]]:
    return {k: (old["totals"].get(k, 0), n) for k, n in new["totals"].items()}


# ---- actions


def action_moves(old: Sequence[Row], new: Sequence[Row], merged: Sequence[Row] = ()) -> list[Move]:
    """Actions that moved, newly late first; within a kind by code."""
    before, after = _by(old, "id"), _by(new, "id")
    into = _by(merged, "id")
    found = [move for pk, row in after.items() if (move := _moved(before.get(pk), row))]
    found += [_gone(row, into.get(pk)) for pk, row in before.items() if pk not in after]
    return sorted(found, key=lambda m: (ORDER[m.first], m.state_after != "over", m.code, m.id))


# What a kind depends on: an action that agrees in all of it did not move.
COMPARED = ("state", "percent", "ends_on", "push_count", "title", "code", "department")


def movements(old: Iterable[Row], new: Iterable[Row], merged: Container[int] = ()) -> Iterator[tuple[Row, list[str]]]:
    """Every action that moved with its kinds alone, for those who count ten thousand; see `action_moves`."""
    before = _by(old, "id")
    for row in new:
        was = before.pop(row["id"], None)
        if kinds := ["added"] if was is None else _kinds(was, row):
            yield row, kinds
    for pk, row in before.items():
        yield row, ["merged" if pk in merged else "dropped"]


def _moved(was: Row | None, row: Row) -> Move | None:
    if was is None:
        return _move(row, ["added"], [("追加", "—", f"{row['state_label']}　{row['percent']}%")], None)
    kinds, pairs = _kinds(was, row), _pairs(was, row)
    return _move(row, kinds, pairs, was) if kinds else None


def _kinds(was: Row, row: Row) -> list[str]:
    if all(row[k] == was[k] for k in COMPARED):
        return []
    newly_done = row["state"] == "done" != was["state"]
    checks = {
        "newly_late": row["state"] in DELAYED and was["state"] not in DELAYED,
        "pushed": row["ends_on"] > was["ends_on"] or row["push_count"] > was["push_count"],
        "unreported": row["state"] == "todo" != was["state"],
        "stopped": row["state"] == "stop" != was["state"],
        "backward": row["percent"] < was["percent"],
        "done": newly_done,
        "recovered": was["state"] in DELAYED and row["state"] == "run",
        "forward": row["percent"] > was["percent"] and not newly_done,
        "pulled": row["ends_on"] < was["ends_on"],
        "reworded": any(row[k] != was[k] for k in ("title", "code", "department")),
    }  # fmt: skip
    found = [k for k in KINDS if checks.get(k)]
    moved = row["state"] != was["state"] and not {"newly_late", "unreported", "stopped", "done", "recovered"} & {*found}
    return sorted([*found, "state"], key=lambda k: ORDER[k]) if moved else found


def _pairs(was: Row, row: Row) -> list[Pair]:
    pairs = [
        ("状態", was["state_label"], row["state_label"]),
        ("進捗率", f"{was['percent']}%", f"{row['percent']}%"),
        ("終了予定日", day(was["ends_on"]), day(row["ends_on"])),
        ("取組名", was["title"], row["title"]),
        ("整理番号", was["code"], row["code"]),
    ]
    if was["department"] != row["department"]:
        pairs.append(("担当", was["department_name"], row["department_name"]))
    return [p for p in pairs if p[1] != p[2]]


def _gone(row: Row, merged: Row | None) -> Move:
    if merged is None:
        return _move(row, ["dropped"], [("取組", row["title"], "—")], row, after="")
    into = f"{merged['into_code']} {merged['into_title']}"
    move = _move(row, ["merged"], [(merged["kind_label"], row["title"], into)], row, after="")
    return Move(**{**move.__dict__, "reason": merged["reason"], "reason_kind": ""})


def _move(row: Row, kinds: Sequence[str], pairs: Sequence[Pair], was: Row | None, after: str | None = None) -> Move:
    pushed = row["push_count"] - was["push_count"] if was else 0
    reason, kind = row["reason"], row["reason_kind_label"]
    if not reason and "pushed" in kinds and row.get("pushes"):
        reason, kind = row["pushes"][-1]["reason"], row["pushes"][-1]["reason_kind_label"]
    return Move(
        row["id"], row["code"], row["title"], row["department"], row["department_name"], tuple(kinds), tuple(pairs),
        was["state"] if was else "", row["state"] if after is None else after, kind, reason,
        max(pushed, 1) if "pushed" in kinds else 0, row["push_count"], tuple(keys_of(row)),
    )  # fmt: skip


def keys_of(row: Row) -> list[str]:
    """Keys of the national items of an action."""
    return [i["key"] if isinstance(i, Mapping) else i for i in row["items"]]


# ---- the rest


def silent(old: Any, new: Any) -> list[Silent]:
    """Departments that have not answered the round of the newer side; `newly`: they were not silent on the older."""
    quiet = {*old["silent"]}
    rows = [d for d in new["departments"] if d["id"] in {*new["silent"]}]
    found = [Silent(d["id"], d["name"], d["streak"], d["id"] not in quiet) for d in rows]
    return sorted(found, key=lambda s: -s.streak)


def _departments(old: Any, new: Any) -> list[Line]:
    """Renamed, new and vanished departments."""
    before, after = _by(old["departments"], "id"), _by(new["departments"], "id")
    lines = [
        Line(d["name"], (("名称", before[pk]["name"], d["name"]),), kind="名称変更")
        for pk, d in after.items() if pk in before and before[pk]["name"] != d["name"]
    ]  # fmt: skip
    lines += [Line(d["name"], (), kind="追加") for pk, d in after.items() if pk not in before]
    return lines + [Line(d["name"], (), kind="廃止") for pk, d in before.items() if pk not in after]


def _elements(old: Any, new: Any) -> list[Line]:
    before, after = _by(old["elements"], "lineage"), _by(new["elements"], "lineage")
    lines = [
        Line(e["title"], (("表題", before[k]["title"], e["title"]),), e["layer"], "書き換え")
        for k, e in after.items() if k in before and before[k]["title"] != e["title"]
    ]  # fmt: skip
    lines += [Line(e["title"], (), e["layer"], "追加") for k, e in after.items() if k not in before]
    return lines + [Line(e["title"], (), e["layer"], "削除") for k, e in before.items() if k not in after]


def _indicators(old: Any, new: Any) -> list[Line]:
    if not old["indicators"]:  # nothing was kept yet: everything would be new
        return []
    before = _by(old["indicators"], "id")
    lines = []
    for row in new["indicators"]:
        was = before.get(row["id"])
        if was is None:
            lines.append(Line(row["name"], (("実績", "—", row["said"]),), row["department_name"], "追加"))
            continue
        pairs = [("実績", was["said"], row["said"]), ("判定", was["grade_label"], row["grade_label"])]
        if moved := tuple(p for p in pairs if p[1] != p[2]):
            lines.append(Line(row["name"], moved, row["department_name"], "変化"))
    return lines


def _maturity(old: Any, new: Any, departments: Sequence[Row]) -> list[Line]:
    """Averages of the axes first, then the departments of which a level moved."""
    if not old or not new:
        return []
    before = _by(old["axes"], "line")
    lines = [
        Line(a["name"], (("全庁平均", was, now),), _difference(was, now), "平均")
        for a in new["axes"]
        if (was := before.get(a["line"], {}).get("self")) and (now := a["self"]) and was != now
    ]
    names = {str(d["id"]): d["name"] for d in departments}
    axes = {a["line"]: a["name"] for a in new["axes"]}
    for pk, levels in new["levels"].items():
        if pairs := _levels(old["levels"].get(pk, {}), levels, axes):
            lines.append(Line(names.get(pk, "（廃止した所属）"), tuple(pairs), kind="所属"))
    return lines


def _difference(was: str, now: str) -> str:
    return signed(Decimal(now) - Decimal(was))


def _levels(before: Mapping[str, Row], after: Mapping[str, Row], axes: Mapping[str, str]) -> list[Pair]:
    pairs = []
    for line, name in axes.items():
        was, now = before.get(line, {}).get("level"), after.get(line, {}).get("level")
        if was is not None and now is not None and was != now:
            pairs.append((name, f"レベル{was}", f"レベル{now}"))
    return pairs


def _hurdles(old: Sequence[Row], new: Sequence[Row]) -> list[Line]:
    before = _by(old, "id")
    lines = []
    for row in new:
        was = before.get(row["id"])
        if was is None:
            lines.append(Line(row["title"], (("状態", "—", row["state_label"]),), row["raised_by"], "新しい課題"))
        elif was["state"] != row["state"]:
            kind = "解決" if row["state"] == "solved" else "変化"
            pair = ("状態", was["state_label"], row["state_label"])
            lines.append(Line(row["title"], (pair,), row["resolution"], kind))
    return sorted(lines, key=lambda x: x.kind != "解決")


def _decisions(old: Sequence[Row], new: Sequence[Row]) -> list[Line]:
    before = _by(old, "id")
    lines = []
    for row in new:
        was = before.get(row["id"])
        note = "　".join(filter(None, (row["kind_label"], row["department_name"], row["report"])))
        if was is None:
            lines.append(Line(row["text"], (("状態", "—", row["state_label"]),), note, "新しい決定"))
        elif was["state"] != row["state"]:
            pair = ("状態", was["state_label"], row["state_label"])
            lines.append(Line(row["text"], (pair,), note, "完了" if row["state"] == "done" else "変化"))
    return sorted(lines, key=lambda x: x.kind != "完了")


def _by(rows: Iterable[Row], name: str) -> dict[Any, Row]:
    return {row[name]: row for row in rows}
