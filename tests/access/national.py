"""The national plan and its registers."""

from tests.access.base import HIDDEN, OWN, Row, everyone, form, key, may, pk

ROWS = [
    Row("national:home", everyone()),
    Row("national:versions", everyone()),
    *form("national:version_create", "secretariat"),
    Row("national:version", everyone(), args=pk("older")),
    *form("national:version_edit", "secretariat", args=pk("older")),
    Row("national:version_delete", may("secretariat", ok=302), "POST", args=pk("older")),
    *form("national:version_follow", "secretariat", args=pk("older")),
    *form(
        "national:mapping_edit",
        "secretariat",
        args=lambda w: {"pk": w.national.pk, "source_pk": w.older.pk},
    ),
    *form("national:item_create", "secretariat", args=pk("older")),
    Row("national:item", everyone(), args=key("item")),
    *form("national:item_edit", "secretariat", args=key("item")),
    Row("national:item_move", may("secretariat", ok=404), "POST", args=key("item"), case="nowhere"),
    Row(
        "national:item_move",
        may("secretariat", ok=302),
        "POST",
        args=key("item"),
        data=lambda w: {"direction": "up"},
    ),
    Row("national:item_delete", may("secretariat", ok=302), "POST", args=key("item"), case="linked"),
    *form("national:target_create", "secretariat", args=key("item")),
    *form("national:target_edit", "secretariat", args=pk("target")),
    Row(
        "national:target_move",
        may("secretariat", ok=302),
        "POST",
        args=pk("target"),
        data=lambda w: {"direction": "down"},
    ),
    Row("national:target_move", may("secretariat", ok=404), "POST", args=pk("target"), case="nowhere"),
    Row("national:target_delete", may("secretariat", ok=302), "POST", args=pk("target")),
    Row("national:register", everyone(), args=key("register")),
    *form("national:register_bulk", "secretariat", args=key("register")),
    Row("national:entry", everyone(302), args=pk("entry"), fragment=200),
    *form("national:entry_edit", "secretariat", args=pk("entry")),
    Row(
        "national:report_entry", may(*OWN, ok=422, **HIDDEN), "POST",
        args=lambda w: {"reply_pk": w.figures_reply.pk, "pk": w.entry.pk}, case="empty",
    ),
    Row(
        "national:report_entry", may(*OWN, ok=404, **HIDDEN), "POST",
        args=lambda w: {"reply_pk": w.reply.pk, "pk": w.entry.pk}, case="not asked",
    ),
    Row("national:checklists", everyone()),
    Row("national:checklist_create", may("secretariat", ok=422), "POST", case="empty"),
    Row("national:checklist", everyone(), args=key("checklist")),
    Row("national:check", everyone(302), args=pk("check"), fragment=200),
    *form("national:check_edit", "secretariat", args=pk("check")),
]
