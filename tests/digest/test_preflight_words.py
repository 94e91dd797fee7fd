"""What the pre-flight sees in the words of an issue, and what it leaves alone."""

from dataclasses import replace
from typing import Any

import pytest

from digest import preflight
from digest.models import LinkBlock, MediaBlock, ProjectBlock, TextBlock
from digest.rendering import render
from publication.models import Publication, SectionKind
from tests.digest.checking import FINE, codes, look, said, sound, with_block
from tests.digest.issues import add, add_section, make_issue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("masthead_filled_in")]


def p(words: str) -> str:
    return f"<p>{words}</p>"


@pytest.mark.parametrize(
    ("code", "blurb"),
    [
        ("blurb-cut", "Long Beach is the host of the conference this year, and every W..."),
        ("blurb-cut", "The maintainers explain what the new release asks of you and what it…"),
        ("blurb-cut", "A walk through the new release, its small print and the"),
        ("blurb-cut", "A walk through the new release, its small print,"),
        (
            "scraped",
            "An offline handbook. Contribute to ann/book development by creating an account.",
        ),
        ("scraped", "A library for trees - ann/trees"),
        ("scraped", "A good read. The post A good read appeared first on Some Blog."),
        ("scraped", "What we learned in a year of reviews. Continue reading →"),
        ("to-be-written", "TK: say why this is worth it."),
        ("to-be-written", "Worth reading because TODO"),
        ("to-be-written", "Lorem ipsum dolor sit amet."),
        ("to-be-written", "[insert quote here] says the author."),
        ("to-be-written", "Hello {{ first_name }}, look at this."),
        ("misread-letters", "By Ann MlÃ¡dek, who knows."),
        ("misread-letters", "By Ann MlΓ΅dek, who knows."),
        ("misread-letters", "Itâ€™s out."),
        ("markup", "See [the notes](https://example.com/notes) for more."),
        ("markup", "Fish &amp;amp; chips are on."),
        ("doubled-word", "This is the the best of them."),
        ("capitals", "READ THIS BEFORE YOU UPGRADE TODAY, please."),
        ("unpaired", "The notes (all of them are worth it."),
        ("unpaired", "The author says “never again and means it."),
        ("unpaired", 'The author says "never again and means it.'),
        ("lost-list", "In this release:"),
    ],
)
def test_it_finds_a_slip_in_a_blurb(code: str, blurb: str) -> None:
    assert codes(sound(blurb=p(blurb))) == [code]


@pytest.mark.parametrize(
    "blurb",
    [
        "Short, and then…",
        "A bug in ordered querysets is fixed, thanks to a close look at first()",
        "They packed tea, bread, a tent and a good deal of patience, and so on...",
        "A todo app in ninety lines, and a TODO list that writes itself.",
        "Why TODO comments are debt, and how a TODO app taught the author so.",
        "How Tk and its Python bindings came to be.",
        "It had had its day; that that was clear is no news.",
        "Django 6.0 (and 5.2 LTS) get a fix; see CVE-2026-1234.",
        "A smile :) and a wink ;) and a list: a) one, b) two.",
        'A 15" screen and a 27" one, compared.',
        "Use <code>{% partial %}</code> and <code>{{ name }}</code> in a template.",
        "The API of the HTTP client and its JSON.",
        "LAST CALL: vote now.",
        "Ünïcödé names: Mládek, Gößner, Ærø and “quotes” that are meant.",
        "Η Γ’ τάξη και τα Ελληνικά.",
        "Why the “the” is the hardest word.",
        "Contribute to the documentation: a guide for newcomers.",
    ],
)
def test_it_leaves_good_words_alone(blurb: str) -> None:
    assert codes(sound(blurb=p(blurb))) == []


