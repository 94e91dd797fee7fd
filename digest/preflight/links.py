"""Where readers are sent: what was seen there, and what an address gives away of itself."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from curation.identity import untracked
from digest.models import Visit
from digest.preflight.findings import Hit
from digest.preflight.subject import Link, Subject
from digest.visiting import is_visited
from toolbox.addresses import host

SHORTENERS = {
    "bit.ly", "bitly.com", "t.co", "tinyurl.com", "goo.gl", "ow.ly", "buff.ly", "is.gd", "v.gd",
    "lnkd.in", "rebrand.ly", "cutt.ly", "dlvr.it", "tiny.cc", "rb.gy", "shorturl.at", "t.ly",
    "fb.me", "trib.al", "adf.ly", "bl.ink", "snip.ly", "soo.gd", "s.id", "urlz.fr", "amzn.to",
    "a.co", "eepurl.com", "hubs.ly", "hubs.la", "ift.tt", "spr.ly", "shor.by",
    "short.io", "zpr.io",
}  # fmt: skip
BARE = {"here", "click here", "link", "this link", "this", "read more", "more", "click", "website"}
# When most hosts are silent, it is not they who are away.
MOST = 0.6
Seen = Visit.Seen


def dead_links(subject: Subject) -> Iterator[Hit]:
    """The server says that there is nothing: what nobody can take back once it is mailed."""
    for link, visit in _seen(subject, Seen.DEAD):
        yield Hit(f"{link.name} links to a page that is gone: {link.url} ({visit.said})", link.item)


def moved_links(subject: Subject) -> Iterator[Hit]:
    """A page with a new address; the old one may not lead there for ever."""
    for link, visit in _seen(subject, Seen.MOVED):
        yield Hit(f"{link.name} links to a page that moved to {visit.led_to}", link.item)


def links_to_front_pages(subject: Subject) -> Iterator[Hit]:
    """A site that answers with its front page for what it no longer has."""
    for link, visit in _seen(subject, Seen.HOME):
        yield Hit(
            f"{link.name} ends on the front page {visit.led_to} instead of its own.", link.item
        )


def silent_links(subject: Subject) -> Iterator[Hit]:
    """A server that is slow or away: it may be back in an hour."""
    silent = list(_seen(subject, Seen.SILENT))
    if _all_silent(subject):
        return
    for link, visit in silent:
        yield Hit(f"{link.name} could not be reached: {link.url} ({visit.said})", link.item)


def nothing_reached(subject: Subject) -> Iterator[Hit]:
    """Every host silent at once is no fault of theirs."""
    if _all_silent(subject):
        count = len(list(_seen(subject, Seen.SILENT)))
        yield Hit(
            f"{count} links could not be reached: is this machine on the network? Look again."
        )


def closed_links(subject: Subject) -> Iterator[Hit]:
    """Pages that refuse robots: only a person can look at them."""
    closed = sorted({host(link.url) for link, _ in _seen(subject, Seen.CLOSED)})
    if closed:
        pages = "a page" if len(closed) == 1 else "pages"
        yield Hit(f"Could not be looked at: {pages} of {', '.join(closed)}. Open them yourself.")


def links_not_looked_at(subject: Subject) -> Iterator[Hit]:
    """Nobody has looked yet."""
    if subject.is_out:
        return
    wanted = {link.url for link in subject.links if is_visited(link.url)}
    seen = {url for url, visit in subject.visits.items() if visit.seen}
    if left := len(wanted - seen):
        yield Hit(
            f"{left} of {len(wanted)} links {'were' if left > 1 else 'was'} not looked at yet."
        )


def short_links(subject: Subject) -> Iterator[Hit]:
    """An address behind which anything may be, and which spam filters know."""
    for link in _each(subject):
        if host(link.url) in SHORTENERS:
            yield Hit(f"{link.name} links through the shortener {host(link.url)}.", link.item)


def tracking_links(subject: Subject) -> Iterator[Hit]:
    """Parameters that tell a site where its reader came from; sponsors count on them."""
    for link in _each(subject):
        paid = link.item is not None and link.item.sponsored
        if not paid and is_visited(link.url) and untracked(link.url) != link.url:
            gone = set(urlsplit(link.url).query.split("&"))
            kept = set(urlsplit(untracked(link.url)).query.split("&"))
            names = ", ".join(sorted(pair.partition("=")[0] for pair in gone - kept))
            yield Hit(f"{link.name} has an address that tracks its readers: {names}.", link.item)


def plain_http(subject: Subject) -> Iterator[Hit]:
    """An address that browsers warn of."""
    for link in _each(subject):
        name = urlsplit(link.url).hostname or ""
        if link.url.lower().startswith("http://") and not re.fullmatch(r"[\d.]+|localhost", name):
            yield Hit(f"{link.name} links to http:// and not https://: {link.url}", link.item)


def broken_addresses(subject: Subject) -> Iterator[Hit]:
    """Two addresses pasted into one another, or half a mark of a text around it."""
    for link in _each(subject):
        path = urlsplit(link.url).path
        pasted = re.match(r"/?https?:/", path) and "web.archive.org" not in link.url
        if pasted or link.url.endswith((",", ";", "%20", '"', ">")) or " " in link.url:
            yield Hit(f"{link.name} has an address that looks broken: {link.url}", link.item)


def bare_words(subject: Subject) -> Iterator[Hit]:
    """“Here” says nothing to somebody who hears the links of a page one after the other."""
    for link in subject.links:
        if link.words.strip(" .:→»›").casefold() in BARE:
            yield Hit(f"{link.name} has a link that says only “{link.words}”.", link.item)


def _seen(subject: Subject, seen: Seen) -> Iterator[tuple[Link, Visit]]:
    for link in _each(subject):
        visit = subject.visits.get(link.url)
        if visit and visit.seen == seen:
            yield link, visit


def _each(subject: Subject) -> Iterator[Link]:
    """Each address once an item."""
    told: set[tuple[str, str]] = set()
    for link in subject.links:
        if link.url and (link.name, link.url) not in told:
            told.add((link.name, link.url))
            yield link


def _all_silent(subject: Subject) -> bool:
    looked = [visit for visit in subject.visits.values() if visit.seen]
    silent = [visit for visit in looked if visit.seen == Seen.SILENT]
    hosts = {host(visit.url) for visit in silent}
    return len(hosts) > 1 and len(silent) > (MOST if len(silent) > 4 else 0.99) * len(looked)
