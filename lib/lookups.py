"""Numbers that no column can hold match nothing, in a list of keys too; Django answers so for single keys only."""

from __future__ import annotations

from typing import Any

from django.db.models import IntegerField
from django.db.models.lookups import In


class ReachableIn(In):
    """`pk__in` without the values beyond the column's range, which SQLite refuses with an OverflowError."""

    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        if self.rhs_is_direct_value():
            lowest, highest = connection.ops.integer_field_range(self.lhs.output_field.get_internal_type())
            if lowest is not None and highest is not None:
                self.rhs = [v for v in self.rhs if not isinstance(v, int) or lowest <= v <= highest]
        return super().process_rhs(compiler, connection)


def install() -> None:
    IntegerField.register_lookup(ReachableIn)
