"""Rules an editor can read: what they match, what they do, and that they are shown beforehand."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from curation import intake, queue, queue_page, ruling
from curation.cleaning import entry
from curation.models import Link, LinkEvent, Rule
from curation.parsed import ParsedFeed
from curation.queue_address import Asked
from curation.rules import Rulebook, Story
from publication.access import NotAllowedError
from tests.makers import (
    NOW,
    make_editor,
    make_entry,
    make_feed,
    make_link,
    make_section,
    make_staff,
)

pytestmark = pytest.mark.django_db


def make_rule(**values: Any) -> Rule:
    return Rule.objects.create(**{"words": "django", "hide": True, **values})


def kept(link: Link) -> Link:
    return Link.objects.get(pk=link.pk)


def matches(story: Story, **when: Any) -> bool:
    return bool(Rulebook([Rule(kind="job", **when)]).judge(story))


def tell(feed: Any, *titles: str, **values: Any) -> list[Link]:
    """Take in what a feed says, as a poll does."""
    said = [
        entry(
            base=feed.url, title=title, href=f"https://example.com/{n}", published_at=NOW, **values
        )
        for n, title in enumerate(titles)
    ]
    intake.take_in(feed, ParsedFeed("rss", entries=tuple(said)), NOW)
    return list(Link.objects.order_by("url"))


# What a rule matches


@pytest.mark.parametrize(
    ("words", "title", "answer"),
    [
        ("django", "Django 7 is out", True),
        ("django", "Djangonauts", False),
        ("django*", "Djangonauts", True),
        ("*dango, hiring", "We are HIRING!", True),
        ("we are hiring", "We — are hiring", True),
        ("are hiring we", "We are hiring", False),
        ("c++", "Modern C++ for all", True),
        ("*日本*", "これは日本語です", True),
        ("*", "anything", False),
    ],
)
def test_words_are_whole_words_unless_a_star_opens_them(
    words: str, title: str, answer: bool
) -> None:
    assert matches(Story(title, ""), words=words) is answer


@pytest.mark.parametrize(
    ("pattern", "url", "answer"),
    [
        ("example.com", "https://www.example.com/a", True),
        ("example.com", "https://jobs.example.com/a", True),
        ("example.com", "https://notexample.com/a", False),
        ("example.com/jobs", "https://example.com/jobs/12", True),
        ("example.com/jobs", "https://example.com/jobsite", False),
        ("/jobs", "https://anything.org/Jobs?page=2", True),
        ("github.com/*/*/releases", "https://github.com/a/b/releases/tag/1", True),
        ("github.com/*/*/releases", "https://github.com/a/b", False),
        ("*.edu", "https://cs.some.edu/x", True),
        ("https://example.com/", "https://example.com/deep", True),
        ("example.com/a[b]?", "https://example.com/ab1", False),
        ("example.com", "http://[broken", False),
    ],
)
def test_an_address_is_a_host_or_a_part_of_it(pattern: str, url: str, answer: bool) -> None:
    assert matches(Story("", url), address=pattern) is answer


def test_all_that_is_filled_in_must_hold() -> None:
    feed = make_feed()
    when = {"feed": feed, "words": "hiring", "tags": "Jobs, work"}
    story = Story("Hiring", "https://e.com", frozenset([feed.pk]), ("jobs",))
    assert matches(story, **when)
    assert not matches(Story("Hiring", "https://e.com", frozenset([feed.pk])), **when)
    assert not matches(Story("Hiring", "https://e.com", frozenset([99]), ("jobs",)), **when)


def test_for_each_effect_the_first_rule_in_order_decides() -> None:
    first = Rule(words="django", kind="video")
    second = Rule(words="django", kind="job", source_label="Board")
    verdict = Rulebook([first, second]).judge(Story("Django", ""))
    assert verdict == {"kind": first, "source_label": second}


def test_no_pattern_can_be_made_slow() -> None:
    evil = Rule(words="*a" * 140, address="x.com/" + "*a" * 140 + "*b", kind="job")
    assert Rulebook([evil]).judge(Story("a" * 500, "https://x.com/" + "a" * 1900)) == {}


def test_a_rule_reads_as_a_sentence() -> None:
    board = make_feed(title="Job board")
    rule = Rule(feed=board, section=make_section("Jobs"), kind="job")
    assert str(rule) == "From Job board: section Jobs, kind job"
    rule = Rule(
        words="hiring, we want you", address="/jobs", tags="work", source_label="Board", hide=True
    )
    assert str(rule) == (
        "With “hiring” or “we want you” in the title, on /jobs, tagged work: label “Board”, hide"
    )


def test_a_rule_for_everything_is_refused() -> None:
    with pytest.raises(IntegrityError, match="rule_says_when"), transaction.atomic():
        make_rule(words="")


# As links come in


def test_links_that_come_in_are_sorted_and_hidden_by_the_rules() -> None:
    board = make_feed(title="Job board")
    jobs = make_section("Jobs", kind="jobs")
    make_rule(words="", feed=board, section=jobs, kind="job", source_label="Board", hide=False)
    make_rule(words="crypto*")
    job, spam = tell(board, "Senior developer", "Crypto developer", tags=("x",))
    assert (job.section, job.kind, job.source_label) == (jobs, "job", "Board")
    assert job.section_reason.startswith("by the rule “From Job board: section Jobs")
    assert (job.hidden_by, spam.hidden_by) == ("", "With “crypto*” in the title: hide")
    assert [row.link for row in queue_page.read(Asked(), NOW).rows] == [job]
    assert list(Link.objects.waiting(NOW)) == [job]
    assert list(Link.objects.hidden()) == [spam]


def test_tags_of_the_feed_count_and_a_rule_that_is_off_does_not() -> None:
    make_rule(words="", tags="sponsored")
    make_rule(words="story", active=False)
    (link,) = tell(make_feed(), "A story", tags=("Sponsored",))
    assert link.hidden_by == "Tagged sponsored: hide"


def test_taking_in_costs_one_query_more_however_many_rules_and_links(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for n in range(30):
        make_rule(words=f"word{n}")
    links = [make_link() for _ in range(40)]
    with django_assert_num_queries(1):
        ruling.rule_in(links, [Story(link.title, link.url) for link in links])


# On what waits


def test_it_applies_to_what_waits_and_each_can_be_undone() -> None:
    ann = make_editor("ann")
    news = make_section("News")
    feed = make_feed()
    there, other = make_link(title="Django 7"), make_link(title="Flask")
    gone = make_link(title="Django old", state=Link.State.REJECTED)
    make_entry(feed, there)
    make_rule(feed=feed, section=news, kind="release", hide=False)
    assert [link for link, _ in ruling.pending(NOW)] == [there]
    assert ruling.apply(by=ann, now=NOW) == 1
    assert (kept(there).section, kept(there).kind, kept(there).version) == (news, "release", 1)
    assert [kept(link).version for link in (other, gone)] == [0, 0]
    assert ruling.apply(by=ann, now=NOW) == 0
    assert queue.undo(by=ann).verb == ruling.RULED
    assert (kept(there).section, kept(there).kind) == (None, "article")


def test_what_a_person_decided_stays() -> None:
    ann = make_editor("ann")
    link, hidden = make_link(title="Django"), make_link(title="Django too", hidden_by="a rule")
    queue.set_section(link, make_section("News"), by=ann)
    queue.unhide(hidden, by=ann)
    make_rule(section=make_section("Articles"), kind="video", hide=True)
    Rule.objects.filter(hide=True).update(hide=False)
    make_rule()
    ruling.apply(by=ann, now=NOW)
    assert (kept(link).section, kept(link).kind) == (make_section("News"), "video")
    assert kept(hidden).hidden_by == ""
    assert kept(link).hidden_by == "With “django” in the title: hide"


def test_a_link_that_somebody_moved_meanwhile_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ann, link = make_editor("ann"), make_link(title="Django")
    make_rule()
    found = ruling.pending(NOW)
    queue.shortlist(kept(link), by=ann)
    monkeypatch.setattr(ruling, "pending", lambda now: found)
    assert ruling.apply(by=ann, now=NOW) == 0
    assert kept(link).state == Link.State.SHORTLISTED
    assert not LinkEvent.objects.filter(verb=ruling.RULED).exists()


def test_four_hundred_waiting_links_take_as_many_queries_as_ten(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ann = make_editor("ann")
    for rounds, number in ((0, 10), (1, 400)):
        Link.objects.bulk_create(
            Link(title=f"Django {n}", url=f"https://e.com/{rounds}/{n}", published_at=NOW)
            for n in range(number)
        )
        make_rule(words=f"django {3 + rounds}, django")
        with django_assert_num_queries(10):
            assert ruling.apply(by=ann, now=NOW) == number


def test_sorting_a_hidden_link_brings_it_out() -> None:
    ann, link = make_editor("ann"), make_link(hidden_by="a rule")
    queue.shortlist(link, by=ann)
    assert kept(link).hidden_by == ""
    queue.undo(by=ann)
    assert kept(link).hidden_by == "a rule"


@pytest.mark.parametrize("deed", ["save", "delete", "apply"])
def test_it_refuses_who_may_not_make_rules(deed: str) -> None:
    eve, rule = make_staff("eve", "curation.triage_link"), make_rule()
    calls = {
        "save": lambda: ruling.save(rule, by=eve),
        "delete": lambda: ruling.delete(Rule.objects.all(), by=eve),
        "apply": lambda: ruling.apply(by=eve, now=NOW),
    }
    with pytest.raises(NotAllowedError):
        calls[deed]()


# Before it is saved


def test_it_shows_which_of_the_last_fifty_links_it_would_have_touched() -> None:
    old = make_link(title="Django old", seen_at=NOW - timedelta(days=9))
    for n in range(48):
        make_link(title=f"Other {n}")
    two = [make_link(title="Django 7"), make_link(title="Django 8")]
    touched = ruling.preview(Rule(words="django", kind="video"))
    assert [one.link for one in touched] == two[::-1]
    assert old not in [one.link for one in touched]
    assert [effect.says for effect in touched[0].effects] == ["kind video"]


def test_it_shows_where_an_earlier_rule_decides() -> None:
    make_link(title="Django")
    make_rule(kind="job", hide=False, position=1)
    (touched,) = ruling.preview(Rule(words="django", kind="video", hide=True, position=2))
    assert [(effect.says, effect.instead) for effect in touched.effects] == [
        ("kind video", "With “django” in the title: kind job"),
        ("hide", ""),
    ]


# The door


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make_editor("ann"))
    return client


RULES = "/admin/curation/rule/"


def test_the_preview_shows_before_anything_is_saved(desk: Client) -> None:
    make_link(title="Django <b>7</b>")
    page = desk.post(RULES + "preview/", {"words": "django", "hide": "on", "active": "on"}).text
    assert "With “django” in the title: hide" in page
    assert "1 of the last 50 links" in page
    assert "Django &lt;b&gt;7&lt;/b&gt;" in page
    assert not Rule.objects.exists()


def test_the_preview_page_saves_without_a_script(desk: Client) -> None:
    said = {"words": "django", "kind": "job", "active": "on"}
    page = desk.post(RULES + "preview/", said).text
    assert '<input type="hidden" name="words" value="django">' in page
    desk.post(RULES + "add/", said | {"_save": "Save"})
    assert str(Rule.objects.get()) == "With “django” in the title: kind job"


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"hide": "on"}, "Say which links it is for"),
        ({"words": "django"}, "Say what to do with these links"),
        ({"words": "*", "hide": "on"}, "“*” would fit everything"),
        ({"address": "/", "hide": "on"}, "“/” would fit everything"),
    ],
)
def test_half_a_rule_is_refused_in_words(desk: Client, said: dict[str, str], fault: str) -> None:
    assert fault in desk.post(RULES + "add/", said).text
    assert fault in desk.post(RULES + "preview/", said).text
    assert not Rule.objects.exists()


def test_saving_offers_to_apply_it_and_says_to_how_many(desk: Client) -> None:
    link = make_link(title="Django")
    said = {"words": "django", "hide": "on", "active": "on", "_save": "Save"}
    assert "Apply the rules to 1 link waiting" in desk.post(RULES + "add/", said, follow=True).text
    assert "1 link in the queue would change" in desk.get(RULES + "apply/").text
    assert kept(link).hidden_by == ""
    assert "1 link changed" in desk.post(RULES + "apply/", follow=True).text
    assert kept(link).hidden_by == "With “django” in the title: hide"


def test_hidden_links_are_looked_through_and_taken_back(desk: Client) -> None:
    spam = make_link(title="<i>Spam</i>", hidden_by="From Planet: hide")
    other = make_link(title="Other", hidden_by="From Planet: hide")
    page = desk.get("/admin/queue/?show=hidden").text
    assert "&lt;i&gt;Spam&lt;/i&gt;" in page
    assert "From Planet: hide" in page
    assert "Let it wait" in page
    said = {"link": spam.pk, "version": 0, "back": "show=hidden"}
    assert "waiting" in desk.post("/admin/queue/unhide/", said, follow=True).text
    assert [link.pk for link in Link.objects.hidden()] == [other.pk]
    assert spam in Link.objects.waiting(timezone.now())


def test_rules_are_for_editors_and_hidden_links_for_who_sorts(client: Client) -> None:
    client.force_login(make_staff("cay", "curation.triage_link"))
    assert client.get("/admin/queue/?show=hidden").status_code == 200
    for page in ("", "add/", "apply/"):
        assert client.get(RULES + page).status_code == 403
    assert client.post(RULES + "preview/", {"words": "x"}).status_code == 403
