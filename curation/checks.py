"""A machine that cannot read feeds safely says so at `manage.py check`."""

import pyexpat
from typing import Any

from django.core.checks import CheckMessage, Error, register

# The first that stops entities which unfold without end.
SAFE_EXPAT = (2, 4, 1)


@register()
def expat_stops_bombs(**kwargs: Any) -> list[CheckMessage]:
    """feedparser and the reader of OPML both stand on the expat that Python was built with."""
    if pyexpat.version_info >= SAFE_EXPAT:
        return []
    found = ".".join(map(str, pyexpat.version_info))
    hint = "Use a Python whose pyexpat.EXPAT_VERSION is 2.4.1 or newer."
    return [Error(f"expat {found} can be blown up by a feed.", hint=hint, id="curation.E001")]
