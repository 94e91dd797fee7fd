"""Reading a whole issue out of plain text, in which nothing marks what a line is."""

import datetime as dt
from pathlib import Path

import pytest

from curation.issue_text import read
from curation.told import ToldIssue

DATA = Path(__file__).parents[1] / "data" / "issues"
# Real issues, which are not ours to keep: read where they lie beside the project.
REFERENCE = Path(__file__).parents[3] / "shared" / "reference"


def told(name: str, folder: Path = DATA) -> ToldIssue:
    return read((folder / f"{name}.txt").read_text(encoding="utf-8"))


def shape(issue: ToldIssue) -> list[tuple[str, str, int]]:
    return [(section.title, section.kind, len(section.items)) for section in issue.sections]


def test_a_digest_opens_into_its_sections_each_of_its_kind() -> None:
    assert shape(told("weekly")) == [
        ("News", "links", 2),
        ("Notes from the Board", "text", 1),
        ("Sponsored Link 1", "sponsor", 1),
        ("Updates from the Pier", "text", 1),
        ("Videos", "media", 1),
        ("Harbour Weekly Jobs", "jobs", 2),
        ("Projects", "projects", 1),
        ("Events", "events", 1),
    ]


def test_an_item_keeps_its_words_and_its_source() -> None:
    news = told("weekly").sections[0]
    first, second = news.items
    assert (first.title, first.source) == ("Ferries get a timetable", "harbour.example.org")
    assert first.paragraphs == ("The harbour board has printed one. It is on the wall.",)
    assert second.source == "light-house.example"
    assert len(second.paragraphs) == 2


def test_jobs_stand_one_a_line_behind_their_introduction() -> None:
    jobs = told("weekly").sections[5]
    assert jobs.intro == ("Two places are open this week.",)
    assert [item.title for item in jobs.items] == [
        "Harbour Master at Port of Example 🆕",
        "Painter (white) at Light-House & Co",
    ]


def test_neither_the_footer_nor_the_words_of_an_image_are_read_as_items() -> None:
    said = repr(told("weekly"))
    assert "RSS feed" not in said
    assert "banner" not in said


def test_a_list_that_was_lost_on_the_way_is_flagged() -> None:
    assert told("weekly").flags == (
        "“Decided this week” has nothing under it: its content was lost on the way.",
        "“In March” has nothing under it: its content was lost on the way.",
    )
    notes = told("weekly").sections[1].items[0]
    assert notes.paragraphs[-2:] == ("Decided this week:", "In March:"), "kept as it was told"


def test_its_date_is_in_the_title_or_in_the_last_line() -> None:
    assert told("weekly").date == dt.date(2023, 3, 3)
    assert told("letter").date == dt.date(2023, 3, 6)
    assert read("A title\n\nNews\n\nWords, words.").date is None
    assert read("A title of 31 Feb 2020\n\nNews").date is None


def test_its_number_is_believed_where_it_is_called_one() -> None:
    assert read("Harbour Weekly, issue 41 - 3 Mar 2023").number == 41
    assert read("Ticket #37151 is closed - 3 Mar 2023").number is None


def test_a_letter_is_read_by_its_headings_and_empty_ones_are_flagged() -> None:
    letter = told("letter")
    assert shape(letter) == [("Sponsors", "sponsor", 1), ("Support", "text", 1)]
    [bucket] = letter.sections[0].items
    assert bucket.title == "Bucket - A Pail for Everyone | Pail Hunt"
    assert len(bucket.paragraphs) == 1
    assert [flag.split("”")[0] for flag in letter.flags] == ["“News and Updates", "“Jobs"]


def test_what_is_no_issue_has_no_sections() -> None:
    assert read("").sections == ()
    assert read("Just one line").sections == ()
    assert read("\x00\n\n\n").sections == ()


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference issues are not here")
@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("django-news-2025-10-24", 30),
        ("django-news-2025-10-31", 32),
        ("django-news-2025-11-07", 27),
    ],
)
def test_a_real_issue_gives_every_item_and_no_other(name: str, items: int) -> None:
    issue = told(name, REFERENCE)
    assert len(issue.items) == items
    kinds = {section.title: section.kind for section in issue.sections}
    assert kinds["Django News Jobs"] == "jobs"
    assert kinds["Updates to Django"] == "text"
    assert kinds["Projects"] == "projects"
    assert kinds["Sponsored Link 1"] == "sponsor"
    assert kinds["Articles"] == "links"
    assert issue.date is not None
    assert name.endswith(issue.date.isoformat())


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference issues are not here")
def test_a_real_letter_that_lost_its_lists_is_flagged() -> None:
    flags = told("built-with-django-2025-11-03", REFERENCE).flags
    for heading in ("News and Updates", "Projects", "Jobs", "Blog Posts from the Community"):
        assert any(flag.startswith(f"“{heading}”") for flag in flags)
