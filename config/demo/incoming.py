"""The demo's feeds: subscribed to by a reading list, polled over HTTP from the local server."""

from xml.etree.ElementTree import Element, SubElement, tostring

from django.utils import timezone

from config.demo.masthead import editor
from config.demo.ownership import Demo
from config.demo.sources import GONE, read
from curation import opml, polling
from curation.models import Entry, Feed, Link


class FeedsAwayError(Exception):
    """The bundled feeds could not be fetched from the local server."""


def subscribe(demo: Demo) -> str:
    """Import the reading list; each feed's category is the shelf its links belong on."""
    imported = opml.import_opml(_reading_list(demo), by=editor(), now=timezone.now())
    return f"reading list: {imported}"


def poll(demo: Demo) -> str:
    """Fetch them all, whoever began to before. Raises FeedsAwayError."""
    report = polling.poll(Feed.objects.select_related("section"), timezone.now())
    away = [reason for url, reason in report.failures if not url.endswith(GONE.path)]
    if away:
        raise FeedsAwayError(f"{len(away)} of the bundled feeds could not be read: {away[0]}")
    entries, links = Entry.objects.count(), Link.objects.standing().count()
    return (
        f"{Feed.objects.count()} feeds polled, {len(report.failures)} of them failing on purpose: "
        f"{entries} entries, {links} links"
    )


def _reading_list(demo: Demo) -> bytes:
    listing = Element("opml", version="2.0")
    body = SubElement(listing, "body")
    for source in [*read(), GONE]:
        values = {"type": "rss", "text": source.title, "xmlUrl": demo.feeds + source.path}
        SubElement(body, "outline", values | {"htmlUrl": source.site, "category": source.section})
    return tostring(listing, encoding="utf-8", xml_declaration=True)
