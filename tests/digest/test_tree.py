"""Reading an issue: what is in it, in which order, and what each output gets of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from digest.models import BLOCKS, Block, JobBlock, LinkBlock, ProjectBlock, TextBlock
from digest.tree import CHANNELS, read, safe_url
from publication.models import SectionKind
from tests.digest.issues import add, add_section, add_titled, make_issue, make_published, publish

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("model", BLOCKS)
def test_it_gives_each_output_exactly_the_blocks_switched_on(
    model: type[Block], channel: str
) -> None:
    issue = make_issue()
    add_titled(model, issue, "On", **{s: name == channel for name, s in CHANNELS.items()})
    add_titled(model, issue, "Off", **{s: name != channel for name, s in CHANNELS.items()})

    assert [item.title for item in read(issue).channel(channel).items] == ["On"]


def test_it_leaves_out_hidden_and_empty_sections() -> None:
    issue = make_issue()
    add(LinkBlock, add_section(issue, "Shown"), title="One")
    add(LinkBlock, add_section(issue, "Hidden", hidden=True), title="Two")
    add_section(issue, "Empty", intro="<p></p>")

    assert [section.title for section in read(issue).sections] == ["Shown"]


def test_it_keeps_a_section_that_only_says_something() -> None:
    issue = make_issue()
    add_section(issue, "Editorial", SectionKind.TEXT, intro="<p>Hello.</p>")

    assert [section.title for section in read(issue).channel("email").sections] == ["Editorial"]


def test_it_drops_an_intro_whose_items_are_all_elsewhere() -> None:
    issue = make_issue()
    section = add_section(issue, "Jobs", SectionKind.JOBS, intro="<p>Six roles this week:</p>")
    add(JobBlock, section, role="Editor", in_email=False)

    assert read(issue).channel("email").sections == ()


def test_it_keeps_the_editors_order_across_types() -> None:
    issue = make_issue()
    section = add_section(issue, "News")
    add(LinkBlock, section, title="Second", ordering=20)
    add(TextBlock, section, title="First", ordering=10)
    add(LinkBlock, section, title="Third", ordering=30)

    assert [item.title for item in read(issue).items] == ["First", "Second", "Third"]


def test_a_section_made_after_the_issue_was_loaded_is_read() -> None:
    issue = make_issue()
    assert issue.regions == []
    add(LinkBlock, issue, title="Late")

    assert [item.title for item in read(issue).items] == ["Late"]


def test_two_sections_of_one_name_have_two_anchors() -> None:
    issue = make_issue()
    for title in ("News", "News"):
        add(LinkBlock, add_section(issue, title), title="x")

    first, second = read(issue).sections
    assert first.anchor == "news"
    assert second.anchor == f"news-{second.key}"


@pytest.mark.parametrize(
    ("role", "url", "new"),
    [
        ("Editor", "https://jobs.example/other", False),
        ("Another role", "https://jobs.example/1", False),
        ("Another role", "https://jobs.example/2", True),
        ("Another role", "", True),
    ],
)
def test_a_job_is_new_until_it_ran(role: str, url: str, new: bool) -> None:
    earlier = make_issue(6)
    add(JobBlock, earlier, role="Editor", url="https://jobs.example/1")
    publish(earlier)
    issue = make_issue(7)
    add(JobBlock, issue, role=role, url=url)

    assert [item.is_new for item in read(issue).items] == [new]


def test_a_job_of_a_draft_or_a_later_issue_did_not_run_yet() -> None:
    draft, later = make_issue(5), make_issue(9)
    for other in (draft, later):
        add(JobBlock, other, role="Editor", url="https://jobs.example/1")
    publish(later)
    issue = make_issue(7)
    add(JobBlock, issue, role="Editor", url="https://jobs.example/1")

    assert read(issue).items[0].badge == "New"


def test_what_is_not_a_job_is_never_new() -> None:
    make_published(6, "A story")
    issue = make_issue(7)
    add(LinkBlock, issue, title="Unheard of", badge="Survey")

    assert read(issue).items[0].badge == "Survey"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.com/a?b=1&c=2", "https://example.com/a?b=1&c=2"),
        (" http://example.com ", "http://example.com"),
        ("mailto:us@example.com", "mailto:us@example.com"),
        ("/issues/3/", "http://127.0.0.1:8000/issues/3/"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("example.com/no-scheme", ""),
        ("http://[broken", ""),
        ("https:///nowhere", ""),
        ("", ""),
    ],
)
def test_it_leads_readers_only_to_addresses(url: str, safe: str) -> None:
    assert safe_url(url) == safe


def test_a_link_without_a_title_shows_its_host_and_one_without_both_shows_nothing() -> None:
    issue = make_issue()
    add(ProjectBlock, issue, url="https://www.example.com/x")
    add(ProjectBlock, issue, url="javascript:alert(1)")

    assert [item.title for item in read(issue).items] == ["example.com", ""]


def test_it_reads_a_long_issue_in_as_many_queries_as_a_short_one() -> None:
    issue = make_issue()
    counts = []
    for _ in range(2):
        for model in BLOCKS * 5:
            add_titled(model, issue, "Words")
        with CaptureQueriesContext(connection) as queries:
            read(issue)
        counts.append(len(queries))

    assert counts[0] == counts[1] == len(BLOCKS) + 2


def test_a_job_that_ran_by_mail_only_is_not_new_again() -> None:
    first = make_issue(6)
    add(JobBlock, first, role="Editor", in_web=False, in_feeds=False)
    publish(first)
    second = make_issue(7)
    add(JobBlock, second, role="Editor")

    assert [item.is_new for item in read(second).items] == [False]
