"""Reads of hurdles: the register with its counts, those of an action, and what a department raised before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, FilteredRelation

from actions.models import Action, Hurdle, NoHurdle, PolicyRequest, hurdle_state_choices, reason_choices
from actions.querysets import HurdleQuerySet
from lib.models import set_prefetched
from lib.prepared import PreparedRows
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
    """What a reply says of hurdles: raised in it, the word that there is none, and raised earlier but not solved."""

    now: list[Hurdle]
    says_none: bool
    before: list[Hurdle]


def raised_and_standing(reply: Reply) -> Raised:
    """The hurdles of a reply and those its department raised earlier (1 query, 2 where the reply has none)."""
    found = _grouped(_STANDING.objects(reply.pk, reply.department_id))
    now = sorted((h for h in found if h.reply_id == reply.pk), key=lambda h: h.pk)
    none = not now and NoHurdle.objects.filter(reply=reply).exists()
    return Raised(now, none, [h for h in found if h.reply_id != reply.pk])


def is_said(reply: Reply) -> bool:
    """Whether a reply raises a hurdle or says that there is none (1 query)."""
    raised, none = (model.objects.filter(reply=reply) for model in (Hurdle, NoHurdle))
    return any(Reply.objects.filter(pk=reply.pk).values_list(Exists(raised), Exists(none)).get())


def with_actions(rows: HurdleQuerySet) -> list[Hurdle]:
    """The hurdles, each with the actions that it affects (1 query)."""
    return _grouped(rows.annotate(touched=FilteredRelation("actions")).select_related("touched"))


def _standing(reply: int, department: int) -> HurdleQuerySet:
    earlier = Hurdle.objects.official().unsolved().filter(raised_by_department=department)
    return (Hurdle.objects.filter(reply=reply) | earlier).annotate(touched=FilteredRelation("actions"))


UNREAD = ("touched__purpose", "touched__issue", "touched__sought")
_STANDING = PreparedRows(Hurdle, _standing, joined=("owner_department", ("touched", Action)), without=UNREAD)


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
