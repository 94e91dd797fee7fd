"""What one person gets: all sections or some, and from when on again."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from audience.consent import note
from audience.models import ConsentEvent, Subscriber
from audience.tokens import subscriber_of
from publication.models import Section, SectionKind


def offered() -> QuerySet[Section]:
    """The sections one may do without. What sponsors paid for goes to everybody."""
    return Section.objects.active().exclude(kind=SectionKind.SPONSOR)


@transaction.atomic
def choose(
    token: str, sections: Collection[Section], paused_until: date | None, *, now: datetime
) -> Subscriber:
    """Keep the choice; all that are offered is the same as no choice. Raises UnknownLinkError."""
    subscriber = subscriber_of(token)
    chosen = {section.pk for section in sections}
    everything = chosen >= set(offered().values_list("pk", flat=True))
    before = (set(subscriber.sections.values_list("pk", flat=True)), subscriber.paused_until)
    after = (set() if everything else chosen, paused_until)
    if before != after:
        subscriber.sections.set(after[0])
        Subscriber.objects.filter(pk=subscriber.pk).update(paused_until=paused_until)
        subscriber.paused_until = paused_until
        note(subscriber, ConsentEvent.What.CHOSE, now)
    return subscriber
