"""Linking an action to an axis of maturity from the gap that it is to close."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from actions.models import Action
from actions.services.labels import sets_of
from lib import ledger
from lib.writes import save_versioned
from maturity.models import Axis


@transaction.atomic
def link_axis(*, action: Action, axis: Axis, by: Any) -> Action:
    """Let an action in force serve an axis of the rubric in use.

    The version moves on, so that an open form of the action notices. Raises ValidationError for an archived
    action, an axis of another version, or a link that is there already.
    """
    stored = Action.objects.select_for_update(no_key=True).get(pk=action.pk)
    if stored.archived_at:
        raise ValidationError("保管した取組は結び付けられません。")
    if not Axis.objects.filter(pk=axis.pk, rubric__is_current=True).exists():
        raise ValidationError("この軸は、いまの評価基準にありません。画面を開き直してください。")
    if stored.axes.filter(line=axis.line).exists():
        raise ValidationError(f"取組「{stored}」は、すでに「{axis}」に結び付いています。")
    before = {"axes": sets_of(stored)["axes"]}
    stored.axes.add(axis)
    save_versioned(stored, version=stored.version, fields=())
    ledger.record(by=by, act="link", obj=stored, before=before, after={"axes": sets_of(stored)["axes"]})
    return stored
