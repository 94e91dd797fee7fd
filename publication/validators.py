"""What the masthead may say, so that nothing later stumbles over it."""

import re
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError

from toolbox.addresses import AddressError, normalise, several


def known_time_zone(name: str) -> None:
    """Refuse a time zone that this machine does not know."""
    if name not in available_timezones():
        raise ValidationError(f"“{name}” is no time zone. Write one as Europe/Zurich or UTC.")


def language_tag(tag: str) -> None:
    """Refuse what has not the shape of a language tag (BCP 47)."""
    if not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", tag):
        raise ValidationError(f"“{tag}” is no language. Write it as en or pt-BR.")


def mailable(address: str) -> None:
    """Refuse an address that Django takes and mail does not, such as one at localhost."""
    try:
        normalise(address)
    except AddressError as error:
        raise ValidationError(str(error)) from error


def all_mailable(text: str) -> None:
    """The same for a list of them."""
    try:
        several(text)
    except AddressError as error:
        raise ValidationError(str(error)) from error


def single_line(text: str) -> None:
    """Refuse a line break: this stands in the headers of mails, which end at one."""
    if not text.isprintable():
        raise ValidationError("Write this on one line, without control characters.")
