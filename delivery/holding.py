"""Holding a mailing back by the machine's own judgement, until a person has looked."""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.timesince import timesince

from delivery.models import Delivery, MailEvent, Mailing
from delivery.signals import mailing_held
from digest import rechecking
from publication import access
from publication.masthead import current

logger = logging.getLogger("newsdesk.delivery")
State = Mailing.State
REASON_LENGTH = 300
# What nobody has missed for an hour is perhaps not wanted any more: a server that was off, a
# snapshot of yesterday.
LATE = timedelta(minutes=60)
# So many errors, and more than this share of what was tried: the list or the server is at fault.
ALARM = 20
SHARE = 0.05
# Of those whose server took it: hard bounces, and complaints (Gmail's limit is three times that).
BOUNCED_SHARE, COMPLAINED_SHARE = 0.05, 0.001
# Of a small mailing one complaint is a large share, and says nothing.
COMPLAINTS = 3


@transaction.atomic
def hold(mailing: Mailing, reason: str) -> bool:
    """Pause it, say why, and tell the editors. Answers False when it was held or over before."""
    going = Mailing.objects.filter(pk=mailing.pk, state__in=[State.SCHEDULED, State.RELEASED])
    if not going.update(state=State.PAUSED, hold_reason=reason):
        return False
    access.record(None, "mailing held", str(mailing.issue), reason=reason)
    mailing_held.send_reliable(mailing_id=mailing.pk, reason=reason)
    return True


def hold_if_late(mailing: Mailing, now: datetime) -> bool:
    """Hold one whose hour has passed too long ago, unless somebody has said to go on since."""
    due = max(mailing.mail_at, mailing.confirmed_at or mailing.mail_at)
    if now - due <= LATE:
        return False
    hour = mailing.mail_at.astimezone(ZoneInfo(current().time_zone))
    return hold(mailing, f"It was due on {hour:%-d %B %Y, %H:%M %Z}, {timesince(due, now)} ago.")


def hold_if_sponsor_gone(mailing: Mailing, now: datetime) -> bool:
    """Hold one whose sponsor's page is gone, unless it has begun or somebody has said to go on
    since. Answers True too where one look found it gone: it waits for the next."""
    if mailing.released_at is not None:
        return False
    try:
        rechecking.check_sponsors(mailing.rendered, now=now, known_since=mailing.confirmed_at)
    except rechecking.SponsorInDoubtError as doubt:
        logger.info("%s waits: %s", mailing, doubt)
        return True
    except rechecking.SponsorGoneError as gone:
        return hold(mailing, str(gone)[:REASON_LENGTH])
    return False


def hold_running(reason: str) -> int:
    """Hold every mailing that is under way. Answers how many."""
    return sum(hold(mailing, reason) for mailing in list(Mailing.objects.running()))


def hold_due(reason: str, now: datetime) -> int:
    """Hold every mailing that would begin by now. Answers how many."""
    return sum(hold(mailing, reason) for mailing in list(Mailing.objects.due(now)))


def hold_restored(saved_at: datetime, now: datetime) -> None:
    """Hold what was under way when a backup was made, and what came due since.

    The install that went on may have mailed anybody who is open here: a person decides.
    """
    hour = f"{saved_at.astimezone(ZoneInfo(current().time_zone)):%-d %B %Y, %H:%M %Z}"
    for mailing in Mailing.objects.running():
        open_ = mailing.deliveries.open().count()
        hold(mailing, f"The backup is of {hour}: the {open_:,} who are open may have it since.")
    hold_due(f"It came due after the backup of {hour}: it may have been mailed since.", now)


def hold_troubled() -> int:
    """Hold each running mailing with too many errors since a person last said to go on."""
    return sum(_hold_if_troubled(mailing) for mailing in list(Mailing.objects.running()))


def hold_returned(mailing: Mailing) -> bool:
    """Hold it while it is under way, if too much of it bounces or is called spam."""
    if not Mailing.objects.running().filter(pk=mailing.pk).exists():
        return False
    told = MailEvent.objects.filter(delivery__mailing=mailing)
    if mailing.confirmed_at is not None:
        told = told.filter(told_at__gt=mailing.confirmed_at)
    gone = mailing.deliveries.exclude(wire_at=None).count()
    bounced = told.filter(what=MailEvent.What.HARD).count()
    if bounced >= ALARM and bounced > BOUNCED_SHARE * gone:
        return hold(mailing, f"Too many addresses do not exist: {bounced} of {gone}.")
    spam = told.filter(what=MailEvent.What.COMPLAINED).count()
    if spam >= COMPLAINTS and spam > COMPLAINED_SHARE * gone:
        return hold(mailing, f"Too many call it spam: {spam} of {gone}.")
    return False


def _hold_if_troubled(mailing: Mailing) -> bool:
    tried = mailing.deliveries.exclude(state=Delivery.State.SKIPPED).exclude(finished_at=None)
    if mailing.confirmed_at is not None:
        tried = tried.filter(finished_at__gt=mailing.confirmed_at)
    errors, total = tried.troubled().count(), tried.count()
    if errors < ALARM or errors <= SHARE * total:
        return False
    return hold(mailing, f"Too many errors: {errors} of {total} that were tried.")
