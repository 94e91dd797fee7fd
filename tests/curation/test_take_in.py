"""Entries once per feed, links once for everybody: nothing lost, nothing offered twice."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from curation import offering
from curation.identity import address_identity
from curation.intake import TakenIn, take_in
from curation.models import Entry, Feed, Link, LinkAddress
from curation.offering import OFFERED_AT_FIRST, OLD_AT_FIRST
from curation.parsed import ParsedEntry, ParsedFeed
from publication.models import SectionKind
from tests.makers import NOW, make_feed, make_link, make_section

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def said(*entries: ParsedEntry, **values: Any) -> ParsedFeed:
    return ParsedFeed(**{"format": "RSS 2.0", "title": "A blog", **values}, entries=entries)


def post(n: int = 1, **values: object) -> ParsedEntry:
    entry = ParsedEntry(
        title=f"Post {n}",
        guid=f"guid-{n}",
        url=f"https://blog.example/{n}",
        published_at=NOW - n * DAY,
    )
    return replace(entry, **values)  # type: ignore[arg-type]


def test_it_keeps_what_was_said() -> None:
    feed = make_feed(title="A blog")
    entry = post(
        raw_title="<b>Post 1</b>", author="Ines", tags=("a", "b"), raw_date="Monday",
        html="<p>Hello.</p>", blurb="Hello.", language="en",
    )  # fmt: skip

    assert take_in(feed, said(entry), NOW) == TakenIn(entries=1, links=1)

    row = Entry.objects.get()
    assert (row.guid, row.url, row.title) == ("guid-1", "https://blog.example/1", "Post 1")
    assert (row.raw_title, row.author, row.tags) == ("<b>Post 1</b>", "Ines", ["a", "b"])
    assert (row.raw_date, row.published_at, row.date_is_ours) == ("Monday", NOW - DAY, False)
    assert row.content.html == "<p>Hello.</p>"
    link = Link.objects.get()
    assert row.link == link
    assert (link.url, link.title, link.blurb) == (row.url, "Post 1", "Hello.")
    assert (link.source_label, link.author, link.language) == ("A blog", "Ines", "en")
    assert (link.state, link.published_at) == (Link.State.NEW, NOW - DAY)
    assert LinkAddress.objects.get().identity == address_identity(row.url)


def test_it_holds_addresses_in_one_order_for_everybody() -> None:
    """Two polls with the same stories in another order would wait for each other for ever."""
    take_in(make_feed(), said(*[post(n) for n in range(1, 9)]), NOW)
    held = list(LinkAddress.objects.order_by("pk").values_list("identity", flat=True))
    assert held == sorted(held)


def test_it_changes_nothing_the_second_time() -> None:
    feed = make_feed()
    take_in(feed, said(post(1), post(2)), NOW)

    assert take_in(feed, said(post(1), post(2)), NOW) == TakenIn()
    assert take_in(feed, said(post(1), post(2), post(3)), NOW) == TakenIn(1, 1)


def test_it_makes_one_link_of_a_story_from_two_feeds() -> None:
    one, two = make_feed(), make_feed()
    take_in(one, said(post(1)), NOW)
    again = post(1, guid="other", url="http://www.blog.example/1/?utm_source=planet")

    assert take_in(two, said(again), NOW) == TakenIn(entries=1, links=0)
    assert Link.objects.get().entries.count() == 2
    assert Link.objects.get().url == "https://blog.example/1"


def test_it_makes_one_link_of_a_story_told_twice_in_one_feed() -> None:
    twice = said(post(1, title="New title"), post(1, guid="guid-2"))

    assert take_in(make_feed(), twice, NOW) == TakenIn(entries=2, links=1)
    assert Link.objects.get().title == "New title", "the one on top"


def test_it_follows_a_merged_link() -> None:
    standing = make_link()
    middle = make_link(merged_into=standing)
    merged = make_link(merged_into=middle)
    LinkAddress.objects.create(
        identity=address_identity("https://blog.example/1"), url="x", link=merged
    )

    assert take_in(make_feed(), said(post(1)), NOW) == TakenIn(entries=1, links=0)
    assert Entry.objects.get().link == standing


def test_it_keeps_an_entry_without_a_link() -> None:
    assert take_in(make_feed(), said(post(1, url="")), NOW) == TakenIn(entries=1, links=0)
    assert Entry.objects.get().link is None


def test_it_keeps_an_address_too_long_for_a_link() -> None:
    url = "https://blog.example/" + "x" * 2100

    assert take_in(make_feed(), said(post(1, url=url)), NOW) == TakenIn(entries=1, links=0)
    assert Entry.objects.get().url == url


def test_it_offers_no_link_again_when_a_feed_changes_its_guids() -> None:
    feed = make_feed()
    take_in(feed, said(post(1), post(2)), NOW)
    renamed = said(post(1, guid="new-1"), post(2, guid=""))

    assert take_in(feed, renamed, NOW) == TakenIn()
    assert Entry.objects.count() == 2


def test_it_tells_entries_apart_that_share_a_guid() -> None:
    feed = make_feed()
    shared = [post(n, guid="same") for n in (1, 2, 3)]

    assert take_in(feed, said(*shared[:2]), NOW) == TakenIn(2, 2)
    assert take_in(feed, said(shared[2], *shared[:2]), NOW) == TakenIn(1, 1)


def test_it_tells_entries_apart_that_share_an_address() -> None:
    feed = make_feed()
    shared = [post(n, guid="", url="https://blog.example/") for n in (1, 2, 3)]

    assert take_in(feed, said(*shared[:2]), NOW) == TakenIn(2, 1)
    assert take_in(feed, said(shared[2], *shared[:2]), NOW) == TakenIn(1, 0)


def test_it_numbers_entries_equal_in_everything() -> None:
    thrice = said(post(1), post(1), post(1)).identities
    assert len(set(thrice)) == 3
    assert said(post(1), post(1)).identities[0] == thrice[0]


def test_it_dates_what_has_no_date_and_what_comes_from_the_future() -> None:
    later = NOW + 400 * DAY
    take_in(make_feed(), said(post(1, published_at=None), post(2, published_at=later)), NOW)

    for entry in Entry.objects.all():
        assert (entry.published_at, entry.date_is_ours) == (NOW, True)
    assert set(Link.objects.values_list("published_at", flat=True)) == {NOW}


def test_it_keeps_the_order_of_a_feed_without_dates() -> None:
    take_in(make_feed(), said(*(post(n, published_at=None) for n in range(5))), NOW)

    assert list(Entry.objects.values_list("title", flat=True)) == [f"Post {n}" for n in range(5)]
    links = Link.objects.order_by("-published_at", "-pk")
    assert [link.title for link in links] == [f"Post {n}" for n in range(5)]


def old(count: int) -> ParsedFeed:
    return said(*(post(n, published_at=NOW - (1000 + n) * DAY) for n in range(count)))


def test_it_sets_the_archive_of_a_new_feed_aside() -> None:
    take_in(make_feed(), old(OFFERED_AT_FIRST + 5), NOW)

    waiting = Link.objects.waiting(NOW)
    assert waiting.count() == OFFERED_AT_FIRST
    aside = Link.objects.filter(state=Link.State.REJECTED, reject_reason=OLD_AT_FIRST)
    assert {link.title for link in aside} == {f"Post {n}" for n in range(20, 25)}
    assert Entry.objects.exclude(link=None).count() == OFFERED_AT_FIRST + 5, "nothing is lost"


def test_it_offers_all_that_is_recent_at_first_and_a_few_old_ones_later() -> None:
    recent = said(*(post(n, published_at=NOW - DAY) for n in range(50)))
    take_in(make_feed(), recent, NOW)
    assert Link.objects.waiting(NOW).count() == 50

    known = make_feed(last_ok_at=NOW - DAY)
    later = said(*(replace(e, url=f"{e.url}/later") for e in old(20).entries))
    take_in(known, later, NOW)
    assert Link.objects.waiting(NOW).count() == 70


def test_it_suggests_the_section_of_the_feed() -> None:
    jobs = make_section("Jobs", SectionKind.JOBS)
    take_in(make_feed(title="Job board", section=jobs), said(post(1)), NOW)

    link = Link.objects.get()
    assert (link.section, link.kind) == (jobs, "job")
    assert link.section_reason == "because it came from Job board"


@pytest.mark.parametrize(
    ("values", "kind", "shelf"),
    [
        ({"url": "https://www.youtube.com/watch?v=1"}, "a video", "videos"),
        ({"media_type": "audio/mpeg"}, "a podcast", "podcasts"),
        ({"url": "https://github.com/owner/repo"}, "a project", "projects"),
        ({"url": "https://github.com/owner/repo/releases/tag/1"}, "a release", "projects"),
        ({"url": "https://github.com/owner/repo/blob/main/README.md"}, "an article", "articles"),
        ({"url": "https://forum.djangoproject.com/t/1"}, "a forum", "articles"),
        ({}, "an article", "articles"),
    ],
)
def test_it_suggests_a_section_by_the_look_of_the_address(
    values: dict[str, str], kind: str, shelf: str
) -> None:
    take_in(make_feed(), said(post(1, **values)), NOW)

    link = Link.objects.select_related("section").get()
    assert link.kind == kind.split()[1]
    assert link.section
    assert (link.section.slug, link.section_reason) == (shelf, f"because it looks like {kind}")


def test_it_names_the_source_an_aggregator_names() -> None:
    take_in(make_feed(title="Planet"), said(post(1, source="A far blog"), post(2)), NOW)

    labels = dict(Link.objects.values_list("title", "source_label"))
    assert labels == {"Post 1": "A far blog", "Post 2": "Planet"}


def test_it_asks_few_questions_however_long_the_feed(
    django_assert_max_num_queries: object,
) -> None:
    feed = make_feed()
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        take_in(feed, said(*(post(n) for n in range(300))), NOW)


def test_it_takes_nothing_in_for_a_feed_deleted_meanwhile() -> None:
    feed = make_feed()
    Feed.objects.all().delete()

    assert take_in(feed, said(post(1)), NOW) == TakenIn()


def test_it_gives_way_to_a_poll_that_had_the_story_in_the_same_moment() -> None:
    theirs = make_link()
    story = address_identity("https://blog.example/1")
    LinkAddress.objects.create(identity=story, url="x", link=theirs)

    offered = offering.offer({story: offering.Told(make_feed(), said(), post(1))}, NOW)
    assert (offered.links, offered.new) == ({story: theirs.pk}, 0)
    assert Link.objects.get() == theirs
