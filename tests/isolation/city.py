"""A city in which departments work on their answers, and the drafts that are hidden in it.

`build` makes what everybody may see: departments, actions, replies and their states. `hide` puts into it what a
stranger may not see, each text with a mark of its own; who it is hidden from is told by the three steps.
"""

from __future__ import annotations

import datetime as dt
import itertools
from types import SimpleNamespace
from typing import Any

from django.utils import timezone
from hypothesis import strategies as st

from actions.models import NoHurdle, Review
from exchange.models import Import, pack
from exchange.wizard.models import Draft
from exchange.wizard.transform import Choices
from maturity.models import Axis, Level
from rounds.models import Answer
from strategy.models import ChangeNote, PersonalVision
from strategy.models.reported import ReportedFigure
from tests import builders as make
from tests import world as worlds
from tests.accounts.making import change, make_reorganisation, new
from tests.actions.making import make_hurdle
from tests.conftest import make_cast
from tests.indicators.builders import make_indicator
from tests.money.making import make_proposal

# Every hidden text begins like this, so that a search for it would find them all.
MARK = "ひみつ"
OPEN_STATES = ("draft", "submitted", "approved", "returned")


def build() -> SimpleNamespace:
    """The small city of the access matrix, and one more department that answers in every round."""
    world = worlds.build(make_cast())
    world.third = make.make_department(code="0999", name="資産課", short_name="資産課")
    world.third_lead = make.make_user("lead", department=world.third, login_id="lead-third")
    world.third_action = make.make_action(plan=world.plan, lead_department=world.third, title="台帳の整備")
    world.third_kpi = make_indicator(department=world.third, elements=[world.element])
    world.third_entry = make.make_register_entry(register=world.register, department=world.third)
    own = [world.reply, world.submitted, world.approved, world.figures_reply]
    others = [_reply(world, reply.round, state) for reply, state in zip(own, OPEN_STATES, strict=True)]
    world.replies = own + others
    for reply in world.replies:
        reply.started_at = reply.started_at or timezone.now()
        reply.save()
    return world


def _reply(world: SimpleNamespace, round_: Any, state: str) -> Any:
    now = timezone.now()
    comment = "直してください。" if state == "returned" else ""
    return make.make_reply(
        round=round_, department=world.third, state=state, submitted_at=now if state != "draft" else None,
        returned_at=now if comment else None, return_comment=comment,
    )  # fmt: skip


drafts = st.fixed_dictionaries({
    "replies": st.lists(st.integers(0, 7), min_size=6, unique=True),
    "percent": st.integers(0, 100),
    "lifecycle": st.sampled_from(("planned", "studying", "running", "done", "stopped", "paused")),
    "level": st.integers(1, 5),
    "days": st.integers(1, 900),
    "hurdles": st.integers(1, 3),
    "no_hurdle": st.booleans(),
    "proposal": st.sampled_from(("draft", "submitted", "reviewing")),
    "answer": st.sampled_from(("given", "unknown", "no_change")),
    "elements": st.integers(1, 3),
    "attitude": st.sampled_from(("creative", "destructive")),
})  # fmt: skip


