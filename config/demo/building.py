"""What the demo does, in order. Each step is noted with what it did, and never done twice."""

from collections.abc import Callable, Iterator

from django.db import transaction

from config.demo import incoming, issues, masthead, ownership, people
from config.demo.ownership import Demo

STEPS: list[Callable[[Demo], str]] = [
    masthead.set_up,
    incoming.subscribe,
    incoming.poll,
    people.sign_up,
    issues.first,
    issues.second,
    issues.third,
    issues.triage,
]


def build(demo: Demo) -> Iterator[str]:
    """Do what is not done yet; a line for each step that was taken."""
    for step in STEPS:
        name = f"{step.__module__.rpartition('.')[2]}.{step.__name__}"
        if not ownership.done(name):
            yield _taken(step, name, demo)


def _taken(step: Callable[[Demo], str], name: str, demo: Demo) -> str:
    # Polling commits feed by feed, and twice is the same as once: it needs no transaction.
    if step is incoming.poll:
        line = step(demo)
        ownership.note(name)
        return line
    with transaction.atomic():
        line = step(demo)
        ownership.note(name)
    return line
