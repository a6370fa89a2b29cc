"""The values of a group as one text: ten thousand keys come as a few long strings instead of ten thousand rows."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, CharField, Func, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce


class Joined(Aggregate):
    """Values that hold no comma, joined by commas in no particular order; None for an empty group."""

    function = "GROUP_CONCAT"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """STRING_AGG takes texts alone, and names its separator."""
        spoken = self.copy()
        value, *rest = spoken.get_source_expressions()
        spoken.set_source_expressions([Cast(value, TextField()), Value(","), *rest])
        return spoken.as_sql(compiler, connection, function="STRING_AGG", **context)


class Beside(Func):
    """Values as one text with colons between them. None of them may be missing (see `blank`) or hold a colon, except
    for the last one."""

    template = "(%(expressions)s)"
    arg_joiner = " || ':' || "
    output_field = TextField()


def blank(name: str) -> Coalesce:
    """A value of a text that may be missing, then as nothing."""
    return Coalesce(Cast(name, CharField()), Value(""))


def joined(rows: QuerySet[Any], owner: str, *values: str | Any) -> Subquery:
    """Rows of one `owner`, to which an OuterRef leads, as one text; several values stand beside each other."""
    value = values[0] if len(values) == 1 else Beside(*values)
    return Subquery(rows.order_by().values(owner).annotate(_joined=Joined(value)).values("_joined"))


def split(text: str | None) -> list[str]:
    """What `Joined` put together."""
    return text.split(",") if text else []
