"""A signal of its own for every test, forgotten afterwards."""

from collections.abc import Iterator

import pytest

from outbox.registry import LISTENERS
from outbox.signals import ReliableSignal


@pytest.fixture
def something_happened() -> Iterator[ReliableSignal]:
    yield ReliableSignal("something_happened")
    del LISTENERS["something_happened"]
