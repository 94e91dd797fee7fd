"""What mail that comes back, or is called spam, makes of a subscriber; and a person's way back.

Known by the address's hash: a complaint also counts where the person has been erased.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from audience import consent
from audience.models import ConsentEvent, Subscriber, Suppression
from publication import access

if TYPE_CHECKING:
    from django.contrib.auth.models import User

State = Subscriber.State
Reason = Suppression.Reason
# Gone by somebody else's word, not their own.
TAKEN_OUT = [State.BOUNCED, State.COMPLAINED]


class NotTakenOutError(Exception):
    """This subscriber has not bounced or complained, so there is nothing to undo."""


@transaction.atomic
def bounced(address_key: str, *, now: datetime) -> bool:
    """Mail them no more; a fresh confirmation lifts it. Answers whether that is new."""
    active = Subscriber.objects.active().filter(address_key=address_key)
    if not active.update(state=State.BOUNCED, bounced_at=now):
        return False
    _note(address_key, ConsentEvent.What.BOUNCED, now)
    Suppression.objects.get_or_create(address_key=address_key, defaults={"reason": Reason.BOUNCED})
    return True


@transaction.atomic
def complained(address_key: str, *, now: datetime) -> bool:
    """Never again, whatever they were before. Answers whether that is new."""
    Suppression.objects.update_or_create(
        address_key=address_key, defaults={"reason": Reason.COMPLAINED}
    )
    others = Subscriber.objects.filter(address_key=address_key).exclude(state=State.COMPLAINED)
    if not others.update(state=State.COMPLAINED, left_at=now):
        return False
    _note(address_key, ConsentEvent.What.COMPLAINED, now)
    return True


@transaction.atomic
def left_elsewhere(address_key: str, *, now: datetime) -> None:
    """They opted out at the mail service: the same as with our own link."""
    for subscriber in Subscriber.objects.filter(address_key=address_key):
        consent.unsubscribe(subscriber.token, now=now)


@transaction.atomic
def recovered(address_key: str) -> bool:
    """The machine took back its own word: they had not bounced after all."""
    known = Subscriber.objects.filter(address_key=address_key, state=State.BOUNCED)
    if not known.filter(confirmed_at__isnull=False).update(state=State.ACTIVE, bounced_at=None):
        return False
    Suppression.objects.filter(address_key=address_key, reason=Reason.BOUNCED).delete()
    return True


@transaction.atomic
def reinstate(subscriber: Subscriber, *, why: str, by: "User | None") -> None:
    """A person takes back a bounce or a complaint. Raises NotTakenOutError, NotAllowedError.

    Who never confirmed waits for their confirmation again.
    """
    access.require(by, "audience.change_subscriber")
    back = State.ACTIVE if subscriber.confirmed_at else State.PENDING
    taken_out = Subscriber.objects.filter(pk=subscriber.pk, state__in=TAKEN_OUT)
    if not taken_out.update(state=back, bounced_at=None, left_at=None):
        raise NotTakenOutError(f"{subscriber} has neither bounced nor complained.")
    Suppression.objects.filter(address_key=subscriber.address_key).delete()
    access.record(by, "reinstate", f"Subscriber {subscriber.pk}", why=why)
    subscriber.refresh_from_db()


def _note(address_key: str, what: ConsentEvent.What, now: datetime) -> None:
    subscriber = Subscriber.objects.filter(address_key=address_key).first()
    ConsentEvent.objects.create(subscriber=subscriber, address_key=address_key, what=what, at=now)
