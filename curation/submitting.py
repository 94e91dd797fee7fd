"""Links from readers: into the same queue, in bounded numbers, and answered without a secret.

A reader learns what is public (it ran) and that we know a link, never what editors think of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from curation import bringing, spam
from curation.addressing import public_address
from curation.identity import address_identity
from curation.models import Link, PastItem, Submission
from publication.masthead import one_at_a_time
from toolbox.text import one_line, printable
from toolbox.visitors import network_key

# Of one network and of all together, in so long a time.
WINDOW = timedelta(days=1)
PER_NETWORK = 10
IN_TOTAL = 300
KEPT = timedelta(days=30)
NOTE_LENGTH = 1000
WHO_LENGTH = 200


class SubmissionError(Exception):
    """A link that is not taken; the message is for the reader who sent it."""


class TooManyError(SubmissionError):
    """The cap is reached, for this network or for all."""


class ClosedError(SubmissionError):
    """The publication takes no links from readers for now."""


class AlreadyHereError(SubmissionError):
    """We know it. `ran` is where readers can find it, None when it is with the editors."""

    def __init__(self, ran: PastItem | None) -> None:
        self.ran = ran
        super().__init__(
            f"This ran in issue {ran.issue_number}." if ran else "The editors have it already."
        )


@dataclass(frozen=True)
class Sent:
    """What a reader sends: an address, and words that are optional all of them."""

    address: str
    title: str = ""
    note: str = ""
    name: str = ""
    email: str = ""

    @property
    def who(self) -> str:
        """The person as the editors see them."""
        name = one_line(self.name, 100)
        mail = f"<{self.email}>" if name and self.email else self.email
        return one_line(f"{name} {mail}".strip(), WHO_LENGTH)


def check(text: str) -> str:
    """The address of a page we do not know. Raises AddressRefusedError, AlreadyHereError."""
    address = public_address(text)
    link = bringing.find(address)
    identities = [address_identity(address)]
    if link:
        identities += link.addresses.values_list("identity", flat=True)
    ran = PastItem.objects.filter(address__in=identities).first()
    if ran or link:
        raise AlreadyHereError(ran)
    return address


@transaction.atomic
def submit(sent: Sent, *, origin: str, now: datetime) -> Link:
    """Put a reader's link into the queue, with what they say as a note. `origin` is their network
    address. What looks like spam is taken too, and hidden. Raises AddressRefusedError,
    AlreadyHereError, ClosedError, TooManyError."""
    if not one_at_a_time().takes_links:
        raise ClosedError("The editors take no suggestions at the moment. Thank you!")
    address = check(sent.address)
    network = network_key(origin, b"submission")
    _refuse_flood(network, now)
    held = spam.judge(address, [sent.title, sent.note, sent.name], network, now)
    offered = bringing.bring(
        {address_identity(address): bringing.said(address, sent.title)},
        origin=Link.Origin.SUBMISSION,
        now=now,
        submitted_by=sent.who or "A reader",
        note=printable(sent.note).strip()[:NOTE_LENGTH],
        hidden_by=one_line(held, 200),
    )
    link = Link.objects.get(pk__in=offered.links.values())
    Submission.objects.create(link=link, network=network, at=now)
    Submission.objects.filter(at__lt=now - KEPT).delete()
    return link


def _refuse_flood(network: str, now: datetime) -> None:
    sent = Submission.objects.filter(at__gt=now - WINDOW)
    if sent.filter(network=network).count() >= PER_NETWORK:
        raise TooManyError("That is a lot for one day, thank you! Please send the rest tomorrow.")
    if sent.count() >= IN_TOTAL:
        raise TooManyError("Readers have sent a great many links today. Please come back tomorrow.")
