"""Answers that span rounds, and what stands behind one reply."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import FilteredRelation, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from lib.models import set_prefetched
from lib.prepared import Prepared, PreparedRows
from rounds.models import Answer, Attachment, CalendarToken, Question, Reply, ReplyRemark, Round
from rounds.querysets import NAMED
from rounds.sections import QUESTIONS, Missing, Section, Standing, of_round

_ENDS = Prepared(lambda day: Round.objects.past_due(day).order_by().values_list("period_end", "sections"))


def expected_as_of(today: dt.date, known: Iterable[Round] | None = None) -> dt.date | None:
    """End of the latest period whose round about progress is past its due date.

    An action without an official report up to this date is 未報告. `known` are all rounds, if somebody read them.
    """
    ends = _ENDS.kept(today) if known is None else [(r.period_end, r.sections) for r in known if r.due_on < today]
    return max((end for end, sections in ends if "progress" in sections), default=None)


def current_round(today: dt.date, known: Iterable[Round] | None = None, *, asking: str = "") -> Round | None:
    """The round that departments answer now: the latest that is open (and asks for `asking`); among `known`, if
    somebody read them."""
    opened = Round.objects.opened(today) if known is None else (r for r in known if r.is_open(today))
    return max((r for r in opened if not asking or asking in r.sections), key=_latest, default=None)


def round_that_counts(today: dt.date, known: Iterable[Round]) -> Round | None:
    """The round whose silence is told: of those that are not past their due day the one that is due next, else the
    latest that was ever open. One that opens on a later day has nobody silent yet, and one that opened this morning
    does not hide who failed in the round before it, closed early or not."""
    begun = [r for r in known if r.opens_on <= today and not _was_called_off(r)]
    opened = [r for r in begun if r.is_open(today)]
    awaited = [r for r in begun if today <= r.due_on and not _is_asked_anew(r, opened)]
    return min(awaited, key=_due_next, default=None) or max(opened or begun, key=_latest, default=None)


def _was_called_off(round_: Round) -> bool:
    """Closed before its first day: nobody was asked."""
    return round_.closed_at is not None and timezone.localdate(round_.closed_at) < round_.opens_on


def _is_asked_anew(round_: Round, opened: Iterable[Round]) -> bool:
    """Closed, and an open round asks the same of the same period."""
    if round_.closed_at is None:
        return False
    return any(r.period == round_.period and set(round_.sections) <= set(r.sections) for r in opened)


def _latest(round_: Round) -> tuple[dt.date, int]:
    return round_.period_end, round_.pk


def _due_next(round_: Round) -> tuple[bool, dt.date, int, int]:
    """Progress first: a short survey beside the half-year's round does not take its place."""
    return "progress" not in round_.sections, round_.due_on, -round_.period_end.toordinal(), -round_.pk


def periods_asked() -> set[str]:
    """Keys of the periods that a round has asked about; a survey of questions alone leaves its period open."""
    rows = Round.objects.order_by().values_list("period", "sections")
    return {period for period, asked in rows if set(asked) - {QUESTIONS}}


def last_round() -> Round | None:
    """The round opened last, whose form the next one may begin with."""
    return Round.objects.order_by("-opens_on", "-pk").first()


def _with_papers(pk: int) -> QuerySet:
    """The reply in one row at least, and in one for each of its remarks and of the files on it."""
    rows = Reply.objects.for_page().filter(pk=pk).order_by()
    no_remark, no_file = Q(remarks__pk__isnull=True), Q(attachments__pk__isnull=True)
    present = FilteredRelation("attachments", condition=Q(attachments__removed_at__isnull=True))
    remarked = rows.annotate(
        remark=FilteredRelation("remarks"), file=FilteredRelation("attachments", condition=no_file)
    )  # fmt: skip
    filed = rows.annotate(remark=FilteredRelation("remarks", condition=no_remark), file=present)
    return remarked.union(filed.filter(file__isnull=False), all=True)


_PAGE = PreparedRows(
    Reply, _with_papers, without=("frozen",), joined=(*NAMED, ("remark", ReplyRemark), ("file", Attachment)),
    extra=("n_formers", "previous_id", "submitted_in_place", "approved_in_place"),
)  # fmt: skip


_OF_ROUND = PreparedRows(
    Reply, lambda round_: Reply.objects.filter(round=round_).grouped(), without=("frozen",),
    joined=("round", "department", "department__parent"),
)  # fmt: skip


