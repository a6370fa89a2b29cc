"""The image carries the portal and nothing else: no secret, no data, and static files that no volume can hide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [".env", "*.env", "var", "backup", ".git", ".venv", "tests", "**/*.sqlite3*"])
def test_what_stays_outside(name: str) -> None:
    assert name in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()


def test_static_files_are_not_in_the_volume() -> None:
    """A named volume is filled once; the files of the next version would never be seen."""
    volume = re.search(r"^VOLUME (\S+)$", DOCKERFILE, re.MULTILINE)[1]
    static = re.search(r"DXPORTAL_STATIC=(\S+)", DOCKERFILE)[1]
    assert f"DXPORTAL_VAR={volume} " in DOCKERFILE
    assert not static.startswith(volume)


def test_it_does_not_run_as_root_and_has_a_font() -> None:
    assert re.search(r"^USER 10001$", DOCKERFILE, re.MULTILINE)
    assert "fonts-noto-cjk" in DOCKERFILE
