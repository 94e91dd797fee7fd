"""One act on several links: each by the same verb as alone, undone together."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import transaction

from curation.deeds import QueueError, StaleLinkError
from curation.models import Link, LinkEvent

# Ticked by a person; more than a page and less than a queue.
MOST = 200


class TooManyError(QueueError):
    """More links than anybody has looked at."""


@dataclass(frozen=True)
class Pick:
    """A link as a person saw it."""

    pk: int
    version: int


@dataclass(frozen=True)
class Outcome:
    """The links on which it was done, and why it was not on the others."""

    done: list[Link]
    refused: list[QueueError]


@transaction.atomic
def together(picks: Iterable[Pick], deed: Callable[[Link, int], Link], by: User | None) -> Outcome:
    """Do `deed` to each link as far as it allows; one refusal keeps no other from its turn.

    `deed` takes the link and the version the person saw. Raises TooManyError.
    """
    picks = list(picks)
    if len(picks) > MOST:
        raise TooManyError(f"{len(picks)} links at once are too many: tick at most {MOST}.")
    links = Link.objects.select_related("section").in_bulk([pick.pk for pick in picks])
    before = LinkEvent.objects.filter(actor=by).values_list("pk", flat=True).first() or 0
    outcome = Outcome([], [])
    for pick in picks:
        try:
            with transaction.atomic():
                outcome.done.append(_each(links.get(pick.pk), pick, deed))
        except QueueError as refusal:
            outcome.refused.append(refusal)
    # These rows are ours until the end of the transaction, so no other deed is among them.
    told = LinkEvent.objects.filter(actor=by, pk__gt=before, link__in=outcome.done)
    told.update(batch=uuid4())
    return outcome


def _each(link: Link | None, pick: Pick, deed: Callable[[Link, int], Link]) -> Link:
    if link is None:
        raise StaleLinkError(pick.pk)
    return deed(link, pick.version)
