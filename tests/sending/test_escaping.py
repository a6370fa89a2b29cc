"""What people typed is text on every page, whichever function or template writes it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db import models, transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Concat, Left
from django.urls import resolve, reverse

from lib.forms import DASHES
from meetings import services
from tests.sending.forms import Shown, pages, undone
from tests.test_closed_network import LOADS, outside

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LONG = 1_000
# Short enough for the columns that it is added to, and not to be overlooked in a page.
MARK = "\"'><i data-typed>"
OURS = ("accounts", "actions", "exchange", "maturity", "meetings", "rounds", "strategy", "wizard", "blanks")
# Words of the program, keys, digests and addresses: nobody types them, or they have a form of their own.
NOT_TYPED = {
    "key", "code", "slug", "line", "lineage", "password", "login_id", "email", "url", "evidence_url", "digest",
    "stored_name",
    "sha256", "secret", "content_type", "period", "role", "kind", "state", "status", "stored", "token_hash",
    "layout", "content", "fingerprint", "seen", "snapshot_sha256",
}  # fmt: skip


def typed_fields(model: type[models.Model]) -> Iterator[models.Field]:
    for field in model._meta.concrete_fields:
        plain = type(field) in (models.CharField, models.TextField)
        plain = plain and (field.max_length or LONG) > len(MARK) + 1
        if plain and not field.choices and not field.primary_key and not field.unique and field.name not in NOT_TYPED:
            yield field


def everywhere(mark: str) -> set[str]:
    """Put the mark behind every text that somebody typed; the names of the columns."""
    marked = set()
    for model in apps.get_models():
        fields = list(typed_fields(model)) if model._meta.app_label in OURS else []
        if fields:
            model._base_manager.update(**{f.name: _marked(f, mark) for f in fields})
            marked |= {f"{model._meta.label}.{f.name}" for f in fields}
    return marked


def _marked(field: models.Field, mark: str) -> Case:
    """An empty text stays empty: it may mean that there is none."""
    kept = Left(field.name, field.max_length - len(mark)) if field.max_length else F(field.name)
    typed = Concat(kept, Value(mark), output_field=type(field)())
    return Case(When(**{field.name: ""}, then=Value("")), default=typed, output_field=type(field)())


def test_no_page_takes_a_text_for_mark_up(world: SimpleNamespace) -> None:
    wrong, seen = [], 0
    with transaction.atomic():
        marked = everywhere(MARK)
        for role in ("secretariat", "lead", "executive", "admin"):
            for url in pages(role, world):
                response = undone(world.clients[role], "GET", url)
                if response.headers.get("Content-Type", "").startswith("text/html"):
                    seen += "data-typed" in response.text
                    wrong += [f"{role} {url}"] if "<i data-typed>" in response.text else []
        snapshot, _ = services.freeze_meeting(meeting=world.snapshot.meeting, by=world.cast.secretariat)
        moved = f"{reverse('meetings:compare')}?old={world.snapshot.pk}&new={snapshot.pk}"
        for url in (reverse("meetings:snapshot", args=[snapshot.pk]), moved):
            text = world.clients["secretariat"].get(url).text
            assert "data-typed" in text
            wrong += [url] if "<i data-typed>" in text else []
        transaction.set_rollback(True)
    assert wrong == []
    assert (len(marked) > 60, seen > 100) == (True, True), "the mark stands in what is shown"


def test_no_id_stands_twice_in_a_page_and_every_blank_choice_has_words(answers: dict[tuple[str, str], Shown]) -> None:
    wrong = set()
    for (_, url), page in answers.items():
        counted = Counter(re.findall(r'\sid="([^"]*)"', page.text))
        wrong |= {(resolve(urlsplit(url).path).view_name, key) for key, n in counted.items() if n > 1}
        assert DASHES not in page.text, url
    assert wrong == set()
    assert len(answers) > 600


def test_no_page_loads_or_links_anything_outside(answers: dict[tuple[str, str], Shown]) -> None:
    loaded = {(url, place) for (_, url), page in answers.items() for place in LOADS.findall(page.text)}
    assert {(url, place) for url, place in loaded if outside(place) or place.startswith("//")} == set()
