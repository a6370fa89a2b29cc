"""Maturity: assessments, rubrics, evidence."""

from tests.access.base import HIDDEN, OWN, SECRETARIAT, Row, everyone, form, may, pk

ROWS = [
    Row("maturity:home", everyone()),
    Row("maturity:chart", everyone(), args=lambda w: {"name": "heat"}),
    Row("maturity:chart", everyone(404), args=lambda w: {"name": "nothing"}, case="unknown"),
    Row("maturity:department", everyone(), args=pk("own")),
    Row("maturity:department_chart", everyone(), args=lambda w: {"pk": w.own.pk, "name": "radar"}),
    Row("maturity:gaps", everyone()),
    Row("maturity:gap", everyone(), args=lambda w: {"department": w.own.pk, "axis": w.axis.pk}),
    Row("maturity:gap", everyone(404), args=lambda w: {"department": w.foreign.pk, "axis": w.axis.pk}, case="none"),
    Row(
        "maturity:assess", may(*OWN, ok=422, **HIDDEN), "POST",
        args=lambda w: {"reply_pk": w.reply.pk, "axis_pk": w.axis.pk}, case="empty",
    ),
    Row("maturity:review", SECRETARIAT, args=lambda w: {"pk": w.accepted.round_id}),
    Row("maturity:review_score", may("secretariat", ok=422), "POST", args=pk("score"), case="empty"),
    Row("maturity:city", everyone(), args=lambda w: {"pk": w.accepted.round_id}),
    Row(
        "maturity:city_level", may("secretariat", ok=422), "POST",
        args=lambda w: {"round_pk": w.accepted.round_id, "axis_pk": w.axis.pk}, case="empty",
    ),
    Row("maturity:rubric", everyone(), case="in use"),
    Row("maturity:rubric", may("secretariat", **HIDDEN), data=lambda w: {"version": w.rubric_draft.pk}, case="draft"),
    Row("maturity:rubric_draft", may("secretariat", ok=302), "POST"),
    Row("maturity:rubric_edit", SECRETARIAT, args=pk("rubric_draft")),
    Row("maturity:rubric_edit", may("secretariat", ok=302), args=pk("rubric"), case="published"),
    *form("maturity:rubric_settings", "secretariat", args=pk("rubric_draft")),
    *form("maturity:mapping", "secretariat", args=pk("rubric_draft")),
    *form("maturity:rubric_publish", "secretariat", args=pk("rubric_draft")),
    *form("maturity:rubric_discard", "secretariat", args=pk("rubric_draft"), refused=302),
    *form("maturity:axis_create", "secretariat", args=pk("rubric_draft")),
    *form("maturity:axis_edit", "secretariat", args=pk("draft_axis")),
    Row("maturity:axis_edit", may("secretariat", ok=302), args=pk("axis"), case="published"),
    Row("maturity:axis_move", may("secretariat", ok=404), "POST", args=pk("draft_axis"), case="nowhere"),
    Row(
        "maturity:axis_move", may("secretariat", ok=302), "POST", args=pk("draft_axis"),
        data=lambda w: {"direction": "up"},
    ),
    *form("maturity:axis_delete", "secretariat", args=pk("draft_axis"), refused=302),
]  # fmt: skip
