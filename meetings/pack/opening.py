"""The first pages: cover, 次第, and what moved since the last meeting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lib.states import STATES
from lib.wareki import format_date
from meetings.compare import Comparison, Line, Move, Silent
from meetings.pack.blocks import Block, Cell, Empty, Facts, Figures, Head, Lead, Page, Prose, StateBars, cell, table
from meetings.pack.source import Source, behind, filled, total
from meetings.sentence import sentence as said_since

AGENDA_HEADS = (Head("番号", 7), Head("区分", 8), Head("議題", 34), Head("説明", 34), Head("関係する取組", 19))
MOVE_HEADS = (
    Head("動き", 13), Head("番号", 8), Head("取組", 26), Head("担当", 12), Head("前回 → 今回", 24), Head("理由", 25),
)  # fmt: skip
SILENT_HEADS = (Head("所属", 40), Head("未回答", 60))
LINE_HEADS = (Head("動き", 12), Head("対象", 34), Head("前回 → 今回", 26), Head("補足", 28))


def cover(source: Source) -> Iterator[Page]:
    """Title and origin; a snapshot that was corrected since says so first."""
    meeting, origin = source.meeting, source.origin
    pairs = [
        ("会議体", meeting.body), ("日時", meeting.when), ("場所", meeting.place or "—"),
        ("資料の基準日", format_date(source.as_of)), ("確定資料", origin.title),
        ("確定した日時・人", f"{origin.taken_at}　{origin.taken_by}"), ("内容の照合値", f"SHA-256 {origin.sha256}"),
    ]  # fmt: skip
    if source.previous_day:
        pairs.insert(4, ("比べる資料の基準日", format_date(source.previous_day)))
    warning: tuple[Block, ...] = (Lead(origin.corrected),) if origin.corrected else ()
    yield Page("cover", meeting.title, (*warning, Facts(tuple(pairs))))


def agenda(source: Source) -> Iterator[Page]:
    lines = source.meeting.agenda
    if not lines:
        yield Page("agenda", "次第", (Empty("議題はまだ登録されていません。"),))
        return
    rows = [
        (cell(n), cell(line.kind), cell(line.title), cell(line.note), cell("、".join(line.actions)))
        for n, line in enumerate(lines, 1)
    ]  # fmt: skip
    yield Page("agenda", "次第", (table("", AGENDA_HEADS, rows, len(rows)),))


def summary(source: Source) -> Iterator[Page]:
    """Where the whole stands, and after it every movement since the last meeting."""
    now = source.content["totals"]
    before = source.previous["totals"] if source.previous else None
    figures = tuple((key, now.get(key, 0), None if before is None else before.get(key, 0)) for key in STATES)
    blocks: list[Block] = [Lead(sentence(source)), Figures("状態ごとの件数", figures)]
    for title, rows in (("重点取組事項ごとの内訳", source.content["items"]), ("ビジョンごとの内訳", leading(source))):
        bars = tuple((row.get("short_name") or row["title"], filled(row["counts"])) for row in rows if row["total"])
        if bars:
            blocks.append(StateBars(title, bars))
    if source.moved is None:
        blocks.append(Prose("前回の確定資料がないため、前回との比較はありません。"))
    yield Page("summary", "全体の状況", tuple(blocks))
    if source.moved:
        yield Page("summary", "前回からの動き", tuple(_moves(source, source.moved)))


def _moves(source: Source, moved: Comparison) -> Iterator[Block]:
    said = said_since(moved.counts, len(moved.silent) if source.content["round"] else None)
    yield Lead("".join(piece.text for piece in said))
    if moved.actions:
        yield table("取組の動き", MOVE_HEADS, map(_move, moved.actions), source.limits.changes)
    else:
        yield Empty("動きのあった取組はありません。")
    for title, lines in (
        ("決定事項", moved.decisions), ("課題", moved.hurdles), ("指標", moved.indicators), ("成熟度", moved.maturity),
        ("戦略", moved.elements), ("所属", moved.departments),
    ):  # fmt: skip
        if lines:
            yield table(f"{title}の動き", LINE_HEADS, map(_line, lines), source.limits.lines)
    if moved.silent:
        yield table("照会に何も入力していない所属", SILENT_HEADS, map(_silent, moved.silent), source.limits.lines)


def _silent(row: Silent) -> tuple[Cell, ...]:
    return cell(row.name), cell(f"{row.streak}期続けて未回答" if row.streak > 1 else "今回の分が未回答")


def _move(move: Move) -> tuple[Cell, ...]:
    kinds = "、".join(word for word, _, _ in move.words)
    return (
        cell(kinds), cell(move.code), cell(move.title), cell(move.department_name), cell(pairs_of(move.pairs)),
        cell("：".join(filter(None, (move.reason_kind, move.reason)))),
    )  # fmt: skip


def _line(line: Line) -> tuple[Cell, ...]:
    return cell(line.kind), cell(line.title), cell(pairs_of(line.pairs)), cell(line.note)


def pairs_of(pairs: Iterable[tuple[str, str, str]]) -> str:
    """Each changed value on a line: 進捗率 40% → 55%."""
    return "\n".join(f"{name} {old} → {new}" for name, old, new in pairs)


def leading(source: Source) -> list:
    return [row for row in source.content["elements"] if row["leading"]]


def sentence(source: Source) -> str:
    """The state of the whole in one sentence, made from the figures."""
    now = source.content["totals"]
    said = (
        f"取組{total(now):,}件のうち、{now.get('done', 0):,}件が完了、{now.get('run', 0):,}件が順調、"
        f"{behind(now):,}件が遅れています。"
    )
    silent = len(source.content["silent"])
    return said + (f"照会に何も入力していない所属は{silent}です。" if silent else "")
