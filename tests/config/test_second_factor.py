"""A password that got out opens nothing where a second factor is on."""

import re
from base64 import b32decode
from datetime import timedelta
from urllib.parse import unquote

import pytest
import segno
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from config.second_factor import factor, halfway
from config.setup.people import password_link
from publication.access import NotAllowedError
from publication.models import AuditEntry
from tests.makers import make_editor, make_staff

pytestmark = pytest.mark.django_db
LOGIN, CODE, PAGE = "/admin/login/", "/admin/login/code/", "/admin/second-factor/"


@pytest.fixture
def ann() -> User:
    return make_editor("ann")


def shown_by_the_app(person: User) -> str:
    """What the phone shows now."""
    return f"{totp(TOTPDevice.objects.get(user=person).bin_key):06}"


def turn_on(person: User) -> list[str]:
    key = factor.new_key()
    code = f"{totp(factor.app_of(person, key).bin_key):06}"
    spare = factor.turn_on(person, password="editor", key=key, code=code)
    # As if that was a while ago: each code counts once.
    TOTPDevice.objects.update(last_t=-1)
    return spare


def password(client: Client, onward: str = "") -> str:
    """The first step. Where it leads."""
    data = {"username": "ann", "password": "editor", "next": onward}
    return str(client.post(LOGIN, data).headers.get("Location", ""))


def type_code(client: Client, code: str, onward: str = "") -> str:
    """The second step. Where it leads, or what is said."""
    answer = client.post(CODE, {"code": code, "next": onward})
    return str(answer.headers.get("Location") or answer.text)


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


# The log-in


def test_without_one_the_password_is_enough(client: Client, ann: User) -> None:
    assert password(client, "/admin/queue/") == "/admin/queue/"
    assert is_in(client)
    assert client.get(LOGIN).status_code == 302


def test_with_one_the_password_opens_nothing(client: Client, ann: User) -> None:
    turn_on(ann)
    assert unquote(password(client, "/admin/queue/")) == f"{CODE}?next=/admin/queue/"
    assert not is_in(client)
    assert 'value="/admin/queue/"' in client.get(f"{CODE}?next=/admin/queue/").text
    assert "does not count" in type_code(client, "000000")
    assert not is_in(client)


def test_the_code_lets_in_and_leads_where_one_wanted(client: Client, ann: User) -> None:
    turn_on(ann)
    password(client)
    code = shown_by_the_app(ann)
    assert type_code(client, f"{code[:3]} {code[3:]}", "/admin/queue/") == "/admin/queue/"
    assert is_in(client)
    assert client.get(CODE).headers["Location"].startswith(LOGIN)


def test_it_leads_to_no_other_site(client: Client, ann: User) -> None:
    turn_on(ann)
    password(client, "https://evil.example/")
    assert type_code(client, shown_by_the_app(ann), "https://evil.example/") == "/admin/"


def test_a_code_counts_once(client: Client, ann: User) -> None:
    turn_on(ann)
    code = shown_by_the_app(ann)
    password(client)
    assert type_code(client, code) == "/admin/"
    other = Client()
    password(other)
    assert "does not count" in type_code(other, code)
    assert not is_in(other)


def test_each_wrong_code_doubles_the_wait(client: Client, ann: User) -> None:
    turn_on(ann)
    password(client)
    for wait in (1, 2, 4):
        TOTPDevice.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(hours=1))
        assert f"Wait {wait} s" in type_code(client, "000000")
    assert "Wait 4 s" in type_code(client, shown_by_the_app(ann))
    assert not is_in(client)


def test_a_spare_code_counts_once(client: Client, ann: User) -> None:
    spare = turn_on(ann)
    password(client)
    assert type_code(client, spare[0].upper()) == "/admin/"
    other = Client()
    password(other)
    assert "does not count" in type_code(other, spare[0])


def test_nobody_types_a_code_without_the_password(client: Client, ann: User) -> None:
    turn_on(ann)
    assert type_code(client, shown_by_the_app(ann)).startswith(LOGIN)
    assert not is_in(client)


@pytest.mark.parametrize("what", ["late", "shut out", "another password"])
def test_what_was_given_does_not_last(client: Client, ann: User, what: str) -> None:
    turn_on(ann)
    password(client)
    session = client.session
    if what == "late":
        session[halfway.KEY][2] -= halfway.LASTS.total_seconds() + 1
        session.save()
    elif what == "shut out":
        User.objects.update(is_active=False)
    else:
        ann.set_password("another")
        ann.save()
    assert type_code(client, shown_by_the_app(ann)).startswith(LOGIN)


