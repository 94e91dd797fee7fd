"""What can be set from outside: one table, read once, each fault kept for `manage.py check`.

A wrong value never raises here: the default stands in, and `config.checks` names the fault
with a hint, so that a person sees one clear line and not a traceback from an import.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import dj_database_url


@dataclass(frozen=True)
class Setting:
    """One environment variable: its name, how its text is read, what stands in for it, why."""

    name: str
    read: Callable[[str], Any]
    default: str
    help: str


@dataclass(frozen=True)
class Fault:
    """A value that could not be read, and what would have been right."""

    name: str
    reason: str
    hint: str


def _flag(text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True}
    known |= {"0": False, "false": False, "no": False, "off": False, "": False}
    if text.strip().lower() not in known:
        raise ValueError("neither yes nor no")
    return known[text.strip().lower()]


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _count(text: str) -> int:
    if int(text) < 1:
        raise ValueError("less than 1")
    return int(text)


def _seconds(text: str) -> int:
    if int(text) < 0:
        raise ValueError("less than 0")
    return int(text)


def _counts(text: str) -> list[int]:
    return [_count(word) for word in _words(text)]


def _secret(text: str) -> str:
    name, _, word = text.partition(":")
    if not name or len(word) < 16:
        raise ValueError("not name:word with a word of 16 characters or more")
    return text


def _site(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("not an http or https address")
    return text.rstrip("/")


def _database(text: str) -> dict[str, Any]:
    return dict(dj_database_url.parse(text))


def _mailer(text: str) -> dict[str, Any]:
    """`EMAIL_URL` to one entry of Django's MAILERS (Django 6.1 has no EMAIL_* settings)."""
    parts = urlsplit(text)
    if parts.scheme == "mailbox":
        return {"BACKEND": "toolbox.mailbox.EmailBackend"}
    if parts.scheme.startswith("anymail+"):
        return {"BACKEND": f"anymail.backends.{_service(parts.scheme)}.EmailBackend"}
    if parts.scheme not in {"smtp", "smtp+tls", "smtps"} or not parts.hostname:
        raise ValueError("not an smtp, smtp+tls, smtps, anymail+SERVICE or mailbox address")
    timeout = parse_qs(parts.query).get("timeout", ["30"])[0]
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": parts.hostname,
            "port": parts.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme],
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_tls": parts.scheme == "smtp+tls",
            "use_ssl": parts.scheme == "smtps",
            "timeout": int(timeout),
        },
    }


def _service(scheme: str) -> str:
    name = scheme.removeprefix("anymail+").replace("-", "_")
    if not name.isidentifier() or find_spec(f"anymail.backends.{name}") is None:
        raise ValueError(f"{name} is no mail service that django-anymail knows")
    return name


def mail_service(email_url: str, secret: str) -> dict[str, Any]:
    """ANYMAIL for `EMAIL_URL`: anymail+postmark://?server_token=… holds its settings."""
    parts = urlsplit(email_url)
    if not parts.scheme.startswith("anymail+"):
        return {}
    name = parts.scheme.removeprefix("anymail+").replace("-", "_").upper()
    own = {f"{name}_{key.upper()}": value for key, value in parse_qsl(parts.query)}
    # Readers are not followed, whatever the account at the service is set to.
    quiet = {"SEND_DEFAULTS": {"track_opens": False, "track_clicks": False}}
    return {**own, **quiet, "IGNORE_UNSUPPORTED_FEATURES": True, "WEBHOOK_SECRET": secret}


SETTINGS = (
    Setting("SECRET_KEY", str, "", "Signs sessions and links. Empty = laptop mode, see below."),
    Setting("SECRET_KEY_FALLBACKS", _words, "", "Former keys, comma separated, while rotating."),
    Setting(
        "ADDRESS_KEY", str, "", "Hashes addresses that must not be mailed again. Never change."
    ),
    Setting("DEBUG", _flag, "", "Default: on in laptop mode, off as soon as SECRET_KEY is set."),
    Setting("ALLOWED_HOSTS", _words, "localhost,127.0.0.1,[::1]", "Host names served."),
    Setting("SITE_URL", _site, "http://127.0.0.1:8000", "The public address, in every link sent."),
    Setting(
        "DATABASE_URL", _database, "", "Default: SQLite in var/. postgres://user:pw@host/name."
    ),
    Setting(
        "EMAIL_URL", _mailer, "mailbox:", "smtp://, smtp+tls://, smtps://; mailbox: = var/mailbox."
    ),
    Setting(
        "MAIL_WEBHOOK_SECRET",
        _secret,
        "",
        "name:word, in the address a mail service calls. See docs.",
    ),
    Setting("MAIL_DKIM_KEY", str, "", "File of the private key that signs, if the relay does not."),
    Setting("MAIL_DKIM_SELECTOR", str, "", "Its name in the DNS."),
    Setting(
        "MAIL_WARM_UP", _counts, "", "Mails on the 1st, 2nd … day of sending, as 500,1000,2000."
    ),
    Setting(
        "MAIL_CONNECTIONS", _count, "8", "SMTP connections a worker keeps open while it sends."
    ),
    Setting("MAIL_PER_SECOND", _count, "", "Most mails of all mailings in any second, if limited."),
    Setting("MAIL_PER_HOUR", _count, "", "The same for any hour: what your mail service allows."),
    Setting("MAIL_PER_DAY", _count, "", "The same for any 24 hours."),
    Setting(
        "MAIL_CANCEL_WINDOW",
        _seconds,
        "",
        "Seconds between publishing and the first mail. Default: 300; in laptop mode 0.",
    ),
    Setting(
        "INSTANCE", str, "", "Names the sender; on each host the same. Default: a file in VAR_DIR."
    ),
    Setting("VAR_DIR", str, "", "Where the SQLite file, the local mailbox and uploads live."),
    Setting("METRICS_TOKEN", str, "", "Bearer token that opens /metrics. Empty: it is not there."),
    Setting("FETCH_ALLOW_PRIVATE", _flag, "0", "Let feeds be fetched from private addresses."),
    Setting("FETCH_PER_HOST", _count, "2", "Requests to one host at the same time."),
    Setting("FETCH_CONCURRENCY", _count, "200", "Requests at the same time."),
    Setting("FETCH_TIMEOUT", _count, "30", "Seconds for one whole fetch, redirects included."),
    Setting("FETCH_MAX_BYTES", _count, "5000000", "Largest feed, as sent and as unpacked."),
    Setting("FETCH_PAGES", _flag, "1", "Look at the pages of new links: author, image, mirrors."),
)


def read(environ: Mapping[str, str] = os.environ) -> tuple[dict[str, Any], list[Fault]]:
    """Every setting's value by name, and the faults found on the way."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for setting in SETTINGS:
        text = environ.get(setting.name, setting.default)
        try:
            values[setting.name] = setting.read(text) if text else _empty(setting)
        except (ValueError, TypeError, dj_database_url.ParseError) as error:
            faults.append(Fault(setting.name, str(error), setting.help))
            values[setting.name] = (
                setting.read(setting.default) if setting.default else _empty(setting)
            )
    return values, faults


def _empty(setting: Setting) -> Any:
    """An unset DEBUG or DATABASE_URL is decided by the settings file, not read from text."""
    return [] if setting.read is _words else "" if setting.read is str else None


def table() -> str:
    """The settings as the Markdown table of docs/settings.md; a test holds the two together."""
    rows = [
        f"| `{s.name}` | {f'`{s.default}`' if s.default else ''} | {s.help} |" for s in SETTINGS
    ]
    return "\n".join(["| variable | default | what it is |", "| --- | --- | --- |", *rows])
