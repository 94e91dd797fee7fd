"""Many addresses at once, out of whatever they were pasted with."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from curation import bringing, queue
from curation.addressing import AddressRefusedError, public_address
from curation.identity import address_identity
from curation.models import Link, LinkEvent
from curation.wording import whereabouts
from publication.access import require
from toolbox.text import one_line

CHUNK = 500
MOST = 10_000
SHOWN = 90  # characters of what was no address
TRIMMED = 10  # characters behind an address, at most

_ADDRESS = re.compile(r"https?://[^\s<>\"'`|\\^{}]+", re.IGNORECASE)
# A line that is meant as one: with another scheme, or without any. "e.g." and "v1.2" are none.
_MEANT = re.compile(
    r"[a-z][a-z0-9+.-]*:\S+|(?:www\.)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:[/?#]\S*)?", re.IGNORECASE
)
NO_ADDRESS = "This is not a web address."
_AFTER = ".,;:!?…*_"
_PAIRS = {")": "(", "]": "["}


class TooMuchPastedError(ValueError):
    """More than can be read at once; the message says how much that is."""


@dataclass
class Pasted:
    """What came of a paste: how many are new, where the known ones stand, what was no address."""

    key: str
    new: list[int] = field(default_factory=list)
    known: list[tuple[str, Link]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    repeated: int = 0

    @property
    def places(self) -> list[tuple[str, int]]:
        """Where the known ones stand, and how many at each place."""
        return Counter(place for place, _ in self.known).most_common()


def paste(text: str, *, by: User, now: datetime) -> Pasted:
    """Put every address in `text` into the queue; the same few queries for each 500.

    Raises TooMuchPastedError. `take_back` with the answer's key undoes all of it.
    """
    require(by, queue.PERMISSION)
    pasted = Pasted(key=uuid4().hex)
    found = _addresses(text, pasted)
    if len(found) > MOST:
        raise TooMuchPastedError(f"These are {len(found):,} addresses: paste {MOST:,} at a time.")
    with transaction.atomic():
        for chunk in batched(found.items(), CHUNK, strict=False):
            _bring(dict(chunk), pasted, by, now)
    return pasted


def first_address(text: str) -> str:
    """The first web address among some words; "" when there is none."""
    found = _ADDRESS.search(text)
    return _trimmed(found[0]) if found else ""


@transaction.atomic
def take_back(key: str, *, by: User, now: datetime) -> int:
    """Turn down all that one's paste brought and nobody touched since; answers how many."""
    require(by, queue.PERMISSION)
    events = LinkEvent.objects.filter(actor=by, verb=bringing.BROUGHT, after__paste=key)
    taken = 0
    for chunk in batched(events.undoable().values_list("pk", "link_id"), CHUNK, strict=False):
        links = Link.objects.standing().filter(pk__in=[link for _, link in chunk])
        taken += links.update(
            state=Link.State.REJECTED,
            state_since=now,
            reject_reason=bringing.TAKEN_BACK,
            hidden_by="",
            version=F("version") + 1,
        )
        LinkEvent.objects.filter(pk__in=[pk for pk, _ in chunk]).update(undone_at=now)
    return taken


def _addresses(text: str, pasted: Pasted) -> dict[UUID, str]:
    """Every address once, in order; what is none goes onto the list of refusals."""
    found: dict[UUID, str] = {}
    for piece in _pieces(text):
        try:
            address = _address(piece)
        except AddressRefusedError as error:
            pasted.refused.append((one_line(piece, SHOWN), str(error)))
            continue
        identity = address_identity(address)
        pasted.repeated += identity in found
        found.setdefault(identity, address)
    return found


def _pieces(text: str) -> Iterator[str]:
    """What looks like an address in each line; of a line without any, the line itself."""
    for line in filter(None, map(str.strip, text.splitlines())):
        yield from [_trimmed(found) for found in _ADDRESS.findall(line)] or [line]


def _address(piece: str) -> str:
    if not _MEANT.fullmatch(piece):
        raise AddressRefusedError(NO_ADDRESS)
    return public_address(piece)


def _trimmed(address: str) -> str:
    """Without the punctuation of the sentence or the brackets around it."""
    for _ in range(TRIMMED):
        last = address[-1:]
        opens = _PAIRS.get(last)
        unpaired = opens is not None and address.count(last) > address.count(opens)
        if not unpaired and (not last or last not in _AFTER):
            break
        address = address[:-1]
    return address


def _bring(addresses: dict[UUID, str], pasted: Pasted, by: User, now: datetime) -> None:
    stories = {identity: bringing.said(address) for identity, address in addresses.items()}
    offered = bringing.bring(stories, origin=Link.Origin.IMPORT, now=now)
    new = [pk for pk in offered.links.values() if pk in offered.fresh]
    LinkEvent.objects.bulk_create(bringing.brought(pk, by, paste=pasted.key) for pk in new)
    pasted.new += new
    links = Link.objects.select_related("section").prefetch_related("uses")
    for link in links.filter(pk__in=set(offered.links.values()) - offered.fresh):
        pasted.known.append((whereabouts(link, link.uses.all()), link))
