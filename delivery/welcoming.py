"""The welcome: whoever confirms gets the latest issue that was mailed, with a word on top.

It is a row of that issue's own mailing, so all that holds for an issue holds here: once for each
person and address, marked before the first byte, never sent to who has left again.
"""

from django.db import transaction

from audience.models import Subscriber
from delivery.mails import left_out, mail_of
from delivery.message import sender_of
from delivery.models import Mailing
from delivery.rollcall import add_rows
from publication.masthead import current


@transaction.atomic
def welcome(subscriber_id: int) -> bool:
    """Queue the latest issue for them. Answers False where there is none, or they had it.

    Whoever confirms before the next roll is called is on that roll: nothing comes of it here.
    """
    latest = _latest()
    person = Subscriber.objects.reachable().filter(pk=subscriber_id)
    subscriber = person.first()
    if latest is None or subscriber is None:
        return False
    chosen = set(subscriber.sections.values_list("pk", flat=True))
    gone = left_out(latest.rendered, chosen)
    if gone is None:
        return False
    mail = mail_of(latest.rendered, gone, welcome=True)
    host = sender_of(current()).partition("@")[2]
    return bool(add_rows(latest, mail, person, host=host))


def _latest() -> Mailing | None:
    """The last mailing that was let out and is not taken back; None while one is on its way out."""
    newest = Mailing.objects.order_by("-issue__published_at").first()
    released = newest is not None and newest.state == Mailing.State.RELEASED
    return newest if released else None
