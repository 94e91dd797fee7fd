"""Pages of new links are looked at in the background, against a real server, and once each."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User

from curation import learning, looking, queue
from curation.deeds import tell
from curation.identity import address_identity, canonical_url
from curation.likeness import alike
from curation.looking import look_due
from curation.merging import unmerge
from curation.models import Feed, Link, LinkAddress
from curation.sweeping import sweep
from tests.makers import NOW, make_editor, make_entry, make_feed, make_link, make_section
from tests.web import Web, page, raw, redirect

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
TITLE = "How we test all our views"
HTML = "text/html; charset=utf-8"


@pytest.fixture
def story(web: Web) -> Callable[..., Link]:
    """A waiting link with its address and an entry, first seen just now."""

    def make(path: str, **values: Any) -> Link:
        url = path if "://" in path else web.base + path
        link = make_link(**{"url": url, "title": TITLE, **values})
        Link.objects.filter(pk=link.pk).update(seen_at=NOW)
        LinkAddress.objects.create(
            link=link, url=canonical_url(url), identity=address_identity(url)
        )
        make_entry(make_feed(title="Planet RSS feed", site_url="https://planet.example/"), link)
        return kept(link)

    return make


def kept(link: Link) -> Link:
    return Link.objects.get(pk=link.pk)


def html(head: str = "", **values: Any) -> Any:
    return page(f"<!doctype html><html><head>{head}</head><body>x", HTML, **values)


def canonical(url: str) -> str:
    return f'<link rel="canonical" href="{url}">'


def paths(web: Web) -> list[str]:
    return [path for path, _ in web.asked]


def test_it_fills_what_nobody_had_said(web: Web, story: Callable[..., Link]) -> None:
    data = json.dumps({"@type": "BlogPosting", "author": {"name": "Ines"}})
    head = f"""<meta property="og:site_name" content="A Blog"><meta property="og:image"
        content="/card.png"><meta name="description" content="How to count them.">
        <script type="application/ld+json">{data}</script>"""
    web.add("/2026/how-we-test", page(f'<html lang="en-GB"><head>{head}', HTML))
    link = story("/2026/how-we-test", title=f"{TITLE} | A Blog", source_label="Planet")

    assert str(look_due(NOW)) == "1 pages looked at, 0 merged, 0 to try again"
    link = kept(link)
    assert (link.title, link.raw_title) == (TITLE, f"{TITLE} | A Blog")
    assert (link.author, link.language, link.blurb) == ("Ines", "en-GB", "How to count them.")
    assert (link.source_label, link.image) == ("A Blog", web.base + "/card.png")
    assert (link.kind, link.version, link.checked_at) == ("article", 0, NOW)
    assert paths(web) == ["/2026/how-we-test"], "the image is not fetched"


def test_it_leaves_what_a_feed_said(web: Web, story: Callable[..., Link]) -> None:
    web.add("/x", html('<meta name="author" content="Page"><meta name="description" content="P">'))
    link = story("/x", author="Feed", blurb="Feed", source_label="A far blog")
    look_due(NOW)
    assert (kept(link).author, kept(link).blurb, kept(link).source_label) == (
        "Feed", "Feed", "A far blog",
    )  # fmt: skip


def test_what_an_editor_changed_by_hand_stays(web: Web, story: Callable[..., Link]) -> None:
    head = '<meta property="og:site_name" content="A Blog"><meta name="author" content="Page">'
    web.add("/x", html(head))
    link = story("/x", title=f"{TITLE} | A Blog", source_label="Planet")
    ann = make_editor("ann")
    tell(link, ann, "edited", {"title": "x", "author": "y"}, {"title": link.title, "author": ""})
    tell(link, None, "moved", {"source_label": ""}, {"source_label": "Planet"})

    assert learning.by_hand(link) == {"title", "author"}
    look_due(NOW)
    link = kept(link)
    assert (link.title, link.author) == (f"{TITLE} | A Blog", "")
    assert link.source_label == "A Blog", "what the machine set it may better"


def test_it_does_not_write_over_who_works_at_the_same_moment(
    web: Web, story: Callable[..., Link], monkeypatch: pytest.MonkeyPatch
) -> None:
    web.add("/x", html('<meta name="author" content="Page">'))
    link = story("/x")
    ann, keep = make_editor("ann"), looking._keep

    def meanwhile(link: Link, *rest: Any) -> None:
        queue.shortlist(kept(link), by=ann)
        keep(link, *rest)

    monkeypatch.setattr(looking, "_keep", meanwhile)
    assert look_due(NOW).again == 1
    assert (kept(link).author, kept(link).checked_at) == ("", None)
    monkeypatch.undo()
    look_due(NOW + 2 * HOUR)
    assert (kept(link).author, kept(link).state) == ("Page", "shortlisted")


def test_it_believes_a_kind_and_moves_its_own_suggestion_only(
    web: Web, story: Callable[..., Link]
) -> None:
    videos, news = make_section("Videos"), make_section("News")
    web.add("/a", html('<meta property="og:type" content="video.other">'))
    web.add("/b", html('<meta property="og:type" content="video.other">'))
    ours = story("/a", section=news, section_reason="because it looks like an article")
    theirs = story("/b", section=news, section_reason="set by ann")
    look_due(NOW)
    assert (kept(ours).kind, kept(ours).section, kept(ours).section_reason) == (
        "video", videos, "because it looks like a video",
    )  # fmt: skip
    assert (kept(theirs).kind, kept(theirs).section) == ("video", news)


def test_it_learns_where_an_address_leads(web: Web, story: Callable[..., Link]) -> None:
    web.add("/old/how-we-test", redirect("/2026/how-we-test/"))
    web.add("/2026/how-we-test/", html(canonical("/2026/10/how-we-test/")))
    link = story("/old/how-we-test")
    look_due(NOW)
    assert set(link.addresses.values_list("url", flat=True)) == {
        canonical_url(web.base + path)
        for path in ("/old/how-we-test", "/2026/how-we-test", "/2026/10/how-we-test")
    }
    assert kept(link).url == web.base + "/old/how-we-test", "the link stays as it came"


@pytest.mark.parametrize("way", ["redirect", "canonical"])
def test_it_merges_what_turns_out_to_be_one_page(
    web: Web, story: Callable[..., Link], way: str
) -> None:
    first = story("/2026/how-we-test")
    web.add("/2026/how-we-test", html(canonical("/2026/how-we-test")))
    web.add(
        "/p/how-we-test",
        redirect("/2026/how-we-test")
        if way == "redirect"
        else html(canonical("/2026/how-we-test")),
    )
    second = story("/p/how-we-test")

    assert look_due(NOW).merged == 1
    assert kept(second).merged_into == first
    event = second.events.get()
    target = canonical_url(first.url)
    assert (
        event.after["reason"]
        == {
            "redirect": f"its address leads to {target}",
            "canonical": f"its page names {target} as its address",
        }[way]
    )
    unmerge(kept(second), by=make_editor(), now=NOW)
    assert second.entries.count() == first.entries.count() == 1


def test_it_never_joins_again_what_a_person_took_apart(
    web: Web, story: Callable[..., Link]
) -> None:
    first = story("/2026/how-we-test")
    web.add("/2026/how-we-test", html())
    web.add("/p/how-we-test", redirect("/2026/how-we-test"))
    second = story("/p/how-we-test")
    look_due(NOW)
    unmerge(kept(second), by=make_editor(), now=NOW)
    Link.objects.update(checked_at=None)

    assert look_due(NOW).merged == 0
    assert kept(second).merged_into is None
    assert alike(first) == []


def test_it_only_proposes_what_is_not_certain(web: Web, story: Callable[..., Link]) -> None:
    web.add("/2026/how-we-test", html("<title>Please wait</title>"))
    web.add("/p/how-we-test", redirect("/2026/how-we-test"))
    first = story("/2026/how-we-test", title="Making coffee in the mountains")
    second = story("/p/how-we-test")

    assert look_due(NOW).merged == 0
    reason = f"Its address leads to {canonical_url(first.url)}"
    assert alike(kept(second)) == [(first, reason)]
    assert alike(first) == [(second, reason)]


def test_it_proposes_the_original_that_a_copy_names(web: Web, story: Callable[..., Link]) -> None:
    original = story("https://blog.example/how-we-test")
    web.add("/copy/how-we-test", html(canonical("https://www.blog.example/how-we-test/")))
    copy = story("/copy/how-we-test", title="Seen elsewhere: views, and the tests of them")
    Link.objects.filter(pk=original.pk).update(checked_at=NOW)

    assert look_due(NOW).merged == 0
    assert alike(kept(copy)) == [(original, "Its page names it as the original")]


@pytest.mark.parametrize(
    "lie", ["/", "/2026/another-story", "https://evil.example/p/how-we-test", "/blog"]
)
def test_it_does_not_believe_a_page_that_lies_about_its_address(
    web: Web, story: Callable[..., Link], lie: str
) -> None:
    web.add("/p/how-we-test", html(canonical(lie)))
    link = story("/p/how-we-test")
    look_due(NOW)
    assert link.addresses.count() == 1


@pytest.mark.parametrize("target", ["/", "/login?next=/p", "/2026/the-newest-one", "/blog/"])
def test_a_redirect_away_from_what_is_gone_joins_nothing(
    web: Web, story: Callable[..., Link], target: str
) -> None:
    web.add(target, html(canonical(target)))
    gone = [story(f"/gone/{n}/story-{name}", title=f"All about {name}") for n, name in
            enumerate(["coffee", "mountains", "snow"])]  # fmt: skip
    for link in gone:
        web.add(link.url.removeprefix(web.base), redirect(target, 302))
    assert look_due(NOW).merged == 0
    assert LinkAddress.objects.count() == 3


def test_it_looks_only_at_what_waits_or_was_chosen_newest_first(
    web: Web, story: Callable[..., Link], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "AT_ONCE", 2)
    links: list[dict[str, Any]] = [
        {"state": "rejected"}, {"state": "snoozed", "snoozed_until": NOW + HOUR},
        {"state": "shortlisted"}, {"state": "new", "hidden_by": "No jobs"},
        {"state": "new"}, {"state": "new"},
    ]  # fmt: skip
    for n, values in enumerate(links):
        story(f"/{values['state']}-{n}", **values)

    look_due(NOW)
    assert sorted(paths(web)) == ["/new-4", "/new-5"]
    look_due(NOW)
    look_due(NOW)
    assert sorted(paths(web)) == ["/new-4", "/new-5", "/shortlisted-2"], "once each"


def test_one_host_does_not_take_all_the_places(web: Web, story: Callable[..., Link]) -> None:
    other = story(web.base.replace("127.0.0.1", "localhost") + "/x")
    for n in range(looking.OF_ONE_HOST + 3):
        story(f"/{n}")
    look_due(NOW)
    assert len(web.asked) == looking.OF_ONE_HOST + 1
    assert kept(other).checked_at


@pytest.mark.parametrize(
    "answer",
    [
        page(b"", status=503),
        page(b"", status=429),
        raw(b"not http\r\n\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999\r\n\r\n<html>"),
    ],
)
def test_it_tries_again_with_growing_pauses_and_then_no_more(
    web: Web, story: Callable[..., Link], answer: Any
) -> None:
    web.add("/x", answer)
    link = story("/x")
    now, tries = NOW, 0
    while kept(link).checked_at is None:
        assert look_due(now - timedelta(seconds=1)).looked == 0 or tries == 0
        tries += look_due(now).looked
        now = kept(link).next_check_at or now
    assert 5 <= tries <= 12
    assert now - NOW >= timedelta(days=3)


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (page(b"gone", status=404, etag=""), False),
        (page(b"no", status=403, etag=""), False),
        (page(b"%PDF-1.7", "application/pdf"), False),
        (page(b"\x89PNG", "image/png"), False),
        (None, True),
    ],
)
def test_what_will_not_change_is_asked_for_once(
    web: Web,
    story: Callable[..., Link],
    settings: LazySettings,
    answer: Any,
    refused: bool,
) -> None:
    if refused:
        settings.FETCH_ALLOW_PRIVATE = False
    else:
        web.add("/x", answer)
    link = story("/x")
    assert look_due(NOW).again == 0
    assert (kept(link).checked_at, kept(link).title) == (NOW, TITLE)
    assert len(web.asked) == (0 if refused else 1)


def test_it_reads_the_head_of_a_page_without_end(
    web: Web, story: Callable[..., Link], settings: LazySettings
) -> None:
    settings.FETCH_TIMEOUT = 20
    head = b'<head><meta name="author" content="Ines"></head>'
    endless = [b"<p>" + b"x" * 100_000] * 500
    web.add("/x", raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + head, *endless))
    link = story("/x")
    look_due(NOW)
    assert (kept(link).author, kept(link).checked_at) == ("Ines", NOW)


def test_pages_made_to_hurt_do_no_harm_and_do_not_hold_up_the_others(
    web: Web, story: Callable[..., Link]
) -> None:
    hostile = [
        "<div>" * 50_000, "<title>" + "\u202e" * 1000 + "\x00</title>",
        '<script type="application/ld+json">' + "[" * 90_000, "",
    ]  # fmt: skip
    for n, body in enumerate(hostile):
        web.add(f"/{n}", page(body, HTML))
        story(f"/{n}")
    web.add("/round", redirect("/round"))
    web.add("/file", redirect("file:///etc/passwd"))
    story("/round")
    story("/file")
    web.add("/good", html('<meta name="author" content="Ines">'))
    good = story("/good")
    assert look_due(NOW).looked == 7
    assert kept(good).author == "Ines"
    assert set(Link.objects.values_list("title", flat=True)) == {TITLE}


def test_a_run_that_was_killed_is_taken_up_after_its_lease(
    web: Web, story: Callable[..., Link], monkeypatch: pytest.MonkeyPatch
) -> None:
    web.add("/x", html())
    link = story("/x")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(looking, "_look_at", killed)
    with pytest.raises(KeyboardInterrupt):
        look_due(NOW)
    monkeypatch.undo()
    assert look_due(NOW).looked == 0, "its lease still runs"
    assert look_due(NOW + looking.LEASE).looked == 1
    assert kept(link).checked_at


def test_a_link_is_claimed_once(story: Callable[..., Link]) -> None:
    story("/x")
    assert len(looking._claim(NOW)) == 1
    assert looking._claim(NOW) == []


def test_looking_twice_changes_nothing(web: Web, story: Callable[..., Link]) -> None:
    head = canonical("/2026/how-we-test") + '<meta property="og:site_name" content="A Blog">'
    web.add("/x/how-we-test", html(head))
    story("/x/how-we-test", title=f"{TITLE} | A Blog")
    look_due(NOW)
    Link.objects.update(checked_at=None)
    before = list(Link.objects.values()), list(LinkAddress.objects.values())
    look_due(NOW)
    Link.objects.update(checked_at=None)
    assert (list(Link.objects.values()), list(LinkAddress.objects.values())) == before


def test_a_run_asks_a_bounded_number_of_questions_for_each_page(
    web: Web, story: Callable[..., Link], django_assert_max_num_queries: Any
) -> None:
    for n in range(5):
        web.add(f"/{n}", html('<meta property="og:site_name" content="A Blog">'))
        story(f"/{n}", source_label="Planet")
    with django_assert_max_num_queries(8 + 5 * 14):
        look_due(NOW)


def test_the_sweep_nudges_for_pages_unless_it_is_turned_off(
    story: Callable[..., Link], settings: LazySettings
) -> None:
    story("/x")
    Feed.objects.update(next_poll_at=NOW + HOUR)
    assert sweep(NOW) is None
    settings.FETCH_PAGES = True
    assert sweep(NOW) == "pages to look at"
    Link.objects.update(state=Link.State.REJECTED)
    assert sweep(NOW) is None


def test_a_person_is_named_where_the_machine_is_not() -> None:
    link = make_link()
    tell(link, User.objects.create_user("Newsdesk"), "edited", {}, {"blurb": "Mine"})
    assert learning.by_hand(link) == {"blurb"}
