"""The words in our links: what a confirmation link holds, and how it is read back.

An unsubscribe link holds the subscriber's own token and never expires. A confirmation link is
signed and names one request; consent.py says how long that request counts.
"""

from django.core.signing import BadSignature, Signer

from audience.models import Subscriber

_signer = Signer(salt="audience.confirm", sep=".")


class UnknownLinkError(Exception):
    """The link is none of ours any more: cut short, mistyped, or its subscriber erased."""


def confirmation_token(subscriber: Subscriber) -> str:
    """Names the subscriber and their latest request."""
    return _signer.sign(f"{subscriber.pk}.{subscriber.confirm_nonce}")


def read_confirmation_token(token: str) -> tuple[int, str]:
    """The subscriber's pk and the request's nonce. Raises UnknownLinkError."""
    try:
        pk, nonce = _signer.unsign(token).split(".")
    except BadSignature as error:
        raise UnknownLinkError("This confirmation link is broken.") from error
    return int(pk), nonce


def subscriber_of(token: str) -> Subscriber:
    """Whose unsubscribe or preferences link this is. Raises UnknownLinkError."""
    # PostgreSQL refuses to look for a NUL, and a link may hold anything.
    subscriber = Subscriber.objects.filter(token=token).first() if "\0" not in token else None
    if subscriber is None:
        raise UnknownLinkError("This link is broken.")
    return subscriber
