"""Room for the frames of everything that a function calls.

CPython, 3.11 and newer, keeps the frames of a thread in pieces of 16 kB. A call that just does not fit any more makes
it ask the system for a piece, and the return gives that back. Beneath pytest's own frames always some loop of a page
stood at such an edge: pieces came and went 265 times a test in `tests/actions`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

# In places of 8 bytes. Python puts at least as much again behind it; what nobody uses takes no memory.
PLACES = 1 << 16


def roomy(function: Callable[P, R]) -> Callable[P, R]:
    """`function`, called from a frame so large that what it calls finds its place in the same piece."""

    def call(*args: P.args, **kw: P.kwargs) -> R:
        return function(*args, **kw)

    call.__code__ = call.__code__.replace(co_stacksize=PLACES)
    return call
