"""Drafting the next issue, and setting links into it."""

import datetime as dt
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from curation import queue, uses
from curation.models import Link, LinkUse
from digest.assembly import AlreadyPlacedError, DraftExistsError, draft, next_date, place
from digest.errors import AlreadyPublishedError
from digest.fitting import PlacementError, changed_since
from digest.guards import blocks_of
from digest.models import (
    EventBlock,
    Issue,
    IssueSection,
    JobBlock,
    LinkBlock,
    MediaBlock,
    ProjectBlock,
)
from publication.access import NotAllowedError
from publication.masthead import current
from publication.models import AuditEntry, Section, SectionKind
from tests.makers import NOW, make_editor, make_link, make_section, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shelves() -> None:
    """Only the shelves a test asks for."""
    Section.objects.all().delete()


def shortlisted(**values: Any) -> Link:
    return make_link(state=Link.State.SHORTLISTED, **values)


def section_of(issue: Issue, title: str) -> IssueSection:
    return issue.sections.get(title=title)


def test_it_numbers_after_the_highest_and_dates_to_the_publishing_day() -> None:
    Issue.objects.create(number=41, date=NOW.date(), state=Issue.State.READY)
    issue = draft(by=None, now=NOW)
    assert (issue.number, issue.state) == (42, Issue.State.DRAFT)
    # NOW is a Friday, the publishing day, and #41 has it already.
    assert issue.date == NOW.date() + dt.timedelta(7)
    assert issue.title == f"{current().name} – issue 42"


def test_its_title_is_the_lead_until_somebody_writes_a_better_one() -> None:
    make_section("Articles", position=2)
    shortlisted(section=make_section("Articles"), title="Newer, but further down")
    lead = {"title": "The lead " * 40, "published_at": NOW - dt.timedelta(1)}
    shortlisted(section=make_section("News", position=1), **lead)
    issue = draft(by=None, now=NOW)
    issue.refresh_from_db()
    assert issue.title.startswith("The lead The lead")
    assert len(issue.title) <= 200


def test_it_counts_the_day_where_the_publication_lives() -> None:
    masthead = current()
    masthead.publishing_day, masthead.time_zone = 6, "Pacific/Auckland"
    masthead.save()
    late_friday = dt.datetime(2026, 11, 20, 13, 0, tzinfo=dt.UTC)  # Saturday over there
    assert next_date(late_friday) == dt.date(2026, 11, 21)


def test_it_takes_the_date_it_is_given() -> None:
    assert draft(by=None, now=NOW, date=dt.date(2026, 1, 2)).date == dt.date(2026, 1, 2)


def test_it_copies_the_active_shelves_in_their_order() -> None:
    make_section("Jobs", SectionKind.JOBS, position=2)
    make_section("News", position=1)
    make_section("Old", position=0, active=False)
    issue = draft(by=None, now=NOW)
    assert [(s.title, s.kind) for s in issue.sections.all()] == [
        ("News", "links"),
        ("Jobs", "jobs"),
    ]
    Section.objects.update(title="Renamed since")
    assert section_of(issue, "News").kind == "links"


def test_it_makes_a_section_for_links_where_no_shelf_holds_any() -> None:
    make_section("Jobs", SectionKind.JOBS)
    shortlisted(title="Homeless")
    issue = draft(by=None, now=NOW)
    assert LinkBlock.objects.get().region == section_of(issue, "Links").key


def test_it_places_the_whole_shortlist_by_section() -> None:
    shelf = {
        kind: make_section(kind.title(), kind)
        for kind in (
            SectionKind.LINKS,
            SectionKind.JOBS,
            SectionKind.PROJECTS,
            SectionKind.EVENTS,
            SectionKind.MEDIA,
        )
    }
    expected = {}
    for kind, block in (
        (SectionKind.LINKS, LinkBlock),
        (SectionKind.JOBS, JobBlock),
        (SectionKind.PROJECTS, ProjectBlock),
        (SectionKind.EVENTS, EventBlock),
        (SectionKind.MEDIA, MediaBlock),
    ):
        expected[shortlisted(section=shelf[kind]).pk] = (block, kind)
    make_link(title="Still waiting")
    issue = draft(by=None, now=NOW)
    placed = {b.link_id: (type(b), b.region.split("_")[0]) for b in blocks_of(issue)}
    assert placed == expected
    assert not Link.objects.unplaced().exists()


@pytest.mark.parametrize("kind", [SectionKind.TEXT, SectionKind.SPONSOR, None])
def test_it_places_what_its_section_cannot_take_among_the_first_links(kind: str | None) -> None:
    make_section("News", position=1)
    make_section("Articles", position=2)
    home = make_section("Elsewhere", kind, position=0) if kind else None
    shortlisted(section=home)
    issue = draft(by=None, now=NOW)
    assert LinkBlock.objects.get().region == section_of(issue, "News").key


