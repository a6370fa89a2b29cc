"""A section that belongs to no app, so that these tests stand alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from rounds import sections
from rounds.models import Reply, Round
from rounds.questions import QuestionSection
from rounds.sections import Change, Dot, Missing, Standing
from tests.builders import make_reply, make_round


class FakeSection:
    """Answers held in memory: what is missing, what changed, and what was accepted."""

    key = "fake"
    title = "ためしの質問"
    template = "tests/_fake_section.html"
    order = 1

    def __init__(self) -> None:
        self.missing: list[Missing] = []
        self.moved: dict[int, list[Change]] = {}
        self.accepted: list[int] = []
        self.refuses = False

    def read(self, reply: Reply) -> None:
        """Nothing is stored."""

    def context(self, reply: Reply, user: User, found: None = None) -> dict[str, Any]:
        return {"title": self.title, "answer": f"{reply.department}の下書きの内容"}

    def standing(self, reply: Reply, found: None = None) -> Standing:
        total = 3
        dots = [Dot("fake-1", "一つ目", "ok"), Dot("fake-2", "二つ目", "bad"), Dot("fake-3", "三つ目", "")]
        return Standing(total - len(self.missing), total, self.missing, dots)

    def changes(self, replies: Sequence[Reply]) -> dict[int, list[Change]]:
        return {r.pk: self.moved.get(r.pk, []) for r in replies}

    def freeze(self, reply: Reply) -> dict[str, Any]:
        return {"heads": ["項目", "答え"], "rows": [["一つ目", f"{reply.department}の答え"]], "raw": 1}

    def accept(self, *, reply: Reply, by: Any) -> None:
        if self.refuses:
            raise ValidationError("受理できない値があります。")
        self.accepted.append(reply.pk)


@pytest.fixture
def fake() -> Iterator[FakeSection]:
    """The only section that a round can ask while a test runs."""
    others = dict(sections._sections)
    sections._sections.clear()
    section = FakeSection()
    sections.register(section)
    yield section
    sections._sections.clear()
    sections._sections.update(others)


@pytest.fixture
def free(fake: FakeSection) -> FakeSection:
    """Free questions can be asked as well."""
    sections.register(QuestionSection())
    return fake


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where attachments of this test lie."""
    settings.ATTACHMENTS_ROOT = tmp_path / "attachments"
    return settings.ATTACHMENTS_ROOT


@pytest.fixture
def asked(cast: SimpleNamespace, fake: FakeSection) -> Round:
    """A round open now, with 税務課 and 福祉課 asked and nothing entered."""
    round_ = make_round(sections=["fake"])
    make_reply(round=round_, department=cast.tax)
    make_reply(round=round_, department=cast.welfare)
    return round_


@pytest.fixture
def tax(asked: Round, cast: SimpleNamespace) -> Reply:
    return asked.replies.get(department=cast.tax)


@pytest.fixture
def welfare(asked: Round, cast: SimpleNamespace) -> Reply:
    return asked.replies.get(department=cast.welfare)
