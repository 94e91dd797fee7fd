"""Second addresses of well-known sites: each row says which address counts for a page.

A table and not a rule of thumb: `m.` and `amp.` hosts in general may hold other pages, and what
is folded here can never be told apart again. What the table does not know is learned from the
page itself (`curation.looking`): a mobile or AMP page names its original in rel=canonical.
"""

import re
from urllib.parse import parse_qsl, urlsplit

# A status has its number for ever, whatever its writer is called.
_STATUS = (r"[\w.]+/(i/web|\w+)/status(es)?/(?P<id>\d+)(/.*|\?.*)?", "x.com/i/status/{id}")
# By the last two labels of the host: pattern of "host/path?query", and the address that counts.
# Host without `www.`, path without trailing slash; what a pattern does not match stays as it is.
_TABLE: dict[str, list[tuple[str, str]]] = {
    "youtu.be": [(r"youtu\.be/(?P<id>[\w-]{11})(\?.*)?", "youtube.com/watch?v={id}")],
    "youtube.com": [
        (
            r"((m|music)\.)?youtube\.com/(shorts|embed|live|v)/(?P<id>[\w-]{11})(\?.*)?",
            "youtube.com/watch?v={id}",
        ),
        (
            r"((m|music)\.)?youtube\.com/watch\?(.*&)?v=(?P<id>[\w-]{11})(&.*)?",
            "youtube.com/watch?v={id}",
        ),
        (r"m\.youtube\.com(?P<rest>.*)", "youtube.com{rest}"),
    ],
    "youtube-nocookie.com": [
        (r"youtube-nocookie\.com/embed/(?P<id>[\w-]{11})(\?.*)?", "youtube.com/watch?v={id}")
    ],
    "vimeo.com": [(r"player\.vimeo\.com/video/(?P<id>\d+)(\?.*)?", "vimeo.com/{id}")],
    # The words behind a post's number may be changed; with one more number it is a comment.
    "reddit.com": [
        (
            r"((old|new|np|m|i|amp|sh)\.)?reddit\.com(/r/\w+)?/comments/(?P<id>\w+)(/[^/?]*)?(\?.*)?",
            "reddit.com/comments/{id}",
        ),
        (r"(old|new|np|m|i|amp|sh)\.reddit\.com(?P<rest>.*)", "reddit.com{rest}"),
    ],
    "redd.it": [(r"redd\.it/(?P<id>\w+)", "reddit.com/comments/{id}")],
    "twitter.com": [_STATUS, (r"(mobile\.)?twitter\.com(?P<rest>.*)", "x.com{rest}")],
    "x.com": [_STATUS],
    "nitter.net": [_STATUS],
    "vxtwitter.com": [_STATUS],
    "fxtwitter.com": [_STATUS],
    # A story on Medium ends in its number, on whichever of its hosts; `sk` is a friend's key.
    "medium.com": [
        (
            r"([\w-]+\.)?medium\.com/(\S+/)?([^/?]*-)?(?P<id>[0-9a-f]{10,12})(\?.*)?",
            "medium.com/p/{id}",
        )
    ],
    "scribe.rip": [
        (r"scribe\.rip/(\S+/)?([^/?]*-)?(?P<id>[0-9a-f]{10,12})(\?.*)?", "medium.com/p/{id}")
    ],
    "substack.com": [
        (
            r"open\.substack\.com/pub/(?P<who>[\w-]+)/p/(?P<slug>[\w-]+)(\?.*)?",
            "{who}.substack.com/p/{slug}",
        )
    ],
    # Versions of a paper are one paper.
    "arxiv.org": [
        (
            r"(export\.)?arxiv\.org/(abs|pdf|html)/(?P<id>\d{4}\.\d{4,5})(v\d+)?(\.pdf)?(\?.*)?",
            "arxiv.org/abs/{id}",
        )
    ],
    "wikipedia.org": [
        (r"(?P<lang>[\w-]+)\.m\.wikipedia\.org(?P<rest>.*)", "{lang}.wikipedia.org{rest}")
    ],
    "stackoverflow.com": [
        (
            r"stackoverflow\.com/(q|questions)/(?P<id>\d+)(/[^/?]*)?(\?.*)?",
            "stackoverflow.com/questions/{id}",
        )
    ],
    "github.com": [
        (
            r"github\.com/(?P<owner>[\w-]+)/(?P<repo>[\w.-]+?)(\.git)?(/tree/(main|master))?(\?tab=.*)?",
            "github.com/{owner}/{repo}",
        )
    ],
    "pypi.org": [(r"pypi\.org/(p|project)/(?P<name>[\w.-]+)", "pypi.org/project/{name}")],
    "python.org": [(r"pypi\.python\.org/pypi/(?P<name>[\w.-]+)", "pypi.org/project/{name}")],
    "theguardian.com": [(r"amp\.theguardian\.com(?P<rest>.*)", "theguardian.com{rest}")],
}
MIRRORS = {
    domain: [(re.compile(pattern), target) for pattern, target in rows]
    for domain, rows in _TABLE.items()
}
# Names that are the same in any case.
_ANY_CASE = ("github.com/", "pypi.org/project/", "reddit.com/r/")
# Pages that only send on, by host and path: the parameter with the address.
REDIRECTORS = {
    "google.com/url": ("q", "url"),
    "l.facebook.com/l.php": ("u",),
    "lm.facebook.com/l.php": ("u",),
    "out.reddit.com": ("url",),
    "linkedin.com/redir/redirect": ("url",),
    "youtube.com/redirect": ("q",),
    "slack-redir.net/link": ("url",),
    "href.li": ("",),
}
# AMP pages kept elsewhere: the address stands in the path, `s/` for https.
_AMP_CACHE = re.compile(
    r"https?://(?:(?:www\.)?google\.com/amp|[\w-]+\.cdn\.ampproject\.org/[cv])/(?:s/)?(?P<rest>[\w-]+\..+)"
)
# `/amp` behind the words of a story, not behind those of a shop.
_AMP_PATH = re.compile(r"(?P<story>.*/[^/]+-[^/]+-[^/]+)/amp(?:\.html)?")
_INDEX = re.compile(r"(?P<folder>.*)/index\.(?:html?|php)")
_AMP_QUERY = {"amp", "amp=", "amp=1", "amp=true", "outputType=amp"}


