"""Whether a person's password is enough, and what else counts.

The codes are those of any authenticator app (TOTP, RFC 6238), kept and compared by django-otp: each
counts once, and every wrong one doubles the wait for the next.
"""

from django.contrib.auth.models import AbstractBaseUser, User
from django.db import transaction
from django.utils import timezone
from django_otp import user_has_device
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from publication.access import NotAllowedError, record

NAME = "newsdesk"
DIGITS = 6
# Single-use codes for the day on which the phone is lost.
SPARE = 10
# Wrong codes in a row that still lengthen the wait: an hour at the most, or whoever has the
# password could shut its owner out for years.
MOST_WRONG = 13


class WrongCodeError(Exception):
    """The code does not count; the message says what to do."""


class NoFactorError(Exception):
    """There is none to take away."""


def is_on(person: AbstractBaseUser) -> bool:
    """Whether this person's password alone opens nothing."""
    return bool(user_has_device(person))


def new_key() -> str:
    """A secret for an app, in hexadecimal digits. It counts for nobody yet."""
    return str(default_key())


def app_of(person: User, key: str) -> TOTPDevice:
    """What an app that has this key shows; not kept."""
    return TOTPDevice(user=person, name=NAME, key=key)


def turn_on(person: User, *, password: str, key: str, code: str) -> list[str]:
    """Ask for codes from now on, and end the person's log-ins elsewhere; answers the spare codes.

    `password` is the one that was just given: hashed anew it ends what was logged in by it.
    Raises WrongCodeError unless `code` is what the app shows.
    """
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=person.pk)
        if is_on(locked):
            raise WrongCodeError("It is on already.")
        if not _counts(app_of(person, key), code):
            raise WrongCodeError("This is not what the app shows. Type its next code.")
        person.set_password(password)
        person.save(update_fields=["password"])
        record(person, "turned the second factor on", str(person))
        return _spare_codes(person)


def check(person: AbstractBaseUser, code: str) -> None:
    """Take a code of the app or a spare one, once. Raises WrongCodeError."""
    kind = TOTPDevice if len(_plain(code)) == DIGITS else StaticDevice
    with transaction.atomic():
        device = kind.objects.select_for_update().filter(user=person).first()
        counts = device is not None and _counts(device, code)
        wrong = None if counts else _wrong(device)
    # Outside: what is counted against a wrong code has to stay.
    if wrong:
        raise wrong


def renew(person: User, code: str) -> list[str]:
    """New spare codes for the old ones. Raises WrongCodeError."""
    check(person, code)
    with transaction.atomic():
        record(person, "made new spare codes", str(person))
        return _spare_codes(person)


def turn_off(person: User, code: str) -> None:
    """From now on the password is enough. Raises WrongCodeError."""
    check(person, code)
    _take_away(person, by=person)


def take_away(person: User, *, by: User | None) -> None:
    """For somebody who lost the phone and the spare codes.

    Raises NotAllowedError, NoFactorError.
    """
    if by is not None and not by.is_superuser:
        raise NotAllowedError("Only an owner takes a second factor away.")
    if by == person:
        raise NotAllowedError("Your own is turned off on its page, by a code.")
    if not is_on(person):
        raise NoFactorError(f"{person} has no second factor.")
    _take_away(person, by=by)


@transaction.atomic
def _take_away(person: User, *, by: User | None) -> None:
    for kind in (TOTPDevice, StaticDevice):
        kind.objects.filter(user=person).delete()
    record(by, "turned the second factor off", str(person))


def _spare_codes(person: User) -> list[str]:
    StaticDevice.objects.filter(user=person).delete()
    shelf = StaticDevice.objects.create(user=person, name=NAME)
    codes = [StaticToken.random_token() for _ in range(SPARE)]
    StaticToken.objects.bulk_create(StaticToken(device=shelf, token=code) for code in codes)
    return codes


def _counts(device: Device, code: str) -> bool:
    return bool(device.verify_token(_plain(code)))


def _plain(code: str) -> str:
    return code.replace(" ", "").replace("-", "").lower()


def _wrong(device: Device | None) -> WrongCodeError:
    if device is None:
        return WrongCodeError("This code does not count.")
    device.throttling_failure_count = min(device.throttling_failure_count, MOST_WRONG)
    device.save(update_fields=["throttling_failure_count"])
    why = device.verify_is_allowed()[1]
    until = why["locked_until"] if why else timezone.now()
    wait = max(1, round((until - timezone.now()).total_seconds()))
    words = f"{wait} s" if wait < 100 else f"{round(wait / 60)} min"
    return WrongCodeError(f"This code does not count. Wait {words}, then type the next one.")
