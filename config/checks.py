"""A wrong set-up fails at `manage.py check`, with the line that says what to do."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Advice
from django.db import connection

from toolbox import mailbox, signing

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
    if not mailbox.keeps_all():
        return []
    hint = "Set EMAIL_URL, such as smtp+tls://user:password@mail.example.com:587."
    return [Advice("Mail only reaches the local mailbox.", hint=hint, id="newsdesk.W001")]


@register()
def mail_is_set_up_whole(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """A signature has a key that can be read and a name, or there is none."""
    key, selector = settings.MAIL_DKIM["key"], settings.MAIL_DKIM["selector"]
    if bool(key) != bool(selector):
        hint = "Set MAIL_DKIM_KEY and MAIL_DKIM_SELECTOR, or neither."
        return [Error("DKIM is set up by half.", hint=hint, id="newsdesk.E010")]
    try:
        if key:
            signing.record()
    except (OSError, ValueError) as error:
        hint = (
            "openssl genrsa -out dkim.pem 2048 makes a key; the worker has to be able to read it."
        )
        return [Error(f"MAIL_DKIM_KEY cannot be used: {error}", hint=hint, id="newsdesk.E011")]
    return []


@register(Tags.security, deploy=True)
def a_mail_service_can_tell(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Without the secret its webhooks have no address here, and bounces stay unseen."""
    backend = settings.MAILERS["default"].get("BACKEND", "")
    if not backend.startswith("anymail.") or settings.ANYMAIL.get("WEBHOOK_SECRET"):
        return []
    hint = "Set MAIL_WEBHOOK_SECRET and the service's webhook: docs/mail.md."
    return [Advice("Nobody tells what bounces.", hint=hint, id="newsdesk.W010")]


@register(Tags.database)
def the_database_is_not_a_superusers(
    app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A superuser of PostgreSQL reads the server's files and runs its programs."""
    if settings.LAPTOP or connection.alias not in (databases or []) or not _is_superuser():
        return []
    hint = "Give Newsdesk a role of its own: docs/deploying.md, Several machines."
    return [Advice("The database user is a superuser.", hint=hint, id="newsdesk.W011")]


def _is_superuser() -> bool:
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])
