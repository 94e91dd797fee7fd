"""Makes a large publication of a small one: copies its rows within PostgreSQL."""

import time
from typing import Any

# So many copies of the demo's queue still wait: 50 times its links.
LATELY = 50
# The models whose rows are copied, by what is asked for; parents before their parts.
GROUPS = {
    "feeds": ["curation.Feed"],
    "links": [
        "curation.Link", "curation.LinkAddress", "curation.LinkUse", "curation.LinkEvent",
        "curation.Entry", "curation.EntryContent",
    ],
    "issues": [
        "digest.Issue", "digest.IssueSection", "digest.LinkBlock", "digest.TextBlock",
        "digest.JobBlock", "digest.ProjectBlock", "digest.EventBlock", "digest.MediaBlock",
        "digest.ImageBlock", "digest.RenderedIssue", "digest.PublishedItem", "curation.PastItem",
    ],
    "subscribers": ["audience.Subscriber", "audience.ConsentEvent", "delivery.Delivery"],
}  # fmt: skip
# How far back the last copy of a group's rows lies, where time matters.
SPREAD = {"links": "5 years", "issues": None, "subscribers": "5 years", "feeds": "0 days"}
# An editor has one draft or two, however many issues ran: only what ran is copied.
RAN = "SELECT id FROM digest_issue WHERE state = 'published'"
ONLY = {
    "digest.Issue": f"id IN ({RAN})",
    "digest.IssueSection": f"issue_id IN ({RAN})",
    "digest.RenderedIssue": f"issue_id IN ({RAN})",
} | {name: f"parent_id IN ({RAN})" for name in GROUPS["issues"] if name.endswith("Block")}
_USES = "FROM curation_linkuse u WHERE u.link_id = t.id"
# Columns that would not stay true. What waits is of the last weeks, the rest was decided upon, or
# ran; and what the demo has placed in its draft ran as well, in the copies.
HELD_APART = {
    "curation.Link.state": "CASE WHEN t.state IN ('new', 'snoozed', 'shortlisted') AND "
    f"k > {LATELY} AND NOT EXISTS (SELECT 1 {_USES}) THEN 'rejected' ELSE t.state END",
    "curation.Link.settled_at": f"coalesce(t.settled_at, (SELECT max(placed_at) {_USES}))",
    "curation.LinkUse.published_at": "coalesce(t.published_at, t.placed_at)",
}
# Other words, as often each as in the demo: copies that say the same would all be one story.
TITLES = """
CREATE TEMP TABLE vocabulary AS SELECT row_number() OVER () AS n, word
  FROM (SELECT regexp_split_to_table(title, '\\s+') AS word FROM curation_link) w;
CREATE UNIQUE INDEX ON vocabulary (n);
ANALYZE vocabulary;
CREATE FUNCTION pg_temp.title(original text, copy int, known bigint) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT string_agg((
    SELECT word FROM vocabulary
    WHERE n = 1 + (hashtextextended(original || copy, i) & 2147483647) % known
  ), ' ')
  FROM generate_series(1, 4 + (hashtextextended(original, copy) & 7)) i
$$;
"""
# The tables whose words are searched.
SEARCHED = ["curation_link", "digest_publisheditem"]


