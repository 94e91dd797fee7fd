"""Who pays, and for which slot of which issue."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from publication.models import Section


def says_something(label: str) -> None:
    """A label cannot be taken away by writing a dot into it."""
    if not any(map(str.isalpha, label)):
        raise ValidationError("Say in a word that it is paid for, such as Sponsored.")


class Sponsor(models.Model):
    """Who pays."""

    name = models.CharField(max_length=100, unique=True)
    url = models.URLField(blank=True)
    contact = models.EmailField(blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Booking(models.Model):
    """One slot of one issue, and what the sponsor wants to say in it."""

    class State(models.TextChoices):
        HELD = "held", "Held"
        BOOKED = "booked", "Booked"
        APPROVED = "approved", "Approved"
        CANCELLED = "cancelled", "Cancelled"

    sponsor = models.ForeignKey(Sponsor, on_delete=models.PROTECT, related_name="bookings")
    issue_date = models.DateField(db_index=True)
    slot = models.ForeignKey(
        Section, on_delete=models.PROTECT, limit_choices_to={"kind": "sponsor"}, related_name="+"
    )
    label = models.CharField(max_length=30, default="Sponsored", validators=[says_something])
    headline = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    url = models.URLField(blank=True, max_length=2000)
    state = models.CharField(max_length=10, choices=State, default=State.HELD)

    class Meta:
        ordering = ["issue_date", "slot"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue_date", "slot"],
                condition=~Q(state="cancelled"),
                name="booking_slot_sold_once",
                violation_error_message="This slot is taken on that day: choose another.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sponsor}, {self.issue_date}, {self.slot}"
