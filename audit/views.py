"""The ledger's page and its files, and the page of the read log."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import can, requires
from accounts.roles import Permission
from audit import resources, services
from audit.filters import EntryFilter, ReadFilter
from audit.models import Entry, Read
from lib import htmx, listing
from lib.http import Request
from lib.reads import mark

COLUMNS = (
    ("seq", "番号"),
    ("at", "日時"),
    ("actor", "だれが"),
    ("act", "操作"),
    ("object", "対象"),
    ("changes", "変更"),
)
READ_COLUMNS = (("at", "日時"), ("user", "だれが"), ("kind", "種類"), ("label", "見たもの"), ("path", "アドレス"))
READ_SORTS = {"at": ["pk"], "user": ["user"]}
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@requires(Permission.READ_LEDGER)
def entries(request: Request) -> HttpResponse:
    mark(request, "ledger", "操作の記録")
    found = EntryFilter(request.GET, queryset=Entry.objects.all())
    rows = listing.build(
        request, found.qs, columns=COLUMNS, sorts={"seq": ["seq"], "actor": ["actor"]}, default="-seq",
        total=None if found.active else Entry.objects.length(),
    )  # fmt: skip
    context = {"filter": found, "listing": rows, "may_read_reads": can(request.user, Permission.MANAGE_ACCOUNTS)}
    return htmx.render(request, "audit/entries.html", context, regions={"entries": "audit/_entries.html"})


@require_GET
@requires(Permission.READ_LEDGER)
def export(request: Request, kind: str) -> HttpResponseBase:
    """The entries that the same filter shows on the page, oldest first."""
    found = EntryFilter(request.GET, queryset=Entry.objects.all()).qs
    name = f"操作の記録_{timezone.localtime():%Y%m%d}.{kind}"
    if kind == "csv":
        return _file(StreamingHttpResponse(resources.csv_of(found), content_type="text/csv; charset=utf-8"), name)
    if kind == "zip":
        return FileResponse(resources.sjis_of(found), as_attachment=True, filename=name, content_type="application/zip")
    if kind == "jsonl":
        return _file(StreamingHttpResponse(services.lines_of(found), content_type="application/jsonl"), name)
    if kind != "xlsx":
        raise Http404
    if found.count() > resources.MOST_ROWS:
        messages.error(request, "Excelの1枚には入りきらない件数です。期間で絞り込むか、CSVで取り出してください。")
        return redirect("audit:entries")
    return _file(HttpResponse(resources.workbook_of(found), content_type=SHEET), name)


def _file(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response.headers["Content-Disposition"] = resources.attachment_header(name)
    return response


@require_GET
@requires(Permission.MANAGE_ACCOUNTS)
def reads(request: Request) -> HttpResponse:
    mark(request, "reads", "読み取りの記録")
    found = ReadFilter(request.GET, queryset=Read.objects.all())
    rows = listing.build(request, found.qs, columns=READ_COLUMNS, sorts=READ_SORTS, default="-at")
    context = {"filter": found, "listing": rows}
    return htmx.render(request, "audit/reads.html", context, regions={"reads": "audit/_reads.html"})
