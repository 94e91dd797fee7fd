"""A source that was joined to the wrong story becomes a link of its own.

Addresses decide what is one story, so what is split off is an address, and every entry that
came with it follows.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from curation.cleaning import blurb
from curation.deeds import PERMISSION, tell, write
from curation.identity import address_identity, canonical_url, untracked
from curation.joining import brought
from curation.merging import MergeError, hold
from curation.models import Entry, Link, LinkAddress
from curation.models.history import SPLIT
from publication.access import require
from toolbox.html import to_line


class NotApartError(MergeError):
    """What is to be split off is the link itself, or came with another link."""


@transaction.atomic
def split(
    link: Link,
    *,
    entries: Collection[Entry] = (),
    addresses: Collection[LinkAddress] = (),
    by: User | None,
    now: datetime,
) -> Link:
    """Make a new link of what these entries or addresses of `link` tell; answers it.

    It waits in the queue like any other. All entries with the same address go with it. What ran
    stays with `link`. Raises NotApartError, StaleLinkError.
    """
    require(by, PERMISSION)
    hold(link)
    going = {address.identity for address in addresses} | {
        address_identity(entry.url) for entry in entries if entry.url
    }
    rows = list(link.addresses.filter(identity__in=going))
    said = [e for e in link.entries.select_related("feed") if _identity(e) in going]
    _check(link, going, rows, said)
    own = _link(link, said, rows, now)
    own.save(force_insert=True)
    _move(own, rows, said)
    write(link, {})
    tell(own, by, SPLIT, {"merged_into_id": link.pk}, {"merged_into_id": None})
    return own


def _check(link: Link, going: set[UUID], rows: list[LinkAddress], said: list[Entry]) -> None:
    if not rows and not said:
        raise NotApartError(f"This does not belong to “{link.title}”, or has no address.")
    if address_identity(link.url) in going:
        raise NotApartError(
            f"This has the address of “{link.title}” itself. Split off the others instead."
        )
    for merged in link.merged.all():
        if {row.pk for row in rows} & set(brought(merged).get("addresses", [])):
            raise NotApartError(f"This came with “{merged.title}”. Take that link out instead.")


def _link(link: Link, said: list[Entry], rows: list[LinkAddress], now: datetime) -> Link:
    """What the oldest of the entries tells; without one, the address under the same title."""
    entry = min(said, key=lambda entry: entry.pk, default=None)
    shared = {"kind": link.kind, "section": link.section, "section_reason": link.section_reason}
    if entry is None:
        url = rows[0].url
        return Link(url=url, title=link.title, published_at=link.published_at, **shared)
    content = getattr(entry, "content", None)
    return Link(
        url=untracked(entry.url),
        title=entry.title,
        blurb=blurb(to_line(content.html)) if content else "",
        author=entry.author,
        source_label=entry.feed.title[:100],
        published_at=entry.published_at,
        **shared,
    )


def _move(own: Link, rows: list[LinkAddress], said: list[Entry]) -> None:
    LinkAddress.objects.filter(pk__in=[row.pk for row in rows]).update(link=own)
    Entry.objects.filter(pk__in=[entry.pk for entry in said]).update(link=own)
    # An entry that was joined by hand may have an address that no link has yet.
    missing = {address_identity(entry.url): canonical_url(entry.url) for entry in said}
    LinkAddress.objects.bulk_create(
        (LinkAddress(identity=key, url=url, link=own) for key, url in sorted(missing.items())),
        ignore_conflicts=True,
    )


def _identity(entry: Entry) -> UUID | None:
    return address_identity(entry.url) if entry.url else None
