"""Whose database this is: nobody's, the demo's, or a publication's that must not be touched.

What the demo has done stands in the audit trail, a line a step, written with the step: a demo
that was interrupted goes on where it stopped, and one that is complete is left alone.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.db import DatabaseError, connection
from django.db.models import Model

from audience.models import Subscriber
from curation.models import Feed, Link
from digest.models import Issue
from publication.access import record
from publication.masthead import NEW
from publication.models import AuditEntry, Publication
from toolbox.text import one_line

VERB = "demo"
BEGIN = "begin"


class ForeignDatabaseError(Exception):
    """The database holds somebody's publication, or cannot be reached."""


@dataclass(frozen=True)
class Demo:
    """A demo that was begun: when, and where its feeds have been served since."""

    since: datetime
    feeds: str

    @property
    def feeds_port(self) -> int:
        """The port that the feeds' addresses name."""
        return urlsplit(self.feeds).port or 0


def find() -> Demo | None:
    """The demo in this database, None in an empty one. Raises ForeignDatabaseError."""
    try:
        tables = set(connection.introspection.table_names())
        if AuditEntry._meta.db_table in tables:
            begun = AuditEntry.objects.filter(verb=VERB, subject=BEGIN).first()
            if begun:
                return Demo(datetime.fromisoformat(begun.detail["since"]), begun.detail["feeds"])
        _refuse_foreign(tables)
    except DatabaseError as error:
        raise ForeignDatabaseError(one_line(f"The database cannot be used: {error}")) from error
    return None


def begin(demo: Demo) -> None:
    """Note that this database is the demo's, unless that stands there already."""
    if not done(BEGIN):
        record(None, VERB, BEGIN, since=demo.since.isoformat(), feeds=demo.feeds)


def done(step: str) -> bool:
    """Whether a step was done, now or by an earlier run."""
    return AuditEntry.objects.filter(verb=VERB, subject=step).exists()


def note(step: str) -> None:
    """Note that a step was done."""
    record(None, VERB, step)


def _refuse_foreign(tables: set[str]) -> None:
    rooms: list[type[Model]] = [User, Feed, Link, Issue, Subscriber]
    used = any(m._meta.db_table in tables and m._default_manager.exists() for m in rooms)
    named = (
        Publication._meta.db_table in tables
        and Publication.objects.exclude(name=NEW["name"]).exists()
    )
    if used or named:
        raise ForeignDatabaseError(
            f"{connection.settings_dict['NAME']} holds a publication that is not the demo's. "
            "Nothing was touched. Give the demo a place of its own: VAR_DIR=/some/folder make demo"
        )
