"""A sheet on its way in, page by page; nothing is stored in the city's data before the dry run is confirmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from exchange import services as exchange
from exchange.models import Import, pack
from exchange.reading import Sheet, Workbook, read_workbook
from exchange.wizard import handover, heading
from exchange.wizard.models import Draft, Layout
from exchange.wizard.targets import Opened, Target
from exchange.wizard.transform import Choices, Table, make
from lib import ledger
from lib.writes import refused_where_taken

CELLS = 400_000
WIDEST = 200
STEPS = ("sheet", "columns", "values", "preview")
LAYOUT_FIELDS = ("title", "heads", "choices")


@transaction.atomic
def start(*, target: Target, file_name: str, data: bytes, by: Any) -> Draft:
    """Read a file and propose where its table begins. Raises ValidationError when it cannot be read."""
    book = read_workbook(data, file_name)
    _check_size(book)
    Draft.objects.filter(updated_at__lt=timezone.now() - dt.timedelta(hours=settings.IMPORT_KEEP_HOURS)).delete()
    first = max(book.visible or book.sheets, key=lambda s: len(s.rows))
    head = heading.propose(first.rows, first.merged)
    choices = Choices(sheet=first.name, first=head.first, depth=head.depth)
    return Draft.objects.create(
        book=target.book.key, scope=target.scope.pk if target.scope else 0, file_name=file_name[-200:],
        content=pack([_plain(s) for s in book.sheets]), notes=book.notes, choices=choices.plain(),
        made_by_id=ledger.actor(by).user_id,
    )  # fmt: skip


def _check_size(book: Workbook) -> None:
    if sum(len(s.rows) * len(s.rows[0]) for s in book.sheets if s.rows) > CELLS:
        raise ValidationError(f"セルが多すぎます。ウィザードで読めるのは全部のシートで{CELLS:,}個までです。")
    if wide := next((s for s in book.sheets if s.rows and len(s.rows[0]) > WIDEST), None):
        raise ValidationError(f"シート「{wide.name}」の列が多すぎます。ウィザードで読めるのは{WIDEST}列までです。")


def _plain(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": sheet.name, "hidden": sheet.hidden, "rows": sheet.rows, "merged": sheet.merged, "notes": sheet.notes
    }  # fmt: skip


def _keep(draft: Draft, choices: Choices, step: str, **more: Any) -> Draft:
    draft.choices = choices.plain()
    draft.step = max(step, draft.step, key=STEPS.index) if not more else step
    for name, value in more.items():
        setattr(draft, name, value)
    draft.save(update_fields=("choices", "step", "updated_at", *more))
    return draft


@transaction.atomic
def choose_sheet(*, draft: Draft, opened: Opened, sheet: str, first: int, depth: int, by: Any) -> Draft:
    """Fix the sheet and its heads; columns are proposed, or taken over from the layout that is remembered."""
    found = next((s for s in draft.sheets() if s["name"] == sheet), None)
    if found is None or not 0 <= first < len(found["rows"]):
        raise ValidationError("見出しの行が、シートの中にありません。")
    choices = replace(draft.chosen(), sheet=sheet, first=first, depth=min(depth, len(found["rows"]) - first))
    table = Table(found["rows"], found["merged"], choices.head)
    if not any(table.labels):
        raise ValidationError("この行には見出しがありません。別の行を選んでください。")
    layout = Layout.objects.filter(book=draft.book, fingerprint=heading.fingerprint(table.labels)).first()
    if layout is not None:
        kept = Choices.of(layout.choices)
        columns = _known(kept.columns, opened)
        choices = replace(kept, sheet=sheet, first=first, depth=choices.depth, columns=columns, reason="")
    else:
        choices = replace(
            choices,
            columns=opened.proposed(table.labels, opened.unfolded(table) | opened.telling(table)),
            values={},
            fixed={},
            kept=[],
            periods=None,
        )
    return _keep(draft, choices, "columns", remembered=layout is not None)


def _known(columns: Mapping[int, str], opened: Opened) -> dict[int, str]:
    """A remembered field may be gone."""
    names = {s.name for s in opened.fields()}
    return {at: name for at, name in columns.items() if name in names}


@transaction.atomic
def choose_columns(
    *,
    draft: Draft,
    columns: Mapping[int, str],
    fixed: Mapping[str, str],
    kept: list[str],
    grid: bool,
    owner: str,
    figures: str = "",
    reason: str = "",
    periods: Mapping[int, str] | None = None,
    by: Any,
) -> Draft:
    """Fix which column is which field. Raises ValidationError when a field is given twice or none at all."""
    names = list(columns.values())
    if not names:
        raise ValidationError("取り込む列を一つは選んでください。")
    if twice := next((n for n in names if names.count(n) > 1), None):
        raise ValidationError("同じ項目に、2つの列を選んでいます。", code="twice", params={"name": twice})
    choices = replace(
        draft.chosen(), columns=dict(columns), fixed=dict(fixed), kept=kept, grid=grid, owner=owner, figures=figures,
        reason=reason, periods=None if periods is None else dict(periods),
    )  # fmt: skip
    return _keep(draft, choices, "values")


@transaction.atomic
def choose_values(*, draft: Draft, values: Mapping[str, Mapping[str, str]], by: Any) -> Draft:
    """Fix which word is which choice; '' leaves the cell blank."""
    choices = draft.chosen()
    merged = {**choices.values, **{name: {**choices.values.get(name, {}), **words} for name, words in values.items()}}
    return _keep(draft, replace(choices, values=merged), "preview")


@transaction.atomic
def hand_over(*, draft: Draft, opened: Opened, by: Any) -> Import:
    """Hand the rows to the dry run as a workbook of the portal, and remember the layout."""
    choices = draft.chosen()
    table = table_of(draft)
    rows = make(table, choices, opened.specs, opened.spread)
    if not rows:
        raise ValidationError("取り込む行がありません。見出しの行と、除く行を確かめてください。")
    data = handover.workbook(opened, rows, choices, timezone.localdate())
    kept = exchange.stage(
        book=opened.target.book, scope=opened.target.scope, file_name=_named(draft.file_name), data=data, by=by
    )
    remember(draft=draft, table=table, by=by)
    draft.handed = kept
    draft.save(update_fields=("handed", "updated_at"))
    return kept


def _named(file_name: str) -> str:
    """The name of the city's file; its content is a workbook of the portal by now."""
    return f"{file_name.rpartition('.')[0] or file_name}.xlsx"


