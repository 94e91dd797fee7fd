"""How a new link is described: its title, source and kind, from what the feed said alone.

What its page says of itself comes later, in the background (`curation.looking`).
"""

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from curation.cleaning import TITLE_LENGTH
from curation.kinds import SHELVES, kind_of, looks
from curation.models import Feed
from curation.parsed import ParsedEntry, ParsedFeed
from curation.sources import same_site, source_label
from curation.titles import fold
from publication.models import Section
from toolbox.addresses import host
from toolbox.text import one_line

# What is left of a title must still say something.
LEFT_WORDS = 2
# In so many titles of a feed a name must stand before it counts as written on all of them.
USUAL = 3
DASHES = {"-", "–", "—"}
# One look that spares nearly every title the long one.
_BAR_IN = re.compile(r"[|·•–—:«»-]")
_BAR = re.compile(r"\s+[|·•–—-]\s+|\s+::\s+|\s+[«»]\s+|\s*\|\s*")
# What GitHub and GitLab write around the name of a repository.
_FORGE_BEFORE = re.compile(r"^GitHub\s+[-–—]\s+(?=[\w.-]+/[\w.-]+)")
_FORGE_BEHIND = re.compile(r"\s+[·-]\s+Git(?:Hub|Lab)$")
_INVITATION = re.compile(
    r"\s*Contribute to \S+/\S+ development by creating an account on GitHub\.?"
)


def describe(
    feed: Feed, parsed: ParsedFeed, entry: ParsedEntry, shelves: dict[str, Section]
) -> dict[str, Any]:
    """The fields of a new link that say what it is. What nobody said is empty."""
    name = feed.title or parsed.title
    source = entry.source if entry.source != entry.title else ""
    site = feed.site_url or parsed.site_url or feed.url
    # A planet's name stands over no title of others.
    own_name = name if same_site(entry.url, site) else ""
    names = (source, own_name)
    title = tidy_title(entry.title, entry.url, names, usual=partial(_usual, parsed))
    title = _without_person(title, entry)
    kind = kind_of(entry, feed.section)
    section = feed.section or shelves.get(SHELVES[kind])
    reason = f"because it came from {name or feed.url}" if feed.section else looks(kind)
    return {
        "title": title,
        "raw_title": raw(entry.raw_title or entry.title, title),
        "blurb": tidy_blurb(entry.blurb),
        "source_label": source_label(entry.url, source, own_name, name),
        "author": entry.author,
        "language": entry.language or parsed.language,
        "kind": kind,
        "section_id": section.pk if section else None,
        "section_reason": reason[:200] if section else "",
    }


def stand_in(url: str) -> str:
    """The title of a link that nobody gave one, until its page does: its address, readably."""
    return one_line(url.partition("://")[2].rstrip("/"), TITLE_LENGTH)


def tidy_title(
    title: str, url: str, names: Iterable[str] = (), *, usual: Callable[[str], bool] | None = None
) -> str:
    """`title` without the name of its site, where that is known: by `names` or by the address.

    "Testing | Blog" of blog.example loses "| Blog"; of another site it stays as it is. A dash also
    stands between two names of a story ("Twente – Utrecht"), so what it cuts off must be `usual`
    in titles there, too, or a well-known site behind it: "Testing - YouTube".
    """
    title = _without_forge(title)
    if not _BAR_IN.search(title) or not _BAR.search(title):
        return title
    label = _squeezed(source_label(url))
    said = {_squeezed(name) for name in names if name}
    for mark, part, rest in _ends(title):
        name = _squeezed(part)
        barred = mark not in DASHES and name in said | _host_names(url) | {label}
        dashed = mark in DASHES and name in said and usual is not None and usual(part)
        signed = name == label and title.endswith(part)
        if (barred or dashed or signed) and len(rest.split()) >= LEFT_WORDS:
            return rest
    return title


def tidy_blurb(text: str) -> str:
    """A blurb without GitHub's invitation to join it."""
    return (_INVITATION.sub("", text) if "GitHub" in text else text).strip()


def raw(said: str, title: str) -> str:
    """The title as it came, where that is another than the one that is shown."""
    return "" if one_line(said) == title else said[:2000]


def _without_person(title: str, entry: ParsedEntry) -> str:
    """Planets write "Ines B.: Testing views" over what Ines B. wrote."""
    for name in filter(None, (entry.author, entry.source)):
        rest = title.removeprefix(f"{name}: ")
        if rest != title and len(rest.split()) >= LEFT_WORDS:
            return rest
    return title


def _without_forge(title: str) -> str:
    tidy = _FORGE_BEHIND.sub("", _FORGE_BEFORE.sub("", title))
    invited = _INVITATION.search(tidy)
    return tidy[: invited.start()].strip().removesuffix(":") or title if invited else tidy


def _usual(parsed: ParsedFeed, part: str) -> bool:
    """Whether most titles of a feed begin or end so."""
    titles = [entry.title for entry in parsed.entries]
    same = sum(title.endswith(part) or title.startswith(part) for title in titles)
    return same >= USUAL and 2 * same > len(titles)


def _ends(title: str) -> Iterable[tuple[str, str, str]]:
    """The last part with the bar before it, and what is left without; then the first, likewise."""
    if bars := list(_BAR.finditer(title)):
        first, last = bars[0], bars[-1]
        yield last[0].strip(), title[last.end() :], title[: last.start()].strip()
        yield first[0].strip(), title[: first.start()], title[first.end() :].strip()


def _host_names(url: str) -> set[str]:
    """The words of the address that a site may call itself by: realpython, realpython.com."""
    name = host(url)
    labels = name.split(".")
    return {_squeezed(name), labels[-2], labels[0]} if len(labels) > 1 else set()


def _squeezed(name: str) -> str:
    """A name as it stands in an address: without spaces and signs."""
    return fold(name).replace(" ", "")
