"""Whether a person's password is enough, and what else counts.

The codes are those of any authenticator app (TOTP, RFC 6238), kept and compared by django-otp: each
counts once, and every wrong one doubles the wait for the next.
"""

from django.contrib.auth.models import AbstractBaseUser, User
from django.db import transaction
from django.utils import timezone
from django_otp import user_has_device
from django_otp.models import ThrottlingMixin
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from publication.access import NotAllowedError, record

NAME = "newsdesk"
DIGITS = 6
# Single-use codes for the day on which the phone is lost.
SPARE = 10


class WrongCodeError(Exception):
    """The code does not count; the message says what to do."""


def is_on(person: AbstractBaseUser) -> bool:
    """Whether this person's password alone opens nothing."""
    return bool(user_has_device(person))


def begin(person: User) -> TOTPDevice:
    """A secret for the person's app. It counts once a first code of it was typed."""
    device, _ = TOTPDevice.objects.get_or_create(user=person, confirmed=False, name=NAME)
    return device


def confirm(person: User, code: str) -> list[str]:
    """Turn it on with the app's first code. Answers the spare codes. Raises WrongCodeError."""
    with transaction.atomic():
        begun = TOTPDevice.objects.select_for_update().filter(user=person, confirmed=False).first()
        if begun is None:
            raise WrongCodeError("Begin anew: this was begun in another window.")
        if _counts(begun, code):
            begun.confirmed = True
            begun.save(update_fields=["confirmed"])
            record(person, "turned the second factor on", str(person))
            return _spare_codes(person)
    raise _wrong(begun)


def check(person: AbstractBaseUser, code: str) -> None:
    """Take a code of the app or a spare one, once. Raises WrongCodeError."""
    kind = TOTPDevice if len(_plain(code)) == DIGITS else StaticDevice
    with transaction.atomic():
        device = kind.objects.select_for_update().filter(user=person, confirmed=True).first()
        counts = device is not None and _counts(device, code)
    # Outside: what is counted against a wrong code has to stay.
    if not counts:
        raise _wrong(device)


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
    """For somebody who lost the phone and the spare codes. Raises NotAllowedError."""
    if by is not None and not by.is_superuser:
        raise NotAllowedError("Only an owner takes a second factor away.")
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


def _counts(device: TOTPDevice | StaticDevice, code: str) -> bool:
    return bool(device.verify_token(_plain(code)))


def _plain(code: str) -> str:
    return code.replace(" ", "").replace("-", "").lower()


def _wrong(device: ThrottlingMixin | None) -> WrongCodeError:
    why = device.verify_is_allowed()[1] if device else None
    if not why:
        return WrongCodeError("This code does not count, or was used already.")
    wait = max(1, round((why["locked_until"] - timezone.now()).total_seconds()))
    return WrongCodeError(f"This code does not count. Wait {wait} s, then type the next one.")
