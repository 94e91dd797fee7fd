"""Telling people of the staff by mail what waits for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.auth.models import User
from django.core.mail import mailers
from django.db.models import QuerySet

from publication.access import holders
from publication.letters import letter


class Thing(NamedTuple):
    """One thing that wants looking at, what is the matter with it, and where that is mended."""

    name: str
    sentence: str
    page: str


@dataclass(frozen=True)
class Notice:
    """What a mail to the staff says. `act` and `page` are its button; `why` says why it came."""

    subject: str
    words: Sequence[str]
    act: str
    page: str
    why: str
    things: Sequence[Thing] = ()


def readers(permission: str) -> QuerySet[User]:
    """Who can be told: people of the staff who hold `permission`, and who have an address."""
    return holders(permission).filter(is_staff=True).exclude(email="").order_by("pk")


def tell(permission: str, notice: Notice, *, nonce: str = "") -> int:
    """Mail each of them. Answers how many were told. The same `nonce`, the same Message-IDs."""
    mails = [
        letter("notice", person.email, nonce=nonce and f"{nonce} {person.pk}", notice=notice)
        for person in readers(permission)
    ]
    return mailers.default.send_messages(mails) or 0