@pytest.mark.parametrize(
    ("code", "title", "url"),
    [
        ("scraped", "[2401.06889] Invisible labour in open source", "https://example.org/x"),
        ("site-in-title", "Harbourlog: async, a year later", "https://harbourlog.example/x"),
        ("site-in-title", "Async, a year later | Harbour Log", "https://www.harbourlog.com/x"),
        (
            "title-cut",
            "What the maintainers of the framework learned in a year of releases, and what...",
            "https://example.org/x",
        ),
        ("capitals", "EVERYTHING THAT IS NEW IN THIS RELEASE", "https://example.org/x"),
    ],
)
def test_it_finds_a_slip_in_a_title(code: str, title: str, url: str) -> None:
    assert codes(sound(title=title, url=url)) == [code]


@pytest.mark.parametrize(
    ("title", "url"),
    [
        ("My favourite packages - Ann Mládek", "https://harbourlog.example/x"),
        ("uv: fast", "https://astral.example/uv"),
        ("</> htmx ~ The fetch()ening", "https://htmx.example/x"),
        ("And then…", "https://example.org/x"),
        ("REST or RPC?", "https://example.org/x"),
    ],
)
def test_it_leaves_good_titles_alone(title: str, url: str) -> None:
    assert codes(sound(title=title, url=url)) == []


def test_the_name_of_a_show_belongs_into_its_title() -> None:
    url = "https://harbourchat.example/187"
    assert codes(with_block(MediaBlock, title="Harbour Chat: Ann", url=url, blurb=p("Ann."))) == []


def test_a_blurb_that_says_the_title_again_is_none() -> None:
    title = "Queries on any data, as a queryset"
    assert codes(sound(title=title, blurb=p(f"{title}."))) == ["blurb-repeats"]

    project: dict[str, Any] = {
        "title": f"ann/anyquery: {title}",
        "blurb": p(title),
        "url": "https://example.org/a",
    }
    assert codes(with_block(ProjectBlock, **project)) == ["blurb-repeats"]


def test_a_bare_title_stands_out_where_the_others_say_something() -> None:
    assert codes(sound(blurb="")) == []

    issue = sound()
    for n in range(4):
        blurb = p(f"Something of its own, number {n}.") if n else ""
        words = ("Ferries", "Lighthouses", "Harbours", "Tides")[n]
        add(LinkBlock, issue, title=words, blurb=blurb, url=f"https://example.org/{n}")
    look(issue)
    assert said(issue, "blurb") == ["“Ferries” says nothing about itself: write a blurb."]
    assert codes(issue) == ["blurb"]


def test_a_section_of_bare_titles_is_meant() -> None:
    issue = sound()
    for n, title in enumerate(("Ferries", "Lighthouses", "Harbours", "Tides", "Winds", "Sails")):
        blurb = p(f"Something of its own, number {n}.")
        add(LinkBlock, issue, title=title, blurb=blurb, url=f"https://example.org/{n}")
    shelf = add_section(issue, "In short")
    add(LinkBlock, shelf, title="Nets", url="https://example.org/nets")
    add(LinkBlock, shelf, title="Ropes", url="https://example.org/ropes")
    look(issue)

    assert codes(issue) == []


def test_a_list_that_is_there_is_not_lost() -> None:
    kept = f"{p('In this release:')}<ul><li>One</li></ul>{p('In the next:')}{p('Two.')}"
    assert codes(with_block(TextBlock, blurb=kept)) == []

    lost = p("News for this week:") + p("In 6.0:") + p("In 6.1:") + p("Nothing else.")
    told = said(with_block(TextBlock, blurb=lost), "lost-list")
    assert [words.split("says ")[1] for words in told] == [
        "“News for this week:”, and no list follows.",
        "“In 6.0:”, and no list follows.",
        # Nothing else is no list, and its neighbour has lost its own.
        "“In 6.1:”, and no list follows.",
    ]
    half = p("In 6.0:") + p("In 6.1:") + "<ul><li>One</li></ul>"
    assert len(said(with_block(TextBlock, blurb=half), "lost-list")) == 1


