"""The rows of a wizard as a workbook of the portal, so that the dry run treats them like any other."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import openpyxl
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from exchange.cells import legal, neutral, text_of
from exchange.sheets import ID, VERSION, Column, Sheet
from exchange.widgets import yes_no
from exchange.wizard.cleaning import squeezed
from exchange.wizard.figures import SLOTS, Figure, fitting, in_unit
from exchange.wizard.periods import ACTUAL, NUMERATOR, TARGET
from exchange.wizard.targets import Known, Opened
from exchange.wizard.transform import Choices, Made

# Rates are stored to three places.
RATE_PLACES = 3
YES = dict(yes_no())[True]
# The columns of targets and actuals, as far as their sheets have them.
FIGURES = (*SLOTS, "reason")
# Zip cannot tell earlier days; a fixed one makes the same rows the same file, which is applied once only.
EPOCH = (1980, 1, 1, 0, 0, 0)


def workbook(opened: Opened, rows: Sequence[Made], choices: Choices, today: dt.date) -> bytes:
    """One sheet for the rows, at the numbers they have in the city's sheet, and others for what they spread into."""
    book = openpyxl.Workbook(write_only=True)
    known = Known(opened.main)
    found = [(row, known.find(row.cells)) for row in rows]
    if opened.has_figures:
        found = [(_in_its_unit(row, obj, opened), obj) for row, obj in found]
    _main(book.create_sheet(opened.main.caption), opened.main, found)
    if opened.phases is not None and any(row.bars for row in rows):
        _phases(book.create_sheet(opened.phases.caption), opened, found, choices.owner)
    if opened.goals is not None and opened.measured is not None and any(row.figures for row in rows):
        kept = [(row, obj, fitting(row.figures, today)[0]) for row, obj in found]
        for sheet, kind in ((opened.goals, TARGET), (opened.measured, ACTUAL)):
            _figures(book.create_sheet(sheet.caption), opened.main, sheet, kind, kept, choices.reason)
    return _same_bytes(book)


def _in_its_unit(row: Made, obj: Any, opened: Opened) -> Made:
    """Amounts with a unit as numbers in that of the indicator; where it has none of money they stay words, which the
    dry run refuses."""
    unit = row.cells.get("unit") or getattr(obj, "unit", "") or ""
    numbers = {n: in_unit(v, unit) for n, v in row.cells.items() if opened.specs[n].kind == "number"}
    told = [replace(f, value=number, text="") if (number := in_unit(f.text, unit)) else f for f in row.figures]
    return replace(row, cells=row.cells | {n: v for n, v in numbers.items() if v}, figures=told)


def _main(page: WriteOnlyWorksheet, sheet: Sheet, found: Sequence[tuple[Made, Any]]) -> None:
    used = [c for c in sheet.columns if any(c.name in row.cells for row, _ in found)]
    page.append([ID, VERSION, *(c.label for c in used)])
    written = 1
    for row, obj in found:
        while written + 1 < row.number:
            page.append([])
            written += 1
        fixed = [obj.pk, sheet.version_of(obj)] if obj is not None else [None, None]
        page.append([*fixed, *(_cell(row.cells.get(c.name)) for c in used)])
        written += 1


def _phases(page: WriteOnlyWorksheet, opened: Opened, found: Sequence[tuple[Made, Any]], owner: str) -> None:
    sheet = opened.phases
    parent = sheet.fields[sheet.follows[0]]
    names = ("label", "owner", "starts_on", "ends_on")
    page.append([ID, VERSION, parent.label, *(sheet.fields[n].label for n in names)])
    stored = _stored(sheet, parent.attribute, [obj.pk for _, obj in found if obj is not None])
    for row, obj in found:
        called = _called(opened.main, parent, row, obj)
        for bar in row.bars:
            there = stored.get((obj.pk, squeezed(bar.label), bar.starts, bar.ends)) if obj is not None else None
            fixed = [there.pk, sheet.version_of(there)] if there is not None else [None, None]
            said = bar.owner or (None if there is not None else owner)
            page.append([*fixed, _cell(called), _cell(bar.label), said, bar.starts, bar.ends])


