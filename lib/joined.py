"""The values of a group as one text: ten thousand keys come as a few long strings instead of ten thousand rows."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, CharField, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat


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


def joined(rows: QuerySet[Any], owner: str, *values: str | Any) -> Subquery:
    """The rows of one `owner` as one text: `rows` are filtered by an OuterRef, several values stand between colons."""
    value = values[0] if len(values) == 1 else beside(*values)
    return Subquery(rows.order_by().values(owner).annotate(_joined=Joined(value)).values("_joined"))


def beside(*values: str | Any) -> Concat:
    """Values as one text with colons between them; what is missing is empty."""
    parts = [Cast(v, CharField()) for v in values]
    return Concat(*[p for part in parts for p in (Value(":"), part)][1:], output_field=TextField())


def split(text: str | None) -> list[str]:
    """What `Joined` put together."""
    return text.split(",") if text else []