def test_it_keeps_the_order_of_the_queue() -> None:
    make_section("News")
    for days in (3, 1, 2):
        shortlisted(title=f"{days} days old", published_at=NOW - dt.timedelta(days))
    draft(by=None, now=NOW)
    titles = list(LinkBlock.objects.values_list("title", flat=True))
    assert titles == ["1 days old", "2 days old", "3 days old"]


def test_it_tells_the_queue_where_each_link_stands() -> None:
    make_section("News")
    link = shortlisted()
    issue = draft(by=None, now=NOW)
    use = LinkUse.objects.get()
    assert (use.link, use.issue_number, use.section) == (link, issue.number, "News")
    assert use.block_uid == LinkBlock.objects.get().uid
    assert use.published_at is None


def test_it_makes_no_second_draft() -> None:
    first = draft(by=None, now=NOW)
    with pytest.raises(DraftExistsError, match="#1,") as refused:
        draft(by=None, now=NOW)
    assert refused.value.issue == first
    with pytest.raises(DraftExistsError):
        draft(by=None, now=NOW, date=first.date)
    assert Issue.objects.count() == 1


def test_it_drafts_ahead_for_another_date() -> None:
    draft(by=None, now=NOW)
    ahead = draft(by=None, now=NOW, date=dt.date(2026, 12, 25))
    assert ahead.number == 2


def test_it_leaves_nothing_behind_when_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    make_section("News")
    shortlisted()

    def fail(*args: object, **kwargs: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(uses, "place_many", fail)
    with pytest.raises(IntegrityError):
        draft(by=None, now=NOW)
    assert not Issue.objects.exists()
    assert not LinkBlock.objects.exists()


def test_it_asks_for_the_permission_and_leaves_a_trail() -> None:
    with pytest.raises(NotAllowedError):
        draft(by=make_staff("reader", "digest.view_issue"), now=NOW)
    editor = make_editor()
    draft(by=editor, now=NOW)
    entry = AuditEntry.objects.get(verb="drafted")
    assert (entry.actor, entry.subject) == (editor, "issue #1")


def test_a_block_knows_which_words_of_its_link_have_changed_since() -> None:
    link = shortlisted(section=make_section("News"), title="As it came", blurb="Said.")
    draft(by=None, now=NOW)
    assert changed_since(LinkBlock.objects.get()) == {}
    queue.set_section(Link.objects.get(), make_section("Articles"), by=None)
    assert changed_since(LinkBlock.objects.get()) == {}
    Link.objects.update(title="Mended at the source")
    assert changed_since(LinkBlock.objects.get()) == {"title": "Mended at the source"}
    assert LinkBlock.objects.get().title == "As it came"
    link.delete()
    assert changed_since(LinkBlock.objects.get()) == {}


def test_it_drafts_a_long_shortlist_in_the_same_few_queries() -> None:
    shelves = [make_section("News"), make_section("Jobs", SectionKind.JOBS)]

    def queries(links: int) -> int:
        for n in range(links):
            shortlisted(section=shelves[n % 2])
        with CaptureQueriesContext(connection) as captured:
            issue = draft(by=None, now=NOW)
        assert LinkBlock.objects.filter(parent=issue).count() == links / 2
        Issue.objects.filter(pk=issue.pk).update(state=Issue.State.READY)
        return len(captured)

    queries(2)
    assert queries(10) == queries(60)


# place


def an_issue(**values: Any) -> Issue:
    make_section("News", position=1)
    make_section("Jobs", SectionKind.JOBS, position=2)
    make_section("Projects", SectionKind.PROJECTS, position=3)
    make_section("Updates", SectionKind.TEXT, position=4)
    make_section("Sponsored", SectionKind.SPONSOR, position=5)
    issue = draft(by=None, now=NOW)
    Issue.objects.filter(pk=issue.pk).update(**values)
    issue.refresh_from_db()
    return issue


def test_a_placed_link_brings_its_own_copy_of_the_words() -> None:
    issue = an_issue()
    link = shortlisted(
        title="A <b> title",
        url="https://example.com/x?a=1&b=2",
        blurb="1 < 2 & so on",
        source_label="Example",
        author="Ada",
        via="Bob",
    )
    block = place(link, section_of(issue, "News"), by=None)
    assert isinstance(block, LinkBlock)
    assert (block.title, block.url) == (link.title, link.url)
    assert block.blurb == "<p>1 &lt; 2 &amp; so on</p>"
    assert (block.source_label, block.author, block.via) == ("Example", "Ada", "Bob")
    Link.objects.update(title="Edited in the queue")
    block.refresh_from_db()
    assert block.title == "A <b> title"


def test_a_job_is_split_into_role_and_company() -> None:
    issue = an_issue()
    link = shortlisted(title="Python • AWS at the edge at Purrfect Hire")
    block = place(link, section_of(issue, "Jobs"), by=None)
    assert (block.role, block.company) == ("Python • AWS at the edge", "Purrfect Hire")  # type: ignore[attr-defined]
    assert block.heading == link.title
    plain = place(shortlisted(title="Django developer"), section_of(issue, "Jobs"), by=None)
    assert (plain.role, plain.company) == ("Django developer", "")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("url", "repo"),
    [
        ("https://github.com/adamghill/dj-spinners", "adamghill/dj-spinners"),
        ("https://www.github.com/a/b.git", "a/b"),
        ("https://github.com/a/b/releases/tag/1.0?x#y", "a/b"),
        ("https://codeberg.org/a/b", "a/b"),
        ("https://github.com/a", ""),
        ("https://example.com/a/b", ""),
        ("http://[broken/a/b", ""),
    ],
)
def test_a_project_knows_its_repository(url: str, repo: str) -> None:
    issue = an_issue()
    block = place(shortlisted(url=url), section_of(issue, "Projects"), by=None)
    assert block.repo == repo  # type: ignore[attr-defined]


