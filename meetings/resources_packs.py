"""Making the file of one row: read the snapshot, build the pages, draw them, report each step."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from lib import ledger
from meetings import queries_packs
from meetings.content import CorruptError
from meetings.models import PackFile
from meetings.pack import book, slides
from meetings.pack.blocks import Pack
from meetings.pack.build import SECTIONS, build
from meetings.pack.source import Source
from meetings.resources_pdf import MissingFontError, pdf
from meetings.services import packs

log = logging.getLogger(__name__)
WRONG = "資料を作れませんでした。もう一度作っても同じなら、管理者に連絡してください（サーバーの記録に理由があります）。"
CORRUPT = "確定資料が壊れているため、資料を作れません。{}"


def make(row: PackFile) -> None:
    """Make one file from start to end; whatever goes wrong stands on the row, never silently."""
    if not packs.take(row, len(row.sections) + 2):
        return
    row.refresh_from_db()
    try:
        packs.finish(row=row, content=_content(row), by=_by(row))
    except MissingFontError as error:
        packs.fail(row, str(error))
    except CorruptError as error:
        packs.fail(row, CORRUPT.format(error))
    except Exception:
        log.exception("pack file %s could not be made", row.pk)
        packs.fail(row, WRONG)


def _content(row: PackFile) -> bytes:
    packs.report(row, "確定資料を読んでいます", 0)
    source = queries_packs.source_of(row.meeting, row.snapshot, row.previous)
    titles = {SECTIONS[key].title: n for n, key in enumerate(row.sections, 1) if key in SECTIONS}
    pack = build(source, row.sections, lambda title: packs.report(row, f"{title}を組み立てています", titles[title]))
    packs.report(row, f"{row.get_format_display()}に書き出しています（{len(pack.pages)}章・頁）", len(row.sections) + 1)
    return draw(row.format, pack, source)


def draw(kind: str, pack: Pack, source: Source) -> bytes:
    """The bytes of the pack in one format."""
    if kind == "pdf":
        return pdf(pack)
    return slides.presentation(pack) if kind == "pptx" else book.workbook(pack, source.content)


def _by(row: PackFile) -> ledger.Actor:
    return ledger.Actor(row.requested_by_id, row.requested_label)


def make_all(rows: Iterable[PackFile]) -> None:
    for row in rows:
        make(row)
