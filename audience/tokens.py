"""The words in our links: what each kind holds, and how it is read back.

An unsubscribe link holds the subscriber's own token and never expires. The others are signed and
name one request; the verbs say how long that request counts.
"""

import re

from django.core.signing import BadSignature, Signer

from audience.models import Subscriber

TOKEN_LENGTH = 22


class UnknownLinkError(Exception):
    """The link is none of ours any more: cut short, mistyped, or its subscriber erased."""


class Requests:
    """Signed names of requests of one kind: whose, and which of theirs."""

    def __init__(self, kind: str) -> None:
        self._signer = Signer(salt=f"audience.{kind}", sep=".")

    def token(self, subscriber: Subscriber, nonce: str) -> str:
        """What stands in the link."""
        return self._signer.sign(f"{subscriber.pk}.{nonce}")

    def read(self, token: str) -> tuple[int, str]:
        """The subscriber's pk and the request's nonce. Raises UnknownLinkError."""
        try:
            pk, nonce = self._signer.unsign(_mended(token, also=".")).split(".")
        except BadSignature as error:
            raise UnknownLinkError("This link is broken.") from error
        return int(pk), nonce


_confirmations, ACCOUNTS, MOVES = Requests("confirm"), Requests("account"), Requests("move")
read_confirmation_token = _confirmations.read


def confirmation_token(subscriber: Subscriber) -> str:
    """Names the subscriber and their latest request."""
    return _confirmations.token(subscriber, subscriber.confirm_nonce)


def subscriber_of(token: str) -> Subscriber:
    """Whose unsubscribe or preferences link this is. Raises UnknownLinkError."""
    subscriber = Subscriber.objects.filter(token=_mended(token)[:TOKEN_LENGTH]).first()
    if subscriber is None:
        raise UnknownLinkError("This link is broken.")
    return subscriber


def _mended(token: str, also: str = "") -> str:
    """What mail programs add to a link is taken off: soft line breaks, brackets, full stops."""
    return re.sub(rf"[^A-Za-z0-9_{also}-]", "", token).strip(".")
