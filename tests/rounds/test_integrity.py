"""Files of accepted replies are verified with the ledger."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.utils import timezone

from rounds import integrity, storage
from rounds.models import Attachment
from tests import builders as make


@pytest.fixture
def accepted(db: None) -> Attachment:
    return make.make_attachment(reply=make.make_reply(), accepted_at=timezone.now())


def test_an_untouched_file_holds(accepted: Attachment) -> None:
    assert list(integrity.broken_attachments()) == []


def test_an_altered_and_a_lost_file_are_named(accepted: Attachment) -> None:
    storage.path_of(accepted.stored_name).write_bytes(b"else")
    assert list(integrity.broken_attachments()) == [f"添付 {accepted.pk} 番のファイルが書き換えられています"]
    storage.discard(accepted.stored_name)
    assert list(integrity.broken_attachments()) == [f"添付 {accepted.pk} 番のファイルがありません"]


def test_a_draft_may_lose_its_file(db: None) -> None:
    draft = make.make_attachment(reply=make.make_reply())
    storage.discard(draft.stored_name)
    assert list(integrity.broken_attachments()) == []


def test_the_command_ends_with_one_and_names_the_file(
    accepted: Attachment, capsys: pytest.CaptureFixture[str]
) -> None:
    storage.discard(accepted.stored_name)
    with pytest.raises(SystemExit) as stop:
        call_command("audit_verify")
    assert stop.value.code == 1
    assert f"受理した回答の添付: 添付 {accepted.pk} 番のファイルがありません" in capsys.readouterr().err
