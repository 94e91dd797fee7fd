"""A password that got out opens nothing where a second factor is on."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone
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
    factor.begin(person)
    spare = factor.confirm(person, shown_by_the_app(person))
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
    assert client.get(CODE).headers["Location"] == LOGIN


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
    assert client.post(CODE, {"code": shown_by_the_app(ann)}).headers["Location"] == LOGIN
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
    assert type_code(client, shown_by_the_app(ann)) == LOGIN


def test_a_new_password_by_mail_is_not_both(client: Client, ann: User) -> None:
    turn_on(ann)
    link = password_link(ann)
    form = client.get(link, follow=True).request["PATH_INFO"]
    new = {"new_password1": "long-enough-words", "new_password2": "long-enough-words"}
    client.post(form, new)
    assert User.objects.get().check_password("long-enough-words")
    assert not is_in(client)


# The page


def test_it_is_turned_on_by_a_first_code_and_off_by_another(client: Client, ann: User) -> None:
    client.force_login(ann)
    assert "It is off" in client.get(PAGE).text
    begun = client.post(PAGE, {"deed": "begin"}).text
    assert 'src="data:image/svg+xml' in begun
    assert "This field" not in begun
    assert not factor.is_on(ann)

    assert "does not count" in client.post(PAGE, {"deed": "on", "code": "12"}).text
    TOTPDevice.objects.update(throttling_failure_count=0)
    done = client.post(PAGE, {"deed": "on", "code": shown_by_the_app(ann)}).text
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


def test_whoever_finds_the_desk_open_turns_nothing_off(client: Client, ann: User) -> None:
    turn_on(ann)
    client.force_login(ann)
    assert "Type the code." in client.post(PAGE, {"deed": "off"}).text
    assert "does not count" in client.post(PAGE, {"deed": "off", "code": "000000"}).text
    assert factor.is_on(ann)


def test_the_key_in_the_picture_is_the_one_in_words(client: Client, ann: User) -> None:
    client.force_login(ann)
    key = re.search(r"factor-key\"><code>([A-Z2-7]+)<", client.post(PAGE, {"deed": "begin"}).text)
    assert key
    assert f"secret={key[1]}" in TOTPDevice.objects.get(user=ann).config_url


# Whoever lost the phone


def test_an_owner_takes_it_away_and_nobody_else(client: Client, ann: User) -> None:
    bea = make_editor("bea")
    turn_on(bea)
    with pytest.raises(NotAllowedError):
        factor.take_away(bea, by=make_staff("carl"))
    client.force_login(ann)
    chosen = {"action": "take_factor_away", "_selected_action": [bea.pk]}
    said = client.post("/admin/auth/user/", chosen, follow=True).text
    assert "The password is enough again for bea." in said
    assert not factor.is_on(bea)


def test_so_does_who_may_log_in_to_the_server(ann: User) -> None:
    turn_on(ann)
    call_command("remove_second_factor", "ann")
    assert not factor.is_on(ann)
    with pytest.raises(CommandError, match="no account"):
        call_command("remove_second_factor", "eve")


def test_the_keys_of_others_stand_on_no_page(client: Client, ann: User) -> None:
    turn_on(ann)
    client.force_login(ann)
    for page in ("otp_totp/totpdevice", "otp_static/staticdevice"):
        assert client.get(f"/admin/{page}/").status_code == 404
