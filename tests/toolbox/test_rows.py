"""Rows that are inserted by hand are the rows that Django would have inserted."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.forms import model_to_dict

from curation.models import Entry, Link, LinkAddress
from tests.makers import NOW, make_feed, make_link, make_section
from toolbox import rows

pytestmark = pytest.mark.django_db


def test_it_inserts_what_django_would() -> None:
    values = {"url": "https://a.example/%s", "title": "It's 100 %", "published_at": NOW}
    section = make_section()
    by_django = Link.objects.create(**values, section=section)
    [key] = rows.insert(Link, [{**values, "section": section}])

    ours = Link.objects.get(pk=key)
    # Of its own row, or of the moment in which it was made.
    own = ["id", "changed_at", "next_score_at"]
    assert model_to_dict(ours, exclude=own) == model_to_dict(by_django, exclude=own)
    assert (ours.published_at, ours.merged_into) == (NOW, None)
    assert ours.seen_at >= by_django.seen_at
    assert ours.state_since


def test_it_answers_the_keys_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "AT_ONCE", 3)
    titles = [f"Entry {n}" for n in range(8)]
    feed = make_feed()
    keys = rows.insert(
        Entry,
        [
            {"feed_id": feed.pk, "identity": uuid4(), "title": title, "tags": ["a", {"b": 1}],
             "published_at": NOW}
            for title in titles
        ],
    )  # fmt: skip

    stored = Entry.objects.in_bulk(keys)
    assert [stored[key].title for key in keys] == titles
    assert {str(entry.tags) for entry in stored.values()} == {"['a', {'b': 1}]"}


def test_it_leaves_out_what_collides_when_told_to() -> None:
    link, known, fresh = make_link(), uuid4(), uuid4()
    [kept] = rows.insert(LinkAddress, [{"identity": known, "url": "a", "link": link}])
    again = [{"identity": at, "url": "b", "link": link} for at in (known, fresh)]

    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(LinkAddress, again)
    [key] = rows.insert(LinkAddress, again, ignore_conflicts=True)
    assert LinkAddress.objects.get(pk=key).identity == fresh
    assert LinkAddress.objects.get(pk=kept).url == "a"


def test_it_does_nothing_with_nothing() -> None:
    assert rows.insert(Link, []) == []
