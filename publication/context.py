"""What every page may use without asking: the publication and the public address."""

from django.conf import settings
from django.http import HttpRequest

from publication.masthead import current


def publication(request: HttpRequest) -> dict[str, object]:
    """`publication` and `site_url` for every template."""
    row = getattr(request, "publication", None) or current()
    return {"publication": row, "site_url": settings.SITE_URL}
