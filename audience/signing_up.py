"""The form's side of signing up: what keeps it from being used as a bomb.

Caps are counted rows under a lock, so they hold over any number of processes. They speak of the
visitor's network and of the mail domain only: nobody learns from them who subscribes.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from audience import breaker, consent
from audience.addresses import address_key
from audience.models import SignUp
from publication.masthead import one_at_a_time
from toolbox.addresses import normalise
from toolbox.visitors import network_key

# Of one network in a day: without a proof of work, and in all.
PLAIN_PER_NETWORK = 3
PER_NETWORK = 20
# Of one mail domain in an hour.
PER_DOMAIN = 60
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
KEPT = timedelta(days=2)


class NeedsProofError(Exception):
    """This network has used up what is free; with a proof of work there is more."""


class TooManyError(Exception):
    """A cap is reached; the message is for the visitor."""


@dataclass(frozen=True)
class Visitor:
    """Where a press of the form came from, and whether the browser worked for it."""

    origin: str
    form: str
    proven: bool = False


def sign_up(email: str, visitor: Visitor, *, now: datetime) -> None:
    """Note that somebody asked, within the caps. Raises AddressError, NeedsProofError,
    TooManyError; whether the address is known makes no difference to any of them."""
    address = normalise(email)
    press = _press_of(address, visitor, now)
    with transaction.atomic():
        one_at_a_time()
        _refuse_flood(press)
        is_variant = _is_variant(press)
        press.save(force_insert=True)
        if not is_variant:
            known = visitor.origin or None
            consent.subscribe(address, asked_from=known, asked_on=visitor.form, now=now)
        breaker.look(now)


def forget_old(now: datetime) -> int:
    """Throw away what no cap counts any more. Answers how many."""
    return SignUp.objects.filter(at__lt=now - KEPT).delete()[0]


def _press_of(address: str, visitor: Visitor, now: datetime) -> SignUp:
    local, _, domain = address.lower().partition("@")
    mailbox = local.partition("+")[0].replace(".", "") or local
    return SignUp(
        network=network_key(visitor.origin, b"signup"),
        domain=_key(domain),
        mailbox=_key(f"{mailbox}@{domain}"),
        address_key=address_key(address),
        proven=visitor.proven,
        at=now,
    )


def _refuse_flood(press: SignUp) -> None:
    ours = SignUp.objects.filter(network=press.network, at__gt=press.at - DAY)
    if not press.proven and ours.filter(proven=False).count() >= PLAIN_PER_NETWORK:
        raise NeedsProofError
    if ours.count() >= PER_NETWORK:
        raise TooManyError("Many addresses were signed up from your network. Try again tomorrow.")
    same = SignUp.objects.filter(domain=press.domain, at__gt=press.at - HOUR)
    if same.count() >= PER_DOMAIN:
        raise TooManyError("Many addresses of this mail domain came at once. Try again in an hour.")


def _is_variant(press: SignUp) -> bool:
    """me+1@, me+2@, m.e@: one mailbox gets one mail a day, however its address is written."""
    today = SignUp.objects.filter(mailbox=press.mailbox, at__gt=press.at - DAY)
    return today.exclude(address_key=press.address_key).exists()


def _key(text: str) -> str:
    return hmac.new(settings.ADDRESS_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
