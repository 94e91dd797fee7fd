"""Full-text search over the rows of one table: one question, and the two engines that answer it.

Every word must occur, from its beginning; case and accents do not count. The index is the
database's own, SQLite's FTS5 or PostgreSQL's tsvector, kept in step by triggers: rows are written
in bulk and by many verbs, and none of them has to remember the search.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

from toolbox.fulltext import postgresql, sqlite

WORD = re.compile(r"[^\W_]+")
ACCENT = re.compile("[\u0300-\u036f]")
# One letter is looked for as it stands: half of all words begin with it.
SHORTEST_BEGINNING = 2
# Words that are looked for; a pasted paragraph is a question, but not for every word of it.
MOST_WORDS = 12
# Where more rows of a `vast` table match, SQLite looks at the latest to arrive.
MOST = 2000


def words(text: str) -> list[str]:
    """The words of `text` as they are compared: no accents, no case, no punctuation."""
    return WORD.findall(folded(text))[:MOST_WORDS]


def folded(text: str) -> str:
    """`text` without accents and case."""
    if text.isascii():
        return text.lower()
    return ACCENT.sub("", unicodedata.normalize("NFKD", text)).casefold()


@dataclass(frozen=True)
class Index:
    """Which texts of which table are searched.

    Of a `vast` table a common word is sought in part: `facets` are columns that a question may
    fix, so that it need not be sought everywhere. Any other is read to its end, and wants an index
    that serves the order in which its rows are asked for.
    """

    table: str
    texts: tuple[str, ...]
    facets: tuple[str, ...] = ()
    vast: bool = False

    def matching[Rows: QuerySet[Any]](
        self, rows: Rows, text: str, facets: Mapping[str, str] | None = None
    ) -> Rows:
        """Those of `rows` that say all the words of `text`. `facets`: what all of `rows` have."""
        wanted = [(word, len(word) >= SHORTEST_BEGINNING) for word in words(text)]
        if not wanted:
            return rows.none()
        most = MOST if self.vast else None
        return rows.filter(_engine(connection).condition(self, wanted, facets or {}, most))

    def install(self, using: str = "default", **kwargs: Any) -> None:
        """Bring the index up, and fill it where it was missing. To be asked after every
        migration: Django rebuilds a table of SQLite for most changes, and the triggers go with
        the old one."""
        base = connections[using]
        if self.table in base.introspection.table_names():
            _engine(base).install(self, base)


def _engine(base: BaseDatabaseWrapper) -> ModuleType:
    return {"sqlite": sqlite, "postgresql": postgresql}[base.vendor]
