"""Room for frames: what is called in a loop asks the system for memory at no depth."""

from __future__ import annotations

import resource
import threading

from tests.roomy import roomy

LOOPS = 1000


def wide() -> int:
    one = two = three = four = five = six = seven = eight = nine = ten = 1
    return one + two + three + four + five + six + seven + eight + nine + ten


def at(depth: int) -> None:
    """Call `wide` in a loop, `depth` calls further down."""
    if depth:
        return at(depth - 1)
    for _ in range(LOOPS):
        wide()


def pieces(depth: int) -> int:
    """New pages of memory that a loop at this depth has touched."""
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    at(depth)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def most() -> int:
    return max(map(pieces, range(300)))


def in_a_thread(run: object) -> int:
    found = []
    thread = threading.Thread(target=lambda: found.append(run()))
    thread.start()
    thread.join()
    return found[0]


def test_without_room_a_loop_at_the_edge_asks_for_memory_every_time() -> None:
    assert in_a_thread(most) >= LOOPS


def test_with_room_it_does_not() -> None:
    assert in_a_thread(roomy(most)) < LOOPS / 10


def test_what_is_given_and_returned_passes_through() -> None:
    assert roomy(divmod)(7, 2) == (3, 1)
    assert roomy(dict)(a=1) == {"a": 1}
