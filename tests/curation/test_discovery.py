"""From a site's address to its feed: named by the page, else in the usual places, else said."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from curation import discovery, opml, polling
from curation.discovery import NoFeedError
from curation.models import Feed
from curation.pages import feeds_named
from publication.models import AuditEntry
from tests.makers import NOW, make_feed
from tests.web import Web, page

pytestmark = pytest.mark.django_db

FEEDS = Path(__file__).parents[1] / "data" / "feeds"
RSS, ATOM = (FEEDS / "rss20.xml").read_bytes(), (FEEDS / "atom.xml").read_bytes()
COMMENTS = RSS.replace(b"The Quiet Query", b"Comments on: The Quiet Query")


def site(*links: str) -> bytes:
    return f"<!DOCTYPE html><html><head>{''.join(links)}</head><body>Hi.</body></html>".encode()


def link(href: str, kind: str = "rss+xml", title: str = "") -> str:
    return f'<link rel="alternate" type="application/{kind}" href="{href}" title="{title}">'


def serve(web: Web, *links: str, **feeds: bytes) -> str:
    """A site, and feeds by their names; answers its address."""
    for name, body in feeds.items():
        web.add(f"/{name}", body)
    return web.add("/blog/", page(site(*links), "text/html", etag=""))


def found(url: str) -> list[str]:
    return [feed.url for feed in discovery.look(url, NOW).feeds]


def test_it_takes_a_feed_for_itself(web: Web) -> None:
    url = web.add("/feed", RSS)

    assert found(url) == [url]
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    "named",
    [
        link("/posts"),
        link("../posts"),
        link("/posts", "atom+xml"),
        link("/posts", "feed+json"),
        '<LINK REL="ALTERNATE feed" TYPE="application/rss+xml; charset=utf-8" HREF=/posts>',
        '<base href="/elsewhere/"><link rel=alternate type="text/xml" href="../posts">',
        '<link rel="feed" href="/posts">',
    ],
)
def test_it_finds_the_feed_a_page_names(web: Web, named: str) -> None:
    assert found(serve(web, named, posts=RSS)) == [web.base + "/posts"]


def test_it_never_prefers_what_readers_said(web: Web) -> None:
    comments = link("/comments/feed/", title="Blog » Comments Feed")
    web.add("/comments/feed/", COMMENTS)

    assert found(serve(web, comments, link("/posts"), posts=RSS)) == [web.base + "/posts"]
    assert found(serve(web, comments, feed=RSS)) == [web.base + "/feed"]


def test_it_is_not_led_by_the_api_that_blog_software_names() -> None:
    api = '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">'
    oembed = '<link rel="alternate" type="application/json+oembed" href="/oembed?url=feed">'

    assert feeds_named(api + oembed, "https://a.example/") == []


def test_it_takes_one_of_several_formats_and_offers_several_feeds(web: Web) -> None:
    links = link("/posts"), link("/atom", "atom+xml"), link("/same")
    url = serve(web, *links, posts=RSS, atom=ATOM, same=RSS)

    assert [str(feed) for feed in discovery.look(url, NOW).feeds] == [
        "The Quiet Query (RSS 2.0, 2 entries)",
        "Werkbank (Atom 1.0, 2 entries)",
    ]


@pytest.mark.parametrize("place", ["feed", "blog/rss", "atom.xml", "feed.json"])
def test_it_looks_in_the_usual_places(web: Web, place: str) -> None:
    web.add(f"/{place}", (FEEDS / "feed.json").read_bytes() if "json" in place else RSS)

    assert found(serve(web)) == [f"{web.base}/{place}"]


def test_it_follows_a_word_that_looks_like_a_feed(web: Web) -> None:
    url = web.add("/", page("<html><a href='/weblog/index.xml'>RSS</a>", "text/html"))
    web.add("/weblog/index.xml", RSS)

    assert found(url) == [web.base + "/weblog/index.xml"]


def test_it_says_what_was_looked_for_and_asks_no_more_than_fifteen_times(web: Web) -> None:
    url = serve(web, *(link(f"/gone{n}") for n in range(99)))

    with pytest.raises(NoFeedError) as nothing:
        discovery.look(url, NOW)
    assert str(nothing.value) == (
        "This is a web page, not a feed. No feed was found from it: the 99 it names could not be"
        " read, and there is none at /feed, /rss, /atom.xml, /feed.xml, /rss.xml, /index.xml,"
        " /feed.json."
    )
    assert len(web.asked) <= 15


def poll(*urls: str) -> list[str]:
    out = StringIO()
    call_command("poll_feeds", *urls, stdout=out)
    return out.getvalue().splitlines()


def test_the_command_follows_the_feed_of_a_page_and_says_so(web: Web) -> None:
    url = serve(web, link("/posts"), posts=RSS)

    assert poll(url) == [
        f"{url}: its feed is {web.base}/posts",
        "1 feeds: 2 new links, 0 unchanged, 0 failed",
    ]
    feed = Feed.objects.get()
    assert (feed.url, feed.site_url) == (web.base + "/posts", url)
    assert (feed.title, feed.last_error, feed.error_streak) == ("The Quiet Query", "", 0)
    assert AuditEntry.objects.filter(verb="found the feed").get().detail == {
        "url": feed.url, "entered": url,
    }  # fmt: skip


def test_a_page_with_several_feeds_waits_for_a_person(web: Web) -> None:
    url = serve(web, link("/posts"), link("/atom"), posts=RSS, atom=ATOM)
    feed = make_feed(url=url)
    [(_, reason)] = polling.poll([feed], NOW).failures

    feed.refresh_from_db()
    assert feed.last_error == "This is a web page that names 2 feeds; choose one of them."
    assert [address for address, _ in feed.candidates] == [web.base + "/posts", web.base + "/atom"]
    assert f"{web.base}/atom" in reason


def test_a_list_may_name_pages(web: Web) -> None:
    url = serve(web, link("/posts"), posts=RSS)
    opml.import_opml(
        f'<opml><body><outline text="A" xmlUrl="{url}"/></body></opml>'.encode(), by=None, now=NOW
    )

    assert polling.poll_due(NOW).new_links == 2
    assert Feed.objects.get().url == web.base + "/posts"


def test_a_page_whose_feed_is_followed_already_is_put_to_rest(web: Web) -> None:
    url = serve(web, link("/posts"), posts=RSS)
    make_feed(url=web.base + "/posts", title="Mine")
    feed = make_feed(url=url)
    polling.poll([feed], NOW)

    feed.refresh_from_db()
    assert (feed.state, feed.last_error) == ("retired", "Its feed is followed already, as Mine.")


def test_two_pages_of_one_feed_are_one_feed(web: Web) -> None:
    web.add("/about/", page(site(link("/posts")), "text/html", etag=""))
    pages = [
        make_feed(url=serve(web, link("/posts"), posts=RSS)),
        make_feed(url=web.base + "/about/"),
    ]
    polling.poll(pages, NOW)

    assert sorted(Feed.objects.values_list("url", "state")) == [
        (web.base + "/about/", "retired"),
        (web.base + "/posts", "active"),
    ]


def test_a_fault_with_one_page_is_none_with_another(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = (
        make_feed(url=serve(web, link("/posts"), posts=RSS)),
        make_feed(url=web.base + "/bad"),
    )
    web.add("/bad", page(site("FAULT"), "text/html", etag=""))

    def named(html: str, url: str) -> object:
        return 1 / 0 if "FAULT" in html else feeds_named(html, url)

    monkeypatch.setattr(discovery, "feeds_named", named)
    report = polling.poll([good, bad], NOW)

    assert report.located == [(web.base + "/blog/", web.base + "/posts")]
    assert report.failures == [(bad.url, "A fault of ours, not of the page: see the log.")]


def test_it_looks_behind_a_page_once(web: Web) -> None:
    feed = make_feed(url=serve(web))
    polling.poll([feed], NOW)
    feed.refresh_from_db()
    assert "No feed was found from it" in feed.last_error
    web.asked.clear()
    polling.poll([feed], NOW)

    assert len(web.asked) == 1