def replies_of(pk: int) -> list[Reply]:
    """The replies of a round in the order of the organisation, all with the one round that comes along (1 query).

    Their frozen content is left unread.
    """
    found = _OF_ROUND.objects(pk)
    for reply in found:
        reply.round = found[0].round
    return found


def reply_page(pk: int) -> Reply | None:
    """A reply with everything that its page names of it (`ReplyQuerySet.for_page`), its remarks and the `files` on it,
    its frozen content left unread (1 query)."""
    rows = _PAGE.objects(pk)
    for found in rows[:1]:
        set_prefetched(found, "remarks", _in_order(row.remark for row in rows))
        found.files = _in_order(row.file for row in rows)
        return found
    return None


def _in_order(rows: Iterable[Any]) -> list[Any]:
    return sorted(filter(None, rows), key=lambda row: row.pk)


@dataclass(frozen=True)
class Part:
    """One section of a reply with how far it is answered."""

    section: Section
    standing: Standing


def read(reply: Reply) -> list[tuple[Section, Any]]:
    """Every section of a reply with what it read, for those who need more than one thing of it."""
    return [(section, section.read(reply)) for section in of_round(reply.round)]


def parts_of(reply: Reply, found: Sequence[tuple[Section, Any]] | None = None) -> list[Part]:
    """Every section of a reply; unresolved remarks of 事務局 are missing things of their section."""
    open_ = [r for r in reply.remarks.all() if r.resolved_at is None] if reply.is_editable else []
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
    """Every free question of a reply in order (1 query)."""
    rows = _LINES.objects(reply.round_id, reply.pk, reply.department_id, reply.round.period_end)
    questions = sorted((q for q in rows if q.round_id == reply.round_id), key=lambda q: (q.order, q.pk))
    before = _words_before(q for q in rows if q.round_id != reply.round_id)
    for question in questions:
        answer = question.said or Answer(reply=reply, version=0)
        answer.question = question
        question.said = answer
    return [Line(q, q.said, before.get((q.text, q.kind), "")) for q in questions]


def counted_answers(replies: Sequence[Reply]) -> dict[int, tuple[int, int]]:
    """By reply id the answered questions, and these with the required ones that are still open (1 query)."""
    rounds, ids = {r.round_id for r in replies}, [r.pk for r in replies]
    rows = Question.objects.filter(round__in=rounds).order_by()
    rows = rows.annotate(said=FilteredRelation("answers", condition=Q(answers__reply__in=ids))).select_related("said")
    questions: dict[int, dict[int, bool]] = {pk: {} for pk in rounds}
    answered = set()
    for question in rows:
        questions[question.round_id][question.pk] = question.required
        said = getattr(question, "said", None)
        if said and said.is_answered:
            answered.add((said.reply_id, question.pk))
    return {r.pk: _tally(questions[r.round_id], {q for reply, q in answered if reply == r.pk}) for r in replies}


def _tally(required: dict[int, bool], answered: set[int]) -> tuple[int, int]:
    missing = sum(must for question, must in required.items() if question not in answered)
    return len(answered), len(answered) + missing


def line_of(reply: Reply, question: Question) -> Line:
    """One of them."""
    return next(line for line in lines_of(reply) if line.question.pk == question.pk)


def _asked_and_answered(round_: int, reply: int, department: int, day: dt.date) -> QuerySet:
    """The questions of a round with the answers of a reply, and those of the same text that the department answered in
    an accepted reply to an earlier round."""
    mine = FilteredRelation("answers", condition=Q(answers__reply=reply))
    asked = Question.objects.filter(round=round_).order_by()
    older = Question.objects.annotate(said=FilteredRelation("answers")).filter(
        said__reply__state="accepted", said__reply__department=department, round__period_end__lt=day,
        text__in=asked.values("text"),
    )  # fmt: skip
    return asked.annotate(said=mine).union(older.order_by(), all=True)


_LINES = PreparedRows(
    Question, _asked_and_answered, joined=("round", ("said", Answer)), without=("round__note", "round__sections")
)


def _words_before(older: Iterable[Question]) -> dict[tuple[str, str], str]:
    """The department's last accepted words to questions of one text and kind."""
    words = {}
    for question in sorted(older, key=lambda q: (q.round.period_end, q.said.pk)):
        question.said.question = question
        if question.said.is_answered:
            words[question.text, question.kind] = question.said.words
    return words


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
