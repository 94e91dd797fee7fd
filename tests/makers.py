"""Rows for tests, made the way the product makes them or in one line where it has no verb."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.contrib.auth.models import User

from curation.models import Feed, Link
from publication.models import Section, SectionKind

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_serial = count(1)


def make_section(title: str = "Articles", kind: str = SectionKind.LINKS, **values: Any) -> Section:
    """A shelf; the same one when it is already there."""
    slug = values.pop("slug", title.lower().replace(" ", "-"))
    defaults = {"title": title, "kind": kind, "position": next(_serial), **values}
    return Section.objects.get_or_create(slug=slug, defaults=defaults)[0]


def make_feed(**values: Any) -> Feed:
    """A feed that was never polled."""
    n = next(_serial)
    return Feed.objects.create(
        **{"url": f"http://127.0.0.1/feed-{n}.xml", "title": f"Feed {n}", **values}
    )


def make_link(**values: Any) -> Link:
    """A link waiting in the queue."""
    n = next(_serial)
    return Link.objects.create(
        **{
            "url": f"https://example.com/story-{n}",
            "title": f"Story {n}",
            "published_at": NOW,
            **values,
        }
    )


def make_editor(username: str = "editor", **values: Any) -> User:
    """Somebody who may do everything; password "editor"."""
    return User.objects.create_superuser(username, f"{username}@example.com", "editor", **values)
