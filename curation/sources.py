"""What a person calls the place a link leads to: "GitHub", and never "blogspot.com"."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

from curation.identity import FORGES
from toolbox.addresses import host
from toolbox.text import one_line

LABEL_LENGTH = 100
# A longer name is a slogan.
NAME_LENGTH = 60
# Sites whose name is not what stands in their address.
KNOWN = {
    "arxiv.org": "arXiv",
    "codeberg.org": "Codeberg",
    "dev.to": "DEV",
    "discuss.python.org": "Python Discussions",
    "djangopackages.org": "Django Packages",
    "djangoproject.com": "Django",
    "docs.djangoproject.com": "Django documentation",
    "docs.python.org": "Python documentation",
    "forum.djangoproject.com": "Django Forum",
    "github.blog": "The GitHub Blog",
    "github.com": "GitHub",
    "gitlab.com": "GitLab",
    "linkedin.com": "LinkedIn",
    "lobste.rs": "Lobsters",
    "lwn.net": "LWN.net",
    "news.ycombinator.com": "Hacker News",
    "peps.python.org": "Python Enhancement Proposals",
    "pypi.org": "PyPI",
    "python.org": "Python",
    "realpython.com": "Real Python",
    "reddit.com": "Reddit",
    "stackoverflow.com": "Stack Overflow",
    "twitter.com": "X",
    "vimeo.com": "Vimeo",
    "x.com": "X",
    "youtu.be": "YouTube",
    "youtube.com": "YouTube",
}
# Houses with many tenants, by domain: the house is no source, whoever lives there is.
HOUSES = {
    "blogger.com", "blogspot.com", "bearblog.dev", "buttondown.com", "buttondown.email", "ghost.io",
    "github.io", "gitlab.io", "hashnode.dev", "medium.com", "mirror.xyz", "netlify.app",
    "notion.site", "pages.dev", "readthedocs.io", "scribe.rip", "substack.com", "tumblr.com",
    "vercel.app", "wordpress.com", "write.as",
}  # fmt: skip
# Names that pages give for the software or the house they live in.
_HOUSE_NAMES = re.compile(
    r"(?:\w+\.)?(?:medium|blogger|blogspot|wordpress(?:\.com)?|substack|tumblr|hashnode|ghost"
    r"|github pages|home|homepage|blog|website|site|my (?:site|blog))",
    re.IGNORECASE,
)
# What feeds put behind the name of their site.
_FEED_WORDS = re.compile(
    r"\s*(?:[-–—|:(\[]\s*)?\b(?:RSS|Atom)(?: (?:feed|news|\d\.\d))?[)\]]?\s*$"
    r"|\s*[-–—|:(\[]\s*(?:feed|latest (?:posts|news|entries|articles)|all posts)[)\]]?\s*$",
    re.IGNORECASE,
)
_MEDIUM_FEED = re.compile(r"^Stories by (.+) on Medium$")


def source_label(url: str, *names: str) -> str:
    """What a person would call the source of `url`.

    The name of a well-known site, else the first of `names` that is one, else the host as it is
    written. Empty for a house with many tenants that does not say whose page this is.
    """
    known = KNOWN.get(_place(url), "")
    given = (site_name(name) for name in names)
    return one_line(known or next(filter(None, given), "") or tenant(url), LABEL_LENGTH)


@lru_cache(maxsize=1000)
def site_name(name: str) -> str:
    """`name` as a site's: without "RSS feed" behind it; "" for one that names no site."""
    name = _MEDIUM_FEED.sub(r"\1", _FEED_WORDS.sub("", one_line(name))).strip()
    host_like = name.lower().removeprefix("www.") in HOUSES
    fits = 2 <= len(name) <= NAME_LENGTH and "://" not in name
    return "" if host_like or not fits or _HOUSE_NAMES.fullmatch(name) else name


def tenant(url: str) -> str:
    """The host, tidied; of a house with many tenants whose page it is, as far as it says."""
    place = _place(url)
    house = next((h for h in HOUSES if place == h or place.endswith(f".{h}")), "")
    if not house or place.removesuffix(house).rstrip(".") not in {"", "www"}:
        return place
    first = urlsplit(url).path.strip("/").split("/")[0]
    return f"{first} on {house.split('.')[0].title()}" if first.startswith("@") else ""


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are of one site: the same host, or one under the other.

    Tenants of one house are neighbours, not one site.
    """
    a, b = _place(one), _place(other)
    if not a or not b:
        return False
    if a == b:
        return a not in HOUSES and a not in FORGES
    under = a.endswith(f".{b}") or b.endswith(f".{a}")
    return under and min(a, b, key=len) not in HOUSES


@lru_cache(maxsize=100)
def _place(url: str) -> str:
    """The host without what sets a site's mirrors apart. Kept: a link's is asked for often."""
    name = host(url)
    for prefix in ("m.", "mobile.", "amp.", "old."):
        name = name.removeprefix(prefix) if name.count(".") > 1 else name
    return name
