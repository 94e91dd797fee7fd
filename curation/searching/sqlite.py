"""The search index of SQLite: an FTS5 table that reads its texts from the links themselves."""

from collections.abc import Sequence

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from curation.models import Link

TEXTS = ("title", "blurb", "source_label", "author", "note", "url")
# The state is a column beside the texts, so that a common word need not be sought on all shelves.
COLUMNS = ", ".join((*TEXTS, "state"))
OLD = ", ".join(f"old.{name}" for name in (*TEXTS, "state"))
NEW = ", ".join(f"new.{name}" for name in (*TEXTS, "state"))

TABLE = f"""
CREATE VIRTUAL TABLE IF NOT EXISTS curation_link_words USING fts5({COLUMNS},
  content='curation_link', content_rowid='id', prefix='2 3',
  tokenize='unicode61 remove_diacritics 2')
"""
# ruff: noqa: S608, S611  (every name in these statements is written in this file)
ADD = f"INSERT INTO curation_link_words(rowid, {COLUMNS}) VALUES (new.id, {NEW});"
DROP = f"""INSERT INTO curation_link_words(curation_link_words, rowid, {COLUMNS})
  VALUES ('delete', old.id, {OLD});"""
TRIGGERS = {
    "curation_link_words_added": f"AFTER INSERT ON curation_link BEGIN {ADD} END",
    "curation_link_words_gone": f"AFTER DELETE ON curation_link BEGIN {DROP} END",
    "curation_link_words_changed": (
        f"AFTER UPDATE OF {COLUMNS} ON curation_link BEGIN {DROP} {ADD} END"
    ),
}
REBUILD = "INSERT INTO curation_link_words(curation_link_words) VALUES ('rebuild')"
STANDING = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'curation_link'"
# Newest arrivals first is the order of the index itself: however many match, it stops at the bound.
FOUND = """SELECT rowid FROM curation_link_words WHERE curation_link_words MATCH %s
  ORDER BY rowid DESC LIMIT %s"""


def matching(
    links: QuerySet[Link], wanted: Sequence[tuple[str, bool]], state: str, most: int
) -> QuerySet[Link]:
    """Those of `links` with all of the words; those marked are beginnings."""
    terms = " AND ".join(f'"{word}"{"*" if beginning else ""}' for word, beginning in wanted)
    question = f"{{{' '.join(TEXTS)}}} : ({terms})"
    if state:
        question += f' AND state : "{state}"'
    return links.filter(pk__in=RawSQL(FOUND, [question, most]))


def install(base: BaseDatabaseWrapper) -> None:
    """Create what is missing, and read all links again where anything was."""
    with base.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.execute(STANDING)
        if {name for (name,) in cursor.fetchall()} >= TRIGGERS.keys():
            return
        for name, rest in TRIGGERS.items():
            cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {rest}")
        cursor.execute(REBUILD)
