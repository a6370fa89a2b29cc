"""Builders of test data: `make_x(**kw)` stores a valid row, every value can be overridden."""

from __future__ import annotations

import datetime as dt
from functools import cache
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import Max

from accounts.models import Department, Membership, User
from actions.models import Action, Milestone, Phase, ProgressReport
from lib import fiscal
from maturity.models import Assessment, Axis, Level, Rubric, Score
from rounds import storage
from rounds.models import Attachment, Question, Reply, ReplyRemark, Round
from strategy.models import Edition, Element, Layer, NationalPlan, Plan, PriorityItem, Register, RegisterEntry
from tests.storing import stored

PASSWORD = "dxportal-test-1"
TERM = {"valid_from": dt.date(2020, 4, 1), "valid_until": dt.date(2099, 3, 31)}
_n = count(1)


def today() -> dt.date:
    from django.utils import timezone

    return timezone.localdate()


def following(rows: Any, field: str) -> int:
    """The number after the last of `rows`: a small column cannot hold the count of a whole run."""
    return (rows.aggregate(last=Max(field))["last"] or 0) + 1


def make_department(**kw: Any) -> Department:
    n = next(_n)
    values = {
        "code": f"T{n:06}", "name": f"第{n}課", "short_name": f"第{n}課", "order": n,
        "valid_from": dt.date(2020, 4, 1),
    }  # fmt: skip
    return stored(Department(**values | kw))


@cache
def password_hash() -> str:
    """One for all: the hash of a real installation takes a third of a second."""
    return make_password(PASSWORD)


def make_user(*roles: str, department: Department | None = None, **kw: Any) -> User:
    n = next(_n)
    user = User(**{"login_id": f"t{n:06}", "display_name": f"職員{n}", "password": password_hash()} | kw)
    stored(user)
    for role in roles:
        make_membership(user=user, role=role, department=department)
    return user


def make_membership(**kw: Any) -> Membership:
    if kw.get("role") not in ("lead", "member") and "force_department" not in kw:
        kw["department"] = None
    kw.pop("force_department", None)
    return stored(Membership(**TERM | kw))


def make_plan(**kw: Any) -> Plan:
    n = next(_n)
    return stored(Plan(**{"name": f"計画{n}", "municipality": "サンプル市", "order": n} | kw))


def main_plan() -> Plan:
    return Plan.objects.filter(is_main=True).first() or make_plan(
        name="サンプル市 DX推進ビジョン", is_main=True, fiscal_from=2023, fiscal_to=2030
    )


def make_edition(**kw: Any) -> Edition:
    n = next(_n)
    plan = kw.pop("plan", None) or main_plan()
    return stored(Edition(**{"plan": plan, "label": f"第{n}.0版", "order": n} | kw))


def make_layer(**kw: Any) -> Layer:
    n = next(_n)
    edition = kw.pop("edition", None) or make_edition()
    return stored(Layer(**{"edition": edition, "name": f"階層{n}", "order": n} | kw))


def make_element(**kw: Any) -> Element:
    n = next(_n)
    layer = kw.pop("layer", None) or make_layer()
    values = {"edition": layer.edition, "layer": layer, "label": str(n), "title": f"要素{n}", "order": n}
    return stored(Element(**values | kw))


def make_national_plan(**kw: Any) -> NationalPlan:
    n = next(_n)
    values = {
        "name": "自治体DX推進計画", "label": f"第{n}版", "source": "総務省", "as_of": dt.date(2026, 10, 1),
        "published_on": dt.date(2020, 1, 1) + dt.timedelta(days=n % 2000),
    }  # fmt: skip
    return stored(NationalPlan(**values | kw))


def make_item(**kw: Any) -> PriorityItem:
    n = next(_n)
    plan = kw.pop("plan", None) or make_national_plan()
    siblings = plan.items.filter(category=kw.get("category", "priority"))
    values = {
        "plan": plan, "key": f"item-{n}", "category": "priority", "number": following(siblings, "number"),
        "name": f"国の項目{n}", "short_name": f"項目{n}",
    }  # fmt: skip
    return stored(PriorityItem(**values | kw))


def make_register(**kw: Any) -> Register:
    n = next(_n)
    item = kw.pop("item", None) or make_item()
    values = {
        "key": f"register-{n}", "name": f"登録簿{n}", "unit": "業務", "item": item,
        "source": "総務省", "as_of": dt.date(2026, 10, 1),
    }  # fmt: skip
    return stored(Register(**values | kw))


def make_register_entry(**kw: Any) -> RegisterEntry:
    register = kw.pop("register", None) or make_register()
    values = {"number": following(register.entries, "number"), "name": f"業務{next(_n)}"}
    return stored(RegisterEntry(**{"register": register} | values | kw))


