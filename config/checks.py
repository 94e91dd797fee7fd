"""A wrong set-up fails at `manage.py check`, with the line that says what to do."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Advice

LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}


@register()
def environment_is_readable(**kwargs: Any) -> list[CheckMessage]:
    """Each value that `config.environment` could not read."""
    return [
        Error(f"{fault.name} cannot be used: {fault.reason}.", hint=fault.hint, id="newsdesk.E001")
        for fault in settings.ENVIRONMENT_FAULTS
    ]


@register()
def a_public_site_has_keys(**kwargs: Any) -> list[CheckMessage]:
    """Laptop mode serves loopback only; a public site needs both keys."""
    if not settings.LAPTOP:
        return _address_key()
    if set(settings.ALLOWED_HOSTS) <= LOOPBACK:
        return []
    hint = "Set SECRET_KEY (50 random characters), or leave ALLOWED_HOSTS at loopback."
    return [
        Error(
            "ALLOWED_HOSTS names a public host, SECRET_KEY is empty.", hint=hint, id="newsdesk.E002"
        )
    ]


def _address_key() -> list[CheckMessage]:
    if settings.ENV["ADDRESS_KEY"]:
        return []
    hint = "Set ADDRESS_KEY (50 random characters) and keep it for good: opt-outs are found by it."
    return [Error("ADDRESS_KEY is empty.", hint=hint, id="newsdesk.E003")]


@register(Tags.security, deploy=True)
def mail_leaves_the_house(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """The local mailbox is for a laptop: a public site that keeps it sends nobody anything."""
    if settings.MAILERS["default"]["BACKEND"] != "toolbox.mailbox.EmailBackend":
        return []
    hint = "Set EMAIL_URL, such as smtp+tls://user:password@mail.example.com:587."
    return [Advice("Mail only reaches the local mailbox.", hint=hint, id="newsdesk.W001")]
