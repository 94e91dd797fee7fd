"""How a mail address is recognised again."""

import hashlib
import hmac

from django.conf import settings

from toolbox.addresses import normalise


def address_key(email: str) -> str:
    """What an address is known by when it must not be known: an HMAC under ADDRESS_KEY."""
    folded = normalise(email).lower()
    return hmac.new(settings.ADDRESS_KEY.encode(), folded.encode(), hashlib.sha256).hexdigest()
