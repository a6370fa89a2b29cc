"""The parts of a reply. Higher apps answer; this registry lets the round drive them unseen.

A section is registered in `AppConfig.ready`. The reply's page includes each section's template with
the section's own context, so one request answers for the whole department and works without
JavaScript; each part saves through its own app's URLs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, runtime_checkable

from accounts.models import User
from rounds.models import Reply, Round


@dataclass(frozen=True)
class Missing:
    """One thing still to be answered: `anchor` is an id on the reply's page."""

    label: str
    anchor: str


@dataclass(frozen=True)
class Dot:
    """One step of the progress strip: state is '', 'ok' or 'bad'."""

    anchor: str
    title: str
    state: str


@dataclass(frozen=True)
class Standing:
    """How far a section is answered."""

    done: int
    total: int
    missing: Sequence[Missing] = ()
    dots: Sequence[Dot] = field(default_factory=tuple)


class Section(Protocol):
    """What a round asks of a higher app."""

    key: str
    title: str
    template: str  # fragment, included with the result of `context` as `part`
    order: int

    def read(self, reply: Reply) -> Any:
        """Everything that `context` and `standing` look at, read once; whoever needs both hands it to both."""
        ...

    def context(self, reply: Reply, user: User, found: Any = None) -> dict[str, Any]: ...

    def standing(self, reply: Reply, found: Any = None) -> Standing: ...

    def changes(self, replies: Sequence[Reply]) -> dict[int, list[Change]]:
        """What moved since the last official values, by reply id (for the review queue)."""
        ...

    def freeze(self, reply: Reply) -> dict[str, Any]:
        """Everything shown, with labels, as plain JSON.

        `heads` (list of text) and `rows` (list of lists of text, one cell a head) are shown as the table of the
        accepted reply; all other keys are the section's own, for those who compute with the frozen values.
        """
        ...

    def accept(self, *, reply: Reply, by: Any) -> None:
        """Make the answers official, in the caller's transaction."""
        ...


@runtime_checkable
class Reopening(Protocol):
    """What a section also does when its official answers can be corrected."""

    def reopen(self, *, reply: Reply, by: Any) -> None:
        """Take the answers of a reply back to drafts, in the caller's transaction; nothing is lost."""
        ...


@runtime_checkable
class Holding(Protocol):
    """What a section also does when accepting writes into rows that others write as well."""

    def hold(self, replies: Sequence[Reply]) -> None:
        """Lock those rows for all the replies at once, in the order of their keys, in the caller's transaction."""
        ...


@runtime_checkable
class Heritable(Protocol):
    """What a section also does when a reply goes on with the successor of its department."""

    def hand_over(self, *, old: Reply, new: Reply, by: Any) -> None:
        """Move drafts from `old` to `new` where `new` has none, in the caller's transaction."""
        ...


@runtime_checkable
class Weighing(Protocol):
    """What a section also does when a reply may hold hundreds of changes: the words are read for those shown."""

    def weigh(self, replies: Sequence[Reply]) -> dict[int, list[Weighed]]:
        """The changes of replies that are not accepted, as `changes` has them, without their words."""
        ...

    def words(self, keys: Sequence[int]) -> dict[int, Change]:
        """Some of them in full, by their keys."""
        ...


@runtime_checkable
class Counting(Protocol):
    """What a section also does for pages that show its numbers alone."""

    def counted(self, replies: Sequence[Reply]) -> dict[int, tuple[int, int]]:
        """By reply id how much is answered, and of how much; the same as its standing, in one read for all. None of
        the replies is accepted."""
        ...


def counted(section: Section, replies: Sequence[Reply]) -> dict[int, tuple[int, int]]:
    """`done` and `total` of a section's standing in each reply, by reply id."""
    if isinstance(section, Counting):
        return section.counted(replies)
    standings = {r.pk: section.standing(r) for r in replies}
    return {pk: (standing.done, standing.total) for pk, standing in standings.items()}


class Weighed(NamedTuple):
    """A change whose words are not read yet; `section` and `key` name it."""

    kind: str
    weight: int
    section: str
    key: int


@dataclass(frozen=True)
class Change:
    """One line of the review queue; a higher `weight` stands first.

    `kind` is one of: newly_late, mismatch, moved, done, progress, hurdle, maturity, figure, answer.
    """

    kind: str
    weight: int
    title: str
    url: str
    code: str = ""
    state_before: str = ""
    state_after: str = ""
    pairs: Sequence[tuple[str, str, str]] = ()  # label, before, after
    reason_kind: str = ""
    reason: str = ""
    mark: str = ""  # what is remarkable beside the kind, e.g. that it is the first report


# Free questions belong to one round; they are asked when it has any, not chosen from the list.
QUESTIONS = "questions"

_sections: dict[str, Section] = {}


def register(section: Section) -> None:
    _sections[section.key] = section


def available() -> list[Section]:
    """Every section that a round may ask, in page order."""
    return sorted(_sections.values(), key=lambda s: s.order)


def offered() -> list[Section]:
    """The sections that 事務局 chooses from when opening a round."""
    return [s for s in available() if s.key != QUESTIONS]


def of_round(round_: Round) -> list[Section]:
    return [s for s in available() if s.key in round_.sections]
