"""The content of a snapshot (pure): its schema, its canonical text, and reading it back.

Schema 1. Everything that a page, a pack or the publication shows stands here with the labels of that day: whoever
renders a snapshot reads no live row. Ids are kept only to tell that two rows of two snapshots are the same thing, and
to link to the live page where it still exists. Sections marked optional may be absent in an older snapshot; a reader
asks with `.get`. New optional sections and keys keep the schema number; a changed meaning raises it.

Dates are ISO text, figures with a decimal point are text, an unknown value is None, never 0.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

SCHEMA = 1

Counts = dict[str, int]


class City(TypedDict):
    name: str
    code: str
    plan: str
    edition: str


class Labels(TypedDict):
    """Words of the keys used below, in display order."""

    states: dict[str, str]
    lifecycles: dict[str, str]
    reasons: dict[str, str]
    categories: dict[str, str]
    replies: dict[str, str]
    rules: NotRequired[dict[str, str]]
    hurdles: NotRequired[dict[str, str]]


class RoundRow(TypedDict):
    """The round that counts on that day: the open one, else the latest."""

    id: int
    title: str
    period: str
    period_label: str
    due_on: str
    asked: int
    accepted: int


class DepartmentRow(TypedDict):
    """`reply` is the state of its answer to that round, None when it was not asked; `last_reported` is the end of the
    last period that it answered; `streak` how many rounds in a row it has left unanswered."""

    id: int
    code: str
    name: str
    short_name: str
    parent: str
    order: int
    reply: str | None
    reply_label: str
    streak: int
    last_reported: str | None
    counts: Counts


class NamedKey(TypedDict):
    key: str
    name: str


class ElementRef(TypedDict):
    lineage: str
    label: str
    title: str
    layer: str


class PhaseRow(TypedDict):
    label: str
    owner: str
    owner_label: str
    starts_on: str
    ends_on: str
    actual: bool


class MilestoneRow(TypedDict):
    title: str
    due_on: str
    done_on: str | None


class PushRow(TypedDict):
    """One move of the planned end; only a move to a later day counts as 計画変更."""

    on: str
    before: str
    after: str
    reason_kind_label: str
    reason: str


class GradeRef(TypedDict):
    """A grade as it was called; `value` is None where it counts in no average."""

    code: str
    label: str
    value: int | None


class MergedRow(TypedDict):
    """An action that lives on in another one (統合・置き換え)."""

    id: int
    code: str
    title: str
    into: int
    into_code: str
    into_title: str
    kind_label: str
    reason: str


class HurdleRow(TypedDict):
    id: int
    kind: str
    kind_label: str
    title: str
    text: str
    state: str
    state_label: str
    cross_cutting: bool
    raised_by: str
    owner: str
    raised_on: str
    solved_on: str | None
    resolution: str
    actions: list[int]
    requests: list[dict[str, Any]]


class ActionRow(TypedDict):
    """`planned` is the percent that the plan expected when it was last reported on; `newly` that it was not late at
    the report before; `push_count` is how often its end moved later, `pushes` lists the moves, oldest first;
    `departments` names the supporting ones."""

    id: int
    code: str
    title: str
    department: int
    department_name: str
    departments: list[str]
    lifecycle: str
    lifecycle_label: str
    state: str
    state_label: str
    rule: str
    percent: int
    planned: int
    starts_on: str
    ends_on: str
    reported_as_of: str | None
    newly: bool
    push_count: int
    pushes: list[PushRow]
    reason_kind: str
    reason_kind_label: str
    reason: str
    done: str
    items: list[NamedKey]
    elements: list[ElementRef]
    phases: list[PhaseRow]
    milestones: list[MilestoneRow]
    self_grade: NotRequired[GradeRef | None]
    head_grade: NotRequired[GradeRef | None]


class TargetRow(TypedDict):
    statement: str
    due_on: str | None
    due_label: str
    measured: bool
    past: bool


class RegisterRow(TypedDict):
    """`done` of `applicable`: rows of which nobody knows stand in neither."""

    key: str
    name: str
    unit: str
    done: int
    applicable: int
    outcome: str
    outcome_label: str


class ItemRow(TypedDict):
    id: int
    key: str
    name: str
    short_name: str
    category: str
    category_label: str
    tag: str
    targets: list[TargetRow]
    registers: list[RegisterRow]
    counts: Counts
    total: int


class ElementRow(TypedDict):
    """An element in force. `leading` marks those of the layer that divides the plan (its visions)."""

    id: int
    lineage: str
    label: str
    title: str
    layer: str
    role: str
    leading: bool
    counts: Counts
    total: int
    mean_percent: int | None


class AxisRow(TypedDict):
    line: str
    name: str
    weight: str
    self: str | None
    reviewed: str | None
    target: str | None
    answered: int
    reviewed_count: int
    not_applicable: int


class LevelRow(TypedDict):
    level: int | None
    reviewed: int | None
    target: int | None
    not_applicable: bool


class Maturity(TypedDict):
    """`levels` by department id (as text) and line; averages as shown, one decimal."""

    round: str
    period_label: str
    rubric: str
    lowest: int
    highest: int
    axes: list[AxisRow]
    levels: dict[str, dict[str, LevelRow]]
    overall: str | None
    overall_reviewed: str | None
    answered: int
    asked: int


class IndicatorRow(TypedDict):
    id: int
    name: str
    unit: str
    department: int
    department_name: str
    baseline: str
    value: str | None
    said: str
    as_of: str | None
    goals: list[list[str]]
    direction: str
    grade: str
    grade_label: str
    items: list[str]
    elements: list[str]


class DecisionRow(TypedDict):
    id: int
    kind: str
    kind_label: str
    text: str
    department: int | None
    department_name: str
    due_on: str | None
    state: str
    state_label: str
    done_on: str | None
    meeting: int
    meeting_title: str
    meeting_on: str
    report: str
    actions: list[int]


class AgendaRow(TypedDict):
    kind_label: str
    title: str
    note: str
    actions: list[str]


class MeetingRow(TypedDict):
    """The meeting that the snapshot was taken for, with its 次第 of that moment."""

    title: str
    body: str
    when: str
    place: str
    held_on: str
    agenda: list[AgendaRow]


class Content(TypedDict):
    schema: int
    as_of: str
    city: City
    labels: Labels
    round: RoundRow | None
    totals: Counts
    departments: list[DepartmentRow]
    silent: list[int]
    actions: list[ActionRow]
    items: list[ItemRow]
    elements: list[ElementRow]
    maturity: Maturity | None
    indicators: list[IndicatorRow]
    decisions: list[DecisionRow]
    hurdles: NotRequired[list[HurdleRow]]
    merged: NotRequired[list[MergedRow]]
    meeting: NotRequired[MeetingRow]


SECTIONS = ("schema", "as_of", "city", "labels", "totals", "departments", "silent", "actions", "items", "elements",
            "indicators", "decisions")  # fmt: skip


class CorruptError(Exception):
    """The stored text is not what was frozen; the message says so in Japanese."""


@dataclass(frozen=True)
class Frozen:
    """Canonical text with its proof."""

    text: str
    sha256: str
    size: int


def dump(content: Content) -> Frozen:
    """Write the content in its one canonical form: sorted keys, no spaces, UTF-8."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return Frozen(text, digest(text), len(text.encode()))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def load(text: str, sha256: str) -> Content:
    """Read a frozen text back. Raises CorruptError when it was touched, cannot be read or has another schema."""
    if digest(text) != sha256:
        raise CorruptError("確定したときの内容と一致しません（SHA-256が違います）。")
    try:
        found = json.loads(text)
    except ValueError as error:
        raise CorruptError("内容を読み取れません（JSONとして壊れています）。") from error
    if not isinstance(found, dict) or any(name not in found for name in SECTIONS):
        raise CorruptError("内容の一部がありません。")
    if found["schema"] != SCHEMA:
        raise CorruptError(f"形式の版{found['schema']}は、このポータルでは読めません。")
    return found  # type: ignore[return-value]


def summary(content: Content) -> dict[str, Any]:
    """The few figures of a snapshot that a trend shows."""
    maturity = content["maturity"]
    return {
        "totals": content["totals"], "total": len(content["actions"]), "silent": len(content["silent"]),
        "overall": maturity["overall"] if maturity else None,
        "pushes": sum(a["push_count"] for a in content["actions"]),
    }  # fmt: skip
