"""SQLite: an FTS5 table that reads its texts from the rows themselves."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

if TYPE_CHECKING:
    from toolbox.fulltext import Index

TABLE = """CREATE VIRTUAL TABLE IF NOT EXISTS {table}_words USING fts5({columns},
  content='{table}', content_rowid='id', prefix='2 3',
  tokenize='unicode61 remove_diacritics 2')"""
ADD = "INSERT INTO {table}_words(rowid, {columns}) VALUES (new.id, {new});"
DROP = (
    "INSERT INTO {table}_words({table}_words, rowid, {columns}) VALUES ('delete', old.id, {old});"
)
TRIGGERS = {
    "{table}_words_added": f"AFTER INSERT ON {{table}} BEGIN {ADD} END",
    "{table}_words_gone": f"AFTER DELETE ON {{table}} BEGIN {DROP} END",
    "{table}_words_changed": f"AFTER UPDATE OF {{columns}} ON {{table}} BEGIN {DROP} {ADD} END",
}
REBUILD = "INSERT INTO {table}_words({table}_words) VALUES ('rebuild')"
STANDING = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'"
FOUND = "SELECT rowid FROM {table}_words WHERE {table}_words MATCH %s"
# Newest arrivals first is the order of the index itself: however many match, it stops at the bound.
LATEST = f"{FOUND} ORDER BY rowid DESC LIMIT %s"
# The plus: rows are walked in the order they are asked for, until there are enough, and not fetched
# and sorted first, all that match.
ANY = f"+{{table}}.id IN ({FOUND})"


def condition(
    index: "Index", wanted: Sequence[tuple[str, bool]], facets: Mapping[str, str], most: int | None
) -> Q:
    """That a row has all of the words; those marked are beginnings."""
    terms = " AND ".join(f'"{word}"{"*" if beginning else ""}' for word, beginning in wanted)
    question = f"{{{' '.join(index.texts)}}} : ({terms})"
    for name in index.facets:
        if facets.get(name):
            question += f' AND {name} : "{facets[name]}"'
    # Words only, and as a parameter.
    if most is None:
        return Q(RawSQL(_for(index, ANY), [question], BooleanField()))  # noqa: S611
    return Q(pk__in=RawSQL(_for(index, LATEST), [question, most]))  # noqa: S611


def install(index: "Index", base: BaseDatabaseWrapper) -> None:
    """Create what is missing, and read all rows again where anything was."""
    with base.cursor() as cursor:
        cursor.execute(_for(index, TABLE))
        cursor.execute(_for(index, STANDING))
        triggers = {_for(index, name): _for(index, rest) for name, rest in TRIGGERS.items()}
        if {name for (name,) in cursor.fetchall()} >= triggers.keys():
            return
        for name, rest in triggers.items():
            cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {rest}")
        cursor.execute(_for(index, REBUILD))


def _for(index: "Index", sql: str) -> str:
    names = (*index.texts, *index.facets)
    return sql.format(
        table=index.table,
        columns=", ".join(names),
        old=", ".join(f"old.{name}" for name in names),
        new=", ".join(f"new.{name}" for name in names),
    )
