"""The desk: the issue's page in Django's admin, the masthead, the shelves, and the sponsors."""

from digest.admin.issue import IssueAdmin
from digest.admin.masthead import PublicationAdmin
from digest.admin.shelves import SectionAdmin
from digest.admin.sponsors import BookingAdmin, SponsorAdmin

__all__ = ["BookingAdmin", "IssueAdmin", "PublicationAdmin", "SectionAdmin", "SponsorAdmin"]
