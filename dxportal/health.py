"""`/healthz`: the process answers. `/readyz`: it can also work. For whoever watches the machine, under any name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

NOT_READY = 503


def _takes_files(folder: Path) -> bool:
    """Whether files can be stored there; a folder that nobody needed yet is made in the nearest one above it."""
    there = next(f for f in (folder, *folder.absolute().parents) if f.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


class HealthMiddleware:
    """Stands before everything that needs a host name, a session or a database. Tells states, never reasons."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.migrated = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})
        if request.path_info == "/readyz":
            return self._ready()
        return self.get_response(request)

    def _ready(self) -> HttpResponse:
        states = dict(self._states())
        good = all(state == "ok" for state in states.values())
        headers = {"Cache-Control": "no-store"}
        return JsonResponse(states, status=200 if good else NOT_READY, headers=headers)

    def _states(self) -> Iterator[tuple[str, str]]:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            yield "database", "ok"
            yield "migrations", "ok" if self._is_migrated() else "pending"
        except DatabaseError:
            connection.close()
            yield "database", "unreachable"
        yield "files", "ok" if all(map(_takes_files, settings.KEPT_FOLDERS.values())) else "missing"

    def _is_migrated(self) -> bool:
        """Asked until it is so; a process never gets older than its tables."""
        if not self.migrated:
            executor = MigrationExecutor(connection)
            self.migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return self.migrated
