"""Blurbs, dates and names as a person would write them."""

from datetime import UTC, datetime

import pytest

from curation.cleaning import BLURB_LENGTH, as_html, blurb, entry, language_code, moment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("One. Two! Three? Four.", "One. Two! Three?"),
        ("“Quoted.” Then more.", "“Quoted.” Then more."),
        ("一つ。二つ。三つ。四つ。", "一つ。 二つ。 三つ。"),
        ("一つ。 二つ！ 三つ", "一つ。 二つ！ 三つ"),
        ("Text. Continue reading The Title", "Text."),
        ("Half a sen […]", "Half a sen"),
        ("Comments", ""),
    ],
)
def test_it_takes_the_first_three_sentences(text: str, expected: str) -> None:
    assert blurb(text) == expected


def test_it_never_takes_more_than_fits() -> None:
    long = "word " * 200
    short = "A fair sentence of some length, which is this one here. " * 9

    assert len(blurb(long)) <= BLURB_LENGTH
    assert blurb(long).endswith("word…")
    assert blurb(short).count(".") == 3
    assert len(blurb(short * 3)) <= BLURB_LENGTH


def test_it_does_not_say_the_title_twice() -> None:
    assert entry(base="https://a.example/", title="The news", summary="The news").blurb == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-16T22:00:00-05:00", datetime(2026, 11, 17, 3, 0, tzinfo=UTC)),
        ("2026-11-16", datetime(2026, 11, 16, tzinfo=UTC)),
        ("Mon, 16 Nov 2026 10:00:00 +0100", datetime(2026, 11, 16, 9, 0, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_it_reads_dates(text: str, expected: datetime | None) -> None:
    assert moment(text) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [("en", "en"), ("pt_BR", "pt-BR"), (" de ", "de"), ("", ""), ("English (US)", ""), ("x", "")],
)
def test_it_takes_languages_only(code: str, expected: str) -> None:
    assert language_code(code) == expected


def test_it_shows_plain_text_as_it_is() -> None:
    assert as_html("1 < 2\nand 3") == "1 &lt; 2<br>and 3"
    assert as_html("<p>HTML by mistake</p>") == "<p>HTML by mistake</p>"


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("ines@quiet.example (Ines Okafor)", "Ines Okafor"),
        ("Ines Okafor <ines@quiet.example>", "Ines Okafor"),
        ("ines@quiet.example", ""),
        ("<b>Ines</b> &amp; Jo", "Ines & Jo"),
    ],
)
def test_it_keeps_names_and_no_mail_addresses(author: str, name: str) -> None:
    assert entry(base="https://a.example/", author=author).author == name


def test_it_needs_only_the_beginning_of_a_text_for_its_blurb() -> None:
    story = "One sentence of some length is here. " * 8
    tail = "The post Title appeared first on Blog. "

    assert blurb(story + "x" * 5000) == blurb(story + "x" * 9000)
    assert blurb(f"Short. {tail}" + story * 20) == "Short."
    assert blurb("y" * 2000 + " Continue reading") == blurb("y" * 2000)
