"""Searching links, by the words of their title, blurb, source, author, note and address."""

from django.db.models import QuerySet

from curation.models import Link
from toolbox.fulltext import Index

# The state beside the texts: a common word need not be sought on all shelves.
INDEX = Index(
    Link._meta.db_table,
    ("title", "blurb", "source_label", "author", "note", "url"),
    facets=("state",),
    vast=True,
)


def matching(links: QuerySet[Link], text: str, state: str = "") -> QuerySet[Link]:
    """Those of `links` that say all the words of `text`. `state` names the one that all of
    `links` have; empty when they differ."""
    return INDEX.matching(links, text, {"state": state})
