"""The register of hurdles and the requests that follow from them, as files."""

from __future__ import annotations

from typing import Any

from accounts.roles import Permission
from actions.filters_hurdles import HurdleFilter
from actions.models import Hurdle, PolicyRequest
from actions.queries_hurdles import register as rows_of_register
from actions.queries_hurdles import requests
from actions.views.hurdles import SORTS
from exchange.lists import Head, ListExport, Shown, register
from lib import listing
from lib.http import Request

HURDLE_HEADS = (
    Head("課題", "title"), Head("状態", "state"), Head("区分", "kind"), Head("全庁共通", "cross_cutting"),
    Head("挙げた所属", "raised_by_department"), Head("対応する所属", "owner_department", note="空欄は未定"),
    Head("挙げた日", "raised_on", "date"), Head("解決日", "solved_on", "date"),
    Head("影響する取組", "actions", note="整理番号と取組名"), Head("政策要望の数", "requests", "number"),
    Head("内容", "text"), Head("対応と結果", "resolution"), Head("出どころ", "source"),
)  # fmt: skip
REQUEST_HEADS = (
    Head("要望先", "addressee"), Head("状態", "state"), Head("課題", "hurdle"),
    Head("対応する所属", "owner_department"), Head("要望の内容", "text"), Head("提出日", "submitted_on", "date"),
    Head("回答", "answer"), Head("回答日", "answered_on", "date"),
)  # fmt: skip


def hurdles(request: Request) -> Shown:
    found = HurdleFilter(request.GET, request=request, queryset=rows_of_register())
    ordered = listing.ordered(request, found.qs, sorts=SORTS, default="-raised_on")
    return Shown("課題・ハードル", HURDLE_HEADS, (_hurdle(h) for h in ordered.prefetch_related("actions")))


def _hurdle(row: Hurdle) -> list[Any]:
    owner = row.owner_department
    return [
        row.title, row.get_state_display(), row.get_kind_display(), "はい" if row.cross_cutting else "いいえ",
        row.raised_by_department.name, owner.name if owner else None, row.raised_on, row.solved_on,
        "\n".join(f"{a.code} {a.title}" for a in row.actions.all()), row.request_count, row.text, row.resolution,
        row.source,
    ]  # fmt: skip


def policy_requests(request: Request) -> Shown:
    return Shown("政策要望", REQUEST_HEADS, (_request(r) for r in requests()))


def _request(row: PolicyRequest) -> list[Any]:
    owner = row.hurdle.owner_department
    return [
        row.addressee, row.standing, row.hurdle.title, owner.name if owner else None, row.text,
        row.submitted_on, row.answer, row.answered_on,
    ]  # fmt: skip


def register_all() -> None:
    register(ListExport("hurdles", "課題・ハードル", Permission.READ, hurdles))
    register(ListExport("requests", "政策要望", Permission.READ, policy_requests))