def make_rubric(axes: int = 4, levels: int = 5, **kw: Any) -> Rubric:
    n = next(_n)
    rubric = stored(Rubric(**{"name": "成熟度", "label": f"第{n}版", "is_current": True} | kw))
    for a in range(1, axes + 1):
        axis = stored(Axis(rubric=rubric, key=f"axis-{a}", name=f"軸{a}", order=a))
        Level.objects.bulk_create(
            Level(axis=axis, number=i, descriptor=f"軸{a}のレベル{i}の姿") for i in range(1, levels + 1)
        )
    return rubric


def make_round(period: str = "2026H1", **kw: Any) -> Round:
    span = fiscal.parse(period)
    values = {
        "title": f"{span.label}の照会", "period": period, "period_start": span.start, "period_end": span.end,
        "sections": ["progress", "maturity"], "opens_on": today() - dt.timedelta(days=7),
        "due_on": today() + dt.timedelta(days=7),
    }  # fmt: skip
    return stored(Round(**values | kw))


def make_reply(**kw: Any) -> Reply:
    round_ = kw.pop("round", None) or make_round()
    department = kw.pop("department", None) or make_department()
    return stored(Reply(**{"round": round_, "department": department} | kw))


def make_question(**kw: Any) -> Question:
    n = next(_n)
    round_ = kw.pop("round", None) or make_round()
    if "questions" not in round_.sections:
        round_.sections = [*round_.sections, "questions"]
        round_.save()
    values = {"order": following(round_.questions, "order"), "text": f"質問{n}", "kind": "text"}
    return stored(Question(**{"round": round_} | values | kw))


def make_attachment(content: bytes = b"%PDF-1.7 test", **kw: Any) -> Attachment:
    """A file of `reply` (or a new one), its bytes on disk."""
    from django.core.files.base import ContentFile
    from django.utils import timezone

    stored_name, sha256 = storage.store(ContentFile(content))
    values = {
        "name": "根拠資料.pdf", "stored_name": stored_name, "sha256": sha256, "size": len(content),
        "content_type": "application/pdf", "uploaded_at": timezone.now(),
    }  # fmt: skip
    return stored(Attachment(**{"reply": kw.pop("reply", None) or make_reply()} | values | kw))


def make_remark(**kw: Any) -> ReplyRemark:
    from django.utils import timezone

    values = {
        "section": "progress", "anchor": "a-1", "label": "取組", "text": "理由を書いてください。",
        "created_at": timezone.now(),
    }  # fmt: skip
    return stored(ReplyRemark(**{"reply": kw.pop("reply", None) or make_reply()} | values | kw))


def make_action(**kw: Any) -> Action:
    n = next(_n)
    many = {name: kw.pop(name) for name in ("elements", "items", "axes", "supporting") if name in kw}
    plan = kw.pop("plan", None) or main_plan()
    lead = kw.pop("lead_department", None) or make_department()
    values = {
        "plan": plan, "code": f"A-{n:06}", "title": f"取組{n}", "lead_department": lead,
        "starts_on": today() - dt.timedelta(days=365), "ends_on": today() + dt.timedelta(days=365),
    }  # fmt: skip
    action = stored(Action(**values | kw))
    for name, rows in many.items():
        getattr(action, name).set(rows)
    return action


def make_phase(**kw: Any) -> Phase:
    action = kw.pop("action", None) or make_action()
    values = {
        "action": action, "label": "調査検討", "owner": "office",
        "starts_on": action.starts_on, "ends_on": action.ends_on,
    }  # fmt: skip
    return stored(Phase(**values | kw))


def make_milestone(**kw: Any) -> Milestone:
    action = kw.pop("action", None) or make_action()
    return stored(Milestone(**{"action": action, "title": "公開", "due_on": action.ends_on} | kw))


def make_report(**kw: Any) -> ProgressReport:
    action = kw.pop("action", None) or make_action()
    values = {
        "action": action, "as_of": dt.date(2026, 9, 30), "lifecycle": "running", "percent": 40,
        "done": "試行した。",
    }  # fmt: skip
    return stored(ProgressReport(**values | kw))


def make_assessment(levels: dict[str, int | None] | None = None, **kw: Any) -> Assessment:
    """Assessment of `reply` (or a new one) with the given level per axis key."""
    reply = kw.pop("reply", None) or make_reply()
    rubric = kw.pop("rubric", None) or Rubric.objects.filter(is_current=True).first() or make_rubric()
    values = {"department": reply.department, "reply": reply, "rubric": rubric, "as_of": reply.round.period_end}
    assessment = stored(Assessment(**values | kw))
    for axis in rubric.axes.all():
        level = (levels or {}).get(axis.key)
        stored(Score(assessment=assessment, axis=axis, level=level))
    return assessment
