"""The look over an issue before it is approved."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from digest import preflight
from digest.models import ImageBlock, LinkBlock, TextBlock
from digest.preflight import Level, inspect
from digest.rendering import render
from publication.masthead import NEW
from publication.models import Publication
from tests.digest.checking import FINE, codes, found, sound
from tests.digest.issues import add, add_section, make_issue
from tests.makers import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("masthead_filled_in")]


def test_it_finds_nothing_in_a_sound_issue_and_hands_over_its_rendering() -> None:
    report = inspect(sound(), now=NOW)

    assert report.findings == []
    assert report.rendering is not None
    assert report.rendering.subject == "Title of 7"


def test_it_warns_when_the_hour_to_come_out_has_passed() -> None:
    issue = sound()
    issue.publish_at = datetime(2020, 5, 4, 12, 30, tzinfo=UTC)
    (level, text), *others = found(issue)
    assert (level, others) == ("warning", [])
    assert "4 May 2020, " in text
    assert "it comes out as soon as it is approved" in text

    issue.publish_at = NOW + timedelta(hours=1)
    assert found(issue) == []


def test_it_warns_when_nobody_wrote_down_the_postal_address() -> None:
    Publication.objects.update(postal_address=NEW["postal_address"])
    [(level, text)] = found(sound())
    assert level == "warning"
    assert "set the postal address in Publication" in text


def test_it_stops_an_issue_without_an_item() -> None:
    issue = make_issue(preheader="Nothing.")
    assert found(issue) == [("blocker", "The issue has no item that any reader would see.")]


def test_an_item_that_nobody_sees_is_none() -> None:
    issue = make_issue(preheader="Nothing.")
    add(LinkBlock, issue, title="Off", in_email=False, in_web=False, in_feeds=False)
    add(LinkBlock, add_section(issue, "Hidden", hidden=True), title="Hidden")

    assert [level for level, _ in found(issue)] == ["blocker"]


@pytest.mark.parametrize(
    ("values", "finding"),
    [
        ({"title": " "}, ("blocker", "“example.com” has no title.")),
        ({"url": ""}, ("warning", "“Odd” has no address.")),
        (
            {"url": "javascript:alert(1)"},
            (
                "blocker",
                "“Odd” has an address that readers cannot be sent to: javascript:alert(1)",
            ),
        ),
        (
            {"url": "http://127.0.0.1:8000/unsubscribe/abc/"},
            ("blocker", "“Odd” links to a subscriber's own page."),
        ),
        (
            {"blurb": '<p><a href="http://127.0.0.1:8000/preferences/abc/">x</a></p>'},
            ("blocker", "“Odd” links to a subscriber's own page."),
        ),
    ],
)
def test_it_looks_at_every_item(values: dict[str, Any], finding: tuple[str, str]) -> None:
    assert found(sound(**values)) == [finding]


def test_a_picture_is_there_and_is_said_in_words() -> None:
    issue = sound()
    add(ImageBlock, issue, alt=" ")

    codes = {it.code for it in inspect(issue, now=NOW).blockers}
    assert codes >= {"picture", "picture-words"}


OWN = "links to a subscriber's own page."
SECRET = "Zm9vYmFyYmF6cXV4Zm9vYm"


@pytest.mark.parametrize(
    "href",
    [
        f"/unsubscribe/{SECRET}/",
        f"/preferences/{SECRET}/",
        f"/confirm/{SECRET}/",
        f"unsubscribe/{SECRET}/",
        f"../../unsubscribe/{SECRET}/",
        f"//127.0.0.1:8000/unsubscribe/{SECRET}/",
        f"https://127.0.0.1/x/../unsubscribe/{SECRET}/",
        f"/%75nsubscribe/{SECRET}/",
        f"http://127.0.0.1:8000/preferences/{SECRET}/?from=mail",
    ],
)
def test_no_blurb_brings_a_subscribers_token_along(href: str) -> None:
    issue = sound(blurb=f'<p><a href="{href}">x</a></p>')

    assert found(issue) == [("blocker", f"“Odd” {OWN}")]


@pytest.mark.parametrize(
    "values",
    [
        {"url": f"/unsubscribe/{SECRET}/"},
        {"title": f"Gone: /unsubscribe/{SECRET}/"},
        {"blurb": f"<p>127.0.0.1:8000/unsub<b>scribe</b>/{SECRET}/</p>", "in_web": False},
        {"author": f"/confirm/{SECRET}/", "in_email": False, "in_feeds": False},
    ],
)
def test_no_other_words_of_a_block_do_either(values: dict[str, Any]) -> None:
    findings = inspect(sound(**values), now=NOW).findings

    assert [(finding.level, finding.text[-len(OWN) :]) for finding in findings] == [
        (Level.BLOCKER, OWN)
    ]
    assert findings[0].uid == LinkBlock.objects.exclude(title=FINE["title"]).get().uid


def test_nor_does_the_intro_of_a_section_or_the_head_of_the_issue() -> None:
    issue = sound()
    add_section(issue, "Hello", intro=f'<p><a href="/unsubscribe/{SECRET}/">x</a></p>')
    assert found(issue) == [("blocker", f"The section Hello {OWN}")]

    issue = sound(number=8)
    issue.preheader = f"/unsubscribe/{SECRET}/"
    assert found(issue) == [("blocker", f"The issue's title, subject or preheader {OWN}")]


@pytest.mark.parametrize(
    "url", ["https://other.example/unsubscribe/how-to/", "/subscribe/", "https://confirm.example/x"]
)
def test_somebody_elses_page_about_unsubscribing_is_a_story(url: str) -> None:
    assert found(sound(url=url, blurb=f'<p><a href="{url}">x</a></p>')) == []


def test_it_says_which_block_a_finding_is_about() -> None:
    issue = make_issue()
    block = add(LinkBlock, issue, title="Odd")

    assert [it.uid for it in inspect(issue, now=NOW).findings if it.code == "address"] == [
        block.uid
    ]
    assert [it.target for it in inspect(issue).findings if it.uid] == [f"linkblock-{block.pk}"]


def test_a_text_may_do_without_title_and_address_but_not_without_words() -> None:
    issue = make_issue(preheader="Hello.")
    add(TextBlock, issue, blurb="<p>Hello.</p>")
    assert found(issue) == []

    add(TextBlock, issue, blurb="<p> </p>")
    assert found(issue) == [("blocker", "A text is empty.")]


def test_an_issue_without_a_title_is_for_the_editor_to_judge() -> None:
    issue = sound()
    issue.title = ""

    assert codes(issue) == ["no-issue-title"]


def test_what_cannot_be_rendered_is_a_blocker_among_the_others() -> None:
    issue = make_issue(title="a\u2028b")
    block = add(LinkBlock, issue, title="SUBSCRIBER-TOKEN-HERE_", url="javascript:x")
    report = inspect(issue)

    assert report.rendering is None
    assert len(report.blockers) == 2
    assert "title" in report.blockers[0].text
    assert report.blockers[1].uid == block.uid


@pytest.mark.parametrize(
    ("kilobytes", "levels"), [(89, []), (91, [Level.WARNING]), (103, [Level.BLOCKER])]
)
def test_it_weighs_the_mail(
    kilobytes: int, levels: list[Level], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two bytes a character: it is bytes that count.
    issue = sound()
    real = render(issue)
    room = kilobytes * 512 - len(real.email_html) // 2
    heavy = replace(real, email_html=real.email_html + "é" * room)
    monkeypatch.setattr(preflight, "render", lambda issue, contents: heavy)

    findings = inspect(issue, now=NOW).findings
    assert [finding.level for finding in findings] == levels
    assert all(f"{kilobytes} KB" in finding.text for finding in findings)
