"""What every page may use without asking: the publication and the public address."""

from django.conf import settings
from django.http import HttpRequest

from publication import masthead


def publication(request: HttpRequest) -> dict[str, object]:
    """`publication` and `site_url` for every template."""
    return {"publication": masthead.of(request), "site_url": settings.SITE_URL}
