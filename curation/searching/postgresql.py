"""The search index of PostgreSQL: a tsvector beside each link, under a GIN index.

The column is no field of the model, so that no query carries it by accident; a trigger and not
a generated column, which would forbid to ever change the type of a text it reads.
"""

from collections.abc import Sequence

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from curation.models import Link

# Longer texts are indexed from their beginning: a tsvector ends at 1 MB.
TEXTS = """link.title || ' ' || left(link.blurb, 50000) || ' ' || link.source_label || ' ' ||
    link.author || ' ' || left(link.note, 50000) || ' ' || link.url"""

# As curation.searching.words folds a question; punctuation of addresses and versions separates.
# ruff: noqa: S608  (every name in these statements is written in this file)
FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION curation_words(link curation_link) RETURNS tsvector
LANGUAGE sql STABLE AS $$
  SELECT to_tsvector('simple', regexp_replace(regexp_replace(
    normalize({TEXTS}, NFKD), '[\u0300-\u036f]+', '', 'g'), '[!-/:-@\\[-`{{-~]+', ' ', 'g'))
$$;
CREATE OR REPLACE FUNCTION curation_link_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT'
    OR (NEW.title, NEW.blurb, NEW.source_label, NEW.author, NEW.note, NEW.url) IS DISTINCT FROM
       (OLD.title, OLD.blurb, OLD.source_label, OLD.author, OLD.note, OLD.url)
  THEN NEW.words := curation_words(NEW); END IF;
  RETURN NEW;
END $$;
"""
STANDING = "SELECT 1 FROM pg_trigger WHERE tgname = 'curation_link_words' AND NOT tgisinternal"
STEPS = [
    "ALTER TABLE curation_link ADD COLUMN IF NOT EXISTS words tsvector",
    FUNCTIONS,
    """CREATE TRIGGER curation_link_words BEFORE INSERT OR UPDATE ON curation_link
         FOR EACH ROW EXECUTE FUNCTION curation_link_words()""",
    "UPDATE curation_link AS link SET words = curation_words(link)",
    "CREATE INDEX IF NOT EXISTS link_by_words ON curation_link USING gin (words)",
]


def matching(
    links: QuerySet[Link], wanted: Sequence[tuple[str, bool]], state: str, most: int
) -> QuerySet[Link]:
    """Those of `links` with all of the words; those marked are beginnings. The planner knows how
    common each word is and needs neither `state` nor `most`."""
    question = " & ".join(f"'{word}'{':*' if beginning else ''}" for word, beginning in wanted)
    found = RawSQL(
        "curation_link.words @@ to_tsquery('simple', %s)", [question], output_field=BooleanField()
    )
    return links.filter(found)


def install(base: BaseDatabaseWrapper) -> None:
    """Create what is missing, and read all links where anything was."""
    with base.cursor() as cursor:
        cursor.execute(STANDING)
        if cursor.fetchone():
            return
        for step in STEPS:
            cursor.execute(step)
