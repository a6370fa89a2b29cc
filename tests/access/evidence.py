"""What stands behind maturity: references, surveys, gaps."""

from tests.access.base import Row, everyone, form, may, pk

ROWS = [
    Row("maturity:references", everyone()),
    *form("maturity:reference_create", "secretariat"),
    *form("maturity:reference_edit", "secretariat", args=pk("reference")),
    *form("maturity:reference_delete", "secretariat", args=pk("reference")),
    *form("maturity:reference_import", "secretariat"),
    *form("maturity:reference_confirm", "secretariat", args=lambda w: {"key": w.upload.pk}),
    Row("maturity:reference_export", everyone(302), args=lambda w: {"kind": "json"}, case="too few departments"),
    Row("maturity:indicators", everyone()),
    *form("maturity:indicator_create", "secretariat"),
    *form("maturity:indicator_edit", "secretariat", args=pk("indicator")),
    *form("maturity:indicator_delete", "secretariat", args=pk("indicator")),
    Row("maturity:surveys", everyone()),
    *form("maturity:usage_create", "secretariat"),
    Row("maturity:usage", everyone(), args=pk("usage")),
    *form("maturity:usage_edit", "secretariat", args=pk("usage")),
    *form("maturity:questionnaire_create", "secretariat"),
    Row("maturity:questionnaire", everyone(), args=pk("questionnaire")),
    *form("maturity:questionnaire_edit", "secretariat", args=pk("questionnaire")),
    *form("maturity:answer_create", "secretariat", args=pk("questionnaire")),
    *form("maturity:answer_edit", "secretariat", args=pk("answer")),
    Row("maturity:triage", may("secretariat", ok=422), "POST", args=pk("answer"), case="empty"),
    Row("national:checklist_summary", everyone()),
    Row(
        "actions:gap_actions", everyone(), data=lambda w: {"department": w.own.pk, "axis": w.axis.pk}, case="one gap",
    ),
    Row("actions:gap_actions", everyone(404), case="no gap"),
    Row(
        "actions:link_axis", may("secretariat", "lead", ok=422), "POST",
        data=lambda w: {"department": w.own.pk, "axis": w.axis.pk}, case="no action",
    ),
]  # fmt: skip
