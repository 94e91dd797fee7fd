"""The masthead refuses what later would stumble, and a wrong row never locks the site."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from publication.access import record
from publication.masthead import current
from publication.models import AuditEntry, Publication
from tests.makers import make_editor

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Europe/Zurrich"),
        ("sender_email", "editors@localhost"),
        ("reply_to", "desk@[127.0.0.1]"),
        ("accent", "red"),
        ("language", "english!"),
    ],
)
def test_it_refuses_what_cannot_work(field: str, value: str) -> None:
    publication = current()
    setattr(publication, field, value)
    with pytest.raises(ValidationError) as refused:
        publication.full_clean()
    assert list(refused.value.message_dict) == [field]


def test_a_wrong_time_zone_leaves_the_page_to_correct_it_open(client: Client) -> None:
    current()
    Publication.objects.update(time_zone="Europe/Zurrich")
    client.force_login(make_editor())
    assert client.get("/admin/publication/publication/1/change/").status_code == 200
    assert client.get("/").status_code == 200


def test_a_long_name_never_stops_the_deed_it_is_recorded_with() -> None:
    record(None, "paused", "a very long name " * 50)
    assert 190 < len(AuditEntry.objects.get().subject) <= 200
