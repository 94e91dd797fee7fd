"""Addresses of our own site that act for one person, where somebody else brings them along.

Frozen into an issue or shown on the planet, such a link would let any reader unsubscribe that
one person, or look at what we hold of them.
"""

import re
from functools import cache
from html import unescape
from urllib.parse import unquote, urlsplit

from django.conf import settings

# Those that people write of without a host, as in `/account/`, count with ours only.
PAGES, PAGES_HERE = ("unsubscribe", "preferences", "confirm"), ("account",)
# The rest of an address, up to its question mark.
PART = r"""[^\s"'<>?#]"""
_HREF = re.compile(r' href="([^"]*)"')


def holds(text: str) -> bool:
    """Whether `text` (HTML or plain) holds such an address: of our site, or without a host."""
    return _pattern(settings.SITE_URL).search(unquote(unescape(text))) is not None


def holds_whole(url: str) -> bool:
    """`holds` for one whole address, quickly where it plainly does not."""
    return _may_hold(url) and holds(url)


def without(html: str) -> str:
    """`html`, which was cleaned, with the words of such links and not their addresses."""
    if not _may_hold(html):
        return html
    return _HREF.sub(lambda href: "" if holds(href[1]) else href[0], html)


def _may_hold(text: str) -> bool:
    return "%" in text or any(page in text for page in (*PAGES, *PAGES_HERE))


@cache
def _pattern(site: str) -> re.Pattern[str]:
    host = re.escape(urlsplit(site).hostname or "")
    ours = rf"(?<![\w-]){host}(?::\d+)?{PART}*"
    # Behind anything that could end a host it is a page of somebody else's.
    bare = r"(?<![\w./:\]-])"
    pages, here = "|".join(PAGES), "|".join((*PAGES, *PAGES_HERE))
    return re.compile(
        rf"(?:{ours}/(?:{here})|{bare}/(?:{pages}))/{PART}",
        re.IGNORECASE,
    )
