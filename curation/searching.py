"""Searching links, by the words of their title, blurb, source, author, note and address."""

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from curation.models import Entry, Link
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


def entries(said: QuerySet[Entry], text: str) -> QuerySet[Entry]:
    """Those of `said` whose link says all the words of `text`: a story and what told it have the
    same words, and one index is enough."""
    links = matching(Link.objects.order_by(), text).values("pk")
    if links.query.is_empty():
        return said.none()
    return said.filter(link__in=RawSQL(*links.query.sql_with_params()))  # noqa: S611  (Django's own)
