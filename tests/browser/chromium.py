"""Which Chromium the journeys drive. `python -m tests.browser.chromium` exits 0 when there is one."""

from __future__ import annotations

import os
import shutil
import sys

# The shell is the same engine without the windows of a desktop, which nobody looks at here and which take two fifths
# of its processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")


def find() -> str | None:
    """Path of the browser: `DXPORTAL_CHROMIUM`, or the first of the usual names."""
    named = os.environ.get("DXPORTAL_CHROMIUM")
    if named:
        return named if os.access(named, os.X_OK) else None
    return next((path for path in map(shutil.which, NAMES) if path), None)


if __name__ == "__main__":
    sys.exit(0 if find() else 1)
