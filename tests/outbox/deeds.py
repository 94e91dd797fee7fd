"""A signal and its listeners for processes that die. Each leaves a trace in the audit trail."""

import time

from django.db import transaction
from django.utils import timezone

from outbox import running
from outbox.registry import LISTENERS
from outbox.signals import ReliableSignal
from publication.access import record
from publication.models import AuditEntry

PATIENCE = 20  # seconds
SLOW = 99
happened = ReliableSignal("happened")


@happened.listen("test.raising")
def raising(number: int) -> None:
    record(None, "raised", str(number))
    raise ValueError("no paper left")


@happened.listen("test.slow")
def slow(number: int) -> None:
    """Waits for a word while it is listening, if the number says so."""
    record(None, "slow begun", str(number))
    deadline = time.monotonic() + PATIENCE
    while number == SLOW and not AuditEntry.objects.filter(verb="go on").exists():
        assert time.monotonic() < deadline, "Nobody said go on."
        time.sleep(0.02)
    record(None, "slow done", str(number))


@happened.listen("test.doubled")
@happened.listen("test.doubled_too")
def doubled(number: int) -> None:
    record(None, "doubled", str(number))


@happened.listen("test.plain")
def plain(number: int) -> None:
    record(None, "plain", str(number))


def tell(number: int) -> None:
    """A deed and its fact, in one transaction."""
    with transaction.atomic():
        record(None, "sent", str(number))
        happened.send_reliable(number=number)


def listen() -> None:
    """What the worker's task does."""
    running.run_due(timezone.now())


def listen_renamed() -> None:
    """The same after a release in which a listener got another key."""
    LISTENERS["happened"]["test.plainer"] = LISTENERS["happened"].pop("test.plain")
    listen()
