"""How a new link is described: its title, source and kind, from what the feed said alone.

What its page says of itself comes later, in the background (`curation.looking`).
"""

import re
from collections.abc import Iterable
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
_BAR = re.compile(r"\s+[|·•–—-]\s+|\s+::\s+|\s+[«»]\s+|\s*\|\s*")
# What GitHub and GitLab write around the name of a repository.
_FORGE_BEFORE = re.compile(r"^GitHub\s+[-–—]\s+(?=[\w.-]+/[\w.-]+)")
_FORGE_BEHIND = re.compile(r"\s+[·-]\s+Git(?:Hub|Lab)$")
_INVITATION = re.compile(
    r"(?:(?<=[.:])\s*|\s*)(?:Contribute to \S+ development )?by creating an account on GitHub\.?"
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
    title = _without_person(tidy_title(entry.title, entry.url, (source, own_name)), entry)
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
        "section": section,
        "section_reason": reason[:200] if section else "",
    }


def stand_in(url: str) -> str:
    """The title of a link that nobody gave one, until its page does: its address, readably."""
    return one_line(url.partition("://")[2].rstrip("/"), TITLE_LENGTH)


def tidy_title(title: str, url: str, names: Iterable[str] = ()) -> str:
    """`title` without the name of its site, where that is known: by `names` or by the address.

    "Testing | Blog" of blog.example loses "| Blog"; of another site it stays as it is.
    """
    title = _without_forge(title)
    known = {fold(name).replace(" ", "") for name in (*names, source_label(url)) if name}
    known |= set(_host_names(url))
    for part, rest in _ends(title):
        if fold(part).replace(" ", "") in known and len(rest.split()) >= LEFT_WORDS:
            return rest
    return title


def tidy_blurb(text: str) -> str:
    """A blurb without GitHub's invitation to join it."""
    return _INVITATION.sub("", text).strip()


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
    tidy = _INVITATION.sub("", tidy).strip().removesuffix(":")
    return tidy or title


def _ends(title: str) -> Iterable[tuple[str, str]]:
    """The last part behind a bar and what is left without it; then the first part, likewise."""
    if bars := list(_BAR.finditer(title)):
        first, last = bars[0], bars[-1]
        yield title[last.end() :], title[: last.start()].strip()
        yield title[: first.start()], title[first.end() :].strip()


def _host_names(url: str) -> Iterable[str]:
    """The words of the address that a site may call itself by: realpython, realpython.com."""
    name = host(url)
    labels = name.split(".")
    if len(labels) > 1:
        yield from (fold(name).replace(" ", ""), labels[-2])
    if len(labels) > 2:
        yield labels[0]
