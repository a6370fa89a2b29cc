"""From a file to stored rows: receive, check in steps, apply once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from exchange.compare import Comparison, Table, new_rows, table_of
from exchange.models import Import, pack, unpack
from exchange.reading import read_workbook
from exchange.sheets import Book, Refused, Row, Sheet
from lib import ledger

ONCE = "このファイルは、すでに取り込みました。"
CHANGED = "確かめたあとに登録が変わりました。下の内容を確かめて、もう一度「取り込む」を押してください。"
LATE = "受け付けてから時間がたったため、取り込めません。ファイルを選び直してください。"
OPEN = "まだすべての行を確かめていません。"
META = "_dxportal"
Outcome = dict[str, list[list[Any]]]


@transaction.atomic
def stage(*, book: Book, scope: Any, file_name: str, data: bytes, by: Any) -> Import:
    """Read a file and keep its cells until somebody confirms what it would change.

    A short file is checked at once, a long one in steps by `check_more`. Raises ValidationError when the file is
    not this workbook; then nothing is kept.
    """
    workbook = read_workbook(data, file_name)
    sheets = book.open(scope, by)
    tables, notes = _tables(book, scope, sheets, workbook)
    total = sum(len(t.rows) for t in tables.values())
    if not total:
        raise ValidationError("表に行がありません。書き出したファイルに入力してから選んでください。")
    if book.tried and total > settings.IMPORT_TRIED_ROWS:
        raise ValidationError(
            f"{total:,}行あります。この表は、1つのファイルに{settings.IMPORT_TRIED_ROWS:,}行まで取り込めます。"
        )
    Import.objects.expired().delete()
    kept = Import.objects.create(
        book=book.key, scope=scope.pk if scope else 0, title=book.name(scope)[:200], file_name=file_name[-200:],
        digest=hashlib.sha256(data).hexdigest(), total=total, made_by=by, notes=notes,
        content=pack({key: [t.heads, t.rows] for key, t in tables.items()}),
    )  # fmt: skip
    if book.tried and total > settings.IMPORT_TRIED_AT_ONCE:
        return kept  # the page asks for the check, and says meanwhile that it runs
    return _check(kept, book, sheets, tables, by)


def _tables(book: Book, scope: Any, sheets: Sequence[Sheet], workbook: Any) -> tuple[dict[str, Table], list[str]]:
    """The tables of a read workbook by the key of their sheet, and what a person should know."""
    _check_origin(book, scope, workbook)
    found = {raw.name.strip(): raw for raw in workbook.sheets}
    notes = list(workbook.notes)
    tables = {}
    # A CSV has no name for its only table.
    if len(workbook.sheets) == 1 and len(sheets) == 1:
        found = {sheets[0].caption: workbook.sheets[0]}
    for sheet in sheets:
        if raw := found.get(sheet.caption):
            tables[sheet.slug] = table_of(sheet, raw.rows)
            notes += [f"{sheet.caption}：{note}" for note in raw.notes]
    if not tables:
        names = "」「".join(s.caption for s in sheets)
        raise ValidationError(
            f"シート「{names}」がありません。この画面から書き出したファイルを選んでください。"
            "お手元の表は、取り込みウィザードから取り込めます。"
        )
    return tables, notes


def _check_origin(book: Book, scope: Any, workbook: Any) -> None:
    """Refuse the export of another page, which would look like many missing rows."""
    for raw in workbook.sheets:
        if raw.name.strip() == META and raw.rows:
            said = [str(c) for c in raw.rows[0][:3] if c is not None]
            wanted = [book.key, str(scope.pk if scope else 0)]
            if [*said[:1], *(s.partition(".")[0] for s in said[1:2])] != wanted:
                title = said[2] if len(said) > 2 else "ほかの表"
                raise ValidationError(f"このファイルは「{title}」の書き出しです。その画面から取り込んでください。")


@transaction.atomic
def check_more(*, kept: Import, book: Book, scope: Any, by: Any) -> Import:
    """Check the next rows of a file; after the last the import can be applied."""
    stored = Import.objects.select_for_update(no_key=True).get(pk=kept.pk)
    if stored.is_checked or stored.applied_at:
        return stored
    return _check(stored, book, book.open(scope, by), tables_of(stored), by)


def _check(stored: Import, book: Book, sheets: Sequence[Sheet], tables: dict[str, Table], by: Any) -> Import:
    """One step further, with sheets that were opened for it."""
    step = stored.total if book.tried else settings.IMPORT_STEP_ROWS
    outcome: Outcome = unpack(stored.outcome) or {}
    results = _compare(sheets, tables, stored.checked, stored.checked + step)
    if book.tried:
        _try(results, by)
    for sheet, rows in results:
        outcome.setdefault(sheet.slug, []).extend(r.plain() for r in rows)
    stored.checked = min(stored.total, stored.checked + step)
    _keep(stored, outcome)
    return stored


def _keep(stored: Import, outcome: Outcome) -> None:
    """Store what a check has found; once all is checked, the digest of it too."""
    stored.outcome = pack(outcome)
    kinds = [row[1] for rows in outcome.values() for row in rows]
    stored.counts = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    stored.seen = digest(outcome) if stored.checked >= stored.total else ""
    stored.save(update_fields=("outcome", "counts", "seen", "checked"))


def digest(outcome: Outcome) -> str:
    """Stands for what the dry run showed, so that confirming something else is noticed."""
    return hashlib.sha256(json.dumps(outcome, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def tables_of(stored: Import) -> dict[str, Table]:
    content = unpack(stored.content) or {}
    return {key: Table(key, heads, [(n, row) for n, row in rows]) for key, (heads, rows) in content.items()}


Results = list[tuple[Sheet, list[Row]]]


def _compare(sheets: Sequence[Sheet], tables: dict[str, Table], start: int, stop: int) -> Results:
    """Compare the rows from `start` to `stop`, counted over all sheets."""
    added = {s.slug: new_rows(s, tables[s.slug]) for s in sheets if s.slug in tables and s.named}
    results: Results = []
    offset = 0
    for sheet in sheets:
        table = tables.get(sheet.slug)
        if table is None:
            continue
        first, last = max(0, start - offset), min(len(table.rows), stop - offset)
        offset += len(table.rows)
        if first < last:
            comparison = Comparison(sheet, table, added.get(sheet.follows[1], ()))
            results.append((sheet, comparison.rows(first, last)))
    return results


def _link(results: Results) -> None:
    """Let later sheets find the rows that earlier ones add."""
    by_key = {sheet.slug: {-r.number: r for r in rows if r.kind == "new"} for sheet, rows in results}
    for number, (sheet, _) in enumerate(results):
        sheet.parents = by_key.get(sheet.follows[1], {})
        sheet.earlier = {other.slug: other for other, _ in results[:number]}


@ledger.gathered()
def _write(results: Results, by: Any) -> None:
    """Store all sheets in their order; raises Refused after the last if any row was refused."""
    _link(results)
    refused = False
    for sheet, rows in results:
        try:
            sheet.write(rows, by)
        except Refused:
            refused = True
    if refused:
        raise Refused


def _try(results: Results, by: Any) -> None:
    """Store all rows and take everything back: what the services refuse is known before anybody confirms."""
    with suppress(Refused), transaction.atomic():
        _write(results, by)
        transaction.set_rollback(True)


@transaction.atomic
def _apply(kept: Import, book: Book, scope: Any, seen: str, by: Any) -> Import:
    stored = Import.objects.select_for_update(no_key=True).get(pk=kept.pk)
    if stored.applied_at:
        raise ValidationError(ONCE, code="once")
    if stored.is_expired:
        raise ValidationError(LATE, code="late")
    if not stored.is_checked:
        raise ValidationError(OPEN, code="open")
    _refuse_twice(stored)
    results = _compare(book.open(scope, by), tables_of(stored), 0, stored.total)
    if digest({s.slug: [r.plain() for r in rows] for s, rows in results}) != seen or seen != stored.seen:
        raise ValidationError(CHANGED, code="changed")
    if stored.stops or not stored.writes:
        raise Refused
    who = ledger.actor(by)
    actor = ledger.Actor(who.user_id, who.label, "import")
    _write(results, actor)
    stored.applied_at, stored.applied_by_id = timezone.now(), who.user_id
    stored.content = stored.outcome = b""
    stored.save(update_fields=("applied_at", "applied_by_id", "content", "outcome"))
    ledger.record(by=actor, act="load", obj=stored, after=stored.counts, note=stored.file_name)
    return stored


def _refuse_twice(stored: Import) -> None:
    same = Import.objects.applied().of_book(stored.book, stored.scope).filter(digest=stored.digest)
    if earlier := same.select_related("applied_by").first():
        raise ValidationError(f"同じファイルを、{earlier.applied_by}がすでに取り込みました。", code="once")


def apply(*, kept: Import, book: Book, scope: Any, seen: str, by: Any) -> Import:
    """Store all rows of a checked file in one transaction, once. `seen` is the digest of what was shown.

    Raises ValidationError if it was applied before, has expired, or would now do something else; in the last case
    the new outcome is kept, so that the page shows it.
    """
    try:
        return _apply(kept, book, scope, seen, by)
    except IntegrityError as error:
        recheck(kept=kept, book=book, scope=scope, by=by)
        raise ValidationError(CHANGED, code="changed") from error
    except ValidationError as error:
        if error.code in ("changed", "rows", "stale"):
            recheck(kept=kept, book=book, scope=scope, by=by)
            raise ValidationError(CHANGED, code="changed") from error
        raise


@transaction.atomic
def recheck(*, kept: Import, book: Book, scope: Any, by: Any) -> Import:
    """Check a file again from its first row, against what is stored now."""
    stored = Import.objects.select_for_update(no_key=True).get(pk=kept.pk)
    if stored.applied_at:
        return stored
    stored.checked, stored.seen, stored.outcome = 0, "", b""
    stored.save(update_fields=("checked", "seen", "outcome"))
    while not stored.is_checked:
        stored = check_more(kept=stored, book=book, scope=scope, by=by)
    return stored


@transaction.atomic
def discard(*, kept: Import, by: Any) -> None:
    """Forget a file that nobody wants to apply; what was applied stays."""
    Import.objects.filter(pk=kept.pk, applied_at__isnull=True).delete()
