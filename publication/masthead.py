"""The one Publication row, read by everybody."""

from django.http import HttpRequest

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


def of(request: HttpRequest) -> Publication:
    """As it was read for this request."""
    return getattr(request, "publication", None) or current()


def one_at_a_time() -> Publication:
    """Of two in a transaction at this line, in whatever process, the second waits for the first.

    A cap that is counted and then passed side by side is none. Answers the row as it is now.
    """
    return Publication.objects.select_for_update().get(pk=current().pk)
