"""Pages of the packs and the publication."""

from types import SimpleNamespace

from django.utils import timezone

from meetings import services
from tests.access import pk
from tests.builders import today
from tests.growth.base import Page
from tests.growth.grow import grow_actions
from tests.meetings.making import make_agenda, make_body, make_meeting
from tests.meetings.making_packs import make_pack_file, make_publication


def grow_files(world: SimpleNamespace) -> None:
    make_pack_file(meeting=world.pack_meeting, snapshot=world.snapshot)


def grow_publications(world: SimpleNamespace) -> None:
    """Snapshots that were approved, and others that wait for it."""
    for approved in (True, False):
        meeting = make_meeting(body=make_body(), held_on=today())
        snapshot, _ = services.freeze_meeting(meeting=meeting, by=world.cast.secretariat)
        if approved:
            make_publication(snapshot=snapshot, withdrawn_at=timezone.now(), withdrawn_reason="訂正のため")


def grow_agenda_of_pack(world: SimpleNamespace) -> None:
    make_agenda(meeting=world.pack_meeting).actions.add(world.action)


PAGES = [
    Page("meetings:pack", (grow_files,), args=pk("pack_meeting")),
    Page("meetings:pack_print", (grow_actions, grow_agenda_of_pack), args=pk("pack_meeting")),
    Page("meetings:publications", (grow_publications,)),
]

SINGLE = {
    "meetings:pack_file", "meetings:publication", "meetings:publication_approve", "meetings:publication_withdraw",
    "meetings:publication_export",
}  # fmt: skip
