"""What is paid for: is what was sold there, once, approved, and not told as news besides?"""

import re
from collections.abc import Iterator
from itertools import combinations

from curation.identity import canonical_url
from digest.models import Booking, JobBlock, SponsorBlock
from digest.preflight.findings import Hit
from digest.preflight.subject import Subject, source
from digest.preflight.things import words_of
from digest.tree import Item
from publication.masthead import current
from toolbox.addresses import host
from toolbox.urls import absolute

# Hosts that lend their name to anybody: an article there is not by the company behind it.
SHARED = {
    "github.com", "gitlab.com", "codeberg.org", "medium.com", "substack.com", "blogspot.com",
    "wordpress.com", "dev.to", "buttondown.com", "buttondown.email", "youtube.com", "youtu.be",
    "vimeo.com", "google.com", "linkedin.com", "x.com", "twitter.com", "reddit.com", "pypi.org",
    "python.org", "readthedocs.io", "github.io", "hashnode.dev", "ghost.io", "netlify.app",
    "vercel.app", "notion.site", "typeform.com", "eventbrite.com", "meetup.com",
}  # fmt: skip
SOLD = {Booking.State.BOOKED, Booking.State.APPROVED}


def slot_missing(subject: Subject) -> Iterator[Hit]:
    """Somebody paid, and is not in the issue."""
    standing = {block.booking_id for _, block in _blocks(subject)}
    for booking in subject.bookings:
        if booking.state in SOLD and booking.pk not in standing:
            yield Hit(f"{booking.slot} is sold to {booking.sponsor}, who is not in the issue.")


def slot_held(subject: Subject) -> Iterator[Hit]:
    """Held for somebody who has not said yes."""
    for booking in subject.bookings:
        if booking.state == Booking.State.HELD:
            yield Hit(f"{booking.slot} is held for {booking.sponsor}, and not booked yet.")


def booking_twice(subject: Subject) -> Iterator[Hit]:
    """One booking in two places."""
    for (_, one), (second, other) in combinations(_blocks(subject), 2):
        if one.booking_id and one.booking_id == other.booking_id:
            yield Hit(f"“{second.name}” stands twice for one booking.", second)


def sponsor_twice(subject: Subject) -> Iterator[Hit]:
    """One sponsor in two slots of one issue: it may be sold so."""
    for (first, one), (second, other) in combinations(_blocks(subject), 2):
        same_booking = one.booking_id and one.booking_id == other.booking_id
        if source(first) and source(first) == source(second) and not same_booking:
            yield Hit(f"{source(first)} sponsors this issue twice, in “{second.name}” too.", second)


def other_day(subject: Subject) -> Iterator[Hit]:
    """What was sold for another day."""
    for item, block in _blocks(subject):
        booking = block.booking
        if booking and booking.issue_date != subject.day:
            day = f"{booking.issue_date.day} {booking.issue_date:%B %Y}"
            yield Hit(f"“{item.name}” was booked for {day}, not for this issue.", item)


def not_sold(subject: Subject) -> Iterator[Hit]:
    """A booking that was cancelled, and still runs."""
    for item, block in _blocks(subject):
        if block.booking and block.booking.state == Booking.State.CANCELLED:
            yield Hit(f"“{item.name}” stands here, but its booking was cancelled.", item)


def copy_not_approved(subject: Subject) -> Iterator[Hit]:
    """The sponsor has not said yes to the words."""
    for item, block in _blocks(subject):
        if block.booking and block.booking.state in {Booking.State.HELD, Booking.State.BOOKED}:
            yield Hit(
                f"“{item.name}”: {block.booking.sponsor} has not approved the words yet.", item
            )


def other_address(subject: Subject) -> Iterator[Hit]:
    """Readers are sent elsewhere than the sponsor asked for."""
    for item, block in _blocks(subject):
        asked = block.booking.url if block.booking else ""
        if asked and item.url and canonical_url(asked) != canonical_url(item.url):
            yield Hit(f"“{item.name}” leads to {item.url}; booked was {asked}", item)


def sponsor_in_editorial(subject: Subject) -> Iterator[Hit]:
    """Who pays is told as news in the same issue: readers should not have to wonder. That they
    look for people too is no news."""
    editorial = [
        item
        for item in subject.items
        if not item.sponsored and not isinstance(item.block, JobBlock)
    ]
    for item, block in _blocks(subject):
        own = source(item)
        if not own or own in {host(absolute("/")), *SHARED} or own == _our_domain():
            continue
        names = _names(own, block)
        besides = [
            it for it in editorial if source(it) == own or _is_named(names, words_of(it.block))
        ]
        if besides:
            titles = ", ".join(f"“{it.name}”" for it in besides[:3])
            yield Hit(
                f"{own} pays for “{item.name}” and stands in the editorial too: {titles}.", item
            )


def _blocks(subject: Subject) -> list[tuple[Item, SponsorBlock]]:
    return [
        (item, item.block) for item in subject.sponsored if isinstance(item.block, SponsorBlock)
    ]


def _names(own: str, block: SponsorBlock) -> set[str]:
    """What the sponsor is called, folded: by its booking, and by its domain."""
    labels = own.split(".")
    label = labels[-3] if len(labels) > 2 and len(labels[-2]) < 4 else labels[-2]
    name = block.booking.sponsor.name if block.booking else ""
    return {word.casefold() for word in (name, label) if len(word) > 3}


def _is_named(names: set[str], words: str) -> bool:
    """As a name: with a capital inside, or with one where no sentence begins. A sponsor may be
    called like a word of every day."""
    for name in names:
        for found in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", words, re.IGNORECASE):
            written, before = found[0], words[: found.start()].rstrip(" \"“'(")
            inside = any(letter.isupper() for letter in written[1:])
            begins = not before or before[-1] in ".!?:…"
            if inside or (written[0].isupper() and not begins):
                return True
    return False


def _our_domain() -> str:
    return current().sender_email.rpartition("@")[2].removeprefix("www.")
