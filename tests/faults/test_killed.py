"""kill -9 in the middle of a big write: all or nothing, the ledger holds, and the same act succeeds afterwards.

The process is killed twice: just before the ledger row of the act, when its other rows are written, and just after it,
when only the commit is missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.installation import TABLES, Installation, installation

CITY = """
import datetime as dt
from tests import world as worlds
from tests.conftest import make_cast
from tests.accounts.making import change, make_reorganisation, new
from tests.builders import make_department
from tests.meetings.making import make_meeting
from decimal import Decimal
from maturity import exchange_format
from maturity.models_evidence import ReferenceUpload
world = worlds.build(make_cast())
make_meeting()
from strategy import queries_editions, services as strategy
stranded = {use.key: None for use in queries_editions.undecided(world.draft)}
if stranded:
    strategy.decide_relinks(edition=world.draft, choices=stranded, by=world.cast.secretariat)
row = exchange_format.Row(
    place="2行目", municipality="となり市", as_of=dt.date(2026, 3, 31), line=world.axis.line, level=Decimal(3),
    source="公表資料", note="",
)
moved = new("9777", "新しい課")
change(make_reorganisation(title="改称"), "rename", [make_department()], [moved], world.cast.admin)
ReferenceUpload.objects.all().delete()
ReferenceUpload.objects.create(file_name="x.csv", rows=[row.plain()], made_by_id=world.cast.secretariat.pk)
from tests.exchange.helpers import Taken
taken = Taken("actions", world.cast.secretariat).put(world.action.pk, "取組名", "窓口の見直し")
taken.add("工程", **{
    "取組": taken.get(world.phase.pk, "取組", "工程"), "段階": "見直し", "主体": "原課",
    "始め": "R8.4.1", "終わり": "R9.3.31",
})
assert taken.stage(name="取組の変更.xlsx").may_apply
"""

STATE = """
import hashlib, json
from django.db import connection
state = {}
with connection.cursor() as cursor:
    for table in sorted(connection.introspection.table_names(cursor)):
        cursor.execute(f'SELECT * FROM "{table}"')
        rows = sorted(map(repr, cursor.fetchall()))
        state[table] = [len(rows), hashlib.sha256("".join(rows).encode()).hexdigest()]
print(json.dumps(state))
"""

# The one sink of the ledger, with a stop in front of it or behind it. SIGKILL comes while it waits.
STOP = """
import time
from lib import ledger
keep = ledger._sinks[0]
def waits(events):
    if {when!r} == "after":
        keep(events)
    print("ready", flush=True)
    time.sleep(600)
ledger._sinks[0] = waits
"""

WHO = """
from accounts.models import User
by = User.objects.get(login_id="secretariat")
"""

ACTS = {
    # First, because the file waits for the actions as they are.
    "confirm a workbook": """
from exchange import services, sheets
from exchange.models import Import
kept = Import.objects.get(file_name="取組の変更.xlsx")
services.apply(kept=kept, book=sheets.find("actions"), scope=None, seen=kept.seen, by=by)
""",
    "publish an edition": """
from strategy.models import Edition
from strategy import services
edition = Edition.objects.get(status="draft")
services.publish_edition(edition=edition, version=edition.version, by=by)
""",
    "accept and freeze a reply": """
from rounds.models import Reply
from rounds import services
reply = Reply.objects.get(state="approved")
services.accept_reply(reply=reply, version=reply.version, by=by)
""",
    "freeze a round": """
from rounds.models import Round
from meetings import services
services.freeze_round(round_=Round.objects.earliest("pk"), by=by)
""",
    "freeze a meeting": """
from meetings.models import Meeting
from meetings import services
services.freeze_meeting(meeting=Meeting.objects.earliest("pk"), by=by)
""",
    "apply a reorganisation": """
from accounts.models import Reorganisation
from tests.accounts.making import apply
apply(Reorganisation.objects.get(title="改称"), by)
""",
    "confirm an import": """
from maturity import queries_evidence
from maturity.models_evidence import ReferenceUpload
from maturity.services import references as services
upload = ReferenceUpload.objects.get(applied_at=None)
seen = services.digest(queries_evidence.changes(queries_evidence.rows_of(upload)))
services.apply_import(upload=upload, seen=seen, by=by)
""",
}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("killed")) as place:
        place.python(TABLES)
        place.python(CITY)
        yield place


def state(place: Installation, first: str = "") -> dict:
    """Every table with its number of rows and their digest, after running `first` in the same process."""
    return json.loads(place.python(first + STATE).splitlines()[-1])


VERIFY = """
from audit import services as audit
assert audit.verify().sound
"""


@pytest.mark.parametrize("act", ACTS)
def test_killed_in_the_middle_nothing_is_half_done(city: Installation, act: str) -> None:
    before = state(city)
    for when in ("before", "after"):
        city.killed(STOP.format(when=when) + WHO + ACTS[act])
    assert differing(before, state(city, VERIFY)) == {}
    done = state(city, WHO + ACTS[act] + VERIFY)
    assert differing(before, done), "undisturbed, the same act succeeds: no lock was left behind"
    assert done["audit_entry"][0] > before["audit_entry"][0]


def differing(before: dict, after: dict) -> dict:
    return {table: (before[table], after[table]) for table in before if before[table] != after[table]}
