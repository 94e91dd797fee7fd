"""`demo`: a publication to look at, set up by the product's own verbs and served."""

import argparse
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from config.demo import masthead, ownership, servers
from config.demo.building import build
from config.demo.incoming import FeedsAwayError
from config.demo.ownership import Demo, ForeignDatabaseError
from config.demo.post import pending, summary
from config.demo.processes import (
    ChildEndedError,
    Children,
    answers,
    children,
    environment,
    stop_alike,
)
from publication.masthead import current

SENDING = 60  # seconds the first mailing may take before the demo is shown anyway
STARTING = 30
RUNNING = """
{name} is running.

  Site     http://{host}:{port}/
  Admin    http://{host}:{port}/admin/        log in as {login}
  Queue    http://{host}:{port}/admin/queue/
  Mailbox  http://{host}:{port}/mailbox/

For commands beside it, in another terminal first:
  export SITE_URL=http://{host}:{port} FETCH_ALLOW_PRIVATE=1

Ctrl-C stops it. The next run keeps what is here, your edits too.
"""


class Command(BaseCommand):
    """Sets the demo up where it is not yet, then serves it until Ctrl-C."""

    help = "Set up a believable publication from bundled feeds, and serve it on loopback."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="Of the site (8000).")
        parser.add_argument(
            "--no-serve", action="store_false", dest="serve", help="Only set it up."
        )
        # What the command calls itself with, under the demo's own settings.
        parser.add_argument("--build", action="store_true", help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["build"]:
                self.build()
            else:
                self.demonstrate(options["port"], serve=options["serve"])
        except (ForeignDatabaseError, FeedsAwayError, ChildEndedError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as interrupt:
            message = "Stopped before it was ready. The next run goes on from here."
            raise CommandError(message, returncode=130) from interrupt

    def build(self) -> None:
        """Take the steps that were not taken yet."""
        demo = ownership.find()
        if demo is None:
            raise CommandError("Run `demo` without --build.")
        taken = 0
        for line in build(demo):
            self.say(line)
            taken += 1
        if not taken:
            self.say("All set up already: what is there is kept, your edits too.")

    def demonstrate(self, port: int, *, serve: bool) -> None:
        """Set up, send what is due, and serve if asked to."""
        stop_alike()
        if serve and not servers.is_free(port):
            raise CommandError(
                f"Port {port} is taken, by another demo perhaps: stop it, "
                f"or choose another port: make demo PORT={port + 10}"
            )
        demo = ownership.find() or Demo(timezone.now(), self.feeds_address(port))
        self.stdout.write("Setting up the demo")
        call_command("migrate", verbosity=0)
        ownership.begin(demo)
        with ExitStack() as stack:
            self.serve_feeds(demo, stack)
            smtp_port = stack.enter_context(servers.post())
            ours = stack.enter_context(children(environment(port, smtp_port)))
            if code := ours.run("demo", "--build"):
                raise ChildEndedError(f"Setting up ended with exit code {code}, see above.")
            self.keep_running(ours, port, serve=serve)

    def keep_running(self, ours: Children, port: int, *, serve: bool) -> None:
        """The worker until all mail is out; web and worker until Ctrl-C."""
        if serve or pending():
            ours.start("worker", "worker")
        if serve:
            ours.start("web", "runserver", "--noreload", f"{servers.HOST}:{port}")
        self.wait(ours, SENDING, lambda: not pending())
        self.say(summary())
        if not serve:
            return
        self.wait(ours, STARTING, lambda: answers(port))
        values = {"name": current().name, "login": masthead.login()}
        self.stdout.write(RUNNING.format(host=servers.HOST, port=port, **values))
        connection.close()
        try:
            self.wait(ours, float("inf"), lambda: False)
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")

    def wait(self, ours: Children, seconds: float, done: Callable[[], bool]) -> None:
        """Until it is done or the time is up. Raises ChildEndedError when a process ends."""
        deadline = time.monotonic() + seconds
        while not done() and time.monotonic() < deadline:
            ours.check()
            time.sleep(0.2)

    def serve_feeds(self, demo: Demo, stack: ExitStack) -> None:
        """Where they have been since the demo was begun: their addresses are in the database."""
        if servers.is_free(demo.feeds_port):
            stack.enter_context(servers.feeds(demo.feeds_port, demo.since))
        else:
            self.say(f"Port {demo.feeds_port} is taken: this time the bundled feeds are away.")

    def feeds_address(self, port: int) -> str:
        """The port after the site's where it is free."""
        beside = port + 1 if servers.is_free(port + 1) else servers.any_port()
        return f"http://{servers.HOST}:{beside}"

    def say(self, line: str) -> None:
        """One line of progress, at once."""
        self.stdout.write(f"  {line}")
        self.stdout.flush()
