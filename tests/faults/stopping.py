"""The portal as it is served, but it waits in every ledger write as long as a file asks for it."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

from dxportal.wsgi import application
from lib import ledger

__all__ = ["application"]
FOLDER = Path(os.environ["DXPORTAL_VAR"])
keep = ledger._sinks[0]


def waits(events: Sequence[ledger.Event]) -> None:
    """Write, tell that it is written, and hold the transaction open."""
    keep(events)
    if (FOLDER / "stop").exists():
        (FOLDER / "stopped").touch()
        time.sleep(600)


ledger.register(waits)
