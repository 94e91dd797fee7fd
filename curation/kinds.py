"""What a link is by the look of its address, and the shelf that suggests."""

import re
from urllib.parse import urlsplit

from curation.identity import FORGES
from curation.models import Link
from curation.parsed import ParsedEntry
from publication.models import Section, SectionKind
from toolbox.addresses import host

Kind = Link.Kind

HOSTS = {
    "youtube.com": Kind.VIDEO,
    "youtu.be": Kind.VIDEO,
    "vimeo.com": Kind.VIDEO,
    "pyvideo.org": Kind.VIDEO,
    "podcasts.apple.com": Kind.PODCAST,
    "djangochat.com": Kind.PODCAST,
    "talkpython.fm": Kind.PODCAST,
    "pythonbytes.fm": Kind.PODCAST,
    "djangopackages.org": Kind.PROJECT,
    "forum.djangoproject.com": Kind.FORUM,
    "discuss.python.org": Kind.FORUM,
    "lu.ma": Kind.EVENT,
    "ti.to": Kind.EVENT,
    "pretix.eu": Kind.EVENT,
    "eventbrite.com": Kind.EVENT,
    "djangojobs.net": Kind.JOB,
}
# Pages of such an address, "host/path", whatever the rest of their site is.
_PLACES = [
    (re.compile(pattern), kind)
    for pattern, kind in [
        (r"pypi\.org/project/[^/]+/[^/]+", Kind.RELEASE),
        (r"pypi\.org/project/[^/]+", Kind.PROJECT),
        (r"docs\.djangoproject\.com/.+/releases/[\d.]+", Kind.RELEASE),
        (r"reddit\.com/.*comments/.+", Kind.FORUM),
        (r"news\.ycombinator\.com/item", Kind.FORUM),
        (r"lobste\.rs/s/.+", Kind.FORUM),
        (r"stackoverflow\.com/q(uestions)?/\d.*", Kind.FORUM),
        (r"(forum|forums|discourse|community)\.[^/]+/t/.+", Kind.FORUM),
        (r"meetup\.com/.+/events/.+", Kind.EVENT),
        (r"open\.spotify\.com/(episode|show)/.+", Kind.PODCAST),
        (r"realpython\.com/podcasts/.+", Kind.PODCAST),
        (r"(jobs|careers)\.[^/]+/.+", Kind.JOB),
    ]
]
# One look that spares nearly every address the dozen.
_ANY_PLACE = re.compile("|".join(pattern.pattern for pattern, _ in _PLACES))
# A feed that is put on such a shelf brings only such things.
BY_SHELF = {
    SectionKind.JOBS: Kind.JOB,
    SectionKind.EVENTS: Kind.EVENT,
    SectionKind.PROJECTS: Kind.PROJECT,
}
SHELVES = {
    Kind.ARTICLE: "articles",
    Kind.FORUM: "articles",
    Kind.VIDEO: "videos",
    Kind.PODCAST: "podcasts",
    Kind.PROJECT: "projects",
    Kind.RELEASE: "projects",
    Kind.JOB: "jobs",
    Kind.EVENT: "events",
}
# What pages say of themselves, as og:type or as type of their JSON-LD.
TYPES = {
    "videoobject": Kind.VIDEO,
    "podcastepisode": Kind.PODCAST,
    "softwaresourcecode": Kind.PROJECT,
    "softwareapplication": Kind.PROJECT,
    "jobposting": Kind.JOB,
    "discussionforumposting": Kind.FORUM,
    "qapage": Kind.FORUM,
}
# A page that is also one of these only has the other thing on it.
_TEXTS = re.compile(r"\w*article|blogposting|techarticle|report|webpage\b")
LOOKS = "because it looks like "


def kind_of(entry: ParsedEntry, shelf: Section | None) -> Kind:
    """The kind of thing behind `entry`, whose feed belongs to `shelf`."""
    if shelf and (kind := BY_SHELF.get(SectionKind(shelf.kind))):
        return kind
    if kind := kind_by_address(entry.url):
        return kind
    media = entry.media_type.partition("/")[0]
    return {"audio": Kind.PODCAST, "video": Kind.VIDEO}.get(media, Kind.ARTICLE)


def kind_by_address(url: str) -> Kind | None:
    """What the address says; None when it says nothing."""
    path = urlsplit(url).path.rstrip("/")
    name = host(url).removeprefix("m.")
    if name in FORGES:
        return _on_a_forge(path)
    place = f"{name}{path}"
    for pattern, kind in _PLACES if _ANY_PLACE.fullmatch(place) else ():
        if pattern.fullmatch(place):
            return kind
    return HOSTS.get(name)


def kind_by_types(types: tuple[str, ...]) -> Kind | None:
    """What a page says it is, by the types it names; None when it is a text or says nothing."""
    said = [name.lower() for name in types]
    if any(_TEXTS.fullmatch(name) for name in said):
        return None
    for name in said:
        if name.startswith("video."):
            return Kind.VIDEO
        if name.endswith("event"):
            return Kind.EVENT
        if name in TYPES:
            return TYPES[name]
    return None


def looks(kind: Kind) -> str:
    """The reason for a shelf that was suggested by kind."""
    return f"{LOOKS}{'an' if kind.label[0] in 'AE' else 'a'} {kind.label.lower()}"


def _on_a_forge(path: str) -> Kind:
    names = path.strip("/").split("/")
    if "releases" in names or "tags" in names:
        return Kind.RELEASE
    return Kind.PROJECT if len(names) == 2 else Kind.ARTICLE
