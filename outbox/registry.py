"""Who listens to what. A receipt names its listener by key; only what stands here is called."""

import inspect
from collections.abc import Callable

Listener = Callable[..., object]
LISTENERS: dict[str, dict[str, Listener]] = {}


class NotReliableError(Exception):
    """A listener or an argument that could not survive a crash, refused before it is relied on."""


def add_signal(name: str) -> None:
    """Make room for the listeners of a new signal."""
    if name in LISTENERS:
        raise NotReliableError(f"There is already a signal named {name}.")
    LISTENERS[name] = {}


def add_listener(signal: str, key: str, listener: Listener) -> None:
    """Register a plain function under a lasting key such as "delivery.start_mailing"."""
    if not key or key in LISTENERS[signal]:
        raise NotReliableError(f"The key {key!r} is empty or already taken on {signal}.")
    if inspect.iscoroutinefunction(listener) or not inspect.isfunction(listener):
        raise NotReliableError(f"{key} must be a plain synchronous function.")
    LISTENERS[signal][key] = listener
