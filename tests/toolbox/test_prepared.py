"""A statement that is kept changes what the queryset would have changed, row by row."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Field

from curation.models import Link
from tests.makers import NOW, make_link
from toolbox.prepared import OwnSlot, Slot, Update

pytestmark = pytest.mark.django_db


def field(name: str) -> Field[Any, Any]:
    return next(f for f in Link._meta.concrete_fields if f.name == name)


def retitling() -> Update:
    """Titles of their own and one hour for all links of a kind."""
    rows = Link.objects.filter(pk=OwnSlot("pk", field("id")), kind=Slot("kind", field("kind")))
    title, hour = OwnSlot("title", field("title")), Slot("hour", field("published_at"))
    return Update(rows, title=title, published_at=hour, author=F("title"))


def test_each_row_gets_its_own_and_what_is_given_to_all() -> None:
    first, second, untouched = (
        make_link(url=f"https://a.example/{n}", title=f"Was {n}", kind="article") for n in range(3)
    )
    titles = {first.pk: "It's 100 %", second.pk: 'A "∂"\n, {b}'}
    own = [{"pk": pk, "title": title} for pk, title in titles.items()]

    assert retitling().run(own, kind="article", hour=NOW) == 2

    told = {row["pk"]: row for row in Link.objects.values("pk", "title", "author", "published_at")}
    assert {pk: told[pk]["title"] for pk in titles} == titles
    assert told[first.pk]["author"] == "Was 0"
    assert {told[link.pk]["published_at"] for link in (first, second)} == {NOW}
    assert told[untouched.pk]["title"] == "Was 2"


def test_it_counts_only_rows_that_still_are_what_was_asked_for() -> None:
    article = make_link(url="https://a.example/1", kind="article")
    video = make_link(url="https://a.example/2", kind="video")
    own = [{"pk": link.pk, "title": "New"} for link in (article, video)]

    assert retitling().run(own, kind="article", hour=NOW) == 1

    assert Link.objects.get(title="New") == article


def test_nothing_to_do_is_not_asked() -> None:
    update = retitling()
    with connection.execute_wrapper(lambda *args: pytest.fail("It asked.")):
        assert update.run([], kind="article", hour=NOW) == 0
