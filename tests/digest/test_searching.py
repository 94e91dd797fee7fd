"""Search over what ran: the same answers on both databases, in step whoever writes a row."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from digest import listing
from digest.models import LinkBlock, PublishedItem
from digest.searching import INDEX, Search, excerpt, marked
from tests.digest.issues import add, add_section, make_issue, publish
from tests.makers import make_section
from toolbox.fulltext import words

pytestmark = pytest.mark.django_db


def make_run(number: int, title: str, text: str = "", *, shelf: str = "Articles") -> None:
    """A published issue of 2020 + number with one link."""
    issue = make_issue(number, date=f"{2020 + number}-05-01")
    section = add_section(issue, shelf, section=make_section(shelf, slug=shelf.lower()))
    add(LinkBlock, section, title=title, url="https://www.example.com/1", blurb=f"<p>{text}</p>")
    publish(issue)


def search(client: Client, **query: str) -> str:
    response = client.get("/search/", query)
    assert response.status_code == 200
    return response.content.decode()


def found(client: Client, **query: str) -> list[str]:
    heads = re.findall(r"<h3[^>]*><a[^>]*>(.*?)</a></h3>", search(client, **query))
    return [re.sub("</?mark>", "", head) for head in heads]


@pytest.mark.parametrize(
    "q", ["typing", "TYP", "cafe", "CAFÉ typing", "mypy friends", "example.com", "5.2", "“typing”"]
)
def test_it_finds_words_wherever_they_stand_and_however_they_are_written(
    client: Client, q: str
) -> None:
    make_run(1, "Typing at the Café", "mypy 5.2 and friends.")
    make_run(2, "Other")
    PublishedItem.objects.filter(title="Other").update(domain="elsewhere.org")

    assert found(client, q=q) == ["Typing at the Café"]


@pytest.mark.parametrize("q", ["", "yping", "typing other", "%", "***", "' OR 1", '"', "(", "&|!"])
def test_it_finds_nothing_for_what_is_not_there_and_says_so(client: Client, q: str) -> None:
    make_run(1, "Typing")
    make_run(2, "Other")

    assert found(client, q=q) == []
    assert ("Nothing that ran says" in search(client, q=q)) is bool(q)


@pytest.mark.parametrize(
    "q", ["typing OR", "typing AND NOT", "typing*", "NEAR(typing", "title:typing"]
)
def test_the_language_of_the_engines_is_not_spoken(client: Client, q: str) -> None:
    make_run(1, "Typing or and not near title")

    assert found(client, q=q) == ["Typing or and not near title"]


def test_the_newest_issue_comes_first_and_filters_narrow(client: Client) -> None:
    make_run(1, "Typing in articles")
    make_run(3, "Typing in projects", shelf="Projects")
    make_run(2, "Typing once more")

    every = ["Typing in projects", "Typing once more", "Typing in articles"]
    assert found(client, q="typing") == every
    assert found(client, q="typing", section="articles") == every[1:]
    assert found(client, q="typing", year="2021") == every[2:]
    for nonsense in ("x", "0000", "²²²²", "99999"):
        assert found(client, q="typing", year=nonsense) == every


def test_a_common_word_is_found_however_long_ago_it_ran(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("toolbox.fulltext.MOST", 1)
    monkeypatch.setattr(listing, "PAGE", 2)
    for number in (4, 1, 2, 3):
        make_run(number, f"Typing {number}")

    assert found(client, q="typing") == ["Typing 4", "Typing 3"]
    assert found(client, q="typing", year="2021") == ["Typing 1"]


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL plans by what it counted")
def test_a_common_word_is_looked_for_until_the_page_is_full() -> None:
    plan = Search("typing").items()[: listing.PAGE].explain()

    assert "USING INDEX item_by_time" in plan
    assert "ORDER BY" not in plan


def test_the_words_are_marked_and_the_text_begins_near_them(client: Client) -> None:
    make_run(1, "Typing & <b>", "word " * 80 + "then typed and typing ends " + "tail " * 80)

    page = search(client, q="typing")

    assert "<mark>Typing</mark> &amp; &lt;b&gt;" in page
    assert "then typed and <mark>typing</mark> ends" in page
    assert re.search(r'<p class="blurb"[^>]*>…word', page)


def test_markup_in_a_question_is_shown_as_words(client: Client) -> None:
    page = search(client, q='"><script>alert(1)</script>')

    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_marked_text_keeps_every_character() -> None:
    text = "Ünïcode, a<b & “quotes” — don't"
    assert re.sub("</?mark>", "", marked(text, words("unicode quotes"))) == (
        "Ünïcode, a&lt;b &amp; “quotes” — don&#x27;t"
    )
    assert excerpt("Short text.", ["text"]) == "Short text."


def test_long_answers_go_on_with_the_same_question(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 1)
    for number in (1, 2):
        make_run(number, f"Typing {number}")

    onward = re.search(
        r'href="(\?[^"]*after=[^"]+)"', search(client, q="typing", section="articles")
    )

    assert onward
    address = onward[1].replace("&amp;", "&")
    assert "Typing</mark> 1" in client.get(f"/search/{address}").content.decode()


def test_it_asks_as_many_questions_for_ten_issues_as_for_one(client: Client) -> None:
    counts = []
    for numbers in (range(1, 2), range(2, 12)):
        for number in numbers:
            make_run(number, "Typing")
        with CaptureQueriesContext(connection) as queries:
            search(client, q="typing")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 8


def test_a_row_that_is_changed_or_deleted_is_found_as_it_is() -> None:
    make_run(1, "Alpha")

    def has(text: str) -> bool:
        return INDEX.matching(PublishedItem.objects.all(), text).exists()

    PublishedItem.objects.update(title="Beta")
    assert (has("alpha"), has("beta")) == (False, True)
    PublishedItem.objects.all().delete()
    assert not has("beta")


@pytest.mark.django_db(transaction=True)
def test_an_index_that_went_with_its_table_is_brought_back() -> None:
    """As after a migration that rebuilds the table, on SQLite, or a restored dump without it."""
    make_run(1, "Before")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in ("added", "gone", "changed"):
                cursor.execute(f"DROP TRIGGER digest_publisheditem_words_{name}")
        else:
            cursor.execute("DROP TRIGGER digest_publisheditem_words ON digest_publisheditem")
    PublishedItem.objects.update(title="Meanwhile")

    INDEX.install()

    assert INDEX.matching(PublishedItem.objects.all(), "meanwhile").exists()
    PublishedItem.objects.update(title="After")
    assert INDEX.matching(PublishedItem.objects.all(), "after").exists()
