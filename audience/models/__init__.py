"""The rows of this room."""

from audience.models.imports import Import
from audience.models.people import (
    ASK_AT_MOST,
    ASK_PAUSE,
    ASK_WINDOW,
    ConsentEvent,
    Subscriber,
    SubscriberQuerySet,
    Suppression,
    forget_person,
    new_token,
)
from audience.models.signups import Breaker, SignUp

__all__ = [
    "ASK_AT_MOST",
    "ASK_PAUSE",
    "ASK_WINDOW",
    "Breaker",
    "ConsentEvent",
    "Import",
    "SignUp",
    "Subscriber",
    "SubscriberQuerySet",
    "Suppression",
    "forget_person",
    "new_token",
]
