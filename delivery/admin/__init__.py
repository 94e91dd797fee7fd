"""An editor's hand on the mailings, and the ledger: who got what, and who did not."""

from delivery.admin.ledger import DeliveryAdmin
from delivery.admin.mailings import MailingAdmin

__all__ = ["DeliveryAdmin", "MailingAdmin"]
