"""What others did while a queue page stands open: asked every few seconds, answered by an index."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Q

from curation.models import Link, LinkEvent

# Deeds are committed a moment after they are dated, so each look goes back a little; a page
# knows by the version what it has seen.
OVERLAP = timedelta(seconds=10)
# More than so many changes are told by opening the page anew.
MOST = 100


def changed(since: datetime, now: datetime) -> list[Link]:
    """Links that changed, came or woke since, at most MOST + 1, the latest change first."""
    since -= OVERLAP
    asked = Link.objects.select_related(None).only("version", "changed_at")
    fresh = asked.filter(changed_at__gte=since).order_by("-changed_at")[: MOST + 1]
    woken = asked.filter(
        state=Link.State.SNOOZED, snoozed_until__gte=since, snoozed_until__lte=now
    ).order_by("snoozed_until")[: MOST + 1]
    return list({link.pk: link for link in [*fresh, *woken]}.values())


def deeds_of_others(links: Iterable[Link], me: User, since: datetime) -> list[LinkEvent]:
    """The newest deed of somebody else on each of these links since, done or taken back."""
    lately = Q(at__gte=since) | Q(undone_at__gte=since)
    events = LinkEvent.objects.filter(lately, link__in=[link.pk for link in links])
    newest: dict[int, LinkEvent] = {}
    for event in events.exclude(actor=me).exclude(actor=None).select_related("link"):
        newest.setdefault(event.link_id, event)
    return list(newest.values())
