"""The clock: one look at every room for what has come due. `worker` ticks it, `sweep` asks once.

A room with work that waits for an hour has a module `sweeping` with `sweep(now) -> str | None`.
It finds that work in its own rows, so nothing is lost with a task, a worker or a night.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from types import ModuleType

from django.apps import apps
from django.db import Error, connection
from django.utils.module_loading import module_has_submodule

from toolbox.text import first_line

logger = logging.getLogger("newsdesk.clock")


@dataclass
class Report:
    """What one look found, a line each, and what kept it from looking."""

    done: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def tick(now: datetime) -> Report:
    """Sweep every room. One that fails keeps no other from its turn; nothing is raised."""
    report = Report()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        report.failed.append(f"The database is away: {first_line(error)}")
        return report
    for room in rooms():
        try:
            line = room.sweep(now)
        except Exception as error:
            logger.debug("%s failed", room.__name__, exc_info=True)
            report.failed.append(f"{room.__name__}: {type(error).__name__}: {first_line(error)}")
        else:
            report.done += [line] if line else []
    return report


def rooms() -> Iterator[ModuleType]:
    """The `sweeping` module of every installed room that has one."""
    for app in apps.get_app_configs():
        if app.module is not None and module_has_submodule(app.module, "sweeping"):
            yield import_module(f"{app.name}.sweeping")
