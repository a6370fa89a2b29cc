"""課題・ハードル as a part of a round's reply: what is raised, or the word that nothing stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from accounts.models import User
from actions.forms.hurdles import RaiseForm
from actions.models import Hurdle
from actions.queries_hurdles import Raised, are_said, raised_and_standing, with_actions
from actions.sections import may_answer
from actions.services.hurdles import accept_hurdles
from rounds.models import Reply
from rounds.sections import Change, Dot, Missing, Standing

ANCHOR = "sec-hurdles"
HEADS = ("区分", "件名", "内容", "影響する取組", "全庁共通")
NONE = "課題はない"
UNSAID = "課題・ハードルの有無が未回答"


class HurdleSection:
    key = "hurdles"
    title = "課題・ハードル"
    template = "actions/hurdles/_section.html"
    order = 3

    def read(self, reply: Reply) -> Raised:
        return raised_and_standing(reply)

    def context(self, reply: Reply, user: User, found: Raised | None = None) -> dict[str, Any]:
        editable, found = may_answer(reply, user), found or self.read(reply)
        return {
            "reply": reply, "editable": editable, "title": self.title, "raised": found.now,
            "none": found.says_none, "before": found.before,
            "form": RaiseForm(reply=reply, own=found.own, prefix="hurdle") if editable else None,
        }  # fmt: skip

    def standing(self, reply: Reply, found: Raised | None = None) -> Standing:
        found = found or self.read(reply)
        said = bool(found.now) or found.says_none
        missing = [] if said else [Missing(UNSAID, ANCHOR)]
        return Standing(int(said), 1, missing, [Dot(ANCHOR, self.title, "ok" if said else "")])

    def counted(self, replies: Sequence[Reply]) -> dict[int, tuple[int, int]]:
        return {pk: (int(said), 1) for pk, said in are_said(replies).items()}

    def changes(self, replies: Sequence[Reply]) -> dict[int, list[Change]]:
        found: dict[int, list[Change]] = {}
        rows = Hurdle.objects.filter(reply__in=[r.pk for r in replies], accepted_at__isnull=True)
        for hurdle in with_actions(rows.order_by("pk")):
            found.setdefault(hurdle.reply_id, []).append(_change(hurdle))
        return found

    def freeze(self, reply: Reply) -> dict[str, Any]:
        found = self.read(reply)
        raised, none = found.now, found.says_none
        rows = [_cells(h) for h in raised] or ([["—", NONE, "—", "—", "—"]] if none else [])
        return {"heads": list(HEADS), "rows": rows, "none": none, "hurdles": [_frozen(h) for h in raised]}

    def accept(self, *, reply: Reply, by: Any) -> None:
        accept_hurdles(reply=reply, by=by)

    def reopen(self, *, reply: Reply, by: Any) -> None:
        """Accepted hurdles stay with 事務局, who work on them; a correction may raise more."""


def _change(hurdle: Hurdle) -> Change:
    actions = "、".join(str(a) for a in hurdle.actions.all())
    pairs = [("内容", "", hurdle.text), ("影響する取組", "", actions), ("全庁共通", "", "はい" * hurdle.cross_cutting)]
    return Change(
        kind="hurdle", weight=55, title=hurdle.title, code=hurdle.get_kind_display(),
        url=reverse("rounds:reply", args=[hurdle.reply_id]) + f"#{ANCHOR}", pairs=[p for p in pairs if p[2]],
    )  # fmt: skip


def _cells(hurdle: Hurdle) -> list[str]:
    actions = "\n".join(str(a) for a in hurdle.actions.all())
    return [hurdle.get_kind_display(), hurdle.title, hurdle.text, actions, "はい" if hurdle.cross_cutting else ""]


def _frozen(hurdle: Hurdle) -> dict[str, Any]:
    return {
        "id": hurdle.pk, "kind": hurdle.kind, "kind_label": hurdle.get_kind_display(), "title": hurdle.title,
        "text": hurdle.text, "cross_cutting": hurdle.cross_cutting,
        "actions": [{"id": a.pk, "code": a.code, "title": a.title} for a in hurdle.actions.all()],
    }  # fmt: skip
