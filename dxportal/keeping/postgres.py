"""PostgreSQL: every table by COPY in one read-only snapshot, so that no client tools are needed."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from dxportal.keeping import facts
from dxportal.keeping.archive import Reader, Writer

FOLDER = "postgres"
OWN = "django_migrations"


def dump(out: Writer) -> dict[str, Any]:
    """Copy all tables as they stood at one moment; writers are neither stopped nor seen."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        tables = sorted(connection.introspection.table_names(cursor))
        columns, generated = {}, _generated(cursor)
        for table in tables:
            if table in (OWN, *facts.LEFT_OUT):
                continue
            described = connection.introspection.get_table_description(cursor, table)
            columns[table] = [c.name for c in described if (table, c.name) not in generated]
            _dump_table(out, cursor, table, columns[table])

        def ask(query: str) -> list[Any]:
            cursor.execute(query)
            return cursor.fetchall()

        return facts.of(ask, tables) | {"columns": columns}


def _generated(cursor: Any) -> set[tuple[str, str]]:
    """Table and column of what the database works out itself, and therefore takes from nobody."""
    cursor.execute(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND is_generated = 'ALWAYS'"
    )
    return set(cursor.fetchall())


def _dump_table(out: Writer, cursor: Any, table: str, columns: list[str]) -> None:
    query = _copy(table, columns, "TO STDOUT")
    with out.opened(f"{FOLDER}/{table}.copy") as sink, cursor.copy(query) as rows:
        for piece in rows:
            sink.write(piece)


def is_empty() -> bool:
    return not connection.introspection.table_names()


def load(source: Reader) -> None:
    """Build the tables of the backup's own version, then fill them in one transaction."""
    executor = MigrationExecutor(connection)
    executor.migrate(_leaves(executor, source))
    columns = source.manifest["columns"]
    with transaction.atomic(), connection.cursor() as cursor:
        names = sql.SQL(", ").join(sql.Identifier(t) for t in columns)
        cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))
        for table, named in columns.items():
            with cursor.copy(_copy(table, named, "FROM STDIN")) as rows:
                for piece in source.pieces(f"{FOLDER}/{table}.copy"):
                    rows.write(piece)
    _set_sequences()


def _leaves(executor: MigrationExecutor, source: Reader) -> list[tuple[str, str]]:
    """The last migration of each app among those that the backup had."""
    nodes = executor.loader.graph.node_map
    applied = {(app, name) for app, name in source.manifest["migrations"]}

    def followed(node: tuple[str, str]) -> bool:
        return any(c.key[0] == node[0] and c.key in applied for c in nodes[node].children)

    return sorted(node for node in applied if not followed(node))


def _copy(table: str, columns: list[str], direction: str) -> sql.Composed:
    named = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) " + direction).format(sql.Identifier(table), named)  # type: ignore[arg-type]


def _set_sequences() -> None:
    """Numbers go on after the highest one that came back."""
    models = apps.get_models(include_auto_created=True)
    there = set(connection.introspection.table_names())
    known = [m for m in models if m._meta.db_table in there]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), known):
            cursor.execute(statement)