def test_after_a_new_password_by_mail_the_code_is_still_asked_for(
    client: Client, ann: User
) -> None:
    turn_on(ann)
    for _ in range(5):
        client.post(LOGIN, {"username": "ann", "password": "wrong"})
    form = client.get(password_link(ann), follow=True).request["PATH_INFO"]
    new = {"new_password1": "long-enough-words", "new_password2": "long-enough-words"}
    assert client.post(form, new).headers["Location"] == CODE
    assert User.objects.get().check_password("long-enough-words")
    assert not is_in(client)
    # And the way in is open again, for whoever was locked out.
    assert type_code(client, shown_by_the_app(ann)) == "/admin/"
    assert is_in(client)


def test_the_wait_ends_within_little_more_than_an_hour(client: Client, ann: User) -> None:
    turn_on(ann)
    password(client)
    long_ago = timezone.now() - timedelta(hours=2)
    TOTPDevice.objects.update(
        throttling_failure_count=40, throttling_failure_timestamp=timezone.now()
    )
    assert "Wait 68 min" in type_code(client, "000000")
    TOTPDevice.objects.update(throttling_failure_timestamp=long_ago)
    assert type_code(client, shown_by_the_app(ann)) == "/admin/"


def test_where_it_was_taken_away_meanwhile_one_begins_again(client: Client, ann: User) -> None:
    turn_on(ann)
    password(client, "/admin/queue/")
    factor.take_away(ann, by=None)
    again = client.get(f"{CODE}?next=/admin/queue/")
    assert unquote(again.headers["Location"]) == f"{LOGIN}?next=/admin/queue/"
    assert "Begin again" in client.get(again.headers["Location"]).text


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_of_two_who_type_a_code_at_once_one_waits(ann: User) -> None:
    spare = turn_on(ann)
    with CaptureQueriesContext(connection) as asked:
        factor.check(ann, spare[0])
        factor.check(ann, shown_by_the_app(ann))
    assert sum("FOR UPDATE" in query["sql"] for query in asked) == 2


# The page


def begin(client: Client) -> str:
    """A key, as the page tells it."""
    page = client.post(f"{PAGE}begin/").text
    found = re.search(r"factor-key\"><code>([A-Z2-7]+)<", page)
    assert found
    return found[1]


def code_of(key: str) -> str:
    return f"{totp(b32decode(key)):06}"


def test_it_is_turned_on_by_a_first_code_and_off_by_another(client: Client, ann: User) -> None:
    client.force_login(ann)
    assert "It is off" in client.get(PAGE).text
    key = begin(client)
    assert not factor.is_on(ann)

    wrong = client.post(f"{PAGE}on/", {"code": "12", "password": "editor"}).text
    assert "not what the app shows" in wrong
    assert key in wrong
    assert not TOTPDevice.objects.exists()
    done = client.post(f"{PAGE}on/", {"code": code_of(key), "password": "editor"}).text
    assert "The second factor is on." in done
    assert factor.is_on(ann)
    spare = re.findall(r"<li><code>(\w+)</code></li>", done)
    assert len(set(spare)) == factor.SPARE
    assert not re.search(r"<li><code>", client.get(PAGE).text)

    renewed = client.post(PAGE, {"deed": "renew", "code": spare[0]}).text
    assert "The old spare codes no longer count." in renewed
    assert "does not count" in client.post(PAGE, {"deed": "off", "code": spare[1]}).text
    StaticDevice.objects.update(throttling_failure_count=0)
    fresh = re.findall(r"<li><code>(\w+)</code></li>", renewed)
    assert "your password is enough" in client.post(PAGE, {"deed": "off", "code": fresh[0]}).text
    assert not factor.is_on(ann)
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "turned the second factor on", "made new spare codes", "turned the second factor off",
    ]  # fmt: skip


def test_whoever_finds_the_desk_open_turns_nothing_on_or_off(client: Client, ann: User) -> None:
    client.force_login(ann)
    key = begin(client)
    for typed in ({}, {"password": "wrong"}):
        said = client.post(f"{PAGE}on/", {"code": code_of(key), **typed}).text
        assert "our password" in said
    assert not factor.is_on(ann)
    turn_on(ann)
    client.force_login(ann)
    assert "Type the code." in client.post(PAGE, {"deed": "off"}).text
    assert "does not count" in client.post(PAGE, {"deed": "off", "code": "000000"}).text
    assert factor.is_on(ann)


