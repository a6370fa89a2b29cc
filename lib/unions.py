"""Reads of several kinds in one statement: what a kind does not have stands empty in its rows."""

from __future__ import annotations

from typing import Any

from django.db.models import IntegerField, Model, Value


def columns(model: type[Model]) -> list[str]:
    """The columns of a model, in the order in which `from_db` takes them."""
    return [f.attname for f in model._meta.concrete_fields]


def nothing(model: type[Model], *names: str) -> list[Value]:
    """An empty value of the right type for each of the named columns, or for all of them."""
    fields: list[Any] = [model._meta.get_field(n) for n in names] if names else list(model._meta.concrete_fields)
    return [Value(None, f.target_field if f.is_relation else f) for f in fields]


def kind(number: int) -> Value:
    """The mark that tells the rows of a kind from the others."""
    return Value(number, IntegerField())
