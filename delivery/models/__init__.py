"""Sending it, once to each, and what is told of it afterwards."""

from delivery.models.events import MailEvent, Pardon
from delivery.models.instance import Instance
from delivery.models.ledger import Delivery, DeliveryQuerySet, Mailing, RenderedMail, as_told

__all__ = [
    "Delivery", "DeliveryQuerySet", "Instance", "MailEvent", "Mailing", "Pardon", "RenderedMail",
    "as_told",
]  # fmt: skip
