"""Every address under the admin, as the URL resolver knows them, against everybody.

New pages need no line here: whoever holds no permission of a room must not get into it, and who
is not of the staff must get nowhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from audience.addresses import address_key
from audience.models import Subscriber
from config.roles import ROLES
from delivery import mailings
from delivery.models import Mailing
from digest.models import Issue
from tests.delivery.makers import make_rendered
from tests.makers import make_editor, make_feed, make_link, make_section, make_staff

pytestmark = pytest.mark.django_db
# Where somebody without an account has business.
OPEN = {
    "login", "logout", "admin_password_reset", "password_reset_done", "password_reset_confirm",
    "jsi18n", "second_factor_code",
}  # fmt: skip
# What any of the staff may open: their own password, and a front page that shows what they may see.
STAFF = OPEN | {
    "index", "password_change", "password_change_done", "week", "app_list",
    "view_on_site", "autocomplete", "second_factor", "second_factor_begin", "second_factor_on",
}  # fmt: skip
REFUSALS = {302, 403, 404, 405}
SAMPLES = {"uidb64": "MQ", "token": "x", "app_label": "auth", "url": "nothing/", "name": "reject"}


@dataclass(frozen=True)
class Door:
    """One address: its name, where it leads, and the room whose permissions it needs."""

    name: str
    path: str
    room: str


def patterns(
    resolver: URLResolver, prefix: str = "", space: str = ""
) -> Iterator[tuple[URLPattern, str, str]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, route, pattern.namespace or space)
        else:
            yield pattern, route, space


def room_of(name: str, space: str) -> str:
    if space in {"queue", "capture"}:
        return "curation"
    if space == "setup":
        return "auth"
    return name.partition("_")[0]


def filled(route: str, keys: dict[str, str]) -> str:
    """The route with a value for each of its parameters."""
    out = route
    while "<" in out:
        before, _, rest = out.partition("<")
        inside, _, after = rest.partition(">")
        name = inside.rpartition(":")[2]
        value = keys.get(name) or SAMPLES.get(name) or keys["pk"]
        out = f"{before}{value}{after}"
    return "/" + out.removesuffix("$").replace("\\Z", "").replace("(?P", "")


def doors(rows: dict[str, str]) -> list[Door]:
    found = []
    for pattern, route, space in patterns(get_resolver()):
        name = pattern.name or ""
        # Nameless: Django's old addresses of change pages, which only lead on, and its 404.
        if not route.startswith("admin/") or not name:
            continue
        model = "_".join(name.split("_")[:2])
        path = filled(route, {"pk": rows.get(model, "1"), "object_id": rows.get(model, "1")})
        found.append(Door(name, path, room_of(name, space)))
    return found


@pytest.fixture
def rows() -> dict[str, str]:
    """A row of each kind, so that nobody is stopped by a 404 before the permission is asked."""
    link, feed, section = make_link(), make_feed(), make_section()
    rendered = make_rendered(mail_at=timezone.now())
    mailing = mailings.start(rendered.issue_id)
    assert mailing is not None
    reader = Subscriber.objects.create(
        email="ada@example.com", address_key=address_key("ada@example.com")
    )
    boss = make_editor("boss")
    return {
        "curation_link": str(link.pk),
        "curation_feed": str(feed.pk),
        "publication_section": str(section.pk),
        "digest_issue": str(rendered.issue_id),
        "delivery_mailing": str(mailing.pk),
        "audience_subscriber": str(reader.pk),
        "auth_user": str(boss.pk),
        "link": str(link.pk),
        "kept": str(link.pk),
    }


def knock(client: Client, door: Door) -> Iterator[Any]:
    yield client.get(door.path)
    yield client.post(door.path)


def untouched() -> tuple[object, ...]:
    return (
        list(Issue.objects.values_list("pk", "state")),
        list(Mailing.objects.values_list("pk", "state")),
        list(Subscriber.objects.values_list("pk", "state")),
        list(User.objects.order_by("pk").values_list("username", "is_superuser")),
    )


def test_the_resolver_is_read_whole(rows: dict[str, str]) -> None:
    names = {door.name for door in doors(rows)}
    for known in ("digest_issue_publish", "queue", "delivery_mailing_change", "auth_user_add"):
        assert known in names


@pytest.mark.parametrize("who", ["nobody", "a reader with an account"])
def test_who_is_not_of_the_staff_gets_nowhere(
    client: Client, rows: dict[str, str], who: str
) -> None:
    if who != "nobody":
        client.force_login(User.objects.create_user("reader"))
    before = untouched()
    for door in doors(rows):
        if door.name in OPEN:
            continue
        for answer in knock(client, door):
            assert answer.status_code == 302, (door, answer.status_code)
            assert "/login/" in answer["Location"], door
    assert untouched() == before


def test_staff_without_a_permission_sees_nothing(client: Client, rows: dict[str, str]) -> None:
    client.force_login(make_staff("temp"))
    before = untouched()
    for door in doors(rows):
        if door.name in STAFF:
            continue
        for answer in knock(client, door):
            assert answer.status_code in REFUSALS, (door, answer.status_code)
            if answer.status_code == 302:
                # A verb refuses and its door leads back, where there is nothing to see either;
                # what is not there leads to the front page.
                back = client.get(answer["Location"])
                assert back.status_code == 403 or answer["Location"] == "/admin/", door
    assert untouched() == before


@pytest.mark.parametrize("role", ROLES)
def test_nobody_gets_into_a_room_without_a_key(
    client: Client, rows: dict[str, str], role: str
) -> None:
    keys = {permission.partition(".")[0] for permission in ROLES[role]}
    client.force_login(make_staff("ada", *ROLES[role]))
    for door in doors(rows):
        if door.name in STAFF or door.room in keys:
            continue
        for answer in knock(client, door):
            assert answer.status_code in REFUSALS, (door, answer.status_code)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("deed", "permission"),
    [
        ("digest_issue_approve", "digest.approve_issue"),
        ("digest_issue_publish", "digest.publish_issue"),
        ("digest_issue_delete", "digest.delete_issue"),
        ("publication_publication_change", "publication.change_publication"),
        ("audience_subscriber_changelist", "audience.view_subscriber"),
        ("delivery_delivery_changelist", "delivery.view_delivery"),
        ("outbox_receipt_changelist", "outbox.view_receipt"),
        ("publication_auditentry_changelist", "publication.view_auditentry"),
        ("curation_feed_add", "curation.add_feed"),
        ("digest_booking_calendar", "digest.view_booking"),
    ],
)
def test_a_deed_needs_its_permission(
    client: Client, rows: dict[str, str], role: str, deed: str, permission: str
) -> None:
    client.force_login(make_staff("ada", *ROLES[role]))
    [door] = [door for door in doors(rows) if door.name == deed]
    statuses = [answer.status_code for answer in knock(client, door)]
    if permission in ROLES[role]:
        assert any(status != 403 for status in statuses), (door, statuses)
    else:
        assert 200 not in statuses, (door, statuses)
