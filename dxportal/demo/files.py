"""Fact files: reading them, and naming the file and the key where one is not as it should be."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

FIXTURES = Path(settings.BASE_DIR) / "fixtures"


class FactsError(Exception):
    """A fact file that cannot be loaded; the message (Japanese) names the file and the place."""


@dataclass(frozen=True)
class Kind:
    """What a value must be, with its word for messages."""

    types: tuple[type, ...]
    word: str
    optional: bool = False
    date: bool = False


TEXT = Kind((str,), "文字列")
NUMBER = Kind((int,), "整数")
MAYBE_NUMBER = Kind((int,), "整数か null", optional=True)
FLAG = Kind((bool,), "true か false")
DATE = Kind((str,), "日付（2026-04-01 の形）", date=True)
MAYBE_TEXT = Kind((str,), "文字列か null", optional=True)
MAYBE_DATE = Kind((str,), "日付（2026-04-01 の形）か null", optional=True, date=True)

Shape = Kind | Mapping[str, Any] | list[Any]


def read(name: str, shape: Shape, folder: Path = FIXTURES) -> Any:
    """Return the content of a fact file that has the given shape; raises FactsError otherwise."""
    try:
        data = json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FactsError(f"{name} がありません（{folder}）。") from None
    except json.JSONDecodeError as error:
        raise FactsError(f"{name} をJSONとして読めません（{error.lineno}行目の{error.colno}文字目）。") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FactsError(f"{name} を読めません（{error}）。") from None
    if found := fault(data, shape):
        raise FactsError(f"{name} の{found}")
    return data


def fault(data: Any, shape: Shape, place: str = "") -> str:
    """Japanese words for the first place where `data` has not the shape; empty when it has."""
    if isinstance(shape, Kind):
        return _value_fault(data, shape, place)
    if isinstance(shape, list):
        if not isinstance(data, list):
            return f"「{place}」は配列にしてください。"
        parts = (fault(row, shape[0], f"{place}[{n}]") for n, row in enumerate(data))
        return next((p for p in parts if p), "")
    if not isinstance(data, dict):
        return f"「{place or '全体'}」はオブジェクトにしてください。"
    parts = (_key_fault(data, key, part, place) for key, part in shape.items())
    return next((p for p in parts if p), "")


def _key_fault(data: dict[str, Any], key: str, shape: Shape, place: str) -> str:
    where = f"{place}.{key}" if place else key
    return fault(data[key], shape, where) if key in data else f"「{where}」がありません。"


def _value_fault(value: Any, kind: Kind, place: str) -> str:
    if value is None and kind.optional:
        return ""
    # JSON true is a Python int as well.
    is_right = isinstance(value, kind.types) and (isinstance(value, bool) == (bool in kind.types))
    if is_right and kind.date:
        is_right = _is_date(value)
    return "" if is_right else f"「{place}」は{kind.word}にしてください。"


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
