"""A mailing: who gets the issue, from which hour, and an editor's hand on it."""

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from delivery import fence, ledger
from delivery.holding import hold_if_late, hold_if_sponsor_gone
from delivery.mails import mail_of
from delivery.message import sender_of
from delivery.models import Mailing
from delivery.rollcall import call_roll
from digest import rechecking
from digest.models import Issue
from publication import access
from publication.masthead import current

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger("newsdesk.delivery")

State = Mailing.State


class MailingError(Exception):
    """What was asked for cannot be done with this mailing; the message says why."""


@transaction.atomic
def start(issue_id: int, revision: int | None = None) -> Mailing | None:
    """Plan the mailing of a published issue; None if it is not to be mailed. Once only.

    `revision` is the artefact that was published; None: the latest. However soon it is wanted,
    there is a while after publishing in which it can be called back.
    """
    issue = Issue.objects.get(pk=issue_id)
    if issue.mail_at is None or issue.published_at is None:
        return None
    artefacts = issue.rendered
    rendered = artefacts.latest() if revision is None else artefacts.get(revision=revision)
    hour = max(issue.mail_at, issue.published_at + settings.MAIL_CANCEL_WINDOW)
    plan = {"rendered": rendered, "mail_at": hour}
    mailing, _ = Mailing.objects.get_or_create(issue=issue, defaults=plan)
    mail_of(mailing.rendered)
    return mailing


def release_due(now: datetime) -> int:
    """Let out every mailing whose hour has come. Answers how many.

    One that cannot be let out is logged and waits; it harms no other. One that is late waits for
    a person, and so does one whose sponsor's page is gone.
    """
    if not fence.may_send(now):
        return 0
    in_time = [due for due in Mailing.objects.due(now) if not hold_if_late(due, now)]
    sound = [mailing for mailing in in_time if not hold_if_sponsor_gone(mailing, now)]
    return sum(_let_out(mailing, now) for mailing in sound)


def look_ahead(now: datetime) -> int:
    """Have the links of every mailing looked at whose hour is near. Answers how many links."""
    near = Mailing.objects.due(now + rechecking.AHEAD).select_related("rendered__issue")
    return sum(rechecking.look_before(one.mail_at, one.rendered, now=now) for one in near)


def _let_out(mailing: Mailing, now: datetime) -> bool:
    try:
        release(mailing, now)
    except Exception:
        logger.exception("%s cannot be let out.", mailing)
        return False
    return True


def release(mailing: Mailing, now: datetime) -> None:
    """Make one row for each subscriber and let workers at them, in one transaction.

    Who is in by the first try gets it: a mailing that was held back and goes on is gone over
    again and adds the same people.
    """
    host = sender_of(current()).partition("@")[2]
    mail_of(mailing.rendered)
    with transaction.atomic():
        let_out = Mailing.objects.filter(pk=mailing.pk, state=State.SCHEDULED).update(
            state=State.RELEASED, released_at=Coalesce("released_at", Value(now))
        )
        mailing.refresh_from_db()
        if let_out:
            call_roll(mailing, host=host)


def pause(mailing: Mailing, *, by: "User | None") -> None:
    """Hold it back; what is on the wire this moment still goes. Raises MailingError."""
    with transaction.atomic():
        _move(mailing, [State.SCHEDULED, State.RELEASED], State.PAUSED, by=by)


def resume(mailing: Mailing, *, by: "User | None", now: datetime) -> None:
    """Go on where it was. It passes by `release` again, which adds nobody. Raises MailingError."""
    with transaction.atomic():
        _move(mailing, [State.PAUSED], State.SCHEDULED, by=by, hold_reason="", confirmed_at=now)


def reschedule(mailing: Mailing, mail_at: datetime, *, by: "User | None", now: datetime) -> None:
    """Give one that has not begun another hour. Raises MailingError."""
    if mail_at < now:
        raise MailingError("That hour has passed. Give one that is still to come.")
    if mailing.released_at is not None:
        raise MailingError(f"{mailing} has begun: its hour cannot be changed any more.")
    with transaction.atomic():
        _move(mailing, [State.SCHEDULED], State.SCHEDULED, by=by, mail_at=mail_at)


def cancel(mailing: Mailing, *, by: "User | None", now: datetime) -> None:
    """Send nobody else; there is no way back. Raises MailingError."""
    with transaction.atomic():
        stoppable = [State.SCHEDULED, State.RELEASED, State.PAUSED]
        _move(mailing, stoppable, State.CANCELLED, by=by)
        ledger.skip_cancelled(now)


def _move(
    mailing: Mailing, states: list[State], to: State, *, by: "User | None", **values: object
) -> None:
    """Change the intent where it is one of `states`, and put it on record."""
    access.require(by, "delivery.send_mailing")
    if mailing.is_sent:
        raise MailingError(f"{mailing} has been sent.")
    moved = Mailing.objects.filter(pk=mailing.pk, state__in=states).update(state=to, **values)
    mailing.refresh_from_db()
    if not moved:
        raise MailingError(f"{mailing} is {mailing.get_state_display().lower()}.")
    access.record(by, f"mailing {to.label.lower()}", str(mailing.issue))
