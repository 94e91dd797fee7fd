"""A fresh install belongs to whoever reads what its machine prints; the browser sets it up."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group, User
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.models import SetupToken
from config.roles import ROLES
from config.setup import claiming, people, steps
from config.setup.suggestions import topics
from curation.models import Feed
from publication.access import NotAllowedError
from publication.masthead import current
from publication.models import AuditEntry, Section
from tests.makers import make_editor, make_staff
from toolbox import mailbox

pytestmark = pytest.mark.django_db
PASSWORD = "nine-lives-of-a-desk"
OWNER = {
    "username": "olga",
    "email": "olga@example.org",
    "password1": PASSWORD,
    "password2": PASSWORD,
}


@pytest.fixture
def client(client: Client, settings: LazySettings) -> Client:
    settings.MAILERS = {"default": {"BACKEND": "toolbox.mailbox.EmailBackend"}}
    return client


@pytest.fixture
def owner(client: Client) -> User:
    person = make_editor("olga")
    client.force_login(person)
    return person


def printed() -> str:
    """What `setup` prints."""
    said = StringIO()
    call_command("setup", stdout=said)
    return said.getvalue()


def way_in() -> str:
    found = re.search(r"https?://[^/]+(/setup/\S+)", printed())
    assert found
    return found[1]


def test_the_printed_address_makes_the_owner_and_logs_in(client: Client) -> None:
    address = way_in()
    assert client.get(address).status_code == 200
    response = client.post(address, OWNER, follow=True)
    assert response.redirect_chain[-1][0] == "/admin/setup/publication/"
    person = User.objects.get()
    assert (person.username, person.is_superuser) == ("olga", True)
    assert response.wsgi_request.user == person
    assert AuditEntry.objects.filter(verb="claimed", actor=person).exists()


def test_on_a_laptop_it_is_said_what_serves_the_address(settings: LazySettings) -> None:
    settings.LAPTOP = True
    assert "manage.py runserver" in printed()


def test_the_suggested_colour_can_be_kept(client: Client, owner: User) -> None:
    client.post("/admin/setup/branding/", {"accent": current().accent})
    assert steps.BY_SLUG["branding"].is_done()


def test_the_address_works_once_and_for_one_person(client: Client) -> None:
    address = way_in()
    client.post(address, OWNER)
    stranger = Client()
    answer = stranger.post(address, OWNER | {"username": "mallory"})
    assert answer.url == "/admin/setup/"  # type: ignore[attr-defined]
    assert User.objects.count() == 1
    # Even with the owner gone the token is spent.
    User.objects.all().delete()
    assert stranger.post(address, OWNER | {"username": "mallory"}).status_code == 404
    assert not User.objects.exists()


@pytest.mark.parametrize("token", ["x", "a" * 43, "%20", "admin"])
def test_a_guess_opens_nothing(client: Client, token: str) -> None:
    way_in()
    assert client.get(f"/setup/{token}/").status_code == 404
    assert client.post(f"/setup/{token}/", OWNER).status_code == 404
    assert not User.objects.exists()


def test_without_an_offer_nothing_opens(client: Client) -> None:
    assert client.get("/setup/anything/").status_code == 404


def test_a_token_is_good_for_a_day() -> None:
    now = timezone.now()
    token = claiming.offer(now)
    assert claiming.is_open(token, now + timedelta(hours=23))
    assert not claiming.is_open(token, now + timedelta(hours=25))
    with pytest.raises(claiming.ClaimError):
        claiming.claim(
            token, username="o", email="o@example.org", password="x", now=now + timedelta(hours=25)
        )


def test_a_new_token_replaces_the_one_before() -> None:
    now = timezone.now()
    first, second = claiming.offer(now), claiming.offer(now)
    assert not claiming.is_open(first, now)
    assert claiming.is_open(second, now)


def test_the_token_is_stored_hashed() -> None:
    token = claiming.offer(timezone.now())
    assert token not in str(list(SetupToken.objects.values()))


def test_an_owned_install_prints_no_way_in(owner: User) -> None:
    assert "http" not in printed()
    with pytest.raises(claiming.ClaimError):
        claiming.offer(timezone.now())


def test_a_weak_password_is_refused_and_the_token_stays(client: Client) -> None:
    address = way_in()
    response = client.post(address, OWNER | {"password1": "12345", "password2": "12345"})
    assert "too short" in response.content.decode()
    assert client.post(address, OWNER).status_code == 302


def test_the_login_of_a_fresh_install_says_what_to_do(client: Client) -> None:
    assert "manage.py setup" in client.get("/admin/login/").content.decode()
    make_editor()
    assert "manage.py setup" not in client.get("/admin/login/").content.decode()


@pytest.mark.parametrize("slug", ["", *(f"{step.slug}/" for step in steps.STEPS)])
@pytest.mark.parametrize("role", ["nobody", *ROLES])
def test_only_an_owner_sets_up(client: Client, slug: str, role: str) -> None:
    if role != "nobody":
        person = make_staff("ada", *ROLES[role])
        client.force_login(person)
    for answer in (client.get(f"/admin/setup/{slug}"), client.post(f"/admin/setup/{slug}", {})):
        assert answer.status_code == (302 if role == "nobody" else 403)
        if role == "nobody":
            assert answer.url.startswith("/admin/login/")  # type: ignore[attr-defined]


def test_what_was_typed_stands_in_the_masthead(client: Client, owner: User) -> None:
    typed = {
        "name": "The Lantern",
        "tagline": "",
        "about": "",
        "language": "en",
        "time_zone": "Europe/Zurich",
        "publishing_day": "4",
    }
    answer = client.post("/admin/setup/publication/", typed)
    assert answer.url == "/admin/setup/branding/"  # type: ignore[attr-defined]
    assert (current().name, current().publishing_day) == ("The Lantern", 4)


def test_a_wrong_time_zone_is_said_at_its_field(client: Client, owner: User) -> None:
    typed = {"name": "The Lantern", "language": "en", "time_zone": "Moon", "publishing_day": "4"}
    assert "is no time zone" in client.post("/admin/setup/publication/", typed).content.decode()
    assert current().name != "The Lantern"


def shelves(**changes: str) -> dict[str, str]:
    """The sections' form as the browser posts it."""
    rows = list(Section.objects.all())
    posted = {"form-TOTAL_FORMS": str(len(rows) + 1), "form-INITIAL_FORMS": str(len(rows))}
    for number, row in enumerate(rows):
        posted |= {
            f"form-{number}-id": str(row.pk),
            f"form-{number}-title": row.title,
            f"form-{number}-kind": row.kind,
            f"form-{number}-position": str(row.position),
            f"form-{number}-active": "on",
        }
    return posted | {key.replace("_", "-"): value for key, value in changes.items()}


