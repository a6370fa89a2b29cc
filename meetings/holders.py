"""What meetings hang on departments: decisions that somebody still answers for."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.holdings import FieldHolder
from meetings.models import Decision


class DecisionHolder(FieldHolder):
    key, noun, field, model, order = "decision", "会議の指示・宿題", "department", Decision, 35
    words, blank_is_orphan = ("text",), False

    def rows(self) -> QuerySet[Any]:
        return Decision.objects.exclude(state="done")
