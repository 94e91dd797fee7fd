"""Three roles, kept in step with one table."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User

from config.roles import ROLES, sync_roles
from publication.access import NotAllowedError, record, require
from publication.models import AppendOnlyError, AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, User]:
    sync_roles(sender=apps.get_app_config("sessions"))
    people = {}
    for name in ROLES:
        people[name] = User.objects.create_user(name.lower(), is_staff=True)
        people[name].groups.add(Group.objects.get(name=name))
    return people


def test_every_permission_of_the_table_exists(people: dict[str, User]) -> None:
    for name, wanted in ROLES.items():
        assert people[name].get_all_permissions() == wanted


def test_only_a_publisher_lets_an_issue_out(people: dict[str, User]) -> None:
    require(people["Publisher"], "digest.publish_issue")
    for name in ("Contributor", "Editor"):
        with pytest.raises(NotAllowedError, match=r"digest\.publish_issue"):
            require(people[name], "digest.publish_issue")


def test_the_machine_may(people: dict[str, User]) -> None:
    require(None, "digest.publish_issue")


def test_the_trail_says_who_after_the_person_left(people: dict[str, User]) -> None:
    record(people["Editor"], "approved", "#7", revision=1)
    people["Editor"].delete()
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.actor_name) == (None, "editor")
    assert entry.detail == {"revision": 1}


def test_the_trail_is_never_rewritten() -> None:
    record(None, "approved", "#7")
    with pytest.raises(AppendOnlyError):
        AuditEntry.objects.update(verb="forgot")
    with pytest.raises(AppendOnlyError):
        AuditEntry.objects.all().delete()