class Hider:
    """Puts drafts into the city. `marks` names what each hidden text is, `hidden` one object of each kind by
    the name under which the access matrix knows its like."""

    def __init__(self, world: SimpleNamespace, drawn: dict[str, Any]) -> None:
        self.world, self.drawn = world, drawn
        self.marks: dict[str, str] = {}
        self.hidden: dict[str, Any] = {}
        self.count = itertools.count(100)
        self.later = make.today() + dt.timedelta(days=drawn["days"])

    def mark(self, what: str) -> str:
        text = f"{MARK}{next(self.count)}"
        self.marks[text] = what
        return text

    def replies(self) -> None:
        """Step one: answers that were not accepted, and what people keep to themselves."""
        for number in self.drawn["replies"]:
            reply = self.world.replies[number]
            own = reply.department_id == self.world.own.pk
            self._progress(reply, self.world.action if own else self.world.third_action)
            self._figures(reply, own)
            self._levels(reply)
            self._hurdles(reply)
            self._papers(reply)
        self._proposals()
        self._people()

    def _progress(self, reply: Any, action: Any) -> None:
        self.hidden["report"] = make.make_report(
            action=action, reply=reply, percent=self.drawn["percent"], lifecycle=self.drawn["lifecycle"],
            done=self.mark("実績"), reason_kind="budget", reason=self.mark("理由"), new_ends_on=self.later,
            as_of=reply.round.period_end, grade=self.world.grade,
        )  # fmt: skip

    def _figures(self, reply: Any, own: bool) -> None:
        entry, kpi = (self.world.entry, self.world.kpi) if own else (self.world.third_entry, self.world.third_kpi)
        shared = {"reply": reply, "answer": self.drawn["answer"]}
        values = {"state": "done", "volume": 7654321}
        ReportedFigure.objects.create(entry=entry, values=values, **shared)
        ReportedFigure.objects.create(
            indicator=kpi, values={"value": "7654321"}, comment=self.mark("指標の補足"), **shared
        )

    def _levels(self, reply: Any) -> None:
        assessment = make.make_assessment({"axis-1": self.drawn["level"]}, reply=reply, rubric=self.world.rubric)
        assessment.scores.update(
            evidence=self.mark("根拠"), target_level=5, target_on=self.later,
            not_applicable_reason=self.mark("該当なし"),
        )  # fmt: skip

    def _hurdles(self, reply: Any) -> None:
        for _ in range(self.drawn["hurdles"]):
            self.hidden["raised"] = make_hurdle(
                reply=reply, accepted_at=None, raised_by_department=reply.department, title=self.mark("課題の件名"),
                text=self.mark("課題の内容"), actions=[self.world.action, self.world.foreign_action],
                owner_department=self.world.foreign, cross_cutting=True,
            )  # fmt: skip
        if self.drawn["no_hurdle"]:
            NoHurdle.objects.create(reply=reply, said_at=timezone.now())

    def _papers(self, reply: Any) -> None:
        question = reply.round.questions.first()
        if question:
            Answer.objects.create(reply=reply, question=question, text=self.mark("設問の答え"))
        name = self.mark("添付の名前")
        self.hidden["draft_file"] = make.make_attachment(name.encode(), reply=reply, name=f"{name}.pdf")
        make.make_remark(reply=reply, text=self.mark("指摘"), label=self.mark("指摘の項目"))
        if reply.return_comment:
            reply.return_comment = self.mark("差し戻しの理由")
            reply.save()

    def _proposals(self) -> None:
        texts = {name: self.mark(f"導入計画書 {name}") for name in ("title", "issue", "content", "effect")}
        if self.drawn["proposal"] == "reviewing":
            proposal = make_proposal(department=self.world.third, state="reviewing", **texts)
            guidelines = self.world.in_review.reviews.get().guidelines
            # Without the service: the ledger tells 管理者 of it, as it should.
            review = Review.objects.create(
                proposal=proposal, number=1, guidelines=guidelines, source=self.mark("審査の指針"),
                started_at=timezone.now(),
            )  # fmt: skip
            review.sheets.create(reviewer=self.world.cast.secretariat, comment=self.mark("審査の意見"))
            self.hidden["proposal"] = self.hidden["in_review"] = proposal
        else:
            state = self.drawn["proposal"]
            self.hidden["proposal"] = make_proposal(department=self.world.third, state=state, **texts)

    def _people(self) -> None:
        """A vision that is not shared, and files that somebody is about to import."""
        texts = {"ideal": self.mark("理想"), "will_do": self.mark("すること"), "attitude": self.drawn["attitude"]}
        PersonalVision.objects.create(user=self.world.third_lead, **texts)
        name = self.mark("取り込み中のファイル")
        rows = [["ID", "版数", "操作", "整理番号", "取組名"], [[2, [self.world.third_action.pk, 1, None, "", name]]]]
        self.hidden["book"] = Import.objects.create(
            book="actions", title="取組", file_name=name, digest="1" * 64, total=1, checked=1, seen="1" * 64,
            made_by=self.world.third_lead, content=pack({"actions": rows}),
            outcome=pack({"actions": []}),
        )  # fmt: skip
        sheet = {"name": name, "hidden": False, "rows": [[name]], "merged": [], "notes": []}
        self.hidden["sheet_draft"] = Draft.objects.create(
            book="actions", file_name=name, content=pack([sheet]), choices=Choices(sheet=name).plain(),
            made_by=self.world.third_lead,
        )  # fmt: skip

    def plans(self) -> None:
        """Step two: the strategy and the scale as 事務局 rewrites them, and a reorganisation of 管理者."""
        draft, layer = self.world.draft, self.world.draft_layer
        draft.summary = self.mark("改定の要点")
        draft.save()
        for _ in range(self.drawn["elements"]):
            element = make.make_element(
                layer=layer, parent=self.world.draft_top, title=self.mark("要素"), body=self.mark("要素の説明")
            )
            ChangeNote.objects.create(edition=draft, lineage=element.lineage, text=self.mark("改定の理由"))
        self.hidden["draft_element"] = element
        moved = self.world.draft_element
        moved.title = self.mark("書き換えた要素")
        moved.save()
        axis = Axis.objects.create(rubric=self.world.rubric_draft, key="x", name=self.mark("軸"), order=9)
        Level.objects.create(axis=axis, number=1, descriptor=self.mark("段階"))
        self.hidden["draft_axis"] = axis
        row = self.hidden["reorganisation"] = make_reorganisation(title=self.mark("組織改編"))
        named = new("9555", self.mark("新しい所属"))
        self.hidden["change"] = change(row, "rename", [self.world.third], [named], self.world.cast.admin)

    def minutes(self) -> None:
        """Step three: what a meeting keeps for 本部員 and 事務局."""
        for meeting in (self.world.meeting, self.world.pack_meeting):
            meeting.internal_minutes = self.mark("非公開の議事")
            meeting.save()
