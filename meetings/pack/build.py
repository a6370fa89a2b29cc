"""Put the chosen sections together into one pack."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lib.wareki import format_date
from meetings.pack import opening, progress, standing
from meetings.pack.blocks import Pack, Page
from meetings.pack.source import Source

Builder = Callable[[Source], Iterator[Page]]


@dataclass(frozen=True)
class Section:
    """A part of the pack that can be chosen; `about` explains it on the form."""

    key: str
    title: str
    about: str
    build: Builder


SECTIONS: dict[str, Section] = {
    s.key: s
    for s in (
        Section("cover", "表紙", "会議の名称、日時、場所と、資料の出どころ", opening.cover),
        Section("agenda", "次第", "この会議の議題（協議・報告）", opening.agenda),
        Section("summary", "前回からの動き", "全体の件数と、前回の資料から変わったこと", opening.summary),
        Section("items", "重点取組事項", "国の重点取組事項ごとに1ページ", progress.items),
        Section("late", "遅れている取組", "遅れ・期限超過の一覧と、その理由", progress.late),
        Section("schedule", "工程表", "半期ごとの工程（A3横）", progress.schedule),
        Section("maturity", "成熟度", "全庁のレーダーと、所属ごとの表", standing.maturity),
        Section("hurdles", "課題", "解決していないハードル", standing.hurdles),
        Section("decisions", "決定事項", "決定・指示・宿題と、その対応", standing.decisions),
    )
}
ALL = tuple(SECTIONS)


def known(keys: Sequence[str]) -> list[str]:
    """The keys that name a section, each once, in the given order."""
    return [key for key in dict.fromkeys(keys) if key in SECTIONS]


def build(source: Source, keys: Sequence[str] = ALL, told: Callable[[str], None] = lambda title: None) -> Pack:
    """The pages of the chosen sections in their order; `told` hears the title of each before it is built."""
    pages: list[Page] = []
    for key in known(keys):
        told(SECTIONS[key].title)
        pages += SECTIONS[key].build(source)
    said = f"{source.origin.title}（{format_date(source.as_of)}時点）"
    return Pack(
        source.meeting.title, source.content["city"]["name"], source.as_of, said, source.origin.sha256,
        source.origin.corrected, tuple(pages),
    )  # fmt: skip
