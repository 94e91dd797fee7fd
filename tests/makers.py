"""Rows for tests, made the way the product makes them or in one line where it has no verb."""

from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Permission, User

from curation.models import Entry, Feed, Link
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


def make_staff(username: str, *permissions: str) -> User:
    """Somebody of the staff who may do what is named ("app.codename") and no more."""
    person = User.objects.create_user(username, f"{username}@example.com", "editor", is_staff=True)
    for permission in permissions:
        app, codename = permission.split(".")
        held = Permission.objects.get(content_type__app_label=app, codename=codename)
        person.user_permissions.add(held)
    return person


def make_entry(feed: Feed, link: Link | None = None, **values: Any) -> Entry:
    """What a feed said, about `link` when it is given."""
    title = link.title if link else f"Entry {next(_serial)}"
    url = link.url if link else ""
    spoken = {"title": title, "url": url, "published_at": NOW, "identity": uuid4(), **values}
    return Entry.objects.create(feed=feed, link=link, **spoken)
