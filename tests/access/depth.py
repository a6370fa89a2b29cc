"""Milestones, grades, merging and bulk editing of actions."""

from tests.access.base import Row, Values, everyone, form, may, pk


def stone(action: str) -> Values:
    return lambda world: {"pk": getattr(world, action).pk, "stone": world.milestone.pk}


ROWS = [
    *form("actions:milestone", "secretariat", "lead", args=stone("action")),
    Row("actions:milestone", may("secretariat", ok=404, rest=404), args=stone("foreign_action"), case="of another"),
    Row("actions:grades", everyone()),
    *form("actions:head_grade", "secretariat", args=pk("action")),
    Row("actions:scales", may("secretariat")),
    Row("actions:plan_scale", may("secretariat", ok=422), "POST", case="empty"),
    *form("actions:scale_create", "secretariat"),
    *form("actions:scale", "secretariat", args=pk("scale")),
    *form("actions:merge", "secretariat", args=pk("action")),
    Row("actions:bulk", may("secretariat", "lead"), data=lambda w: {"pick": w.action.pk}),
    Row(
        "actions:bulk", may("secretariat", "other_lead"), data=lambda w: {"pick": w.foreign_action.pk},
        case="of others",
    ),
    Row("actions:bulk", may("secretariat", "lead", "other_lead", ok=302), "POST", case="nothing chosen"),
    Row("actions:bulk", may("secretariat", "lead", ok=422), "POST", data=lambda w: {"pick": w.action.pk}, case="empty"),
]  # fmt: skip
