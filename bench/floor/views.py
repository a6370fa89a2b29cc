"""A session, one query, fifty rows, one template."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bench.floor.models import Row

ROWS = 50


def rows(request: HttpRequest) -> HttpResponse:
    found = Row.objects.order_by("pk")[:ROWS]
    return render(request, "floor.html", {"seen": request.session["seen_at"], "rows": found})
