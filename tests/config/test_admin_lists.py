"""An empty list says what will stand in it, and how it gets there."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.makers import make_feed

LISTS = [
    "audience.import", "audience.subscriber", "audience.suppression", "curation.feed",
    "curation.rule", "delivery.mailing", "digest.booking", "digest.issue", "digest.sponsor",
    "outbox.receipt",
]  # fmt: skip


def words(name: str) -> str:
    door: Any = next(
        door for model, door in admin.site._registry.items() if model._meta.label_lower == name
    )
    return str(door.nothing_yet)


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_list_says_so(admin_client: Client, name: str) -> None:
    page = admin_client.get(reverse(f"admin:{name.replace('.', '_')}_changelist"))
    assert f'<p class="help">{words(name)}</p>' in page.content.decode()


@pytest.mark.django_db
def test_a_list_with_something_in_it_or_a_search_without_a_find_does_not(
    admin_client: Client,
) -> None:
    where = reverse("admin:curation_feed_changelist")
    searched = admin_client.get(where, {"q": "nowhere"}).content.decode()
    make_feed()
    filled = admin_client.get(where).content.decode()
    assert words("curation.feed") not in searched
    assert words("curation.feed") not in filled
