"""How the database would look for rows, whatever else its tables went through."""

from typing import Any

from django.db import connection


def plan(rows: Any) -> str:
    """The plan for `rows`, with a table read whole only where no index serves.

    What earlier tests rolled back lies in PostgreSQL's tables and indexes until its vacuum comes
    by, and tips its choice in tables as small as a test's.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("ANALYZE")
    said: str = rows.explain()
    return said
