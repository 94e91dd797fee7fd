"""How long the database may think about one statement of a web page.

One that runs away holds a connection, a worker and what others wait for. The worker's own may
take their time: it makes the rows of a mailing in one statement.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

# Below gunicorn's timeout, so that the page says so and no process is killed for it.
LONGEST = "30s"


def limit(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """For each new connection; SQLite has nothing like it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, false)", [LONGEST])
