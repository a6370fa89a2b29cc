"""A small city in an installation of its own, made once; every test restores into another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.installation import TABLES, Installation, installation

CITY = """
from django.core.files.uploadedfile import SimpleUploadedFile
from rounds import services
from rounds.models import Attachment
from tests import builders as make
tax = make.make_department(code="0204", name="税務課", short_name="税務課")
member = make.make_user("member", department=tax, login_id="member-tax", display_name="税務課推進員")
reply = make.make_reply(round=make.make_round("2026H1"), department=tax)
make.make_action(lead_department=tax, title="電子申請の拡大")
for n in range(3):
    upload = SimpleUploadedFile(f"資料{n}.txt", f"根拠{n}".encode())
    services.attach_files(reply=reply, uploads=[upload], by=member)
Attachment.objects.filter(name="資料0.txt").update(accepted_at="2026-11-01T00:00:00+09:00")
from django.contrib.sessions.backends.db import SessionStore
SessionStore().save()
"""


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("city")) as place:
        place.python(TABLES)
        place.python(CITY)
        yield place


@pytest.fixture(scope="session")
def archive(city: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("backups") / "city.zip"
    city.really("manage.py", "backup", str(target))
    return target


@pytest.fixture
def twin(city: Installation, tmp_path: Path) -> Iterator[Installation]:
    """The city once more, to be altered."""
    with installation(tmp_path / "twin", like=city) as place:
        yield place


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Callable[[], Installation]]:
    """`empty()` is a new place with nothing in it."""
    with ExitStack() as stack:
        count = iter(range(9))
        yield lambda: stack.enter_context(installation(tmp_path / f"place{next(count)}"))
