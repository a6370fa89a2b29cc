"""A city of the first version is brought to this one: every row, every word, and the chain of its ledger."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.installation import Installation, installation

FIRST = Path(__file__).resolve().parent

LOOK = """
import json
from django.apps import apps
from django.db import connection
from accounts.models import User
from actions.models import Action, ProgressReport
from audit.models import Entry
from maturity.models import Score
from rounds.models import Reply
from strategy.models import Element, Plan
with connection.cursor() as cursor:
    tables = connection.introspection.table_names(cursor)
    rows = {}
    for table in tables:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        rows[table] = cursor.fetchone()[0]
print(json.dumps({
    "rows": rows,
    "plan": Plan.objects.earliest("pk").name,
    "mission": Element.objects.filter(layer__role="mission", layer__edition__status="published").earliest("pk").title,
    "action": list(Action.objects.exclude(percent=None).order_by("pk").values_list("code", "title", "percent")[:1]),
    "reports": ProgressReport.objects.filter(accepted_at__isnull=False).count(),
    "accepted": Reply.objects.filter(state="accepted", frozen__isnull=False).count(),
    "blank": Score.objects.filter(level__isnull=True).count(),
    "lead": User.objects.get(login_id="lead-tax").display_name,
    "signs_in": User.objects.get(login_id="lead-tax").check_password("dxportal-demo"),
    "last": Entry.objects.order_by("seq").last().hash,
}))
"""
VISIT = """
from django.test import Client
from accounts.models import User
client = Client()
client.force_login(User.objects.get(login_id="secretariat"), backend="accounts.backends.PortalBackend")
for path in ("/", "/strategy/", "/actions/", "/rounds/", "/maturity/", "/national/", "/meetings/", "/audit/"):
    print(path, client.get(path).status_code)
"""


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("upgraded")) as place:
        told = place.manage("restore", str(archive()), "--verify")
        assert "異常はありません" in told
        yield place


def archive() -> Path:
    return FIRST / f"first-{connection.vendor}.zip"


@pytest.fixture(scope="module")
def found(upgraded: Installation) -> dict:
    return json.loads(upgraded.python(LOOK))


@pytest.fixture(scope="module")
def kept() -> dict:
    with zipfile.ZipFile(archive()) as file:
        return json.loads(file.read("manifest.json"))


def test_the_fixture_is_of_the_first_version(kept: dict) -> None:
    assert ["rounds", "0001_initial"] in kept["migrations"]
    assert ["rounds", "0002_questions_attachments_corrections"] not in kept["migrations"]


def test_no_row_is_lost(found: dict, kept: dict) -> None:
    """Migrations may add rows, and catalogues of Django know the new tables; nothing becomes less."""
    tables = {t: n for t, n in kept["rows"].items() if t != "django_migrations"}
    assert len(tables) > 30
    assert {t: (n, found["rows"].get(t)) for t, n in tables.items() if found["rows"].get(t, 0) < n} == {}


def test_words_and_figures_are_those_that_were_entered(found: dict) -> None:
    assert (found["plan"], found["mission"]) == ("サンプル市 DX推進ビジョン", "個性豊かで活力に満ちた地域社会の実現")
    assert found["action"][0] == ["N-2", "マイナンバーカードの普及促進", 30]
    assert (found["reports"], found["accepted"], found["blank"]) == (354, 162, 6), "a blank level stays blank"
    assert (found["lead"], found["signs_in"]) == ("税務課長", True)


def test_the_ledger_ends_where_it_ended(found: dict, kept: dict) -> None:
    assert found["last"] == kept["ledger"]["hash"]


def test_every_area_opens(upgraded: Installation) -> None:
    answers = [line.split() for line in upgraded.python(VISIT).splitlines()]
    assert len(answers) == 8
    assert [path for path, status in answers if status != "200"] == []


def test_nothing_is_left_to_migrate(upgraded: Installation) -> None:
    assert upgraded.run("manage.py", "migrate", "--check").returncode == 0