def test_shelves_are_renamed_and_added(client: Client, owner: User) -> None:
    new = Section.objects.count()
    posted = shelves(form_0_title="Headlines") | {
        f"form-{new}-title": "News",
        f"form-{new}-kind": "links",
        f"form-{new}-position": "20",
        f"form-{new}-active": "on",
    }
    assert client.post("/admin/setup/sections/", posted).status_code == 302
    assert Section.objects.filter(title="Headlines", slug="news").exists()
    # The address of the first shelf is still taken: it does not change with the title.
    assert Section.objects.get(title="News").slug == "news-2"


SENDER = {
    "sender_name": "The Lantern",
    "sender_email": "desk@example.org",
    "reply_to": "",
    "postal_address": "1 Harbour Lane, Porto",
}


def test_the_test_mail_goes_to_the_owner(client: Client, owner: User) -> None:
    page = client.post("/admin/setup/sender/", SENDER | {"test": "1"}, follow=True).text
    assert "lies in the mailbox of this machine, at /mailbox/" in page
    letter = mailbox.read(mailbox.names()[0])
    assert (letter.to, letter.subject) == ("olga@example.com", f"Test mail of {current().name}")
    assert ("From", "The Lantern <desk@example.org>") in letter.headers
    assert "Look at its sender" in (letter.html or "")
    assert current().postal_address == "1 Harbour Lane, Porto"


def test_a_server_that_is_away_is_told_in_its_words(
    client: Client, owner: User, settings: LazySettings
) -> None:
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    options = {"host": "127.0.0.1", "port": 9, "username": "", "password": ""}
    options |= {"use_tls": False, "use_ssl": False, "timeout": 1}
    settings.MAILERS = {"default": {"BACKEND": smtp, "OPTIONS": options}}
    page = client.post("/admin/setup/sender/", SENDER | {"test": "1"}).content.decode()
    assert "The test mail did not go out" in page
    assert "refused" in page
    # What was typed is kept.
    assert current().sender_email == "desk@example.org"


OPML = b"""<opml version="2.0"><body>
<outline type="rss" text="One" xmlUrl="http://127.0.0.1/one.xml"/></body></opml>"""


def test_feeds_come_from_a_list_addresses_and_suggestions(client: Client, owner: User) -> None:
    suggested = topics()[0]["feeds"][0]
    posted = {
        "file": SimpleUploadedFile("feeds.opml", OPML),
        "addresses": "example.org/feed.xml\nhttps://example.org/two.xml\n",
        "suggested": [suggested["url"]],
    }
    answer = client.post("/admin/setup/feeds/", posted)
    assert answer.url == "/admin/setup/people/"  # type: ignore[attr-defined]
    assert set(Feed.objects.values_list("url", flat=True)) == {
        "http://127.0.0.1/one.xml",
        "https://example.org/feed.xml",
        "https://example.org/two.xml",
        suggested["url"],
    }


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("addresses", "javascript:alert(1)", "“javascript:alert(1)”"),
        ("addresses", "https://example.org/a\nnot an address", "“not an address”"),
        ("addresses", "\n".join(f"https://example.org/{n}" for n in range(101)), "At most 100"),
        ("suggested", "https://elsewhere.example/feed", "not one of the available"),
    ],
)
def test_what_is_no_feed_is_said_at_its_field(
    client: Client, owner: User, field: str, value: str, reason: str
) -> None:
    page = client.post("/admin/setup/feeds/", {field: value}).content.decode()
    assert reason in page
    assert not Feed.objects.exists()


