#!/usr/bin/env python3
"""The one entry point: `python manage.py help` lists what Newsdesk can do."""

import os
import re
import sys

# As SQLite and as PostgreSQL say it.
NO_TABLES = re.compile(r"no such table|relation .* does not exist")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit(
            "Django is not installed here. Run `make install`, then .venv/bin/python manage.py"
        )
    from django.db.utils import OperationalError, ProgrammingError

    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, ProgrammingError) as error:
        if not NO_TABLES.search(str(error)):
            raise
        sys.exit("The database has no tables yet. Run: python manage.py migrate")


if __name__ == "__main__":
    main()
