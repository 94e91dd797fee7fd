"""Full-text search over links: one question, and the two engines that answer it.

Every word must occur, from its beginning; case and accents do not count. The index is the
database's own, SQLite's FTS5 or PostgreSQL's tsvector, kept in step by triggers: feeds, captures
and merges write links in bulk and by many verbs, and none of them has to remember the search.
"""

import re
import unicodedata
from types import ModuleType
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

from curation.models import Link
from curation.searching import postgresql, sqlite

WORD = re.compile(r"[^\W_]+")
ACCENT = re.compile("[\u0300-\u036f]")
# One letter is looked for as it stands: half of all words begin with it.
SHORTEST_BEGINNING = 2
# Words that are looked for; a pasted paragraph is a question, but not for every word of it.
MOST_WORDS = 12
# Of more than so many links on a shelf the latest to arrive are looked at.
MOST = 2000


def words(text: str) -> list[str]:
    """The words of `text` as they are compared: no accents, no case, no punctuation."""
    plain = ACCENT.sub("", unicodedata.normalize("NFKD", text)).casefold()
    return WORD.findall(plain)[:MOST_WORDS]


def matching(links: QuerySet[Link], text: str, state: str = "") -> QuerySet[Link]:
    """Those of `links` that say all the words of `text`: title, blurb, source, author, note or
    address. `state` names the one that all of `links` have; empty when they differ."""
    wanted = [(word, len(word) >= SHORTEST_BEGINNING) for word in words(text)]
    return _engine(connection).matching(links, wanted, state, MOST) if wanted else links.none()


def install(using: str = "default", **kwargs: Any) -> None:
    """Bring the index up, and fill it where it was missing. Asked after every migration: Django
    rebuilds a table of SQLite for most changes, and the triggers go with the old one."""
    from django.db import connections

    base = connections[using]
    if Link._meta.db_table in base.introspection.table_names():
        _engine(base).install(base)


def _engine(base: BaseDatabaseWrapper) -> ModuleType:
    return {"sqlite": sqlite, "postgresql": postgresql}[base.vendor]