def test_an_intro_that_announces_items_needs_some() -> None:
    issue = sound()
    section = add_section(issue, "Talks", SectionKind.MEDIA, intro=p("This week's talks:"))
    assert codes(issue) == ["lost-items"]

    add(MediaBlock, section, title="A talk", blurb=p("Ann."), url="https://example.org/talk")
    look(issue)
    assert codes(issue) == []


@pytest.mark.parametrize(
    ("blurb", "wrong"),
    [
        ("12 pull requests by 3 newcomers! Congratulations to Ann, Ben and Cy for it.", False),
        ("12 pull requests by 4 newcomers! Congratulations to Ann, Ben and Cy for it.", True),
        ("By four newcomers! Welcome to Ann and Ben!", True),
        ("By 4 newcomers! Congratulations to Ann, Ben and two more!", False),
        ("Released 3 years ago. Thanks to Ann and Ben for it.", False),
        ("In 5.2 of the sponsors. Thanks to Ann and Ben for it.", False),
    ],
)
def test_it_counts_the_people_who_are_named(blurb: str, wrong: bool) -> None:
    assert codes(sound(blurb=p(blurb))) == (["miscounted-people"] if wrong else [])


def test_it_counts_what_the_head_promises() -> None:
    issue = sound()
    videos = {"kind": SectionKind.MEDIA, "intro": p("Two videos from the sea.")}
    section = add_section(issue, "Videos", **videos)
    for n, title in enumerate(("Tides", "Winds")):
        blurb = p(f"By {title}.")
        add(MediaBlock, section, title=title, blurb=blurb, url=f"https://example.org/{n}")
    look(issue)
    assert codes(issue) == []

    issue.preheader = "A story, and three videos."
    assert said(issue, "miscounted-items") == ["The preheader says “three videos”; there are 2."]
    issue.preheader = "No promises but two new projects, and 3 jobs at sea."
    assert codes(issue) == []


def test_a_long_subject_and_a_missing_preheader_are_worth_a_note() -> None:
    issue = sound()
    issue.subject, issue.preheader = "x" * 71, ""
    assert codes(issue) == ["subject-long", "preheader"]

    issue.subject = issue.preheader = "The same"
    assert codes(issue) == ["preheader-repeats"]


def test_a_draft_of_yesterday_is_late() -> None:
    issue = make_issue(date="2026-11-19", preheader="x")
    issue.refresh_from_db()
    add(LinkBlock, issue, **FINE)
    look(issue)

    assert codes(issue) == ["date-passed"]


def test_every_image_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    issue = sound()
    real = render(issue)

    def show(image: str) -> list[str]:
        drawn = replace(real, email_html=real.email_html + image)
        monkeypatch.setattr(preflight, "render", lambda issue, contents: drawn)
        return codes(issue)

    assert show('<img src="x.png">') == ["alt"]
    assert show('<img src="x.png" alt="IMG_2031.jpeg">') == ["alt"]
    assert show('<img src="x.png" alt="A lighthouse at dusk"><img alt="">') == []


def test_no_mail_goes_without_its_address_and_its_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    issue = sound()
    real = render(issue)
    address = Publication.objects.get().postal_address
    for field in ("email_html", "email_text"):
        words: dict[str, Any] = {field: getattr(real, field).replace(address, "")}
        bare = replace(real, **words)
        monkeypatch.setattr(preflight, "render", lambda issue, contents, bare=bare: bare)
        assert codes(issue) == ["footer"]
    bare = replace(real, email_text=f"Nothing. {address}")
    monkeypatch.setattr(preflight, "render", lambda issue, contents: bare)
    assert said(issue, "footer") == [
        "The link to unsubscribe is missing from the text part of the mail."
    ]


def test_a_notice_of_our_own_keeps_its_year() -> None:
    assert codes(with_block(TextBlock, blurb=p("© 2024 The Weekly Migration"))) == ["copyright"]
    assert codes(sound(8, blurb=p("A song, © 2005 by Ann."))) == []
