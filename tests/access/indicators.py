"""Indicators."""

from tests.access.base import HIDDEN, OWN, Row, everyone, form, key, may, pk

ROWS = [
    Row("indicators:list", everyone()),
    Row("indicators:detail", everyone(), args=pk("kpi")),
    *form("indicators:create", "secretariat"),
    *form("indicators:edit", "secretariat", args=pk("kpi")),
    Row("indicators:archive", may("secretariat", ok=302), "POST", args=pk("kpi")),
    Row("indicators:restore", may("secretariat", ok=302), "POST", args=pk("kpi")),
    *form("indicators:actual", *OWN, args=pk("kpi")),
    *form("indicators:correct", "secretariat", args=pk("kpi_actual")),
    Row(
        "indicators:report_actual", may(*OWN, ok=422, **HIDDEN), "POST",
        args=lambda w: {"reply_pk": w.figures_reply.pk, "pk": w.kpi.pk}, case="empty",
    ),
    Row(
        "indicators:report_actual", may(*OWN, ok=404, **HIDDEN), "POST",
        args=lambda w: {"reply_pk": w.reply.pk, "pk": w.kpi.pk}, case="not asked",
    ),
    Row("indicators:of_element", everyone(302), args=pk("element"), fragment=200),
    Row("indicators:of_item", everyone(302), args=key("item"), fragment=200),
]
