"""What an accepted reply says, with all labels, as JSON that reads the same for ever."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rounds.models import Attachment, FormerReply, Reply
from rounds.sections import Section

FORMAT = 2


def freeze(reply: Reply, sections: Iterable[Section]) -> dict[str, Any]:
    """Return the labelled content of `reply`, its steps included; `accepted_at` must be set."""
    round_ = reply.round
    places = Reply.objects.in_place().values("submitted_in_place", "approved_in_place").get(pk=reply.pk)
    return {
        "format": FORMAT,
        "round": {
            "title": round_.title, "period": round_.period, "period_label": round_.fiscal_period.label,
            "due_on": round_.due_on.isoformat(),
        },
        "department": {"code": reply.department.code, "name": reply.department.name},
        "steps": [{"label": s.label, "by": s.by, "at": s.at.isoformat()} for s in steps(reply, **places)],
        "parts": [{"key": s.key, "title": s.title, **s.freeze(reply)} for s in sections],
        "attachments": [_attached(a) for a in reply.attachments.present()],
    }  # fmt: skip


def _attached(attachment: Attachment) -> dict[str, Any]:
    return {
        "id": attachment.pk, "name": attachment.name, "size": attachment.size, "sha256": attachment.sha256,
        "uploaded_at": attachment.uploaded_at.isoformat(),
    }  # fmt: skip


@dataclass(frozen=True)
class Version:
    """One accepted version of a reply: 1 is the first, `correction` is why it was replaced, None for the newest."""

    number: int
    accepted_at: dt.datetime
    content: dict[str, Any]
    correction: FormerReply | None = None


def versions(reply: Reply) -> list[Version]:
    """Every accepted version, oldest first; the last is official, also while it is being corrected."""
    formers = list(reply.formers.select_related("corrected_by"))
    found = [Version(f.number, f.accepted_at, f.content, f) for f in formers]
    if reply.state == "accepted" and reply.frozen is not None:
        found.append(Version(len(found) + 1, reply.accepted_at, reply.frozen))
    return found


@dataclass(frozen=True)
class Step:
    """One move of a reply: what, by whom, when."""

    label: str
    by: str
    at: dt.datetime


def steps(reply: Reply, *, submitted_in_place: bool, approved_in_place: bool) -> list[Step]:
    """The moves that hold now, in order of time; what 事務局 did in place of the department says so."""
    moves = (
        ("課に代わる提出（事務局）" if submitted_in_place else "提出", reply.submitted_by, reply.submitted_at),
        ("課長に代わる承認（事務局）" if approved_in_place else "課長の承認", reply.approved_by, reply.approved_at),
        ("差し戻し", reply.returned_by, reply.returned_at),
        ("受理", reply.accepted_by, reply.accepted_at),
    )
    return sorted((Step(label, str(by or ""), at) for label, by, at in moves if at), key=lambda s: s.at)


def shown_steps(content: dict[str, Any]) -> list[Step]:
    """The steps of a frozen reply."""
    return [Step(s["label"], s["by"], dt.datetime.fromisoformat(s["at"])) for s in content["steps"]]