class Copier:
    """Copies rows, each copy with keys, addresses and titles of its own."""

    def __init__(self, wanted: dict[str, int]) -> None:
        from django.apps import apps

        self.models = {name: apps.get_model(name) for part in GROUPS.values() for name in part}
        self.copies: dict[Any, int] = {}
        self.groups = {}
        # Beyond all of the demo's keys and numbers, and the same for all: simple.
        self.step = 100_000
        self.vocabulary = 0
        for group, names in GROUPS.items():
            rows = self.models[names[0]].objects
            have = (rows.published() if group == "issues" else rows).count()
            for name in names:
                model = self.models[name]
                self.copies[model] = max(-(-wanted[group] // have) - 1, 0)
                self.groups[model] = group

    def run(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            # Neither foreign keys nor triggers, but for those that keep the words of the search.
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(TITLES)
            cursor.execute("SELECT count(*) FROM vocabulary")
            self.vocabulary = cursor.fetchone()[0]
            for table in SEARCHED:
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_words")
            for model, copies in self.copies.items():
                began = time.perf_counter()
                cursor.execute(self.statement(model, copies))
                took = time.perf_counter() - began
                print(
                    f"  {model._meta.db_table:28}{cursor.rowcount:>12,} rows in {took:.0f} s",
                    flush=True,
                )
            for table in SEARCHED:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_words")
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute("VACUUM ANALYZE")

    def statement(self, model: Any, copies: int) -> str:
        fields = {field.column: self.value(field, copies) for field in model._meta.concrete_fields}
        names, values = ", ".join(f'"{name}"' for name in fields), ", ".join(fields.values())
        table = model._meta.db_table
        return (
            f'INSERT INTO "{table}" ({names}) SELECT {values} '
            f'FROM (SELECT * FROM "{table}" WHERE {ONLY.get(model._meta.label, "TRUE")}) t, '
            f"generate_series(1, {copies}) k"
        )

    def value(self, field: Any, copies: int) -> str:
        """What a column of copy k holds."""
        name = f"{field.model._meta.label}.{field.name}"
        column, kind = HELD_APART.get(name, f't."{field.column}"'), field.get_internal_type()
        if name == "curation.Link.state":
            return column
        if field.remote_field and field.related_model in self.copies:
            # Fewer copies there: they are shared out.
            return f"{column} + (k % {self.copies[field.related_model] + 1})::bigint * {self.step}"
        if field.primary_key or (field.name in {"number", "issue_number"} and "Integer" in kind):
            return f"{column} + k::bigint * {self.step}"
        if kind == "UUIDField":
            return f"CASE WHEN {column} IS NULL THEN NULL ELSE md5({column}::text || k)::uuid END"
        if kind in {"DateTimeField", "DateField"}:
            return self.moment(field, column, copies)
        return column if field.remote_field else self.text(field, column, kind)

    def moment(self, field: Any, column: str, copies: int) -> str:
        """So far back that the copies fill the years; what lies ahead stays there."""
        spread = SPREAD[self.groups[field.model]]
        back = f"k * interval '{spread}' / {max(copies, 1)}" if spread else "k * interval '21 days'"
        type_ = "date" if field.get_internal_type() == "DateField" else "timestamptz"
        return f"CASE WHEN {column} > now() THEN {column} ELSE ({column} - {back})::{type_} END"

    def text(self, field: Any, column: str, kind: str) -> str:
        """Names and addresses are each copy's own, and so are the words of a title."""
        if field.name == "region":
            parts = r"regexp_replace(t.region, '_\d+$', '_')"
            number = r"substring(t.region from '\d+$')::bigint"
            return f"{parts} || ({number} + k::bigint * {self.step})"
        if field.name == "email":
            return f"'k' || k || '.' || {column}"
        if field.name == "url":
            return f"CASE WHEN {column} = '' THEN '' ELSE rtrim({column}, '/') || '/' || k END"
        if field.name == "title" and field.model._meta.label == "curation.Feed":
            return f"left({column} || ' ' || k, {field.max_length})"
        if field.name == "title" and field.model._meta.label != "digest.IssueSection":
            limit = field.max_length or 500
            made = f"pg_temp.title({column}, k, {self.vocabulary})"
            return f"CASE WHEN {column} = '' THEN '' ELSE left({made}, {limit}) END"
        if kind == "BinaryField" and field.unique:
            return f"decode(md5({column} || k::text::bytea), 'hex')"
        named = field.unique or field.name in {"address_key", "message_id"}
        if kind in {"CharField", "EmailField"} and named:
            return f"left(md5({column} || k) || md5(k || {column}), {field.max_length})"
        return column
