"""The fence around an install: a database that was restored elsewhere, or is of yesterday, sends
nothing until a person says that it is the one.

The database holds one half (`Instance`), this machine the other: a token and the hour of the last
look, in VAR_DIR. A dump brings only its own half along.
"""

import json
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.timesince import timesince

from delivery.holding import LATE, hold_due, hold_running
from delivery.models import Instance
from delivery.signals import sending_stopped
from publication import access

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger("newsdesk.delivery")

FILE = "instance.json"
# How exactly an older copy is told from the database as this machine last saw it.
BEAT = timedelta(seconds=30)
ELSEWHERE = "This database was last used by another install: it looks like a copy."
RESTORED = "It had begun when the copy was made, and who got it since is not known here."
OLDER = "This database is older than when this install last looked at it: it was restored."


@dataclass(frozen=True)
class Own:
    """What this machine remembers."""

    token: str
    seen_at: datetime | None


def may_send(now: datetime) -> bool:
    """Asked before anything leaves. What stood still for long waits for the clock's look."""
    before = _read()
    known = Instance.objects.first()
    if known is None:
        return True
    return not (known.closed_because or _doubt(known, before) or now - known.seen_at > LATE)


def look(now: datetime) -> str:
    """The clock's look. Answers why nothing may leave, or an empty text.

    The first look on an install takes possession. One after a long silence holds what was under
    way: a machine that was frozen may not be the one that sends any more.
    """
    before = _read()
    known = Instance.objects.first() or _take_possession(before, now)
    if not known.closed_because:
        if doubt := _doubt(known, before):
            _close(doubt)
            return doubt
        if now - known.seen_at > LATE:
            silence = timesince(known.seen_at, now)
            hold_running(f"Newsdesk stood still for {silence} while it was being sent.")
        if now - known.seen_at > BEAT:
            _remember(known, now)
    return known.closed_because


def open_again(*, by: "User | None", now: datetime) -> None:
    """A person says that this is the one that sends; the next look takes possession.

    Mailings that had begun in the copy are held one by one: what the other one sent is not known.
    """
    access.require(by, "delivery.send_mailing")
    with transaction.atomic():
        if Instance.objects.exclude(closed_because="").delete()[0]:
            access.record(by, "sends from here", "this install")
            hold_running(RESTORED)
            hold_due(RESTORED, now)


def _take_possession(own: Own, now: datetime) -> Instance:
    """A new database beside an old note is simply a new database."""
    token = own.token or _new_token(now)
    seen_at = max(now, own.seen_at or now)
    return Instance.objects.get_or_create(pk=1, defaults={"token": token, "seen_at": seen_at})[0]


def _new_token(now: datetime) -> str:
    """Of two who look at the same moment, one makes the note, and both read it."""
    draft = _draft(secrets.token_urlsafe(24), now)
    try:
        _path().hardlink_to(draft)
    except FileExistsError:
        logger.debug("Somebody else was first.")
    finally:
        draft.unlink()
    return _read().token


def _doubt(known: Instance, before: Own) -> str:
    """`before`: the note as it was before the row was read. Others look at the same moment.

    The token is noted before the row is made, so it is read last; the hour is noted after it
    stands in the row, so it is read first.
    """
    if _read().token != known.token:
        return ELSEWHERE
    return OLDER if before.seen_at is not None and before.seen_at > known.seen_at else ""


@transaction.atomic
def _close(reason: str) -> None:
    if Instance.objects.filter(closed_because="").update(closed_because=reason):
        logger.error("Nothing is sent: %s", reason)
        access.record(None, "sending stopped", "this install", reason=reason)
        sending_stopped.send_reliable(reason=reason)


def _remember(known: Instance, now: datetime) -> None:
    """The row first: a machine that dies in between remembers less than the database, not more."""
    if Instance.objects.filter(pk=known.pk, seen_at__lt=now).update(seen_at=now):
        _write(known.token, now)


def _read() -> Own:
    try:
        held = json.loads(_path().read_text())
        token, seen_at = str(held["token"]), datetime.fromisoformat(held["seen_at"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        # Not there, or nothing that could vouch for this machine.
        return Own(settings.INSTANCE, None)
    return Own(settings.INSTANCE or token, seen_at)


def _write(token: str, seen_at: datetime) -> None:
    """Whole or not at all."""
    _draft(token, seen_at).replace(_path())


def _draft(token: str, seen_at: datetime) -> Path:
    draft = _path().with_suffix(f".{secrets.token_hex(4)}")
    draft.write_text(json.dumps({"token": token, "seen_at": seen_at.isoformat()}))
    return draft


def _path() -> Path:
    return Path(settings.VAR_DIR) / FILE