def unwrapped(url: str) -> str:
    """The address behind one that only sends on; "" when `url` is none of these."""
    if kept := _AMP_CACHE.fullmatch(url):
        return f"https://{kept['rest']}"
    parts = urlsplit(url)
    place = f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}"
    for name in REDIRECTORS.get(place, ()):
        target = dict(parse_qsl(parts.query)).get(name, "") if name else parts.query
        if target.startswith(("http://", "https://")):
            return target
    return ""


def original(host: str, path: str, query: str) -> str:
    """The address that counts, as "host/path?query". Host without `www.`, path without slash."""
    path = _folded(path)
    query = "&".join(pair for pair in query.split("&") if pair not in _AMP_QUERY)
    place = f"{host}{path}{f'?{query}' if query else ''}"
    for pattern, target in MIRRORS.get(".".join(host.split(".")[-2:]), ()):
        if match := pattern.fullmatch(place):
            place = target.format_map(match.groupdict())
            break
    return _in_one_case(place)


def _folded(path: str) -> str:
    for pattern in (_INDEX, _AMP_PATH):
        if match := pattern.fullmatch(path):
            path = match[1]
    return path.rstrip("/")


def _in_one_case(place: str) -> str:
    """Owner and repository, or the name of a package, in lower case; what follows has its own."""
    if not place.lower().startswith(_ANY_CASE):
        return place
    parts = place.split("/", 3)
    names = "/".join(parts[:3]).lower()
    return "/".join([names, *parts[3:]])
