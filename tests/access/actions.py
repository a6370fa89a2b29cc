"""Actions and reports."""

from tests.access.base import DRAFT, HIDDEN, OWN, Row, Values, everyone, form, key, may, pk


def row_of(reply: str, action: str) -> Values:
    return lambda world: {"reply_pk": getattr(world, reply).pk, "pk": getattr(world, action).pk}


ROWS = [
    Row("actions:list", everyone()),
    Row("actions:schedule", everyone()),
    *form("actions:create", "secretariat", "lead", "other_lead"),
    Row("actions:detail", everyone(), args=pk("action")),
    *form("actions:edit", "secretariat", "lead", args=pk("action")),
    Row("actions:archive", may("secretariat", "lead", ok=302), "POST", args=pk("action")),
    Row("actions:restore", may("secretariat", "lead", ok=302), "POST", args=pk("action")),
    *form("actions:report", *OWN, args=pk("action")),
    Row(
        "actions:rest_no_change", may(*OWN, ok=302, **HIDDEN), "POST",
        args=lambda w: {"reply_pk": w.reply.pk}, fragment=200,
    ),
    Row("actions:row", may(*OWN, **HIDDEN), args=row_of("reply", "action"), fragment=200),
    Row("actions:row", may(*OWN, ok=422, **HIDDEN), "POST", args=row_of("reply", "action"), case="empty"),
    Row(
        "actions:row", may(*OWN, ok=404, **HIDDEN), "POST", args=row_of("reply", "foreign_action"),
        case="foreign action",
    ),
    Row("actions:row_no_change", may(*OWN, ok=302, **HIDDEN), "POST", args=row_of("reply", "action"), fragment=200),
    Row("actions:row_undo", may(*OWN, ok=422, **HIDDEN), "POST", args=row_of("reply", "action"), case="no version"),
    Row("actions:element_figures", everyone(404), case="no edition"),
    Row("actions:element_figures", everyone(), data=lambda w: {"edition": w.edition.pk}, case="published"),
    Row("actions:element_figures", DRAFT, data=lambda w: {"edition": w.draft.pk}, case="draft"),
    Row("actions:element_actions", everyone(), args=pk("element"), case="published"),
    Row("actions:element_actions", DRAFT, args=pk("draft_element"), case="draft"),
    Row("actions:item_schedule", everyone(), case="all items"),
    Row("actions:item_schedule", everyone(), data=lambda w: {"item": w.item.key}, case="one item"),
    Row("actions:item_schedule", everyone(404), data=lambda w: {"item": "no-such-item"}, case="no item"),
    Row("actions:item_actions", everyone(), args=key("item")),
    Row("actions:department_actions", everyone(), args=pk("own")),
]  # fmt: skip
