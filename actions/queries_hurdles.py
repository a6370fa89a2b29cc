"""Reads of hurdles: the register with its counts, those of an action, and what a department raised before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Count, Exists, FilteredRelation, OuterRef, QuerySet

from accounts.models import Department
from actions.models import Action, Hurdle, NoHurdle, PolicyRequest, hurdle_state_choices, reason_choices
from actions.querysets import HurdleQuerySet
from lib.models import set_prefetched
from lib.prepared import Prepared
from lib.unions import columns, kind, nothing
from rounds.models import Reply


@dataclass(frozen=True)
class Shown:
    """How a state of a hurdle looks."""

    css: str
    icon: str
    label: str


_LOOKS = {
    "open": ("todo", "circle-dashed"), "working": ("run", "circle-arrow-right"),
    "request": ("late", "send"), "solved": ("done", "circle-check"),
}  # fmt: skip
STATES: dict[str, Shown] = {key: Shown(*_LOOKS[key], label) for key, label in hurdle_state_choices()}


@dataclass(frozen=True)
class Tile:
    """A number of the register that opens its list."""

    label: str
    count: int
    query: str
    css: str = ""


def register() -> HurdleQuerySet:
    """Official hurdles with what a list shows of them."""
    rows = Hurdle.objects.official().select_related("raised_by_department", "owner_department")
    return rows.annotate(action_count=Count("actions", distinct=True), request_count=Count("requests", distinct=True))


def state_tiles() -> list[Tile]:
    """Number of official hurdles by state (1 query)."""
    counts = dict(Hurdle.objects.official().order_by().values_list("state").annotate(n=Count("pk")))
    return [Tile(s.label, counts.get(key, 0), f"state={key}", s.css) for key, s in STATES.items()]


def kind_tiles() -> list[Tile]:
    """Unsolved ones by kind (1 query); kinds without any are left out."""
    counts = dict(Hurdle.objects.official().unsolved().order_by().values_list("kind").annotate(n=Count("pk")))
    return [Tile(label, counts[key], f"kind={key}&unsolved=on") for key, label in reason_choices() if key in counts]


@dataclass(frozen=True)
class Raised:
    """What a reply says of hurdles: raised in it, the word that there is none, and raised earlier but not solved;
    `own` are the actions that a hurdle of the department may affect, each with its name."""

    now: list[Hurdle]
    says_none: bool
    before: list[Hurdle]
    own: list[tuple[int, str]]


def raised_and_standing(reply: Reply) -> Raised:
    """The hurdles of a reply and those its department raised earlier, with the department's actions (1 query)."""
    rows = _STANDING.rows(reply.pk, reply.department_id)
    found = sorted(_grouped(_hurdles_in(rows)), key=lambda h: (h.raised_on, h.pk), reverse=True)
    now = sorted((h for h in found if h.reply_id == reply.pk), key=lambda h: h.pk)
    own = sorted((code, pk, f"{code} {title}") for is_a, *_, pk, code, title in rows if is_a == OWN)
    none = not now and any(row[0] == NONE for row in rows)
    return Raised(now, none, [h for h in found if h.reply_id != reply.pk], [(pk, name) for _, pk, name in own])


def are_said(replies: Sequence[Reply]) -> dict[int, bool]:
    """By reply id whether it raises a hurdle or says that there is none (1 query)."""
    raised, none = (Exists(model.objects.filter(reply=OuterRef("pk"))) for model in (Hurdle, NoHurdle))
    rows = Reply.objects.filter(pk__in=[r.pk for r in replies]).order_by().values_list("pk", raised, none)
    return {pk: any(said) for pk, *said in rows}


def with_actions(rows: HurdleQuerySet) -> list[Hurdle]:
    """The hurdles, each with the actions that it affects (1 query)."""
    return _grouped(rows.annotate(touched=FilteredRelation("actions")).select_related("touched"))


HURDLE, OWN, NONE = range(3)
COLUMNS = columns(Hurdle)
# In the order of the model.
TOUCHED = ("id", "code", "title")


def _standing(reply: int, department: int) -> QuerySet[Any]:
    """Rows of three kinds, the columns of a hurdle empty in the last two: a hurdle with one of its actions, an action
    of the department, and the word that there is no hurdle."""
    earlier = Hurdle.objects.official().unsolved().filter(raised_by_department=department)
    hurdles = (Hurdle.objects.filter(reply=reply) | earlier).annotate(touched=FilteredRelation("actions"))
    # Apart, so that PostgreSQL looks each up in its index; those of `of_department`.
    live, none = Action.objects.live().order_by(), NoHurdle.objects.filter(reply=reply)
    led, helped = live.filter(lead_department=department), live.filter(supporting=department)
    touched, no_hurdle = [f"touched__{name}" for name in TOUCHED], [*nothing(Hurdle), *nothing(Department, "name")]
    return hurdles.order_by().values_list(kind(HURDLE), *COLUMNS, "owner_department__name", *touched).union(
        led.values_list(kind(OWN), *no_hurdle, *TOUCHED),
        helped.exclude(lead_department=department).values_list(kind(OWN), *no_hurdle, *TOUCHED),
        none.order_by().values_list(kind(NONE), *no_hurdle, *nothing(Action, *TOUCHED)), all=True,
    )  # fmt: skip


_STANDING = Prepared(_standing)


def _hurdles_in(rows: Iterable[tuple[Any, ...]]) -> Iterator[Hurdle]:
    """The hurdles among the rows of `_standing`, one for each action that it touches."""
    for is_a, *values, owner, pk, code, title in rows:
        if is_a != HURDLE:
            continue
        hurdle = Hurdle.from_db(DEFAULT_DB_ALIAS, COLUMNS, values)
        if owner is not None:
            hurdle.owner_department = Department(pk=hurdle.owner_department_id, name=owner)
        hurdle.touched = None if pk is None else Action.from_db(DEFAULT_DB_ALIAS, TOUCHED, (pk, code, title))
        yield hurdle


def _grouped(rows: Iterable[Hurdle]) -> list[Hurdle]:
    """Each hurdle once, where it came with one action after the other."""
    actions: dict[Hurdle, list[Action]] = {}
    for hurdle in rows:
        actions.setdefault(hurdle, []).extend([hurdle.touched] if getattr(hurdle, "touched", None) else [])
    for hurdle, found in actions.items():
        set_prefetched(hurdle, "actions", sorted(found, key=lambda a: (a.code, a.pk)))
    return list(actions)


def requests() -> list[PolicyRequest]:
    """Every request: unanswered ones first, then by the day of submission."""
    rows = PolicyRequest.objects.select_related("hurdle__owner_department")
    return sorted(rows, key=lambda r: (bool(r.answer), r.submitted_on is not None, -r.pk))
