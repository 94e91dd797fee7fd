"""The desk: the issue's page in Django's admin, the shelves, and who pays for which slot."""

from digest.admin.issue import IssueAdmin
from digest.admin.shelves import SectionAdmin
from digest.admin.sponsors import BookingAdmin, SponsorAdmin

__all__ = ["BookingAdmin", "IssueAdmin", "SectionAdmin", "SponsorAdmin"]
