"""会議資料: which sections a meeting's pack has, and the files that were made of it."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from accounts.models import User
from lib.models import Versioned
from meetings.models.meetings import Meeting
from meetings.models.snapshots import Snapshot

# A worker reports at least this often; one that has been silent for longer has died.
SILENT_AFTER = dt.timedelta(minutes=5)


def format_choices() -> list[tuple[str, str]]:
    return [("pdf", "PDF"), ("pptx", "PowerPoint"), ("xlsx", "Excel")]


def run_choices() -> list[tuple[str, str]]:
    return [
        ("waiting", "順番を待っています"), ("working", "作っています"), ("done", "できました"),
        ("failed", "作れませんでした"),
    ]  # fmt: skip


class PackChoice(Versioned):
    """The sections of a meeting's pack in their order, remembered for the next time."""

    meeting = models.OneToOneField(
        Meeting, verbose_name="会議", on_delete=models.CASCADE, related_name="pack_choice"
    )
    sections = models.JSONField("章", default=list)

    class Meta:
        verbose_name = "資料の章"

    def __str__(self) -> str:
        return f"{self.meeting}の資料の章"


class PackFile(models.Model):
    """One file of a pack, from the wish to the bytes on disk. It records which snapshot it was made from.

    The row is also the job: a worker takes it from 順番待ち, reports each step and ends it.
    """

    meeting = models.ForeignKey(Meeting, verbose_name="会議", on_delete=models.CASCADE, related_name="pack_files")
    snapshot = models.ForeignKey(
        Snapshot, verbose_name="確定資料", on_delete=models.PROTECT, related_name="pack_files"
    )
    snapshot_sha256 = models.CharField("確定資料のSHA-256", max_length=64)
    previous = models.ForeignKey(
        Snapshot, verbose_name="比べた確定資料", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    format = models.CharField("形式", max_length=4, choices=format_choices)
    sections = models.JSONField("章", default=list)
    state = models.CharField("状態", max_length=8, choices=run_choices, default="waiting")
    step = models.CharField("いましていること", max_length=80, blank=True)
    steps_done = models.PositiveSmallIntegerField("済んだ段階", default=0)
    steps = models.PositiveSmallIntegerField("段階の数", default=1)
    problem = models.TextField("作れなかった理由", blank=True)
    requested_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    requested_label = models.CharField("作った人", max_length=120)
    requested_at = models.DateTimeField("頼んだ日時")
    heard_at = models.DateTimeField("最後の知らせ")
    stored_name = models.CharField("保存名", max_length=32, blank=True)
    size = models.PositiveIntegerField("大きさ（バイト）", null=True, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)

    class Meta:
        verbose_name = "会議資料のファイル"
        ordering = ("-requested_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("meeting", "format"), condition=Q(state__in=("waiting", "working")),
                name="pack_file_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="done") & ~Q(stored_name="") & ~Q(sha256="") | ~Q(state="done") & Q(stored_name=""),
                name="pack_file_done",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.meeting}の資料（{self.get_format_display()}）"

    @property
    def is_active(self) -> bool:
        return self.state in ("waiting", "working")

    def is_dead(self, now: dt.datetime) -> bool:
        """Whether the worker has gone: the row says working, and nobody has reported for long."""
        return self.is_active and now - self.heard_at > SILENT_AFTER

    @property
    def percent(self) -> int:
        return min(100, 100 * self.steps_done // max(self.steps, 1))

    @property
    def file_name(self) -> str:
        return f"{self.meeting.title}_{self.snapshot.as_of:%Y%m%d}.{self.format}"
