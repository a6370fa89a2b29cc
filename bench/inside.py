"""Run as a process of the portal on a city: its pages with their queries, and the plans of the heaviest ones."""

from __future__ import annotations

import json
import sys
from operator import itemgetter
from typing import Any

import django

HEAVIEST = 10


def main() -> None:
    django.setup()
    from bench.cities import prepare
    from bench.pages import PAGES

    found = prepare()
    pages, queries = {}, []
    for page in PAGES:
        try:
            path = page.path(found)
            said = _asked(page.login, path, page.headers)
        except Exception as error:
            pages[page.key] = {"error": f"{type(error).__name__}: {error}"}
            continue
        pages[page.key] = {"path": path, "queries": len(said["queries"]), "bytes": said["bytes"]}
        queries += [{"page": page.label, **q} for q in said["queries"]]
    heavy = sorted(queries, key=itemgetter("seconds"), reverse=True)[:HEAVIEST]
    json.dump({"pages": pages, "plans": [q | {"plan": _plan(q["sql"])} for q in heavy]}, sys.stdout)


def _asked(login: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
    """The second request of a session: the first one writes it."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.get(login_id=login), backend="accounts.backends.PortalBackend")
    client.get(path, headers=headers)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path, headers=headers)
    if response.status_code != 200:
        raise RuntimeError(f"{path} answers {response.status_code}")
    told = [{"sql": q["sql"], "seconds": float(q["time"])} for q in captured.captured_queries]
    return {"queries": told, "bytes": len(response.content)}


def _plan(sql: str) -> str:
    from django.db import connection

    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN (ANALYZE, TIMING OFF)"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


if __name__ == "__main__":
    main()
