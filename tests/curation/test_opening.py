"""An entry that holds many stories opens into them."""

import pytest
from django.test import Client
from django.urls import reverse

from curation import issue_html
from curation.models import Entry, EntryContent, Link
from curation.opening import open_entry
from publication.access import NotAllowedError
from publication.models import AuditEntry, Section, SectionKind
from tests.makers import (
    NOW,
    make_editor,
    make_entry,
    make_feed,
    make_link,
    make_section,
    make_staff,
)

DIGEST = """
<h1>Harbour Weekly</h1>
<h2>News</h2>
<h3><a href="https://a.example/ferries?utm_source=hw">Ferries get a timetable</a></h3>
<p>It is on the wall.</p><p><a href="https://a.example/">a.example</a></p>
<h3>Lighthouse repainted</h3><p>It is white. <a href="/white">Read on</a></p>
<h2>Jobs</h2><ul><li>Harbour Master at Port of Example</li></ul>
<h2>Sponsor</h2><p>Ropes by <a href="https://knot.example/">Knot</a>.</p>
<h2>Projects</h2>
<p>You can unsubscribe at any time.</p>
"""
NOTES = """
<p>Cleo Marsh on tides. Find her at <a href="https://cleo.example/">her site</a>.</p>
<h3>🔗 Links</h3>
<ul><li><a href="https://tides.example/">Tides</a> – a table of them</li>
<li>Also <a href="https://a.example/ferries">the ferries</a></li></ul>
<p><strong>📦 Projects</strong></p>
<ul><li><p><a href="https://github.com/ada/tide-tables">ada/tide-tables</a></p></li></ul>
<h3>📚 Books</h3>
<h3>Sponsor</h3><ul><li><a href="https://knot.example/">Knot</a>, with code ROPE</li></ul>
"""


def entry(html: str, title: str) -> Entry:
    feed = make_feed(title="Pier Talk")
    made = make_entry(feed, title=title, url="https://pier.example/12")
    EntryContent.objects.create(entry=made, html=html)
    return made


def test_a_digest_in_html_is_read_by_its_headings() -> None:
    told = issue_html.read(DIGEST, base="https://hw.example/41")
    found = [(section.title, section.kind, item.title, item.url) for section, item in told.items]
    assert found == [
        ("News", "links", "Ferries get a timetable", "https://a.example/ferries?utm_source=hw"),
        ("News", "links", "Lighthouse repainted", "https://hw.example/white"),
        ("Jobs", "jobs", "Harbour Master at Port of Example", ""),
        ("Sponsor", "sponsor", "", ""),
    ]
    assert told.sections[0].items[0].source == "a.example"
    assert told.flags == ("“Projects” has nothing under it: its content was lost on the way.",)


def test_the_notes_of_an_episode_are_read_by_their_lists() -> None:
    told = issue_html.read(NOTES)
    assert [(section.title, item.title) for section, item in issue_html.links(told)] == [
        ("🔗 Links", "Tides"),
        ("🔗 Links", "the ferries"),
        ("📦 Projects", "ada/tide-tables"),
    ]
    assert [flag for flag in told.flags if "Books" in flag]


@pytest.mark.parametrize(
    "html", ["", "   ", "<p>", "<li><a>", "<h2></h2><a href=':'>x</a>", "</p>"]
)
def test_nothing_to_read_is_nothing_to_open(html: str) -> None:
    assert list(issue_html.links(issue_html.read(html))) == []


@pytest.mark.django_db
def test_what_an_entry_holds_is_offered_with_where_it_was_found() -> None:
    Section.objects.all().delete()
    projects = make_section("Software", SectionKind.PROJECTS)
    known = make_link(url="https://a.example/ferries")
    known.addresses.create(
        identity="00000000-0000-0000-0000-000000000000", url="https://a.example/ferries"
    )
    opened = open_entry(entry(NOTES, "Pier Talk #12: How tides work"), by=None, now=NOW)
    assert (opened.new, opened.known) == (3, 0)
    tides = Link.objects.get(url="https://tides.example/")
    assert (tides.title, tides.via, tides.blurb) == ("Tides", "Pier Talk #12", "a table of them")
    assert (tides.state, tides.source_label) == (Link.State.NEW, "tides.example")
    tables = Link.objects.get(title="ada/tide-tables")
    assert (tables.section, tables.kind) == (projects, Link.Kind.PROJECT)
    assert not Link.objects.filter(url__contains="knot").exists()
    assert AuditEntry.objects.filter(verb="opened").exists()


@pytest.mark.django_db
def test_opening_it_again_offers_nothing_twice() -> None:
    first = entry(DIGEST, "Harbour Weekly 41")
    assert open_entry(first, by=None, now=NOW).new == 2
    again = open_entry(first, by=None, now=NOW)
    assert (again.new, again.known) == (0, 2)
    # Another newsletter that tells the same story, by another spelling of its address.
    other = open_entry(entry(NOTES, "Pier Talk #12"), by=None, now=NOW)
    assert other.known == 1
    assert Link.objects.get(url="https://a.example/ferries").via == "Pier Talk"


@pytest.mark.django_db
def test_opening_is_for_those_who_sort_the_queue() -> None:
    with pytest.raises(NotAllowedError):
        open_entry(entry(NOTES, "x"), by=make_staff("reader"), now=NOW)
    assert not Link.objects.exists()


@pytest.mark.django_db
def test_entries_are_opened_in_the_admin(client: Client) -> None:
    client.force_login(make_editor())
    held = entry(NOTES, "Pier Talk #12: How tides work")
    response = client.post(
        reverse("admin:curation_entry_changelist"),
        {"action": "open_into_items", "_selected_action": [held.pk]},
        follow=True,
    )
    html = response.content.decode()
    assert "3 offered in the queue, 0 known already." in html
    assert "Books” has nothing under it" in html
    empty = make_entry(held.feed)
    client.post(
        reverse("admin:curation_entry_changelist"),
        {"action": "open_into_items", "_selected_action": [empty.pk]},
    )
    assert Link.objects.count() == 3