def test_a_broken_list_follows_none_of_the_rest(client: Client, owner: User) -> None:
    posted = {
        "file": SimpleUploadedFile("feeds.opml", b"no list at all"),
        "addresses": "https://example.org/feed.xml",
    }
    assert client.post("/admin/setup/feeds/", posted).status_code == 200
    assert not Feed.objects.exists()


def test_an_invited_editor_chooses_a_password_and_is_in(client: Client, owner: User) -> None:
    typed = {"username": "ed", "email": "ed@example.org", "role": "Editor", "again": "1"}
    assert client.post("/admin/setup/people/", typed).status_code == 302
    person = User.objects.get(username="ed")
    assert list(person.groups.all()) == [Group.objects.get(name="Editor")]
    assert not person.has_usable_password()
    letter = mailbox.read(mailbox.names()[0])
    link = re.search(r"http\S+(/admin/password/\S+)", letter.text or "")
    assert link
    guest = Client()
    page = guest.get(link[1], follow=True)
    chosen = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    answer = guest.post(page.redirect_chain[-1][0], chosen, follow=True)
    assert answer.wsgi_request.path == "/admin/"
    assert answer.wsgi_request.user == person
    # The link is spent.
    assert "invalid" in Client().get(link[1], follow=True).content.decode()


def test_a_second_account_of_that_name_is_refused(client: Client, owner: User) -> None:
    typed = {"username": "OLGA", "email": "o@example.org", "role": "Editor"}
    assert "already" in client.post("/admin/setup/people/", typed).content.decode()
    assert User.objects.count() == 1


def test_nobody_but_an_owner_makes_accounts() -> None:
    person = make_staff("ada", *ROLES["Publisher"])
    with pytest.raises(NotAllowedError):
        people.invite("eve", "eve@example.org", "Owner", by=person)


def test_a_forgotten_password_comes_from_the_publication_and_leads_to_its_site(
    owner: User, settings: LazySettings
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "https://news.example.com"
    forged = Client(headers={"host": "evil.example"})
    known = forged.post("/admin/password/forgotten/", {"email": owner.email}, follow=True)
    unknown = forged.post("/admin/password/forgotten/", {"email": "no@example.com"}, follow=True)
    # The page does not say who has an account.
    assert known.redirect_chain == unknown.redirect_chain
    [letter] = mail.outbox
    assert letter.from_email == f"{current().sender_name} <{current().sender_email}>"
    assert "https://news.example.com/admin/password/" in str(letter.body)
    assert "evil.example" not in str(letter.message())
    assert "Somebody asked for a new password" in str(letter.body)
    assert "text/html" in str(letter.message())
    # The way in works, once.
    way = re.search(r"https://news.example.com(/admin/password/\S+)", str(letter.body))
    assert way
    assert "Enter new password" in Client().get(way[1], follow=True).text
    # Asked for again and again it is sent once.
    forged.post("/admin/password/forgotten/", {"email": owner.email})
    assert len(mail.outbox) == 1


def test_setup_runs_again_and_again(tmp_path: Path, owner: User) -> None:
    assert printed() == printed() == "Database and files are up to date.\n"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no users")
def test_setup_warns_of_a_superuser(
    settings: LazySettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.LAPTOP, settings.STATIC_ROOT = False, tmp_path
    call_command("setup")
    assert "The database user is a superuser." in capsys.readouterr().err


@pytest.mark.parametrize("missing", [step.slug for step in steps.STEPS if step.todo])
def test_what_is_missing_is_named_until_it_is_there(missing: str) -> None:
    assert missing in {step.slug for step, _ in steps.missing()}


def test_nothing_is_missing_from_a_publication_that_is_set_up(client: Client, owner: User) -> None:
    client.post("/admin/setup/sender/", SENDER)
    done: Callable[[], set[str]] = lambda: {step.slug for step, _ in steps.missing()}  # noqa: E731
    assert "sender" not in done()
    own = current()
    own.name = "The Lantern"
    own.save()
    Feed.objects.create(url="https://example.org/feed.xml")
    assert done() == set()


def test_a_forgotten_password_tells_nobody_that_the_mail_did_not_leave(
    client: Client, owner: User, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    backend = "django.core.mail.backends.smtp.EmailBackend"
    settings.MAILERS = {
        "default": {"BACKEND": backend, "OPTIONS": {"host": "127.0.0.1", "port": 9}}
    }
    known = Client().post("/admin/password/forgotten/", {"email": owner.email}, follow=True)
    unknown = Client().post("/admin/password/forgotten/", {"email": "no@example.com"}, follow=True)
    assert known.status_code == 200
    assert known.redirect_chain == unknown.redirect_chain
    assert f"not mailed to account {owner.pk}" in caplog.text
