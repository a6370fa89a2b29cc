"""The code that a new action of a plan would carry, after those that its siblings carry."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from actions.models import Action

NUMBERED = re.compile(r"(.*?)([0-9]+)")
LONGEST = 20


def folded(code: str) -> str:
    """What two writings of one code have in common: neither case nor width tells codes apart."""
    return unicodedata.normalize("NFKC", code).strip().casefold()


def holder_of(code: str, plan: int | None, but: int | None = None) -> str | None:
    """The code in the plan that is the same as `code`, as it is written there (1 query)."""
    there = Action.objects.filter(plan=plan).exclude(pk=but).values_list("code", flat=True)
    return next((c for c in there if folded(c) == folded(code)), None)


def next_code(plan: int | None) -> str:
    """A proposal only: whoever saves first has it, and the form may say something else (1 query)."""
    return following(Action.objects.filter(plan=plan).values_list("code", flat=True)) if plan else ""


def following(codes: Iterable[str]) -> str:
    """The next number in the pattern that most of the codes have: K-07 after K-05 and K-06; '' without a pattern."""
    series: dict[str, list[str]] = defaultdict(list)
    for code in codes:
        if found := NUMBERED.fullmatch(code):
            series[found[1]].append(found[2])
    if not series:
        return ""
    prefix, numbers = max(series.items(), key=lambda item: (len(item[1]), item[0]))
    padded = any(n.startswith("0") for n in numbers)
    width = max(map(len, numbers)) if padded else 0
    code = f"{prefix}{max(map(int, numbers)) + 1:0{width}d}"
    return code if len(code) <= LONGEST else ""
