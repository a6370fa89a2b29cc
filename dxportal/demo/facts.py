"""Published facts (`fixtures/`): which file holds what, in which order they are loaded, and what is stored then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, OperationalError, ProgrammingError, transaction

from actions.models import FundingProgramme
from actions.services.budgets import load_programmes
from dxportal.demo.files import (
    DATE,
    FIXTURES,
    FLAG,
    MAYBE_DATE,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    NUMBER,
    TEXT,
    FactsError,
    Shape,
    read,
)
from maturity.models import Axis, Level, Rubric
from maturity.services import load_rubric
from meetings.models import Body
from meetings.services import load_bodies
from strategy.models import (
    ChecklistItem,
    Element,
    ElementLink,
    ItemMapping,
    NationalPlan,
    NationalTarget,
    Plan,
    PriorityItem,
    RegisterEntry,
    Term,
)
from strategy.services import load_plan, load_terms
from strategy.services.national import load_checklists, load_national_plans, load_registers

TARGET = {
    "statement": TEXT, "due_on": MAYBE_DATE, "due_label": TEXT, "measure": TEXT, "source": TEXT, "verified": FLAG,
}  # fmt: skip
ITEM = {
    "key": TEXT, "category": TEXT, "number": NUMBER, "name": TEXT, "short_name": TEXT, "description": TEXT,
    "verified": FLAG, "targets": [TARGET],
}  # fmt: skip
NATIONAL = {
    "plans": [
        {
            "version": TEXT, "name": TEXT, "published_on": MAYBE_DATE, "period_from": MAYBE_DATE,
            "period_to": MAYBE_DATE, "source": TEXT, "as_of": DATE, "is_current": FLAG, "items": [ITEM],
        }
    ],
    "mappings": [{"from": MAYBE_TEXT, "to": TEXT, "relation": TEXT, "note": TEXT}],
}  # fmt: skip
REGISTERS = {
    "registers": [
        {
            "key": TEXT, "name": TEXT, "target_item": TEXT, "unit": TEXT, "source": TEXT, "as_of": DATE,
            "entries": [{"number": NUMBER, "group": TEXT, "name": TEXT, "scope": TEXT, "verified": FLAG}],
        }
    ]
}  # fmt: skip
CHECKLISTS = {
    "checklists": [
        {
            "key": TEXT, "title": TEXT, "source": TEXT, "as_of": DATE,
            "groups": [{"number": NUMBER, "title": TEXT, "items": [{"number": NUMBER, "text": TEXT}]}],
        }
    ]
}  # fmt: skip
LAYER = {"key": TEXT, "name": TEXT, "role": TEXT, "numbering": TEXT, "parent": MAYBE_TEXT, "note": TEXT}
PLAN = {
    "key": TEXT, "municipality": TEXT, "municipality_code": TEXT, "name": TEXT, "source": TEXT, "as_of": DATE,
    "edition": {"label": TEXT, "published_label": TEXT, "effective_on": MAYBE_DATE}, "layers": [LAYER],
    "elements": [{"key": TEXT, "layer": TEXT, "parent": MAYBE_TEXT, "label": TEXT, "title": TEXT, "body": TEXT}],
    "links": [[TEXT]],
}  # fmt: skip
RUBRIC = {
    "name": TEXT, "version": TEXT, "source": TEXT, "as_of": DATE, "target_level": NUMBER,
    "axes": [{"key": TEXT, "name": TEXT, "description": TEXT, "levels": [{"number": NUMBER, "descriptor": TEXT}]}],
}  # fmt: skip
BODIES = {"bodies": [{"name": TEXT, "purpose": TEXT, "members": [TEXT], "frequency": TEXT, "order": NUMBER}]}
FUNDING = {
    "programmes": [
        {
            "name": TEXT, "short_name": TEXT, "level": TEXT, "valid_from": MAYBE_NUMBER, "valid_to": MAYBE_NUMBER,
            "rate": TEXT, "source": TEXT, "note": TEXT, "verified": FLAG,
        }
    ]
}  # fmt: skip
TERMS = {"terms": [{"term": TEXT, "reading": TEXT, "explanation": TEXT}]}


@dataclass(frozen=True)
class Source:
    """One fact file, its shape, and the service that stores it."""

    name: str
    shape: Shape
    load: Callable[[Any, Any], Any]


def _load_plans(data: Mapping[str, Any], by: Any) -> None:
    for plan in data["plans"]:
        load_plan(data=plan, is_main=bool(plan.get("is_main")), by=by)


SOURCES = (
    Source("national_plans.json", NATIONAL, lambda data, by: load_national_plans(data=data, by=by)),
    Source("registers.json", REGISTERS, lambda data, by: load_registers(data=data, by=by)),
    Source("checklists.json", CHECKLISTS, lambda data, by: load_checklists(data=data, by=by)),
    Source("plans.json", {"plans": [PLAN]}, _load_plans),
    Source("rubric.json", RUBRIC, lambda data, by: load_rubric(data=data, by=by)),
    Source("bodies.json", BODIES, lambda data, by: load_bodies(data=data, by=by)),
    Source("funding.json", FUNDING, lambda data, by: load_programmes(data=data, by=by)),
    Source("glossary.json", TERMS, lambda data, by: load_terms(data=data, by=by)),
)

Adapt = Callable[[str, Any], Any]


def load_facts(*, by: Any, folder: Path = FIXTURES, adapt: Adapt = lambda _, data: data) -> dict[str, int]:
    """Load every fact file, all or nothing, and return what is stored after it; loading twice adds nothing.

    `adapt` may change the content of a file on its way, given its name. Raises FactsError naming the file.
    """
    contents = [(source, adapt(source.name, read(source.name, source.shape, folder))) for source in SOURCES]
    with transaction.atomic():
        for source, data in contents:
            _load(source, data, by)
    return counts()


def _load(source: Source, data: Any, by: Any) -> None:
    try:
        source.load(data, by)
    except ValidationError as error:
        raise FactsError(f"{source.name} を読み込めません（{_sentence(error)}）。") from error
    except KeyError as error:
        raise FactsError(f"{source.name} が指している「{error.args[0]}」がありません。") from error
    except (OperationalError, ProgrammingError):
        raise  # the machine's trouble, not the file's
    except (DatabaseError, ValueError) as error:
        raise FactsError(f"{source.name} を読み込めません（{error}）。") from error


def _sentence(error: ValidationError) -> str:
    if hasattr(error, "error_dict"):
        return "、".join(f"{name}：{''.join(texts)}" for name, texts in error.message_dict.items())
    return "".join(error.messages)


def counts() -> dict[str, int]:
    """Number of stored facts by what they are, for the command and its reader."""
    stored = {
        "国の計画の版": NationalPlan, "国の項目": PriorityItem, "国の目標": NationalTarget, "版の対応": ItemMapping,
        "登録簿の行": RegisterEntry, "点検項目": ChecklistItem, "戦略の計画": Plan, "戦略の要素": Element,
        "要素の関連": ElementLink, "評価基準": Rubric, "評価の軸": Axis, "評価の段階": Level, "会議体": Body,
        "財源の制度": FundingProgramme, "用語": Term,
    }  # fmt: skip
    return {name: model.objects.count() for name, model in stored.items()}
