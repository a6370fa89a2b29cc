#!/usr/bin/env python
"""Command-line entry point of the portal."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dxportal.settings")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except Exception as error:
        from dxportal.telling import told

        words = told(error)
        if words is None or "--traceback" in sys.argv:
            raise
        sys.exit(f"{words}（詳しくは --traceback を付けて実行してください）")


if __name__ == "__main__":
    main()
