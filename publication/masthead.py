"""The one Publication row, read by everybody."""

from publication.models import Publication

NEW = {
    "name": "Your newsletter",
    "tagline": "The week's links, read for you",
    "sender_name": "Your newsletter",
    "sender_email": "editors@example.com",
    "postal_address": "Set your postal address under Publication in the admin.",
}


def current() -> Publication:
    """The publication; a new install gets a row that says what to fill in."""
    return Publication.objects.get_or_create(pk=1, defaults=NEW)[0]