def _called(main: Sheet, parent: Column, row: Made, obj: Any) -> str:
    """The words by which a row of another sheet names this one."""
    if obj is not None:
        return parent.widget.table.labels.get(obj.pk, "")
    return " ".join(t for n in main.named if (t := text_of(row.cells.get(n))))


def _figures(
    page: WriteOnlyWorksheet, main: Sheet, sheet: Sheet, kind: str,
    found: Sequence[tuple[Made, Any, Sequence[Figure]]], reason: str,
) -> None:  # fmt: skip
    """One row a figure of a kind; one that is stored already keeps its ID, and a corrected actual its reason."""
    parent, when = sheet.fields[sheet.follows[0]], "fiscal_year" if kind == TARGET else "as_of"
    names = [when, *(n for n in FIGURES if n in sheet.fields)]
    page.append([ID, VERSION, parent.label, *(sheet.fields[n].label for n in names)])
    rows = sheet.rows().filter(**{f"{sheet.follows[0]}__in": [obj.pk for _, obj, _ in found if obj is not None]})
    stored = {(getattr(r, parent.attribute), getattr(r, when)): r for r in rows}
    for row, obj, figures in found:
        for figure in (_counted(f, row, obj) for f in figures if f.kind == kind):
            day = figure.year if kind == TARGET else figure.ends
            there = stored.get((obj.pk, day)) if obj is not None else None
            fixed = [there.pk, sheet.version_of(there)] if there is not None else [None, None]
            cells = {when: day, **_given(figure, there)}
            if there is not None and _differs(there, figure):
                cells["reason"] = reason
            page.append([*fixed, _cell(_called(main, parent, row, obj)), *(_cell(cells.get(n) or None) for n in names)])


def _counted(figure: Figure, row: Made, obj: Any) -> Figure:
    """A cell such as 12/31 is a rate, but words in the row of an indicator that is not counted."""
    if not (figure.text and figure.numerator):
        return figure
    words = obj.qualitative if obj is not None else row.cells.get("qualitative") == YES
    return replace(figure, numerator="", denominator="") if words else replace(figure, text="")


def _given(figure: Figure, stored: Any) -> dict[str, str]:
    """The cells of a figure; a rate that the stored parts give already says nothing new."""
    said = {slot: getattr(figure, slot) for slot in SLOTS}
    return said | {"value": ""} if _is_its_rate(figure, stored) else said


def _is_its_rate(figure: Figure, stored: Any) -> bool:
    """Whether a value alone is the rate that is stored with its parts, rounded as tables round."""
    if getattr(stored, NUMERATOR, None) is None or stored.value is None or not figure.value:
        return False
    if figure.numerator or figure.denominator:
        return False
    _, _, decimals = figure.value.partition(".")
    rounded = stored.value.quantize(Decimal(1).scaleb(-min(len(decimals), RATE_PLACES)), ROUND_HALF_UP)
    return rounded == Decimal(figure.value)


def _differs(stored: Any, figure: Figure) -> bool:
    """Whether a cell says something else than what is stored; what is no number does."""
    if _is_its_rate(figure, stored):
        return False
    for slot in (n for n in SLOTS if n != "text" and getattr(figure, n)):
        was = getattr(stored, slot, None)
        try:
            if was is None or Decimal(getattr(figure, slot)) != was:
                return True
        except InvalidOperation:
            return True
    return text_of(figure.text) != stored.text


def _stored(sheet: Sheet, attribute: str, parents: Sequence[int]) -> dict[tuple[int, str, dt.date, dt.date], Any]:
    """Phases that are there already, so that the same grid brings nothing twice."""
    rows = sheet.rows().filter(**{f"{sheet.follows[0]}__in": parents}) if parents else ()
    return {(getattr(p, attribute), squeezed(p.label), p.starts_on, p.ends_on): p for p in rows}


def _cell(value: Any) -> Any:
    return neutral(legal(value)) if isinstance(value, str) else value


def _same_bytes(book: openpyxl.Workbook) -> bytes:
    book.properties.created = book.properties.modified = dt.datetime(*EPOCH)
    written, out = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            part = old.read(entry.filename)
            if entry.filename == "docProps/core.xml":
                part = b""
            if part:
                new.writestr(zipfile.ZipInfo(entry.filename, EPOCH), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()
