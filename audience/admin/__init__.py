"""The owner's pages of this room."""

from audience.admin.imports import ImportAdmin
from audience.admin.subscribers import SubscriberAdmin, SuppressionAdmin

__all__ = ["ImportAdmin", "SubscriberAdmin", "SuppressionAdmin"]
