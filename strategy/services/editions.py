"""What the making of an edition records: reasons of changes, and where stranded things go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from lib import ledger
from lib.writes import StaleError, save_versioned
from strategy import queries_editions, relink
from strategy.models import ChangeNote, Edition, Element, PlannedRelink
from strategy.services.layers import lock_draft

MOVED_ON = "ほかの人の操作で一覧が変わりました。確かめてから、もう一度選んでください。"


@transaction.atomic
def set_change_note(*, edition: Edition, lineage: UUID, text: str, version: int, by: Any) -> None:
    """Say why an element differs from the edition before; an empty text takes the reason away.

    `version` is that of the note the person saw, 0 for none.
    """
    lock_draft(edition.pk)
    if not Element.objects.filter(edition__plan_id=edition.plan_id, lineage=lineage).exists():
        raise ValidationError("この要素は、この計画にありません。")
    note = ChangeNote.objects.filter(edition=edition, lineage=lineage).first()
    if (note.version if note else 0) != version:
        raise StaleError(note)
    before = ledger.state_of(note, ("text",)) if note else {}
    if not text:
        if note:
            ledger.record(by=by, act="delete", obj=note, before=before)
            note.delete()
        return
    if note is None:
        note = ChangeNote(edition=edition, lineage=lineage, text=text)
        note.full_clean(exclude=("edition",), validate_constraints=False)
        note.save(force_insert=True)
    else:
        note.text = text
        note.full_clean(exclude=("edition",), validate_constraints=False)
        save_versioned(note, version=version, fields=("text",))
    ledger.record(by=by, act="update" if before else "create", obj=note, before=before, after={"text": text})


@transaction.atomic
@ledger.gathered()
def decide_relinks(*, edition: Edition, choices: Mapping[str, Element | None], by: Any) -> int:
    """Let undecided stranded things go to the chosen element, or without one (None); return how many.

    In a draft the choice is kept until it is published; in the edition in force it is done at once.
    """
    edition = _lock_open(edition)
    waiting = {use.key: use for use in queries_editions.undecided(edition)}
    if not choices or set(choices) - set(waiting):
        raise ValidationError(MOVED_ON, code="stale")
    if any(target is not None and target.edition_id != edition.pk for target in choices.values()):
        raise ValidationError(f"付け替え先は{edition.label}の要素から選んでください。")
    edition.planned_relinks.filter(key__in=choices).delete()
    rows = [
        PlannedRelink(edition=edition, key=key, label=waiting[key].label[:250], target=target)
        for key, target in choices.items()
    ]
    PlannedRelink.objects.bulk_create(rows)
    stored = PlannedRelink.objects.filter(edition=edition, key__in=choices).select_related("target")
    ledger.record_many(
        [ledger.event(by=by, act="link", obj=row, after={"target": ledger.plain(row.target)}) for row in stored]
    )
    if not edition.is_draft:
        relink.give(_targets(rows), by)
    return len(rows)


@transaction.atomic
@ledger.gathered()
def undo_relink(*, edition: Edition, key: str, by: Any) -> None:
    """Make a stranded thing undecided again; in the edition in force its new link goes."""
    edition = _lock_open(edition)
    row = edition.planned_relinks.select_related("target").filter(key=key).first()
    if row is None:
        raise ValidationError(MOVED_ON, code="stale")
    ledger.record(by=by, act="unlink", obj=row, before={"target": ledger.plain(row.target)})
    row.delete()
    if not edition.is_draft:
        relink.take(_targets([row]), by)


def carry_out(edition: Edition, uses: list[relink.Use], by: Any) -> list[relink.Use]:
    """Do the planned re-links of an edition just published; return what stays without an element."""
    keys = {use.key for use in uses}
    links = _targets(row for row in edition.planned_relinks.all() if row.key in keys)
    relink.give(links, by)
    return [use for use in uses if use.key not in links]


def _targets(rows: Any) -> dict[str, int]:
    return {row.key: row.target_id for row in rows if row.target_id is not None}


def _lock_open(edition: Edition) -> Edition:
    edition = Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)
    if edition.status == "archived":
        raise ValidationError(f"{edition.label}は保管されているため、取組を付け替えられません。")
    return edition
