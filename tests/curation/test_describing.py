"""A new link's title, source and kind, from what the feed said and the look of the address."""

from dataclasses import replace

import pytest

from curation.describing import describe, tidy_blurb, tidy_title
from curation.kinds import Kind, kind_by_address, kind_by_types
from curation.parsed import ParsedEntry, ParsedFeed
from curation.sources import same_site, source_label
from tests.makers import make_feed

BLOG = "https://blog.example/post"


@pytest.mark.parametrize(
    ("title", "url", "names", "tidy"),
    [
        ("Testing views | A Blog", BLOG, ["A Blog"], "Testing views"),
        ("A Blog » Testing views", BLOG, ["A Blog"], "Testing views"),
        ("Testing views - Real Python", "https://realpython.com/x", [], "Testing views"),
        ("Testing views | hakibenita.com", "https://hakibenita.com/x", [], "Testing views"),
        ("How we test - YouTube", "https://www.youtube.com/watch?v=1", [], "How we test"),
        ("GitHub - ann/tool: Tests views", "https://github.com/ann/tool", [],
         "ann/tool: Tests views"),
        ("Release v1.2 · ann/tool · GitHub", "https://github.com/ann/tool/releases/tag/v1.2", [],
         "Release v1.2 · ann/tool"),
        ("ann/tool: Tests views. Contribute to ann/tool development by creating an account on"
         " GitHub.", "https://github.com/ann/tool", [], "ann/tool: Tests views."),
        ("ann/tool: Contribute to ann/tool development by creating an account on GitHub",
         "https://github.com/ann/tool", [], "ann/tool"),
    ],
)  # fmt: skip
def test_it_takes_off_the_title_what_is_the_name_of_the_site(
    title: str, url: str, names: list[str], tidy: str
) -> None:
    assert tidy_title(title, url, names) == tidy


@pytest.mark.parametrize(
    "title",
    [
        "Testing views | Part two",
        "Testing views – an honest report",
        "FC Twente - FC Utrecht, A Blog",
        "FC Twente - A Blog",
        "Django: what is new",
        "What I read on Thursday:",
        "Async | sync: which to choose",
        "Home | A Blog",
        "A Blog",
        "How creating an account on GitHub changed my life",
    ],
)
def test_it_leaves_a_title_that_only_looks_like_one_with_a_site(title: str) -> None:
    assert tidy_title(title, BLOG, ["A Blog", "Django"]) == title


def test_a_subject_before_a_dash_is_no_name_of_a_site() -> None:
    title, url = "Django – how it all began", "https://www.djangoproject.com/weblog/x/"
    assert tidy_title(title, url, ["Django"]) == title


def test_it_takes_the_invitation_off_a_blurb() -> None:
    assert tidy_blurb("Start by creating an account on GitHub.") == (
        "Start by creating an account on GitHub."
    )
    assert (
        tidy_blurb(
            "An offline version of the tutorial. Contribute to ann/tool development by creating an"
            " account on GitHub."
        )
        == "An offline version of the tutorial."
    )


@pytest.mark.parametrize(
    ("url", "names", "label"),
    [
        ("https://github.com/ann/tool", ["Releases of tool"], "GitHub"),
        ("https://m.youtube.com/watch?v=1", [], "YouTube"),
        (BLOG, ["Ann’s blog"], "Ann’s blog"),
        (BLOG, ["", "Ann’s blog RSS feed"], "Ann’s blog"),
        (BLOG, ["Ann’s blog (Atom)"], "Ann’s blog"),
        ("https://medium.com/p/0123456789ab", ["Stories by Ann on Medium"], "Ann"),
        ("https://www.blog.example/x", ["x" * 80], "blog.example"),
        ("https://pyfound.blogspot.com/x", [], "pyfound.blogspot.com"),
        ("https://pyfound.blogspot.com/x", ["blogspot.com", "The PSF blog"], "The PSF blog"),
        ("https://blogspot.com/x", ["blogspot.com"], ""),
        ("https://medium.com/@ann/x-0123456789ab", ["Medium"], "@ann on Medium"),
        ("https://medium.com/p/0123456789ab", ["Medium"], ""),
        ("https://ann.github.io/x", ["GitHub Pages"], "ann.github.io"),
        ("https://github.io/x", [], ""),
    ],
)  # fmt: skip
def test_it_names_the_source_as_a_person_would(url: str, names: list[str], label: str) -> None:
    assert source_label(url, *names) == label


