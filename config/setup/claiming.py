"""Who owns a fresh install: whoever can read what its machine prints, and nobody before.

Until somebody has an account, `offer` makes a token that is printed where the server runs. It is
kept hashed, good for a day and for one person; a new one replaces it.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from config.models import SetupToken
from publication.access import record

LASTS = timedelta(days=1)


class ClaimError(Exception):
    """This install cannot be claimed so; the message says why."""


def is_claimed() -> bool:
    """Whether somebody owns this install."""
    return User.objects.filter(is_superuser=True, is_active=True).exists()


def offer(now: datetime) -> str:
    """A new token, of 256 bits. Raises ClaimError where somebody owns this install."""
    if is_claimed():
        raise ClaimError("This install has an owner: log in at /admin/.")
    token = secrets.token_urlsafe(32)
    values = {"digest": _digest(token), "made_at": now}
    SetupToken.objects.update_or_create(pk=1, defaults=values)
    return token


def is_open(token: str, now: datetime) -> bool:
    """Whether the token opens this install. Comparing hashes gives nothing away by its time."""
    return not is_claimed() and _standing(token, now).exists()


@transaction.atomic
def claim(token: str, *, username: str, email: str, password: str, now: datetime) -> User:
    """Make the owner's account and use the token up. Raises ClaimError."""
    # Of two who come at once one deletes the row, and the other finds none.
    spent, _ = _standing(token, now).delete()
    if not spent or is_claimed():
        raise ClaimError("This address has been used, or is older than a day.")
    owner = User.objects.create_superuser(username, email, password)
    record(owner, "claimed", "this install")
    return owner


def _standing(token: str, now: datetime) -> QuerySet[SetupToken]:
    return SetupToken.objects.filter(digest=_digest(token), made_at__gt=now - LASTS)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
