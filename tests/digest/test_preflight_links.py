"""What the pre-flight says of where readers are sent."""

import pytest

from digest.models import Issue, LinkBlock, SponsorBlock, Visit
from digest.preflight import Level, inspect
from tests.digest.checking import codes, found, look, said, sound, with_block
from tests.digest.issues import add
from tests.makers import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("masthead_filled_in")]


def seen(issue: Issue, path: str, what: str, **values: str) -> None:
    Visit.objects.filter(url__contains=path).update(seen=what, **values)


@pytest.mark.parametrize(
    ("what", "code", "level"),
    [
        ("dead", "dead-link", Level.BLOCKER),
        ("home", "front-page", Level.WARNING),
        ("silent", "silent-link", Level.WARNING),
        ("moved", "moved-link", Level.NOTE),
        ("closed", "closed-link", Level.NOTE),
    ],
)
def test_it_says_what_was_seen_at_a_link(what: str, code: str, level: Level) -> None:
    issue = sound(url="https://example.org/odd")
    seen(issue, "/odd", what, said="The server answered so.", led_to="https://example.org/new")

    [finding] = inspect(issue, now=NOW).findings
    assert (finding.code, finding.level) == (code, level)
    assert "example.org" in finding.text
    if what != "closed":
        assert finding.block == LinkBlock.objects.get(title="Odd")


def test_a_link_in_a_blurb_counts_too() -> None:
    issue = sound(blurb='<p>See <a href="https://example.org/notes">the notes</a>.</p>')
    assert codes(issue) == []
    seen(issue, "/notes", "dead")
    assert codes(issue) == ["dead-link"]


def test_when_all_are_silent_it_is_not_they() -> None:
    issue = sound(url="https://example.org/odd")
    Visit.objects.update(seen="silent")

    assert codes(issue) == ["offline"]


def test_it_says_how_many_were_not_looked_at() -> None:
    issue = sound(url="https://example.org/odd")
    Visit.objects.filter(url__contains="/odd").delete()
    assert found(issue) == [("note", "1 of 2 links was not looked at yet.")]


@pytest.mark.parametrize(
    ("code", "url"),
    [
        ("shortener", "https://bit.ly/3xyz"),
        ("tracking", "https://example.org/a?utm_source=weekly&id=3"),
        ("plain-http", "http://example.org/a"),
        ("broken-address", "https://example.org/https://example.com/a"),
        ("broken-address", "https://example.org/a,"),
    ],
)
def test_it_reads_addresses(code: str, url: str) -> None:
    assert codes(sound(url=url)) == [code]


@pytest.mark.parametrize(
    "url",
    [
        "https://youtu.be/abc",
        "https://web.archive.org/web/2024/https://example.com/a",
        "https://example.org/a?page=2#part",
        "mailto:editors@example.org",
        "https://example.org/%D9%81",
    ],
)
def test_it_leaves_good_addresses_alone(url: str) -> None:
    assert codes(sound(url=url)) == []


def test_a_sponsor_may_count_who_comes() -> None:
    url = "https://ballast.example/?utm_source=weekly"
    assert codes(with_block(SponsorBlock, title="Ballast", url=url)) == []


def test_words_of_a_link_say_where_it_leads() -> None:
    blurb = '<p>Read it <a href="https://example.org/x">here</a>.</p>'
    assert said(sound(blurb=blurb), "bare-words") == ["“Odd” has a link that says only “here”."]

    blurb = '<p>Read <a href="https://example.org/x">the notes</a>.</p>'
    assert codes(sound(blurb=blurb)) == []


def test_it_tells_of_an_address_once_an_item() -> None:
    url = "https://bit.ly/3xyz"
    issue = sound(url=url, blurb=f'<p><a href="{url}">The notes</a>, told.</p>')
    add(
        LinkBlock,
        issue,
        title="Another one",
        url="https://example.org/n",
        blurb="<p>Told, two.</p>",
    )
    look(issue)

    assert len(said(issue, "shortener")) == 1
