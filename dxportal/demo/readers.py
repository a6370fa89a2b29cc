"""Who looked at what in the last days: a few rows of the read log."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from audit.models import Read
from dxportal.demo.clock import moment
from rounds.models import Reply

# Days ago, and the hour.
WHEN = ((3, 9), (2, 14), (2, 15), (1, 10), (1, 17))


def tell_readers(today: dt.date) -> None:
    """事務局 read drafts of the open round and took a list; 管理者 looked at the users."""
    secretariat, admin = (User.objects.get(login_id=name) for name in ("secretariat", "admin"))
    drafts = Reply.objects.filter(state="draft", started_at__isnull=False).select_related("department", "round")
    shown = [(admin, "users", "利用者の一覧", "/accounts/users/")]
    shown += [(secretariat, "draft", str(r), f"/rounds/replies/{r.pk}/") for r in drafts.order_by("pk")[:3]]
    shown.append((secretariat, "file", "回答状況.xlsx", "/rounds/"))
    Read.objects.bulk_create(
        Read(
            at=moment(today - dt.timedelta(days=days), hour), user_id=user.pk, user=user.ledger_label, kind=kind,
            label=label[:200], path=path,
        )
        for (days, hour), (user, kind, label, path) in zip(WHEN, shown, strict=False)
    )  # fmt: skip
