"""What a link is by the look of its address, and the shelf that suggests."""

from urllib.parse import urlsplit

from curation.identity import FORGES
from curation.models import Link
from curation.parsed import ParsedEntry
from publication.models import Section, SectionKind

Kind = Link.Kind

HOSTS = {
    "youtube.com": Kind.VIDEO,
    "youtu.be": Kind.VIDEO,
    "vimeo.com": Kind.VIDEO,
    "djangopackages.org": Kind.PROJECT,
    "forum.djangoproject.com": Kind.FORUM,
    "discuss.python.org": Kind.FORUM,
}
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


def kind_of(entry: ParsedEntry, shelf: Section | None) -> Kind:
    """The kind of thing behind `entry`, whose feed belongs to `shelf`."""
    if shelf and (kind := BY_SHELF.get(SectionKind(shelf.kind))):
        return kind
    parts = urlsplit(entry.url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if host in FORGES:
        return _on_a_forge(parts.path)
    if entry.media_type.startswith("audio/"):
        return Kind.PODCAST
    return HOSTS.get(host, Kind.VIDEO if entry.media_type.startswith("video/") else Kind.ARTICLE)


def _on_a_forge(path: str) -> Kind:
    names = path.strip("/").split("/")
    if "releases" in names or "tags" in names:
        return Kind.RELEASE
    return Kind.PROJECT if len(names) == 2 else Kind.ARTICLE
