"""Answers that span rounds, and what stands behind one reply."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import FilteredRelation, Q, QuerySet

from accounts.models import User
from accounts.roles import Role
from lib.prepared import Prepared, PreparedRows
from rounds.models import Answer, CalendarToken, Question, Reply, ReplyRemark, Round
from rounds.querysets import NAMED
from rounds.sections import Missing, Section, Standing, of_round

_ENDS = Prepared(lambda day: Round.objects.past_due(day).order_by().values_list("period_end", "sections"))


def expected_as_of(today: dt.date, known: Iterable[Round] | None = None) -> dt.date | None:
    """End of the latest period whose round about progress is past its due date.

    An action without an official report up to this date is 未報告. `known` are all rounds, if somebody read them.
    """
    ends = _ENDS.rows(today) if known is None else [(r.period_end, r.sections) for r in known if r.due_on < today]
    return max((end for end, sections in ends if "progress" in sections), default=None)


def current_round(today: dt.date, known: Iterable[Round] | None = None) -> Round | None:
    """The round that departments answer now: the latest that is open; among `known`, if somebody read them."""
    if known is None:
        return Round.objects.opened(today).order_by("-period_end", "-pk").first()
    return max((r for r in known if r.is_open(today)), key=lambda r: (r.period_end, r.pk), default=None)


def round_that_counts(today: dt.date, known: Sequence[Round]) -> Round | None:
    """The round that departments answer now, else the latest of all."""
    return current_round(today, known) or max(known, key=lambda r: (r.period_end, r.pk), default=None)


def last_round() -> Round | None:
    """The round opened last, whose form the next one may begin with."""
    return Round.objects.order_by("-opens_on", "-pk").first()


_PAGE = PreparedRows(
    Reply, lambda pk: Reply.objects.for_page().filter(pk=pk).order_by(), without=("frozen",), joined=NAMED,
    extra=("has_files", "has_remarks", "n_formers", "previous_id"),
)  # fmt: skip


_OF_ROUND = PreparedRows(
    Reply, lambda round_: Reply.objects.filter(round=round_).grouped(), without=("frozen",),
    joined=("department", "department__parent"),
)  # fmt: skip


def replies_of(round_: Round) -> list[Reply]:
    """The replies of a round in the order of the organisation, their frozen content left unread (1 query)."""
    found = _OF_ROUND.objects(round_.pk)
    for reply in found:
        reply.round = round_
    return found


def reply_page(pk: int) -> Reply | None:
    """A reply with everything that its page names of it (`ReplyQuerySet.for_page`), its frozen content left unread."""
    return next(iter(_PAGE.objects(pk)), None)


@dataclass(frozen=True)
class Part:
    """One section of a reply with how far it is answered."""

    section: Section
    standing: Standing


def read(reply: Reply) -> list[tuple[Section, Any]]:
    """Every section of a reply with what it read, for those who need more than one thing of it."""
    return [(section, section.read(reply)) for section in of_round(reply.round)]


def parts_of(
    reply: Reply, found: Sequence[tuple[Section, Any]] | None = None, remarks: Sequence[ReplyRemark] | None = None
) -> list[Part]:
    """Every section of a reply; unresolved remarks of 事務局 are missing things of their section."""
    said = reply.remarks.all() if remarks is None and reply.is_editable else remarks or ()
    open_ = [r for r in said if r.resolved_at is None] if reply.is_editable else []
    asked = read(reply) if found is None else found
    keys = {section.key for section, _ in asked}
    parts = []
    for n, (section, stored) in enumerate(asked):
        mine = [r for r in open_ if r.section == section.key or (n == 0 and r.section not in keys)]
        standing = section.standing(reply, stored)
        marks = [Missing(f"「{r.label}」への指摘が未対応", f"remark-{r.pk}") for r in mine]
        anchors = {r.anchor for r in mine}
        dots = [type(d)(d.anchor, d.title, "bad") if d.anchor in anchors else d for d in standing.dots]
        parts.append(Part(section, Standing(standing.done, standing.total, [*standing.missing, *marks], dots)))
    return parts


@dataclass(frozen=True)
class Line:
    """One question of a reply: the answer given, and what the department last said to the same question."""

    question: Question
    answer: Answer
    previous: str

    @property
    def version(self) -> int:
        """The version that a form carries; 0 while there is no row."""
        return self.answer.version if self.answer.pk else 0


def lines_of(reply: Reply) -> list[Line]:
    """Every free question of a reply in order (2 queries)."""
    questions = _ASKED.objects(reply.round_id, reply.pk)
    before = _words_before(reply) if questions else {}
    for question in questions:
        answer = question.said or Answer(reply=reply, version=0)
        answer.question = question
        question.said = answer
    return [Line(q, q.said, before.get((q.text, q.kind), "")) for q in questions]


def counted_answers(reply: Reply) -> tuple[int, int]:
    """Answered questions, and these with the required ones that are still open (1 query)."""
    rows = reply.round.questions.annotate(said=FilteredRelation("answers", condition=Q(answers__reply=reply)))
    found = [(q.required, getattr(q, "said", None)) for q in rows.select_related("said")]
    answered = [said for _, said in found if said and said.is_answered]
    missing = [required for required, said in found if required and said not in answered]
    return len(answered), len(answered) + len(missing)


def line_of(reply: Reply, question: Question) -> Line:
    """One of them."""
    return next(line for line in lines_of(reply) if line.question.pk == question.pk)


def _asked(round_: int, reply: int) -> QuerySet:
    said = FilteredRelation("answers", condition=Q(answers__reply=reply))
    return Question.objects.filter(round=round_).annotate(said=said)


def _answered_before(round_: int, department: int, day: dt.date) -> QuerySet:
    texts = Question.objects.filter(round=round_).order_by().values("text")
    accepted = Answer.objects.filter(reply__state="accepted", reply__department=department, question__text__in=texts)
    return accepted.filter(reply__round__period_end__lt=day).order_by("reply__round__period_end", "pk")


_ASKED = PreparedRows(Question, _asked, joined=(("said", Answer),))
_BEFORE = PreparedRows(Answer, _answered_before, joined=("question",))


def _words_before(reply: Reply) -> dict[tuple[str, str], str]:
    """The department's last accepted words to questions of one text and kind."""
    if getattr(reply, "previous_id", reply.pk) is None:
        return {}  # the page has found that nothing was accepted before
    older = _BEFORE.objects(reply.round_id, reply.department_id, reply.round.period_end)
    return {(a.question.text, a.question.kind): a.words for a in older if a.is_answered}


def calendar_of(token_digest: str) -> CalendarToken | None:
    """The calendar in force with this hash, None when it was never given out or was revoked."""
    rows = CalendarToken.objects.select_related("user").filter(revoked_at__isnull=True, user__is_active=True)
    return rows.filter(digest=token_digest).first()


def rounds_of(user: User, since: dt.date) -> list[Round]:
    """Rounds due on or after `since` that concern `user`: those of their departments; all of them for 事務局."""
    rows = Round.objects.filter(due_on__gte=since).order_by("due_on", "pk")
    if user.has_role(Role.SECRETARIAT):
        return list(rows)
    own = user.department_ids(Role.LEAD, Role.MEMBER)
    asked = Reply.objects.filter(department__in=own).exclude(state="void")
    return list(rows.filter(pk__in=asked.values("round")))
