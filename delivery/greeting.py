"""Words of welcome above somebody's first issue: the latest one, as everybody got it."""

import re

from publication.masthead import current
from toolbox.jinja import draw

_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)


def greeted(text: str, html: str) -> tuple[str, str]:
    """The approved text and HTML with the welcome on top."""
    words = {"publication": current()}
    greeting = draw("emails/welcome.html", words)
    body = _BODY.search(html)
    place = body.end() if body else 0
    html = html[:place] + greeting + html[place:]
    return draw("emails/welcome.txt", words) + text, html
