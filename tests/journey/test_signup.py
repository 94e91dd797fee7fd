"""The sign-up box of the archive, made by one room and answered by another."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from audience.forms import SubscribeForm


@pytest.mark.django_db
def test_one_press_on_the_home_page_is_enough(client: Client) -> None:
    page = client.get("/").text
    found = re.search(r'name="shown_at" value="([^"]+)"', page)
    assert found, "the box carries no stamp"
    sent = {"email": "ada@example.com", "shown_at": found[1]}
    later = timezone.now() + timedelta(seconds=10)
    assert SubscribeForm(sent, now=later).is_valid()