def test_a_link_is_placed_last() -> None:
    issue = an_issue()
    first = place(shortlisted(), section_of(issue, "Jobs"), by=None)
    second = place(shortlisted(), section_of(issue, "News"), by=None)
    assert second.ordering > first.ordering


def test_a_link_stands_once_in_an_issue() -> None:
    issue = an_issue()
    link = shortlisted(title="Once")
    place(link, section_of(issue, "News"), by=None)
    with pytest.raises(AlreadyPlacedError, match="“Once” already stands in News of #1"):
        place(link, section_of(issue, "Jobs"), by=None)
    assert LinkUse.objects.count() == 1


def test_what_ran_before_may_run_again() -> None:
    issue = an_issue(number=9)
    link = shortlisted()
    uses.place(link.pk, issue_number=3, section="News", block_uid=uuid4())
    assert place(link, section_of(issue, "News"), by=None).link == link


@pytest.mark.parametrize("state", [Link.State.NEW, Link.State.REJECTED])
def test_only_the_shortlist_is_placed(state: str) -> None:
    issue = an_issue()
    with pytest.raises(PlacementError, match="not on the shortlist"):
        place(make_link(state=state), section_of(issue, "News"), by=None)


def test_a_merged_link_is_not_placed() -> None:
    issue = an_issue()
    link = shortlisted(merged_into=shortlisted())
    with pytest.raises(PlacementError, match="merged"):
        place(link, section_of(issue, "News"), by=None)


@pytest.mark.parametrize("title", ["Updates", "Sponsored"])
def test_some_sections_take_no_links(title: str) -> None:
    issue = an_issue()
    with pytest.raises(PlacementError, match=f"{title} takes no links"):
        place(shortlisted(), section_of(issue, title), by=None)


def test_a_published_issue_takes_nothing_more() -> None:
    issue = an_issue(state=Issue.State.PUBLISHED, published_at=NOW)
    with pytest.raises(AlreadyPublishedError, match="locked"):
        place(shortlisted(), section_of(issue, "News"), by=None)
    assert not LinkBlock.objects.exists()


def test_placing_undoes_an_approval() -> None:
    issue = an_issue(state=Issue.State.READY)
    place(shortlisted(), section_of(issue, "News"), by=None)
    issue.refresh_from_db()
    assert issue.state == Issue.State.DRAFT


def test_placing_needs_the_permission() -> None:
    issue = an_issue()
    with pytest.raises(NotAllowedError):
        place(shortlisted(), section_of(issue, "News"), by=make_staff("r", "digest.view_issue"))


# draft_issue


def test_the_command_prints_the_number_and_nothing_else() -> None:
    out, err = StringIO(), StringIO()
    call_command("draft_issue", stdout=out, stderr=err)
    assert (out.getvalue(), err.getvalue()) == ("1\n", "")
    call_command("draft_issue", stdout=out, stderr=err)
    assert out.getvalue() == "1\n1\n"
    assert "still a draft" in err.getvalue()
    assert Issue.objects.count() == 1


def test_the_command_takes_a_date() -> None:
    call_command("draft_issue", "--date", "2026-12-25", stdout=StringIO())
    assert Issue.objects.get().date == dt.date(2026, 12, 25)


def test_the_command_refuses_what_is_no_date() -> None:
    with pytest.raises(CommandError, match="2026-13-01 is no date"):
        call_command("draft_issue", "--date", "2026-13-01")
    assert not Issue.objects.exists()
