"""Rounds and replies."""

from tests.access.base import HIDDEN, OWN, PUBLIC, ROLES, Row, Values, everyone, form, may, pk


def question_of(reply: str) -> Values:
    return lambda world: {"pk": getattr(world, reply).pk, "question_pk": getattr(world, f"{reply}_question").pk}


ROWS = [
    Row("rounds:list", everyone()),
    *form("rounds:open", "secretariat"),
    Row("rounds:detail", everyone(), args=pk("round")),
    *form("rounds:edit", "secretariat", args=pk("round")),
    *form("rounds:close", "secretariat", args=pk("round"), refused=409),
    Row("rounds:reopen", may("secretariat", ok=409), "POST", args=pk("closed"), case="empty"),
    Row("rounds:accept_unchanged", may("secretariat", ok=409), "POST", args=pk("round"), case="empty"),
    Row("rounds:reply", may(*OWN, **HIDDEN), args=pk("reply"), case="draft"),
    Row("rounds:reply", may(*OWN, **HIDDEN), args=pk("approved"), case="approved"),
    Row("rounds:reply", may(*OWN, rest=302), args=pk("accepted"), case="accepted"),
    Row("rounds:standing", may(*OWN, ok=302, **HIDDEN), args=pk("reply"), fragment=200),
    Row("rounds:submit", may(*OWN, ok=422, **HIDDEN), "POST", args=pk("reply"), case="incomplete"),
    Row("rounds:approve", may("secretariat", "lead", ok=409, member=403, **HIDDEN), "POST", args=pk("submitted")),
    Row("rounds:withdraw", may(*OWN, ok=409, **HIDDEN), "POST", args=pk("submitted"), case="submitted"),
    Row(
        "rounds:withdraw", may("secretariat", "lead", ok=409, member=403, **HIDDEN), "POST", args=pk("approved"),
        case="approved",
    ),
    *form("rounds:send_back", "secretariat", "lead", args=pk("submitted"), member=403, **HIDDEN),
    *form("rounds:return", "secretariat", args=pk("approved")),
    Row("rounds:accept", may("secretariat", ok=409), "POST", args=pk("approved"), case="stale"),
    Row(
        "rounds:accept", may("secretariat", ok=302), "POST", args=pk("approved"),
        data=lambda w: {"version": w.approved.version}, case="fresh",
    ),
    Row("rounds:answer", may(*OWN, ok=422, **HIDDEN), "POST", args=question_of("reply"), case="empty"),
    Row("rounds:answer", may(*OWN, ok=422, **HIDDEN), "POST", args=question_of("submitted"), case="not editable"),
    Row("rounds:attach", may(*OWN, ok=422, **HIDDEN), "POST", args=pk("reply"), case="empty"),
    Row("rounds:attachment", may(*OWN, **HIDDEN), args=pk("draft_file"), case="draft"),
    Row("rounds:attachment", everyone(), args=pk("official_file"), case="accepted"),
    Row("rounds:attachment_remove", may(*OWN, ok=302, **HIDDEN), "POST", args=pk("draft_file"), case="draft"),
    Row("rounds:attachment_remove", may(*OWN, ok=422, **HIDDEN), "POST", args=pk("official_file"), case="accepted"),
    Row("rounds:resolve", may(*OWN, ok=302, **HIDDEN), "POST", args=pk("remark"), fragment=200),
    *form("rounds:reopen_reply", "secretariat", args=pk("reply")),
    *form("rounds:correct", "secretariat", args=pk("accepted")),
    *form("rounds:void", "secretariat", args=pk("reply")),
    Row("rounds:export_xlsx", everyone(), args=pk("round")),
    Row("rounds:export_csv", everyone(), args=pk("round")),
    Row("rounds:calendar", everyone()),
    Row("rounds:calendar_create", everyone(), "POST"),
    Row("rounds:calendar_revoke", everyone(302), "POST"),
    Row("rounds:calendar_feed", PUBLIC, args=lambda w: {"token": w.calendar}),
    Row("rounds:calendar_feed", dict.fromkeys(ROLES, 404), args=lambda w: {"token": "unknown"}, case="unknown"),
    Row("rounds:frozen", everyone(), args=pk("accepted"), case="accepted"),
    Row("rounds:frozen", everyone(404), args=pk("reply"), case="draft"),
]  # fmt: skip
