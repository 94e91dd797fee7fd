"""Links whose titles say that they may be one story: proposed with a reason, and not too often."""

from datetime import timedelta
from typing import Any

import pytest

from curation.identity import address_identity
from curation.likeness import COMPARED, alike, alike_each, alike_to
from curation.merging import merge, unmerge
from curation.models import Link, LinkAddress
from curation.titles import likeness
from tests.makers import NOW, make_link

DAY = timedelta(days=1)
BLURB = "Every query that a view sends can be counted, and here is how we keep ours below twenty."


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("Testing Django with pytest", "Testing Django with Pytest!", "Same title"),
        ("Testing Django with pytest", "Testing Django with pytest | Blog",
         "Same title but for “| Blog”"),
        ("Testing Django with pytest – Ann", "Testing Django with pytest | Planet of Blogs",
         "Same title but for “– Ann” and “| Planet of Blogs”"),
        ("Django 5.2 gets composite keys", "Django 5.2 gets composite key",
         "Titles alike (98 %)"),
        ("Türen öffnen mit Django Ninja", "Turen offnen mit Django Ninja", "Same title"),
    ],
)  # fmt: skip
def test_it_says_why_titles_are_alike(one: str, other: str, reason: str) -> None:
    assert likeness(one, other) == reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Weekly update", "Weekly update"),
        ("Release notes", "Release notes"),
        ("What's new this week", "What’s new this week"),
        ("Django News", "Django News"),
        ("Django 5.1 security release issued today", "Django 5.2 security release issued today"),
        ("Learning Django forms, part 1", "Learning Django forms, part 2"),
        ("Learning Django forms – Part 1", "Learning Django forms – Part 2"),
        ("Learning Django forms", "Learning Django forms – Part 2"),
        ("Why you should use class-based views", "Why you should not use class-based views"),
        ("Using Redis with Django", "Using Celery with Django"),
        ("", ""),
    ],
)
def test_it_keeps_apart_what_only_sounds_alike(one: str, other: str) -> None:
    assert likeness(one, other) == ""


@pytest.mark.django_db
class TestLinks:
    def test_it_proposes_the_same_story_from_another_address(self) -> None:
        link = make_link(title="Counting the queries of a view")
        twin = make_link(title="Counting the queries of a view | Ann’s blog")
        make_link(title="Something quite different to read")

        assert alike(link) == [(twin, "Same title but for “| Ann’s blog”")]
        assert alike(twin) == [(link, "Same title but for “| Ann’s blog”")]

    def test_the_nearest_comes_first(self) -> None:
        link = make_link(title="Counting the queries of a view")
        near = make_link(title="Counting the queries of one view")
        same = make_link(title="Counting the Queries of a View")
        assert [found for found, _ in alike(link)] == [same, near]

    def test_it_looks_on_every_shelf_but_not_at_what_is_merged(self) -> None:
        title = "Counting the queries of a view"
        link = make_link(title=title)
        rejected = make_link(title=title, state=Link.State.REJECTED)
        assert [found for found, _ in alike(link)] == [rejected]
        merge(rejected, make_link(title="Else"), by=None, now=NOW)
        assert alike(link) == []

    def test_it_finds_the_shortlisted_however_old(self) -> None:
        title = "Counting the queries of a view"
        link, old = make_link(title=title), NOW - 300 * DAY
        make_link(title=title, published_at=old)
        chosen = make_link(title=title, published_at=old, state=Link.State.SHORTLISTED)
        assert [found for found, _ in alike(link)] == [chosen]

    def test_a_title_that_many_bear_is_a_column(self) -> None:
        links = [make_link(title="Django for the busy developer") for _ in range(4)]
        assert alike(links[0]) == []
        links[3].delete()
        assert len(alike(links[0])) == 2

    def test_the_same_blurb_makes_kin_of_titles_one_story(self) -> None:
        link = make_link(title="Counting the queries of a view", blurb=BLURB)
        other = make_link(title="Counting queries: a view, explained", blurb=BLURB)
        make_link(title="Counting the cost of every view", blurb="Short.")
        [(found, reason)] = alike(link)
        assert found == other
        assert reason.startswith("Same blurb, titles akin (")

    def test_it_asks_before_something_becomes_a_link(self) -> None:
        title = "Counting the queries of a view"
        link = make_link(title=title)
        assert alike_to(title=title, url="https://new.example/", now=NOW) == [(link, "Same title")]
        LinkAddress.objects.create(
            link=link, identity=address_identity("https://new.example/"), url="x"
        )
        assert alike_to(title=title, url="https://new.example/", now=NOW) == []

    def test_it_does_not_propose_again_what_was_taken_apart(self) -> None:
        title = "Counting the queries of a view"
        one, two = make_link(title=title), make_link(title=title)
        merge(one, two, by=None, now=NOW)
        unmerge(one, by=None, now=NOW)
        assert alike(one) == alike(two) == []

    def test_it_asks_as_few_questions_for_fifty_as_for_one(
        self, django_assert_num_queries: Any
    ) -> None:
        links = [make_link(title=f"A telling title number {n} of many") for n in range(50)]
        with django_assert_num_queries(8):
            alike_each(links[:1])
        with django_assert_num_queries(8):
            assert set(alike_each(links)) == {link.pk for link in links}

    def test_it_compares_with_a_bounded_number(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert COMPARED == 1000
        monkeypatch.setattr("curation.likeness.COMPARED", 3)
        title = "Counting the queries of a view"
        make_link(title=title, published_at=NOW - 9 * DAY)
        for n in range(3):
            make_link(title=f"Other words {n}", published_at=NOW - n * DAY)
        assert alike(make_link(title=title, published_at=NOW - 5 * DAY)) == []