def test_passwords_tried_at_the_page_are_counted_like_log_ins(client: Client, ann: User) -> None:
    client.force_login(ann)
    code = code_of(begin(client))
    tries = [client.post(f"{PAGE}on/", {"code": code, "password": "wrong"}) for _ in range(5)]
    assert [answer.status_code for answer in tries] == [200, 200, 200, 200, 429]


def test_a_key_that_somebody_saw_is_nobodys(client: Client, ann: User) -> None:
    eve = Client()
    password(eve)
    seen = begin(eve)
    password(client)
    key = begin(client)
    assert key != seen
    client.post(f"{PAGE}on/", {"code": code_of(key), "password": "editor"})
    # Neither her key nor the log-in she had is worth anything from now on.
    assert not is_in(eve)
    assert is_in(client)
    password(eve)
    assert "does not count" in type_code(eve, code_of(seen))


def test_it_is_turned_on_once(client: Client, ann: User) -> None:
    turn_on(ann)
    with pytest.raises(factor.WrongCodeError, match="on already"):
        turn_on(ann)
    client.force_login(ann)
    assert client.post(f"{PAGE}on/", {}).headers["Location"] == PAGE


def test_the_picture_is_of_the_key_in_words(client: Client, ann: User) -> None:
    client.force_login(ann)
    page = client.post(f"{PAGE}begin/")
    begun = page.context["begun"]
    assert f"secret={begun['key']}" in begun["address"]
    assert begun["address"].startswith("otpauth://totp/127.0.0.1%3Aann?")
    assert begun["picture"] == segno.make(begun["address"], error="m").svg_data_uri(scale=5)
    assert escape(begun["picture"]) in page.text
    assert page.headers["Cache-Control"].endswith("private")


# Whoever lost the phone


def take_away(client: Client, person: User) -> str:
    chosen = {"action": "take_factor_away", "_selected_action": [person.pk]}
    return client.post("/admin/auth/user/", chosen, follow=True).text


def test_an_owner_takes_it_away_and_nobody_else(client: Client, ann: User) -> None:
    bea = make_editor("bea")
    turn_on(bea)
    carl = make_staff("carl", "auth.view_user", "auth.change_user")
    with pytest.raises(NotAllowedError):
        factor.take_away(bea, by=carl)
    client.force_login(carl)
    assert "Take the second factor away" not in take_away(client, bea)
    assert factor.is_on(bea)
    client.force_login(ann)
    assert "The password is enough again for bea." in take_away(client, bea)
    assert not factor.is_on(bea)
    assert "Bea has no second factor." in take_away(client, bea)


def test_an_owners_own_is_turned_off_by_a_code_alone(client: Client, ann: User) -> None:
    turn_on(ann)
    client.force_login(ann)
    assert "by a code" in take_away(client, ann)
    assert factor.is_on(ann)


def test_whoever_looks_after_accounts_makes_nobody_an_owner(client: Client, ann: User) -> None:
    carl = make_staff("carl", "auth.view_user", "auth.change_user", "auth.delete_user")
    client.force_login(carl)
    for page in ("password", "delete"):
        assert client.post(f"/admin/auth/user/{ann.pk}/{page}/", {}).status_code == 403
    client.post(f"/admin/auth/user/{ann.pk}/change/", {"username": "mine"})
    own = f"/admin/auth/user/{carl.pk}/change/"
    form = client.get(own).context["adminform"].form
    data = {name: value for name, value in form.initial.items() if value is not None}
    client.post(own, {**data, "is_active": "on", "is_staff": "on", "is_superuser": "on"})
    carl.refresh_from_db()
    ann.refresh_from_db()
    assert (carl.is_superuser, ann.username) == (False, "ann")


def test_so_does_who_may_log_in_to_the_server(ann: User) -> None:
    turn_on(ann)
    call_command("remove_second_factor", "ann")
    assert not factor.is_on(ann)
    with pytest.raises(CommandError, match="no second factor"):
        call_command("remove_second_factor", "ann")
    with pytest.raises(CommandError, match="no account"):
        call_command("remove_second_factor", "eve")


def test_the_keys_of_others_stand_on_no_page(client: Client, ann: User) -> None:
    turn_on(ann)
    client.force_login(ann)
    for page in ("otp_totp/totpdevice", "otp_static/staticdevice"):
        assert client.get(f"/admin/{page}/").status_code == 404
