"""PostgreSQL: a tsvector beside each row, under a GIN index.

The column is no field of the model, so that no query carries it by accident; a trigger and not
a generated column, which would forbid to ever change the type of a text it reads.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

if TYPE_CHECKING:
    from toolbox.fulltext import Index

# Longer texts are indexed from their beginning: a tsvector ends at 1 MB.
LONGEST = 50_000
# As toolbox.fulltext.words folds a question; punctuation of addresses and versions separates.
WORDS = """CREATE OR REPLACE FUNCTION {table}_words(indexed {table}) RETURNS tsvector
LANGUAGE sql STABLE AS $$
  SELECT to_tsvector('simple', regexp_replace(regexp_replace(
    normalize({texts}, NFKD), '[\u0300-\u036f]+', '', 'g'), '[!-/:-@\\[-`{{-~]+', ' ', 'g'))
$$"""
KEEP = """CREATE OR REPLACE FUNCTION {table}_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' OR ({new}) IS DISTINCT FROM ({old})
  THEN NEW.words := {table}_words(NEW); END IF;
  RETURN NEW;
END $$"""
STANDING = "SELECT 1 FROM pg_trigger WHERE tgname = '{table}_words' AND NOT tgisinternal"
STEPS = [
    "ALTER TABLE {table} ADD COLUMN IF NOT EXISTS words tsvector",
    WORDS,
    KEEP,
    """CREATE TRIGGER {table}_words BEFORE INSERT OR UPDATE ON {table}
         FOR EACH ROW EXECUTE FUNCTION {table}_keep_words()""",
    "UPDATE {table} AS indexed SET words = {table}_words(indexed)",
    "CREATE INDEX IF NOT EXISTS {table}_by_words ON {table} USING gin (words)",
]


def condition(
    index: "Index", wanted: Sequence[tuple[str, bool]], facets: Mapping[str, str], most: int | None
) -> Q:
    """That a row has all of the words; those marked are beginnings. The planner knows how common
    each word is and needs neither `facets` nor `most`."""
    question = " & ".join(f"'{word}'{':*' if beginning else ''}" for word, beginning in wanted)
    return Q(
        RawSQL(  # noqa: S611  (words only, and as a parameter)
            f"{index.table}.words @@ to_tsquery('simple', %s)",
            [question],
            output_field=BooleanField(),
        )
    )


def install(index: "Index", base: BaseDatabaseWrapper) -> None:
    """Create what is missing, and read all rows where anything was."""
    with base.cursor() as cursor:
        cursor.execute(_for(index, STANDING))
        if cursor.fetchone():
            return
        for step in STEPS:
            cursor.execute(_for(index, step))


def _for(index: "Index", sql: str) -> str:
    return sql.format(
        table=index.table,
        texts=" || ' ' || ".join(f"left(indexed.{name}, {LONGEST})" for name in index.texts),
        old=", ".join(f"OLD.{name}" for name in index.texts),
        new=", ".join(f"NEW.{name}" for name in index.texts),
    )