def test_tenants_of_one_house_are_no_site() -> None:
    assert same_site("https://www.ann.dev/x", "https://blog.ann.dev/y")
    assert same_site("https://ann.github.io/x", "http://ann.github.io/")
    assert not same_site("https://ann.github.io/", "https://ben.github.io/")
    assert not same_site("https://medium.com/@ann", "https://medium.com/@ben")
    assert not same_site("https://ann.substack.com/", "https://substack.com/")
    assert not same_site("", BLOG)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://youtu.be/x", Kind.VIDEO),
        ("https://github.com/ann/tool", Kind.PROJECT),
        ("https://pypi.org/project/tool/", Kind.PROJECT),
        ("https://pypi.org/project/tool/1.2/", Kind.RELEASE),
        ("https://docs.djangoproject.com/en/5.2/releases/5.2/", Kind.RELEASE),
        ("https://old.reddit.com/r/django/comments/1/x", None),
        ("https://www.reddit.com/r/django/comments/1/x", Kind.FORUM),
        ("https://stackoverflow.com/questions/1/x", Kind.FORUM),
        ("https://community.a.example/t/x/1", Kind.FORUM),
        ("https://jobs.a.example/django-developer", Kind.JOB),
        ("https://blog.example/jobs/queues", None),
        ("https://www.meetup.com/django-berlin/events/1/", Kind.EVENT),
        (BLOG, None),
    ],
)
def test_it_knows_the_kind_by_the_address_or_not_at_all(url: str, kind: Kind | None) -> None:
    assert kind_by_address(url) == kind


@pytest.mark.parametrize(
    ("types", "kind"),
    [
        (("video.other",), Kind.VIDEO),
        (("website", "VideoObject"), Kind.VIDEO),
        (("article", "VideoObject"), None),
        (("BlogPosting", "Event"), None),
        (("JobPosting",), Kind.JOB),
        (("MusicEvent",), Kind.EVENT),
        (("SoftwareSourceCode",), Kind.PROJECT),
        (("PodcastEpisode",), Kind.PODCAST),
        (("Thing",), None),
        ((), None),
    ],
)
def test_it_believes_what_a_page_says_it_is(types: tuple[str, ...], kind: Kind | None) -> None:
    assert kind_by_types(types) == kind


@pytest.mark.django_db
def test_a_name_behind_a_dash_goes_where_most_titles_of_the_feed_bear_it() -> None:
    feed = make_feed(title="FC Utrecht", site_url="https://blog.example/")
    game = ParsedEntry(title="FC Twente - FC Utrecht", url=BLOG)
    others = tuple(ParsedEntry(title=f"Game number {n}", url=f"{BLOG}/{n}") for n in range(4))
    signed = tuple(replace(e, title=f"{e.title} - FC Utrecht") for e in others)

    def titled(*entries: ParsedEntry) -> str:
        return str(describe(feed, ParsedFeed("RSS 2.0", entries=entries), entries[0], {})["title"])

    assert titled(game, *others) == game.title
    assert titled(*signed) == "Game number 0"


@pytest.mark.django_db
def test_the_name_of_a_planet_is_no_site_of_its_stories() -> None:
    planet = make_feed(title="Planet", site_url="https://planet.example/")
    entry = ParsedEntry(title="Testing the views | Planet", url=BLOG)
    described = describe(planet, ParsedFeed("RSS 2.0"), entry, {})
    assert (described["title"], described["raw_title"]) == ("Testing the views | Planet", "")

    own = make_feed(title="Planet", site_url="https://blog.example/")
    described = describe(own, ParsedFeed("RSS 2.0"), entry, {})
    assert (described["title"], described["raw_title"]) == (
        "Testing the views", "Testing the views | Planet",
    )  # fmt: skip


@pytest.mark.django_db
def test_a_planet_s_names_before_the_titles_go_where_they_are_known() -> None:
    feed, parsed = make_feed(title="Planet"), ParsedFeed("RSS 2.0")
    told = ParsedEntry(title="Ines B.: Testing the views", url=BLOG)
    described = describe(feed, parsed, replace(told, author="Ines B."), {})
    assert (described["title"], described["raw_title"]) == ("Testing the views", told.title)
    assert describe(feed, parsed, told, {})["title"] == told.title


@pytest.mark.django_db
def test_what_nobody_says_stays_empty() -> None:
    feed = make_feed(title="", site_url="")
    entry = ParsedEntry(title="A post", url="https://medium.com/p/0123456789ab")
    described = describe(feed, ParsedFeed("RSS 2.0"), entry, {})
    assert described | {"kind": "", "title": ""} == {
        "title": "", "raw_title": "", "blurb": "", "source_label": "", "author": "",
        "language": "", "kind": "", "section_id": None, "section_reason": "",
    }  # fmt: skip
