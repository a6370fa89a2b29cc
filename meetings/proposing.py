"""Agenda items proposed from what changed since the last meeting (pure); people choose and edit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from meetings.compare import Comparison, Move
from meetings.words import day

MOST_SINGLE = 8
OFTEN = 2
TITLE, NOTE = 120, 300


@dataclass(frozen=True)
class Proposal:
    """`kind` is discuss or report; `why` says what it was proposed from; `actions` are ids."""

    kind: str
    title: str
    why: str
    note: str = ""
    actions: tuple[int, ...] = ()


@dataclass(frozen=True)
class Open:
    """A decision that is still open and past its day, or will be when the meeting is held."""

    kind_label: str
    text: str
    department: str
    due: str
    overdue: bool
    actions: tuple[int, ...] = ()


def proposals(found: Comparison, decisions: Iterable[Open]) -> list[Proposal]:
    """What to discuss first, then what to report."""
    return [*_discuss(found, decisions), *(_dated(row, found.new_as_of) for row in _report(found))]


def _discuss(found: Comparison, decisions: Iterable[Open]) -> list[Proposal]:
    late = [m for m in found.actions if "newly_late" in m.kinds]
    often = [m for m in found.actions if "pushed" in m.kinds and m.push_count >= OFTEN and m not in late]
    rows = [_of(m, f"「{m.title}」の遅れへの対応", "新たな遅れ") for m in late[:MOST_SINGLE]]
    rows += [_of(m, f"「{m.title}」の期日の変更", f"計画変更{m.push_count}回") for m in often[:MOST_SINGLE]]
    return rows + [_due(d) for d in decisions]


def _due(decision: Open) -> Proposal:
    about, why = f"対応（期限 {decision.due}）", "会議の前に期限が来る"
    if decision.overdue:
        about, why = "期限超過", "決定事項の期限"
    room = TITLE - len(f"{decision.kind_label}「」の{about}")
    title = f"{decision.kind_label}「{decision.text[:room]}」の{about}"
    return Proposal("discuss", title, why, decision.department, decision.actions)


def _of(move: Move, title: str, why: str) -> Proposal:
    note = "　".join(filter(None, (move.department_name, move.reason)))
    return Proposal("discuss", title[:TITLE], why, note[:NOTE], (move.id,))


def _dated(row: Proposal, as_of: str) -> Proposal:
    """An item is kept as it was added while the figures move on."""
    said = f"（{day(as_of, 'long')}時点）"
    return replace(row, note=row.note[: NOTE - len(said)] + said)


def _report(found: Comparison) -> list[Proposal]:
    counts = found.counts
    done = [m for m in found.actions if "done" in m.kinds]
    rows = [Proposal("report", "前回会議からの進みについて", "前回の確定資料との比較", _moved(counts))]
    if done:
        names = "、".join(m.title for m in done[:3]) + ("ほか" if len(done) > 3 else "")
        rows.append(Proposal("report", f"完了した取組（{len(done)}件）", "完了", names, tuple(m.id for m in done)))
    averages = [line for line in found.maturity if line.kind == "平均"]
    if averages:
        note = "、".join(f"{line.title} {line.pairs[0][1]}→{line.pairs[0][2]}" for line in averages)
        rows.append(Proposal("report", "成熟度の自己評価の結果", "全庁平均の変化", note))
    if found.silent:
        names = "、".join(s.name for s in found.silent[:5]) + ("ほか" if len(found.silent) > 5 else "")
        rows.append(Proposal("report", f"照会に何も入力していない課（{len(found.silent)}課）", "未回答", names))
    solved = [line for line in found.hurdles if line.kind == "解決"]
    if solved:
        rows.append(Proposal("report", f"解決した課題（{len(solved)}件）", "課題の解決", solved[0].title))
    return rows


def _moved(counts: dict[str, int]) -> str:
    words = (("forward", "前進"), ("done", "完了"), ("newly_late", "新たな遅れ"), ("pushed", "期日の先送り"))
    return "、".join(f"{word} {counts[key]}件" for key, word in words)
