"""Is that the same story? What a redirect or a page says of its address, and what we believe.

An address that is learned wrongly swallows the next story that is told there, so what is not
plausible is not learned. Pure answers.
"""

import re
from urllib.parse import urlsplit

from curation.identity import canonical_url
from curation.sources import same_site
from curation.titles import Title, fold, nearness

# Where a site sends whoever asks for what is gone.
_LANDING = re.compile(
    r"(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:home|index|blogs?|news|articles?|posts?|archives?|search"
    r"|about|welcome)?(?:\.(?:html?|php|aspx))?",
    re.IGNORECASE,
)
# Where it sends whoever should log in, agree to something, or prove to be human.
_GATE = re.compile(
    r"(?:.*/)?(?:(?:log|sign)[-_]?(?:in|up|on)|accounts?|auth|oauth2?|sso|consent|cookies?|subscribe"
    r"|errors?|404|not[-_]?found|unavailable|captcha|challenge)(?:[/.].*)?",
    re.IGNORECASE,
)
_GATE_HOST = re.compile(r"(?:accounts?|login|auth|sso|signin|consent|idp)\.")
# A number of three digits or more that is no year.
_NUMBER = re.compile(r"(?<!\d)(?!(?:19|20)\d\d(?!\d))\d{3,}(?!\d)")
# In percent: titles less alike than that are of two stories, unless something else joins them.
AKIN = 50
# Of the words of an address, so many in a hundred must stand in the title.
SPOKEN = 50


def redirect_believed(asked: str, target: str, *titles: str) -> bool:
    """Whether `target`, where `asked` led, is the story that was asked for.

    Not a home page, a log-in, or another page of the same site.
    """
    if is_landing(target) and not is_landing(asked):
        return False
    return not same_site(asked, target) or _names_same(target, (asked,), titles)


def canonical_believed(claim: str, asked: str, answered: str, *titles: str) -> bool:
    """Whether `claim`, the rel=canonical of what `asked` led to at `answered`, is the story.

    Of the same site, or the address that was asked for; not its home page, and not the address of
    something else: pages made from one template all name the same one.
    """
    if canonical_url(claim) in {canonical_url(asked), canonical_url(answered)}:
        return True
    if is_landing(claim) or not (same_site(claim, answered) or same_site(claim, asked)):
        return False
    return _names_same(claim, (asked, answered), titles)


def is_landing(url: str) -> bool:
    """Whether an address is a front door, and no story."""
    parts = urlsplit(url)
    path = parts.path.strip("/")
    if _GATE_HOST.match((parts.hostname or "").lower()) or _GATE.fullmatch(path):
        return True
    return not parts.query and bool(_LANDING.fullmatch(path))


def one_story(title: str, other: str, page_title: str) -> bool:
    """Whether two links that lead to one page may be joined without asking.

    Their titles are akin, or that of `other`, which the page belonged to first, is akin to the
    page's: who quotes a page may word it anew, but a log-in or an error is akin to neither.
    """
    a, b, page = Title(title), Title(other), Title(page_title)
    return nearness(a, b) >= AKIN or (page.key != "" and nearness(b, page) >= AKIN)


def _names_same(url: str, known: tuple[str, ...], titles: tuple[str, ...]) -> bool:
    """Whether the last part of `url` is the last part of a known address, or is in a title."""
    slug = _slug(url)
    slugs = {_slug(one) for one in known}
    if slug in slugs or _shared_numbers(url, known):
        return True
    words = [word for word in fold(slug).split() if len(word) > 2]
    spoken = {word for title in titles for word in fold(title).split()}
    return bool(words) and 100 * sum(word in spoken for word in words) >= SPOKEN * len(words)


def _slug(url: str) -> str:
    parts = urlsplit(canonical_url(url))
    last = parts.path.rstrip("/").rpartition("/")[2]
    return re.sub(r"\.(?:html?|php|aspx?)$", "", last.lower()) + (
        f"?{parts.query}" if parts.query else ""
    )


def _shared_numbers(url: str, known: tuple[str, ...]) -> bool:
    """`/?p=12345` and `/2026/story-12345`."""
    numbers = set(_NUMBER.findall(_slug(url)))
    return any(numbers & set(_NUMBER.findall(_slug(one))) for one in known)
