"""Several threads that do the same at one moment, each over a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


def together(act: Callable[[], Any], times: int) -> list[Any]:
    """What each of them gives; fails with the first of their errors."""
    start, told, failed = threading.Barrier(times), [], []

    def press() -> None:
        start.wait()
        try:
            told.append(act())
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return told
