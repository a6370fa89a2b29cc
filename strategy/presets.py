"""Shapes of a strategy to start from: the presets of fixtures/plans.json, and a blank one."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.conf import settings

BLANK = "blank"
_ONE_LAYER = {"key": "top", "name": "目標", "role": "other", "numbering": "number", "parent": None}


@lru_cache(maxsize=1)
def _presets() -> dict[str, list[dict[str, Any]]]:
    path = settings.BASE_DIR / "fixtures" / "plans.json"
    presets = json.loads(path.read_text(encoding="utf-8"))["presets"]
    return {**presets, BLANK: [_ONE_LAYER]}


def choices() -> list[tuple[str, str]]:
    """Preset keys with the names of their layers as the reader's choice."""
    return [(key, _words(key, rows)) for key, rows in _presets().items()]


def layers(key: str) -> list[dict[str, Any]]:
    return _presets()[key]


def _words(key: str, rows: list[dict[str, Any]]) -> str:
    if key == BLANK:
        return "階層を自分で決める"
    return " ／ ".join(row["name"] for row in rows)
