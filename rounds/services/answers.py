"""Writes of answers to free questions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from lib import ledger
from lib.writes import StaleError, save_versioned
from rounds.models import Answer, Question, Reply
from rounds.services.common import check_length
from rounds.services.replies import touch

FIELDS = ("text", "number", "date")
Value = str | Decimal | dt.date | None


@transaction.atomic
@ledger.gathered()
def save_answer(*, reply: Reply, question: Question, value: Value, version: int, by: Any) -> Answer:
    """Store the answer to one question; `version` is that of the answer seen, 0 for none.

    An empty value takes the answer back. Saving the same again writes nothing. Raises ValidationError when the
    value does not fit the question, StaleError when somebody else has saved another value since `version`.
    """
    if question.round_id != reply.round_id:
        raise ValidationError("この照会にない質問です。画面を開き直してください。")
    touch(reply=reply, by=by)
    stored = Answer.objects.select_related("question", "reply").filter(reply=reply, question=question).first()
    answer = stored or Answer(reply=reply, question=question)
    before = ledger.state_of(answer, FIELDS)
    if stored and version != stored.version and not _is_same(stored, value):
        raise StaleError(stored)
    _put(answer, value)
    after = ledger.state_of(answer, FIELDS)
    if before == after:
        return answer
    if stored is None:
        _create(answer)
    else:
        save_versioned(answer, version=answer.version, fields=FIELDS)
    ledger.record(by=by, act="report", obj=answer, before=before, after=after)
    return answer


def _is_same(stored: Answer, value: Value) -> bool:
    return stored.value == value or (stored.value in (None, "") and value in (None, ""))


def _create(answer: Answer) -> None:
    try:
        with transaction.atomic():
            answer.save(force_insert=True)
    except IntegrityError as error:
        current = Answer.objects.filter(reply=answer.reply_id, question=answer.question_id).first()
        raise StaleError(current) from error


def _put(answer: Answer, value: Value) -> None:
    kind = answer.question.kind
    answer.text, answer.number, answer.date = "", None, None
    if value is None or value == "":
        return
    wanted = {"number": Decimal, "date": dt.date}.get(kind, str)
    if not isinstance(value, wanted):
        raise ValidationError({"value": "質問に合わない答えです。"})
    if kind == "choice" and value not in answer.question.choices:
        raise ValidationError({"value": "選択肢から選んでください。"})
    setattr(answer, {"number": "number", "date": "date"}.get(kind, "text"), value)
    check_length(answer, "text", answer.text, "value")
    try:
        answer.clean_fields(exclude=("reply", "question"))
    except ValidationError as error:
        raise ValidationError({"value": error.messages}) from error
