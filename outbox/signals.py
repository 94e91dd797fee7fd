"""Reliable signals: a fact is stored with its sender's rows, and told to each listener.

`send_reliable` writes inside the sender's transaction, so the fact and what it is about are
committed together or not at all. A listener is told at least once, later, apart from the sender
and from its siblings; it may be told twice and must be idempotent.
After H. Benita, "Reliable Django Signals".
"""

import json
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from outbox.models import Fact, Receipt
from outbox.registry import LISTENERS, Listener, NotReliableError, add_listener, add_signal
from outbox.tasks import run_receipts
from toolbox.nudges import nudge


class ReliableSignal(Signal):
    """A signal named for a fact ("issue_published"). Ordinary `send` and `connect` stay."""

    def __init__(self, name: str) -> None:
        super().__init__()
        add_signal(name)
        self.name = name

    def listen(self, key: str) -> Callable[[Listener], Listener]:
        """Register a function under a lasting key; receipts hold the key, never an import path."""

        def register(listener: Listener) -> Listener:
            add_listener(self.name, key, listener)
            return listener

        return register

    def send_reliable(self, sender: object = None, **named: Any) -> Fact:
        """Store the fact and one receipt a listener, in the caller's transaction.

        Arguments must be JSON: ids and plain values. Raises NotReliableError otherwise, or
        when no transaction is open, since then nothing would tie the fact to its cause.
        """
        if not transaction.get_connection().in_atomic_block:
            raise NotReliableError(f"{self.name} was sent outside a transaction.")
        try:
            json.dumps(named, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise NotReliableError(f"{self.name} takes JSON values only: {error}.") from error
        fact = Fact.objects.create(signal=self.name, arguments=named)
        Receipt.objects.bulk_create(
            Receipt(fact=fact, listener=key, next_try_at=timezone.now())
            for key in LISTENERS[self.name]
        )
        nudge(run_receipts)
        return fact
