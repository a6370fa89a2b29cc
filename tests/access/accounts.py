"""Users, roles, departments, sign-in."""

from tests.access.base import ADMIN, PUBLIC, READERS, ROLES, Row, everyone, form, may, pk

ROWS = [
    Row("accounts:sign_in", PUBLIC | dict.fromkeys((*READERS, "nobody"), 302)),
    Row("accounts:sign_in", {"anonymous": 422} | dict.fromkeys((*READERS, "nobody"), 302), "POST", case="empty"),
    Row("accounts:sign_out", dict.fromkeys(ROLES, 302), "POST"),
    Row("accounts:password", everyone() | {"nobody": 200}),
    Row("accounts:password", everyone(422) | {"nobody": 422}, "POST", case="empty"),
    Row("accounts:second_factor", dict.fromkeys(ROLES, 302)),
    Row("accounts:second_factor", dict.fromkeys(ROLES, 302), "POST", case="without a first step"),
    Row("accounts:confirm", everyone() | {"nobody": 200}),
    Row("accounts:confirm", everyone(422) | {"nobody": 422}, "POST", case="empty"),
    Row("accounts:factor", everyone() | {"nobody": 200}),
    Row("accounts:factor", everyone(422) | {"nobody": 422}, "POST", case="empty"),
    Row("accounts:factor_codes", everyone(302) | {"nobody": 302}, "POST"),
    Row("accounts:factor_remove", everyone(302) | {"nobody": 302}, "POST"),
    Row("accounts:unlock", may("admin", ok=302), "POST", args=lambda w: {"pk": w.cast.lead.pk}),
    Row("accounts:factor_reset", may("admin", ok=302), "POST", args=lambda w: {"pk": w.cast.lead.pk}),
    Row("accounts:users", ADMIN),
    *form("accounts:user_create", "admin"),
    *form("accounts:extend", "admin"),
    *form("accounts:user", "admin", args=lambda w: {"pk": w.cast.lead.pk}),
    *form("accounts:password_reset", "admin", args=lambda w: {"pk": w.cast.lead.pk}),
    *form("accounts:membership_create", "admin", args=lambda w: {"pk": w.cast.lead.pk}),
    *form("accounts:membership", "admin", args=pk("membership")),
    Row("accounts:departments", ADMIN),
    *form("accounts:department_create", "admin"),
    *form("accounts:department", "admin", args=pk("own")),
]

ROWS += [
    Row("accounts:reorganisations", ADMIN),
    *form("accounts:reorganisation_create", "admin"),
    Row("accounts:reorganisation", ADMIN, args=pk("reorganisation")),
    Row("accounts:reorganisation_apply", may("admin", ok=409), "POST", args=pk("reorganisation"), case="unseen"),
    Row("accounts:reorganisation_discard", may("admin", ok=302), "POST", args=pk("reorganisation")),
    *form("accounts:change_create", "admin", args=lambda w: {"pk": w.reorganisation.pk, "key": "merge"}),
    *form("accounts:change", "admin", args=pk("change")),
    Row("accounts:change_remove", may("admin", ok=302), "POST", args=pk("change")),
    Row("accounts:orphans", may("admin", "secretariat")),
    Row("accounts:orphans", may("admin", ok=422), "POST", case="empty"),
]
