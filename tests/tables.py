"""The tables of an installation as the models describe them, as for the suite itself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


class Nowhere(dict[str, Any]):
    """No app has migrations."""

    def __contains__(self, label: object) -> bool:
        return True

    def __getitem__(self, label: str) -> None:
        return None


def from_models() -> None:
    """A new installation without migrating; every migration is noted as done."""
    settings.MIGRATION_MODULES = Nowhere()
    call_command("migrate", run_syncdb=True, verbosity=0)
    settings.MIGRATION_MODULES = {}
    for app, name in MigrationLoader(connection).disk_migrations:
        MigrationRecorder(connection).record_applied(app, name)
