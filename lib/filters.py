"""Filter sets with the look's fields; a wrong filter value shows its error and filters nothing."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.core.validators import MaxLengthValidator

from lib.forms import PortalForm

# Nobody searches for more, and databases refuse patterns that are very long.
LONGEST = 200


class PortalFilterSet(django_filters.FilterSet):
    def get_form_class(self) -> type[PortalForm]:
        fields = {name: _limited(f.field) for name, f in self.filters.items()}
        return type(f"{type(self).__name__}Form", (PortalForm,), fields)

    @property
    def active(self) -> bool:
        """Whether any filter is set."""
        return any(self.data.get(name) for name in self.filters)

    def filter_queryset(self, queryset: Any) -> Any:
        for name, value in self.form.cleaned_data.items():
            if name in self.filters:
                queryset = self.filters[name].filter(queryset, value)
        return queryset


def _limited(field: forms.Field) -> forms.Field:
    """A text filter with the most characters that a search takes."""
    if isinstance(field, forms.CharField) and field.max_length is None:
        field.max_length = LONGEST
        field.validators.append(MaxLengthValidator(LONGEST))
        field.widget.attrs["maxlength"] = str(LONGEST)
    return field