def table_of(draft: Draft) -> Table:
    choices = draft.chosen()
    found = next(s for s in draft.sheets() if s["name"] == choices.sheet)
    return Table(found["rows"], found["merged"], choices.head)


@transaction.atomic
def remember(*, draft: Draft, table: Table, by: Any) -> Layout:
    """Keep the choices of this layout for the next file that has it."""
    mark = heading.fingerprint(table.labels)
    layout = Layout.objects.filter(book=draft.book, fingerprint=mark).first()
    before = ledger.state_of(layout, LAYOUT_FIELDS) if layout else None
    if layout is None:
        layout = Layout(book=draft.book, fingerprint=mark, used=0)
    layout.title = f"{draft.file_name}（{draft.chosen().sheet}）"[:200]
    layout.heads = [label for label in table.labels if label][:WIDEST]
    layout.choices, layout.changed_by_id = draft.choices, ledger.actor(by).user_id
    with refused_where_taken(layout):
        layout.save()
    Layout.objects.filter(pk=layout.pk).update(used=F("used") + 1)
    after = ledger.state_of(layout, LAYOUT_FIELDS)
    if before != after:
        ledger.record(by=by, act="update" if before else "create", obj=layout, before=before, after=after)
    return layout


@transaction.atomic
def forget(*, layout: Layout, by: Any) -> None:
    """Drop what is remembered of a layout; files that came in by it stay as they are."""
    gone = ledger.event(by=by, act="delete", obj=layout, before=ledger.state_of(layout, LAYOUT_FIELDS))
    if layout.delete()[0]:
        ledger.record_many([gone])


@transaction.atomic
def discard(*, draft: Draft, by: Any) -> None:
    """Forget an uploaded file."""
    draft.delete()
