"""The sentence about a comparison (pure): plain rules over the figures, each number with the list that it opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """A stretch of the sentence: plain text, or a number that opens its list (`key` is a kind of movement)."""

    text: str
    key: str = ""
    css: str = ""


# What the sentence counts: kind, verb after 件, verb where it ends the clause, colour of the figure.
CLAUSES = (
    ("forward", "が前進", "が前進しました", "key"), ("done", "が完了", "が完了しました", "done"),
    ("newly_late", "が新たに遅れ", "が新たに遅れました", "over"),
)  # fmt: skip


def sentence(counts: Mapping[str, int], silent_count: int | None, since: str = "前回") -> list[Piece]:
    """Say in Japanese what moved: 前回から、取組 12件が前進、… . `silent_count` is None without a round."""
    said = [c for c in CLAUSES if counts[c[0]]]
    pieces = [Piece(f"{since}から、")]
    if not said:
        pieces.append(Piece("前進、完了、新たな遅れのあった取組はありません。"))
    else:
        pieces.append(Piece("取組 "))
        for n, (key, middle, end, css) in enumerate(said):
            last = n == len(said) - 1
            number = f"{counts[key]}件"
            pieces += [Piece(number + middle, key, css), Piece(end.removeprefix(middle) + "。" if last else "、")]
    return [*pieces, *_rest(counts, silent_count)]


def _rest(counts: Mapping[str, int], silent_count: int | None) -> list[Piece]:
    pieces = [Piece("期日の先送りは "), Piece(f"{counts['pushed']}件", "pushed", "late")]
    if not counts["pushed"]:
        pieces = [Piece("期日の先送りはありません。")]
    joint = "、" if counts["pushed"] else ""
    if silent_count is None:
        return [*pieces, Piece("です。")] if counts["pushed"] else pieces
    if not silent_count:
        return [*pieces, Piece(f"{joint}照会に何も入力していない課はありません。")]
    return [
        *pieces,
        Piece(f"{joint}照会に何も入力していない課は "),
        Piece(f"{silent_count}課", "silent", "key"),
        Piece("です。"),
    ]


def plain(pieces: list[Piece]) -> str:
    """The sentence as text, for print and for files."""
    return "".join(p.text for p in pieces)
