"""Settings of the suite: test mode whatever the shell says, and a database in a file."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["DXPORTAL_MODE"] = "test"
# Playwright runs an event loop in the thread of the test; the suite itself is not asynchronous.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

from dxportal.settings import *  # noqa: F403
from dxportal.settings import DATABASES, TEMPLATES

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # SQLite in memory knows no waiting for a lock, so races would look different from production.
    folder = Path(tempfile.gettempdir())
    DATABASES["default"]["TEST"] = {"NAME": str(folder / f"dxportal-test-{os.getpid()}.sqlite3")}

# Uploads of tests go nowhere near those of an installation.
ATTACHMENTS_ROOT = Path(tempfile.gettempdir()) / f"dxportal-test-{os.getpid()}-attachments"
atexit.register(shutil.rmtree, ATTACHMENTS_ROOT, ignore_errors=True)

PACKS_ROOT = Path(tempfile.gettempdir()) / f"dxportal-test-{os.getpid()}-packs"
atexit.register(shutil.rmtree, PACKS_ROOT, ignore_errors=True)
KEPT_FOLDERS = {"attachments": ATTACHMENTS_ROOT, "packs": PACKS_ROOT}

# Of the section that belongs to no app. Set here once: a change of TEMPLATES makes every template be read anew.
TEMPLATES[0]["DIRS"] = [*TEMPLATES[0]["DIRS"], Path(__file__).parent / "rounds" / "templates"]

# Nothing is collected for the suite; the finders serve static/ as it stands.
STATIC_ROOT = None
