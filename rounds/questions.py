"""自由設問 as a part of a reply: the one section that rounds answers itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.access import can
from accounts.models import User
from accounts.roles import Permission
from lib import ledger
from rounds.forms import AnswerForm
from rounds.models import Answer, Reply
from rounds.queries import Line, counted_answers, lines_of
from rounds.sections import QUESTIONS, Change, Dot, Missing, Standing

HEADS = ("質問", "答え", "前回")
LABEL = 30
WEIGHT = 5


class QuestionSection:
    key = QUESTIONS
    title = "自由設問"
    template = "rounds/_questions.html"
    order = 6

    def read(self, reply: Reply) -> list[Line]:
        return lines_of(reply)

    def context(self, reply: Reply, user: User, found: list[Line] | None = None) -> dict[str, Any]:
        lines = self.read(reply) if found is None else found
        editable = reply.takes_entry(timezone.localdate()) and can(user, Permission.ANSWER_REPLY, reply)
        return {
            "reply": reply, "editable": editable, "title": self.title,
            "forms": [AnswerForm(line=line) for line in lines],
        }  # fmt: skip

    def standing(self, reply: Reply, found: list[Line] | None = None) -> Standing:
        """An optional question counts once it is answered, so that leaving it out leaves nothing undone."""
        lines = self.read(reply) if found is None else found
        missing = [line for line in lines if line.question.required and not line.answer.is_answered]
        done = sum(line.answer.is_answered for line in lines)
        return Standing(
            done, done + len(missing),
            [Missing(f"「{_short(line)}」が未回答", line.question.anchor) for line in missing],
            [Dot(line.question.anchor, _short(line), "ok" if line.answer.is_answered else "") for line in lines],
        )  # fmt: skip

    def counted(self, replies: Sequence[Reply]) -> dict[int, tuple[int, int]]:
        return counted_answers(replies)

    def changes(self, replies: Sequence[Reply]) -> dict[int, list[Change]]:
        """All answers of a reply as one line of the queue: they are new in every round."""
        found: dict[int, list[tuple[str, str, str]]] = {}
        rows = Answer.objects.filter(reply__in=[r.pk for r in replies]).select_related("question")
        for answer in rows.order_by("reply", "question__order"):
            if answer.is_answered:
                found.setdefault(answer.reply_id, []).append((answer.question.text, "", answer.words))
        return {pk: [Change("answer", WEIGHT, self.title, _url(pk), pairs=pairs)] for pk, pairs in found.items()}

    def freeze(self, reply: Reply) -> dict[str, Any]:
        lines = lines_of(reply)
        return {
            "heads": list(HEADS),
            "rows": [[line.question.text, line.answer.words or "—", line.previous or "—"] for line in lines],
            "questions": [_frozen(line) for line in lines],
        }

    def accept(self, *, reply: Reply, by: Any) -> None:
        """Nothing moves: an answer is official when its reply is."""

    def reopen(self, *, reply: Reply, by: Any) -> None:
        """Nothing moves back either."""


def _short(line: Line) -> str:
    text = line.question.text
    return text if len(text) <= LABEL else f"{text[: LABEL - 1]}…"


def _url(reply_pk: int) -> str:
    return reverse("rounds:reply", args=[reply_pk]) + f"#section-{QUESTIONS}"


def _frozen(line: Line) -> dict[str, Any]:
    question, answer = line.question, line.answer
    return {
        "question": question.pk, "text": question.text, "kind": question.kind,
        "kind_label": question.get_kind_display(), "value": ledger.plain(answer.value), "words": answer.words,
    }  # fmt: skip
