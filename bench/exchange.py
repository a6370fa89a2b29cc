"""`python -m bench.exchange [rows]`: workbooks of actions against the bare libraries, all in one run.

The floor of an import is what nobody can do without: calamine reads the sheet, and one `bulk_update` stores the two
columns that changed, without checks, versions or a ledger. The floor of an export is openpyxl in its write-only mode.
Times are of the processor, children included, so that a busy machine does not move the ratios; the least of three runs.
Works on a database of its own that is thrown away.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import django

RUNS = 3
CHANGED = ("title", "responsible_post")
TARGETS = {"import": 3.0, "export": 3.0, "against import-export": 10.0}


def processor() -> float:
    """Seconds of the processor so far, of this process and of the children it waited for."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    started = processor()
    result = act()
    return processor() - started, result


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory(prefix="dxportal-bench-") as folder:
        os.environ.update(DXPORTAL_MODE="demo", DXPORTAL_VAR=folder, DJANGO_SETTINGS_MODULE="dxportal.settings")
        os.environ.pop("DATABASE_URL", None)
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        measure(rows)


def measure(rows: int) -> None:
    user, plan = city(rows)
    figures: dict[str, list[float]] = {}
    for run in range(RUNS):
        for name, seconds in round_of(user, plan, run).items():
            figures.setdefault(name, []).append(seconds)
    figures["import-export at its defaults"] = [library(plan)]
    report(rows, {name: min(found) for name, found in figures.items()})


def city(rows: int) -> tuple[Any, Any]:
    """30 departments that lead `rows` actions, and 事務局."""
    from accounts.models import Department, Membership, User
    from actions.models import Action
    from strategy.models import Plan

    day = dt.date(2026, 4, 1)
    made = [
        Department(code=f"{n:04}", name=f"第{n}課", short_name=f"第{n}課", order=n, valid_from=day) for n in range(30)
    ]
    departments = Department.objects.bulk_create(made)
    user = User.objects.create_user("bench", None, display_name="事務局")
    Membership.objects.create(user=user, role="secretariat", valid_from=day, valid_until=dt.date(2099, 3, 31))
    plan = Plan.objects.create(name="計画", municipality="市", is_main=True)
    Action.objects.bulk_create(
        Action(
            plan=plan, code=f"A-{n:05}", title=f"取組{n}", purpose="窓口の手続を改める。" * 4, issue="紙が残る。" * 4,
            lead_department=departments[n % 30], starts_on=day, ends_on=day + dt.timedelta(days=365 + n % 700),
        )
        for n in range(rows)
    )  # fmt: skip
    return user, plan


def changed(data: bytes, run: int) -> bytes:
    """The exported workbook with two cells of every action filled in anew."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data))
    sheet = book["取組"]
    heads = [c.value for c in sheet[1]]
    title, post = heads.index("取組名") + 1, heads.index("責任者（職）") + 1
    for n in range(2, sheet.max_row + 1):
        sheet.cell(n, title).value, sheet.cell(n, post).value = f"取組{n} {run}", f"課長{run}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def round_of(user: Any, plan: Any, run: int) -> dict[str, float]:
    from exchange import services, sheets
    from exchange.writing.workbook import workbook

    book = sheets.find("actions")
    assert book is not None
    found: dict[str, float] = {}
    found["export"], data = timed(lambda: workbook(book, None, book.open(None, user)))
    found["openpyxl write-only"], _ = timed(lambda: plain(book, user))
    file = changed(data, run)
    found["calamine read"], cells = timed(lambda: read(file))
    found["bulk_update"], _ = timed(lambda: floor(cells, run))
    file = changed(workbook(book, None, book.open(None, user)), run + RUNS)

    def check() -> Any:
        kept = services.stage(book=book, scope=None, file_name="表.xlsx", data=file, by=user)
        while not kept.is_checked:
            kept = services.check_more(kept=kept, book=book, scope=None, by=user)
        return kept

    found["read and dry run"], kept = timed(check)
    assert kept.counts == {"changed": len(cells)}, kept.counts
    found["apply"], _ = timed(lambda: services.apply(kept=kept, book=book, scope=None, seen=kept.seen, by=user))
    return found


def plain(book: Any, user: Any) -> bytes:
    """The same cells without styles, locks or lists."""
    from openpyxl import Workbook

    made = Workbook(write_only=True)
    for sheet in book.open(None, user):
        page = made.create_sheet(sheet.caption)
        page.append(sheet.heads)
        sheet.sets = sheet.load_sets(None)
        for obj in sheet.rows().iterator(chunk_size=2000):
            page.append(sheet.line(obj))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(file: bytes) -> list[list[Any]]:
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_name("取組").to_python()[1:]


def floor(cells: list[list[Any]], run: int) -> None:
    from django.db import transaction

    from actions.models import Action

    with transaction.atomic():
        stored = Action.objects.in_bulk()
        for row in cells:
            action = stored[int(row[0])]
            action.title, action.responsible_post = row[5], f"課長{run}"
        Action.objects.bulk_update(stored.values(), list(CHANGED), batch_size=500)


def library(plan: Any) -> float:
    """The same two columns of the same rows through a ModelResource as it comes: dry run, then import."""
    import tablib
    from import_export.resources import ModelResource

    from actions.models import Action

    class ActionResource(ModelResource):
        class Meta:
            model = Action
            fields = ("id", "plan", "code", "title", "lead_department", "responsible_post", "starts_on", "ends_on")

    resource_ = ActionResource()
    data = resource_.export(Action.objects.order_by("pk"))
    heads = list(data.headers)
    rows = []
    for row in data:
        cells = list(row)
        cells[heads.index("title")] += " 改"
        cells[heads.index("responsible_post")] = "部長"
        rows.append(cells)
    dataset = tablib.Dataset(*rows, headers=heads)
    seconds, result = timed(lambda: (resource_.import_data(dataset, dry_run=True), resource_.import_data(dataset)))
    assert not result[1].has_errors()
    return seconds


def report(rows: int, least: dict[str, float]) -> None:
    print(f"workbook of {rows:,} actions, two columns of every row changed")
    for name, seconds in least.items():
        print(f"  {name:32} {seconds:7.2f} s")
    bare = least["calamine read"] + least["bulk_update"]
    both = least["read and dry run"] + least["apply"]
    told("read and dry run / floor", least["read and dry run"] / bare, TARGETS["import"], below=True)
    told("apply / floor", least["apply"] / bare, TARGETS["import"], below=True)
    told("export / openpyxl write-only", least["export"] / least["openpyxl write-only"], TARGETS["export"], below=True)
    ratio = least["import-export at its defaults"] / both
    told("import-export / read, dry run and apply", ratio, TARGETS["against import-export"], below=False)


def told(what: str, ratio: float, target: float, *, below: bool) -> None:
    met = ratio <= target if below else ratio >= target
    print(f"  {what:40} {ratio:6.1f} x   target {'≤' if below else '≥'} {target:g}   {'met' if met else 'MISSED'}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
