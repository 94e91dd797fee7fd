"""When are two addresses the same story, two entries the same entry? Pure answers.

The folding here is for comparing only: what is shown and linked is the address as it came, less
the parameters that track its readers.
"""

import re
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import urljoin, urlsplit
from uuid import UUID

from w3lib.url import canonicalize_url, safe_url_string

from curation.mirrors import original, unwrapped
from toolbox.text import printable

FORGES = {"github.com", "gitlab.com", "codeberg.org"}
# An address that sends on to one that sends on is followed so often.
SENT_ON = 3
# Parameters that say where a reader came from, never what is read.
TRACKING = re.compile(
    r"""(?: utm_\w+ | mtm_\w+ | pk_\w+ | piwik_\w+ | hsa_\w+ | mc_[ce]id | _{1,2}hs\w+
      | hsctatracking | fb_(?:action_\w+|ref|source) | elqtrack\w* | bsft_\w+ | guc[ce]_\w+
      | ml_subscriber\w* | ck_subscriber_id | y(?:s)?clid | _openstat | wt[._]mc_\w+ | mibextid
      | smid | i(?:nt)?cid
      | (?:fb|tt|tw|ms|g|d|y)clid | gclsrc | [gw]braid | msclkid | igshid | igsh | mkt_tok
      | at_(?:medium|campaign|custom\d|bbc\w+|link\w+|ptr\w+|format) | vero_\w+ | oly_\w+
      | _ga | _gl | s_cid | ncid | cmpid | spm | xtor | trk
      | ref | ref_src | ref_url | referrer | source=rss.* | source=newsletter.*
      )""",
    re.VERBOSE | re.IGNORECASE,
)
# An address that is whole and safe as it stands, as nearly all are.
PLAIN = re.compile(
    r"https?://[a-z0-9]{1,60}(?:[.-][a-z0-9]{1,60}){0,3}/[\w./~+,=@-]*"
    r"(?:%[89A-F][0-9A-F][\w./~+,=@-]*)*(?:\?[\w./~+,=@&-]+)?",
    re.ASCII,
)
# Of those, where nothing is left to fold but the beginning, the end and second addresses.
_FOLDED = re.compile(
    r"https?://(?:www\.)?(?!www\.)(?P<host>[a-z0-9]{1,60}(?:[.-][a-z0-9]{1,60}){1,3})"
    r"(?P<path>(?:/(?!\.)[\w.~-]*(?:%[89A-F][0-9A-F][\w.~-]*)*)+)",
    re.ASCII,
)
HTTP = re.compile(r"https?://(www\.)?", re.IGNORECASE)


def web_address(href: str, base: str = "") -> str:
    """`href` as a whole http or https address, safe to link to; "" when it is none.

    Spaces and letters beyond ASCII are percent-encoded once; a foreign host is in punycode.
    """
    if PLAIN.fullmatch(href):
        return href
    href = printable(href).strip()
    if not href:
        return ""
    try:
        whole = safe_url_string(urljoin(base, href))
        parts = urlsplit(whole)
        named = parts.scheme in {"http", "https"} and parts.hostname
        return whole if named and parts.port != 0 else ""
    except ValueError:
        return ""


@lru_cache(2048)
def canonical_url(url: str) -> str:
    """The form in which all spellings of one web address are equal.

    Folds scheme, `www.`, default port, trailing slash, order of parameters, and the second
    addresses of well-known sites; drops tracking parameters and fragments, except those (`#!`)
    that old sites route by. Of an address that only sends on, it is the form of where to.
    """
    for _ in range(SENT_ON):
        if not (target := web_address(unwrapped(url))):
            break
        url = target
    if folded := _FOLDED.fullmatch(url):
        return f"https://{original(folded['host'], folded['path'].rstrip('/'), '')}"
    parts = urlsplit(canonicalize_url(url, keep_fragments=True))
    host = (parts.hostname or "").removeprefix("www.")
    port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    query = _untracked(host, parts.query).strip("&")
    route = f"#{parts.fragment}" if parts.fragment.startswith("!") else ""
    return f"https://{original(host + port, parts.path.rstrip('/'), query)}{route}"


def untracked(url: str) -> str:
    """`url` as it came, without the parameters that say where a reader came from."""
    if "?" not in url:
        return url
    parts = urlsplit(url)
    kept = _untracked(parts.hostname or "", parts.query)
    return url if kept == parts.query else parts._replace(query=kept).geturl()


def address_identity(url: str) -> UUID:
    """What is unique about a web address: 16 bytes of its canonical form's hash."""
    return canonical_identity(canonical_url(url))


def canonical_identity(canonical: str) -> UUID:
    """`address_identity` of an address whose canonical form is known."""
    return _hash("address", canonical)


def entry_identity(guid: str, url: str, title: str, raw_date: str, index: int = 0) -> UUID:
    """What is unique about an entry in its feed: guid, else address, else title and date.

    `index` tells apart entries that are equal in all of it: 0 for the first, 1 for the next.
    A guid is folded like an address in its beginning only: what differs behind a `#` differs.
    """
    parts = [f"#{index}"] if index else []
    if guid:
        return _hash("guid", HTTP.sub("//", guid, count=1), *parts)
    if url:
        return _hash("url", canonical_url(url), urlsplit(url).fragment, *parts)
    return _hash("title", title, raw_date, *parts)


def _untracked(host: str, query: str) -> str:
    """On a forge `ref` names a branch, so that it says what is read."""
    meant = {"ref"} if host in FORGES else set()
    pairs = query.split("&")
    return "&".join(p for p in pairs if p.partition("=")[0] in meant or not _tracks(p))


def _tracks(pair: str) -> bool:
    name = pair.partition("=")[0]
    return bool(TRACKING.fullmatch(name) or TRACKING.fullmatch(pair))


def _hash(*parts: str) -> UUID:
    key = "\n".join(parts).encode("utf-8", "replace")
    return UUID(bytes=blake2b(key, digest_size=16).digest())
