"""Bad input, D: dates, identity and links. What a feed says once is one entry and one link."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from curation.intake import take_in
from curation.models import Entry, Feed, Link
from curation.parsed import ParsedFeed
from curation.parsing import parse
from tests.makers import NOW, make_editor, make_feed

pytestmark = pytest.mark.django_db

HERE = "https://blog.example/feed/index.xml"


def item(**values: str) -> str:
    said = {"title": "A post", "link": "https://blog.example/1", **values}
    return "<item>" + "".join(f"<{k}>{v}</{k}>" for k, v in said.items() if v) + "</item>"


def read(*items: str) -> ParsedFeed:
    text = f"<rss version='2.0'><channel><title>Blog</title>{''.join(items)}</channel></rss>"
    return parse(text.encode(), "", HERE)


def say(*items: str, feed: Feed | None = None, now: datetime = NOW) -> Feed:
    feed = feed or make_feed()
    take_in(feed, read(*items), now)
    return feed


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


DATES = {
    "D1 none": ("", None),
    "D2 the year 2999": ("Fri, 31 Dec 2999 23:59:59 GMT", None),
    "D3 the year 1": ("Mon, 01 Jan 0001 00:00:00 GMT", None),
    "D3 the year 1, as Atom": ("0001-01-01T00:00:00Z", None),
    "D3 the year 12999": ("12999-01-01T00:00:00Z", None),
    "D3 the beginning of time": ("Thu, 01 Jan 1970 00:00:00 GMT", None),
    "D4 French": ("mer., 5 nov. 2025 08:00:00 +0100", None),
    "D4 words": ("some day soon", None),
    "D4 two digits": ("05 Nov 25 08:00 GMT", day("2025-11-05T08:00")),
    "D4 PDT": ("Wed, 05 Nov 2025 01:00:00 PDT", day("2025-11-05T08:00")),
    "D4 no zone": ("2025-11-05T08:00:00", day("2025-11-05T08:00")),
    "D4 far zone": ("Wed, 05 Nov 2025 08:00:00 +0530", day("2025-11-05T02:30")),
    "D4 date only": ("2025-11-05", day("2025-11-05")),
}


@pytest.mark.parametrize(("said", "meant"), DATES.values(), ids=DATES)
def test_a_date_is_believed_or_it_is_ours_and_says_so(
    said: str, meant: datetime | None, client: Client
) -> None:
    say(item(pubDate=said))

    entry, link = Entry.objects.get(), Link.objects.get()
    assert entry.published_at == link.published_at == (meant or NOW)
    assert entry.date_is_ours == (meant is None)
    assert entry.raw_date == said
    client.force_login(make_editor())
    queue = client.get(reverse("queue:queue")).content.decode()
    assert ("this is when it was first seen." in queue) == entry.date_is_ours
    assert (f"“{said}”, which cannot be" in queue) == (entry.date_is_ours and bool(said))


@pytest.mark.parametrize("said", ["2025-11-05T24:00:00Z", "2016-12-31T23:59:60Z"])
def test_d4_the_last_second_of_a_day_is_near_enough_or_not_believed(said: str) -> None:
    say(item(pubDate=said))

    entry = Entry.objects.get()
    asked = datetime.fromisoformat(said[:10]).replace(tzinfo=UTC) + timedelta(days=1)
    assert entry.date_is_ours or abs(entry.published_at - asked) < timedelta(minutes=1)


ONCE = {
    "D5 no guid": ({}, {"title": "Retitled"}),
    "D7 a guid that changes": ({"guid": "a"}, {"guid": "b"}),
    "D8 http, then https": ({"guid": "http://b.example/?p=1"}, {"guid": "https://b.example/?p=1"}),
    "D8 www": ({"guid": "http://www.b.example/1"}, {"guid": "https://b.example/1"}),
    "D11 tracked": ({}, {"link": "https://blog.example/1?utm_source=rss&amp;utm_medium=feed"}),
    "D11 a slash more": ({}, {"link": "http://www.blog.example/1/"}),
    "D16 a fragment more": ({"guid": "a"}, {"guid": "a", "link": "https://blog.example/1#top"}),
    "D17 edited": ({"guid": "a"}, {"guid": "a", "title": "Now edited", "description": "New."}),
}


@pytest.mark.parametrize(("first", "second"), ONCE.values(), ids=ONCE)
def test_an_entry_is_one_however_it_is_told_again(
    first: dict[str, str], second: dict[str, str]
) -> None:
    feed = say(item(**first))
    say(item(**{**first, **second}), feed=feed)

    assert Entry.objects.count() == Link.objects.count() == 1
    assert Link.objects.get().title == "A post"


APART = {
    "D6 one guid for all": (item(guid="x"), item(guid="x", link="https://blog.example/2")),
    "D16 a route behind #!": (item(), item(link="https://blog.example/1#!/two")),
    "D6 one address for all": (item(guid="1"), item(guid="2", title="Another")),
}


@pytest.mark.parametrize("items", APART.values(), ids=APART)
def test_entries_that_share_a_part_are_told_apart(items: tuple[str, ...]) -> None:
    feed = say(*items)
    say(*items, feed=feed)

    assert Entry.objects.count() == 2


def test_d5_without_guid_and_link_title_and_date_decide() -> None:
    feed = say(item(link=""), item(link="", pubDate="2025-11-05"))
    say(item(link=""), item(link="", pubDate="2025-11-05"), feed=feed)

    assert Entry.objects.count() == 2
    assert not Link.objects.exists()


LINKS = {
    "D9 relative to the feed": ("../post/", "https://blog.example/post/"),
    "D9 without scheme": ("//other.example/x", "https://other.example/x"),
    "D9 from the root": ("/post?a=1", "https://blog.example/post?a=1"),
    "D13 letters of the world": ("https://bücher.example/", "https://xn--bcher-kva.example/"),
    "D15 spaces": ("https://a.example/a b", "https://a.example/a%20b"),
    "D15 a bar": ("https://a.example/a|b", "https://a.example/a%7Cb"),
    "D15 encoded once": ("https://a.example/a%20b", "https://a.example/a%20b"),
    "D15 an Arabic path": ("https://a.example/سلام", "https://a.example/%D8%B3%D9%84%D8%A7%D9%85"),
}


@pytest.mark.parametrize(("said", "kept"), LINKS.values(), ids=LINKS)
def test_an_address_is_made_whole(said: str, kept: str) -> None:
    assert [entry.url for entry in read(item(link=said)).entries] == [kept]


HOSTILE = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "jav&#x09;ascript:alert(1)", " \x01javascript:x",
    "data:text/html,x", "vbscript:x", "file:///etc/passwd", "mailto:a@b.example", "http://",
    "https://a.example:0/", "http://[::1", "about:blank", "blob:https://a/b",
]  # fmt: skip


@pytest.mark.parametrize("said", HOSTILE)
def test_d10_an_address_that_is_none_is_dropped_and_its_entry_stays(said: str) -> None:
    say(item(link=said.replace("\x01", "")))

    assert Entry.objects.get().url == ""
    assert not Link.objects.exists()


def test_d12_a_story_of_five_feeds_is_one_link() -> None:
    for n in range(5):
        say(item(guid=f"{n}", title=f"As {n} tells it"), feed=make_feed())

    link = Link.objects.get()
    assert link.entries.count() == 5
    assert link.title == "As 0 tells it"


def test_d14_an_address_longer_than_the_column_is_kept_whole_with_its_entry() -> None:
    long = "https://blog.example/" + "x" * 2_100
    say(item(link=long))

    assert Entry.objects.get().url == long
    assert not Link.objects.exists()


def test_d18_what_a_feed_no_longer_says_stays() -> None:
    feed = say(item(), item(link="https://blog.example/2"))
    say(item(), feed=feed)

    assert feed.entries.count() == Link.objects.count() == 2


def test_a_year_one_entry_does_not_hide_the_others() -> None:
    parsed = read(item(pubDate="0001-01-01T00:00:00Z"), item(link="https://blog.example/2"))
    take_in(make_feed(), replace(parsed, title=""), NOW)

    assert Entry.objects.count() == 2
