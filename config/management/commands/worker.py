"""`worker`: everything that is not a web page. The clock, and two workers that are kept alive."""

import logging
import os
import signal
import socket
import sys
import threading
from collections import deque
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, InterfaceError, OperationalError, close_old_connections, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from django_tasks_db.management.commands import db_worker

from config.clock import Report, tick
from config.health import beat
from config.supervising import Child, end_with_parent, keep_alive
from toolbox.text import first_line

logger = logging.getLogger("newsdesk.worker")

TICK = 3.0  # seconds
# A long poll of slow feeds never holds up a mail.
QUEUES = {"Mail worker": "default,mail", "Fetch worker": "fetch"}


class Command(BaseCommand):
    """Runs until it is told to stop. Any of its processes may be killed at any time."""

    help = "Poll, publish and send what is due. Run one beside the web process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--queues", help="Run only the tasks of these queues, and no clock. For itself."
        )

    def handle(self, *args: Any, queues: str | None, **options: Any) -> None:
        forget_statements()
        if queues:
            work(queues)
        else:
            supervise()


def forget_statements() -> None:
    """In laptop mode Django remembers the last 9,000 statements of each connection, with all that
    they carry; between requests it forgets them, and a worker has none."""
    BaseDatabaseWrapper.queries_limit = 0
    connection.queries_log = deque(maxlen=0)


def supervise() -> None:
    """Keep the workers alive and the clock ticking until SIGTERM or Ctrl-C."""
    stopping = threading.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: stopping.set())
    # A thread: a look that waits for a locked database must not keep us from stopping.
    threading.Thread(target=run_clock, args=(stopping,), daemon=True).start()
    program = [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker", "--skip-checks"]
    children = [Child(name, [*program, "--queues", queue]) for name, queue in QUEUES.items()]
    keep_alive(children, stopping)


def run_clock(stopping: threading.Event) -> None:
    """Look again and again. One line when looking fails, and one when it is well again."""
    failed: list[str] = []
    while not stopping.is_set():
        close_old_connections()
        report = look()
        if report.failed != failed:
            logger.warning(" ".join(report.failed) or "All is well again.")
        failed = report.failed
        stopping.wait(TICK)


def look() -> Report:
    """One tick, and the sign that somebody ticks."""
    report = tick(timezone.now())
    try:
        beat(timezone.now())
    except Error as error:
        # When the database is away the rooms have said so already.
        report.failed = report.failed or [f"The pulse: {first_line(error)}"]
    return report


def work(queues: str) -> None:
    """Be one of the workers."""
    end_with_parent()
    name = f"{socket.gethostname()[:40]}-{os.getpid()}"
    try:
        call_command(Quiet(), queue_name=queues, worker_id=name, reload=False, startup_delay=False)
    except (OperationalError, InterfaceError) as error:
        raise CommandError(f"The database is away: {first_line(error)}") from error


class Quiet(db_worker.Command):
    """The queue's own worker, without a line for every task that runs."""

    def configure_logging(self, verbosity: int) -> None:
        logging.getLogger("django.tasks").setLevel(logging.WARNING)
