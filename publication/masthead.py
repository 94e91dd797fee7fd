"""The one Publication row, read by everybody."""

from functools import cache

from django.http import HttpRequest

from publication.models import Publication
from toolbox.prepared import Select

NEW = {
    "name": "Your newsletter",
    "tagline": "The week's links, read for you",
    "sender_name": "Your newsletter",
    "sender_email": "editors@example.com",
    "postal_address": "Set your postal address under Publication in the admin.",
}


def current() -> Publication:
    """The publication; a new install gets a row that says what to fill in."""
    row = next(iter(_row().run()), None)
    return row or Publication.objects.get_or_create(pk=1, defaults=NEW)[0]


def of(request: HttpRequest) -> Publication:
    """As it was read for this request."""
    return getattr(request, "publication", None) or current()


def one_at_a_time() -> Publication:
    """Of two in a transaction at this line, in whatever process, the second waits for the first.

    A cap that is counted and then passed side by side is none. Answers the row as it is now.
    """
    return Publication.objects.select_for_update().get(pk=current().pk)


@cache
def _row() -> Select[Publication]:
    """Every page asks for it, so it is put in words once."""
    return Select(Publication.objects.filter(pk=1))
