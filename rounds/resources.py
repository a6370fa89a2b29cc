"""The state of a round as a workbook and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.http import content_disposition_header
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from lib import formulas
from lib.wareki import format_date
from rounds.burden import minutes_between
from rounds.models import Answer, Reply, Round
from rounds.states import REPLY_STATES

HEADS = (
    "部", "所属", "状態", "入力開始", "提出", "期限後", "課長の承認", "受理", "差し戻し", "答えた項目の数",
    "入力開始から提出まで（分）",
)  # fmt: skip
ANSWER_HEADS = ("部", "所属", "質問", "答え")
WIDEST = 50


def rows_of(round_: Round) -> list[list[Any]]:
    """One row a department in the order of the organisation, under `HEADS` (1 query)."""
    return [_row(r) for r in round_.replies.light().grouped()]


def answers_of(round_: Round) -> list[list[Any]]:
    """The accepted answers to free questions, under `ANSWER_HEADS` (1 query)."""
    rows = Answer.objects.filter(reply__round=round_, reply__state="accepted").select_related(
        "question", "reply__department__parent"
    )
    ordered = rows.order_by("question__order", "reply__department__order", "reply")
    return [[*_names(a.reply), a.question.text, a.words] for a in ordered if a.is_answered]


def csv_text(round_: Round) -> str:
    """The state of the round as CSV with CRLF."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([[neutral(cell) for cell in row] for row in [list(HEADS), *rows_of(round_)]])
    return out.getvalue()


def workbook(round_: Round) -> bytes:
    """The state of the round as a workbook, with a second sheet of the accepted answers to free questions."""
    book = Workbook(write_only=True)
    _sheet(book, "回答の状況", HEADS, rows_of(round_))
    if answers := answers_of(round_):
        _sheet(book, "自由設問", ANSWER_HEADS, answers)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def neutral(value: Any) -> Any:
    """A cell that no spreadsheet reads as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(formulas.STARTS) else value


def attachment_header(name: str) -> str:
    return content_disposition_header(True, name) or "attachment"


def _names(reply: Reply) -> list[str]:
    parent = reply.department.parent
    return [parent.name if parent else "", reply.department.name]


def _row(reply: Reply) -> list[Any]:
    moments = (reply.started_at, reply.submitted_at)
    minutes = minutes_between(reply.started_at, reply.handed_in_at)
    return [
        *_names(reply), REPLY_STATES[reply.shown_state].label, *map(_moment, moments),
        "期限後" if reply.is_late else "",
        *map(_moment, (reply.approved_at, reply.accepted_at, reply.returned_at)), reply.asked, minutes,
    ]  # fmt: skip


def _moment(at: Any) -> str:
    if at is None:
        return ""
    local = timezone.localtime(at)
    return f"{format_date(local.date(), 'short')} {local:%H:%M}"


def _sheet(book: Workbook, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet: Worksheet = book.create_sheet(title)
    rows = [list(r) for r in rows]
    for n, head in enumerate(heads, 1):
        longest = max((_width(r[n - 1]) for r in rows), default=0)
        sheet.column_dimensions[get_column_letter(n)].width = min(WIDEST, max(_width(head), longest) + 2)
    sheet.freeze_panes = "C2"
    sheet.append([_head(sheet, h) for h in heads])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{len(rows) + 1}"


def _width(value: Any) -> int:
    return sum(2 if ord(c) > 0xFF else 1 for c in str("" if value is None else value))


def _head(sheet: Worksheet, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8F1FE")
    return cell


def _cell(sheet: Worksheet, value: Any) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=neutral(value))
    cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str) and len(value) > WIDEST)
    return cell
