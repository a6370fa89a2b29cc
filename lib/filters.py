"""Filter sets with the look's fields; a wrong filter value shows its error and filters nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from functools import partial
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import Model, QuerySet
from django.forms import ChoiceField
from django.utils.choices import BaseChoiceIterator
from django_filters.fields import ModelChoiceField

from lib import drawing
from lib.forms import PortalForm

Rows = Iterable[tuple[Any, ...]]
Offer = Callable[[], Rows | None]
# Nobody searches for more, and databases refuse patterns that are very long.
LONGEST = 200


class Own(dict[str, Any]):
    """Filters or fields that are this request's alone; a deep copy of each would take a tenth of a list's time."""

    def __deepcopy__(self, memo: Any) -> Own:
        return Own({name: _own(part) for name, part in self.items()})


def _own(part: Any) -> Any:
    """A filter apart from its class's, with options of its own. A field is made for the request already."""
    if isinstance(part, forms.Field):
        return part
    made = copy(part)
    made.extra = dict(part.extra)
    made.method = part.method  # bound to the copy, as django-filter binds it
    return made


class PortalFilterSet(django_filters.FilterSet):
    @classmethod
    def get_filters(cls) -> Own:
        return Own(super().get_filters())

    def get_form_class(self) -> type[PortalForm]:
        fields = {name: _limited(f.field) for name, f in self.filters.items()}
        made = type(f"{type(self).__name__}Form", (PortalForm,), fields)
        made.base_fields = Own(made.base_fields)
        return made

    @property
    def active(self) -> bool:
        """Whether any filter is set."""
        return any(self.data.get(name) for name in self.filters)

    def only(self, name: str) -> Any:
        """The value of this filter if it is the only one that is set, and valid; else None."""
        values = self.form.cleaned_data if self.form.is_valid() else {}
        return values.get(name) if [n for n, value in values.items() if value] == [name] else None

    def filter_queryset(self, queryset: Any) -> Any:
        for name, value in self.form.cleaned_data.items():
            if name in self.filters:
                queryset = self.filters[name].filter(queryset, value)
        return queryset


class Choices(BaseChoiceIterator):
    """Keys and labels of a queryset, read as the columns that the labels need: a list offers a hundred rows, of
    which it shows a name each."""

    def __init__(self, field: PickField) -> None:
        self.field = field

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        if self.field.null_label is not None:
            yield self.field.null_value, self.field.null_label
        offered = self.field.offers()
        rows = self.field.queryset.values_list("pk", *self.field.columns) if offered is None else offered
        for key, *values in rows:
            yield key, self.field.worded(*values)


class PickWidget(forms.Select):
    """A select whose options are written at once; its output is that of Django's own."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> str:
        return drawing.plain_select(name, self.build_attrs(self.attrs, attrs), self.choices, self.format_value(value))


class PickField(ModelChoiceField):
    iterator = Choices
    widget = PickWidget

    def __init__(
        self, *args: Any, columns: tuple[str, ...], worded: Callable[..., str], offered: Offer | None = None,
        later: Callable[[], QuerySet[Any]] | None = None, bare: type[Model] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        self.columns, self.worded, self.offered, self.later, self.bare = columns, worded, offered, later, bare
        self._offers: list[tuple[Any, ...]] | None = None
        super().__init__(*args, **kwargs)

    def offers(self) -> list[tuple[Any, ...]] | None:
        """What is offered by the faster way, read once; None where there is none."""
        if self._offers is None and self.offered is not None:
            rows = self.offered()
            self._offers = None if rows is None else list(rows)
        return self._offers

    def to_python(self, value: Any) -> Any:
        """The chosen row; a `bare` one is looked for among the offered rows, which are read anyway."""
        offers = self.offers() if self.bare and value not in self.empty_values else None
        if offers is None:
            return super().to_python(value)
        found = next((key for key, *_ in offers if str(key) == str(value)), None)
        if found is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value})
        return self.bare(pk=found)

    def __deepcopy__(self, memo: Any) -> PickField:
        """As Django's, which builds the rows for it."""
        return super().__deepcopy__(memo) if self._queryset is not None else super(ChoiceField, self).__deepcopy__(memo)

    def _rows(self) -> QuerySet[Any] | None:
        """Where the choices are offered otherwise, the rows are built only to find the chosen one."""
        if self._queryset is None and self.later is not None:
            self._queryset = self.later()
        return self._queryset

    queryset = property(_rows, ModelChoiceField._set_queryset)


class PickFilter(django_filters.ModelChoiceFilter):
    """Choose one row: `columns` are read, and `worded` makes the label of them.

    `offered` may bring the same rows, key and columns, by a faster way; None where it cannot for this request.
    With `bare`, their model, the chosen row has its key alone, for a filter that needs no more.
    """

    field_class = PickField

    def __init__(
        self, *args: Any, columns: tuple[str, ...] = ("name",), worded: Callable[..., str] = str,
        offered: Callable[[Any], Rows | None] | None = None, bare: type[Model] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        self.by_request = offered
        super().__init__(*args, columns=columns, worded=worded, bare=bare, **{"empty_label": "すべて"} | kwargs)

    @property
    def field(self) -> PickField:
        if self.by_request is not None:
            request = self.get_request()
            self.extra |= {
                "offered": partial(self.by_request, request), "queryset": None,
                "later": partial(super().get_queryset, request),
            }  # fmt: skip
        return super().field

    def get_queryset(self, request: Any) -> QuerySet[Any] | None:
        return None if self.by_request is not None else super().get_queryset(request)


def _limited(field: forms.Field) -> forms.Field:
    """A text filter with the most characters that a search takes."""
    if isinstance(field, forms.CharField) and field.max_length is None:
        field.max_length = LONGEST
        field.validators.append(MaxLengthValidator(LONGEST))
        field.widget.attrs["maxlength"] = str(LONGEST)
    return field
