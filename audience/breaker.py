"""The breaker: when the form is being used as a bomb, confirmation mail stops and a person looks.

Requests are still taken, and answered as ever. Their mails wait until the owner lets them go, or
throws them away.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from audience.models import Breaker, ConsentEvent, Subscriber, new_token
from audience.signals import confirmations_stopped, subscription_requested
from publication import access

if TYPE_CHECKING:
    from django.contrib.auth.models import User

WINDOW = timedelta(hours=1)
# So many requests in an hour, of which hardly anybody confirms: people do, victims do not.
ALARM = 100
SHARE = 0.2
PERMISSION = "audience.change_subscriber"


def is_open() -> bool:
    """Whether confirmation mail is stopped."""
    return Breaker.objects.filter(open_since__isnull=False).exists()


def current() -> Breaker:
    """The one row."""
    return Breaker.objects.get_or_create(pk=1)[0]


@transaction.atomic
def look(now: datetime) -> bool:
    """Stop confirmation mail if too many ask and too few confirm. Answers whether it did now."""
    row = current()
    if row.open_since is not None:
        return False
    since = max(now - WINDOW, row.closed_at or now - WINDOW)
    events = ConsentEvent.objects.filter(at__gt=since)
    asked = events.filter(what=ConsentEvent.What.ASKED).count()
    if asked < ALARM:
        return False
    confirmed = events.filter(what=ConsentEvent.What.CONFIRMED).count()
    if confirmed >= SHARE * asked:
        return False
    return _open(f"{asked} addresses were signed up in an hour, and {confirmed} confirmed.", now)


@transaction.atomic
def go_on(*, by: "User | None", now: datetime) -> int:
    """Let confirmation mail go again, what waited first. Answers how many that is."""
    access.require(by, PERMISSION)
    if not _close(now):
        return 0
    waiting = list(Subscriber.objects.owed_a_confirmation().values_list("pk", flat=True))
    for pk in waiting:
        subscription_requested.send_reliable(subscriber_id=pk)
    access.record(by, "confirmation mail goes on", "sign-up form", waiting=len(waiting))
    return len(waiting)


@transaction.atomic
def discard(*, by: "User | None", now: datetime) -> int:
    """Throw away the requests that waited, and let what comes from now on go. Answers how many."""
    access.require(by, PERMISSION)
    if not _close(now):
        return 0
    waiting = Subscriber.objects.owed_a_confirmation()
    known = waiting.filter(~Q(confirmed_at=None)).update(asked_at=None, confirm_nonce=new_token())
    dropped = waiting.filter(confirmed_at=None)
    count = known + dropped.count()
    dropped.delete()
    access.record(by, "confirmation mail discarded", "sign-up form", dropped=count)
    return count


def _open(reason: str, now: datetime) -> bool:
    closed = Breaker.objects.filter(pk=1, open_since=None)
    if not closed.update(open_since=now, reason=reason):
        return False
    access.record(None, "confirmation mail stopped", "sign-up form", reason=reason)
    confirmations_stopped.send_reliable(reason=reason)
    return True


def _close(now: datetime) -> int:
    tripped = Breaker.objects.filter(pk=1, open_since__isnull=False)
    return tripped.update(open_since=None, reason="", closed_at=now)
