"""The ledger: what a worker may do to delivery rows, each step a conditional update.

QUEUED → claimed (SENDING, a lease) → marked (wire_at, committed before any byte) → an end. Every
write names the claim: whoever froze, lost the row and woke up again changes nothing.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from audience.models import Subscriber, Suppression
from delivery.models import Delivery, DeliveryQuerySet, Mailing, as_told
from toolbox.prepared import OwnSlot, Slot, Update
from toolbox.smtp import Answer, Verdict

# Renewed every few seconds while the worker lives.
LEASE = timedelta(seconds=30)
# After a temporary failure; nearly 48 hours in all, then it has failed.
PAUSES = [timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 240, 480, 960, 960)]
# While no server answers: nobody's row is to blame.
AWAY_PAUSE = timedelta(seconds=30)
State = Delivery.State
# Of each row that is claimed, what a mail is made from and its answer is booked with.
NEEDED = ["mail", "message_id", "attempts", "subscriber__email", "subscriber__token"]
ENDS = {
    Verdict.ACCEPTED: State.ACCEPTED,
    Verdict.TEMPORARY: State.FAILED,
    Verdict.PERMANENT: State.FAILED,
    Verdict.UNKNOWN: State.UNCERTAIN,
}
# What may have arrived, so that somebody may tell of it before we write it down.
LEFT_US = {State.ACCEPTED, State.UNCERTAIN}


class Claim:
    """One worker's hold on some rows."""

    def __init__(self) -> None:
        self.id = uuid.uuid4()
        self._quarter = 0

    def take(self, limit: int, now: datetime) -> list[Delivery]:
        """Claim up to `limit` due rows of one mailing."""
        for mailing in list(Mailing.objects.with_work(now)):
            with transaction.atomic():
                due = Delivery.objects.filter(mailing=mailing).due(now).order_by("next_attempt_at")
                chosen = due.select_for_update(skip_locked=True)[:limit]
                pks = list(chosen.values_list("pk", flat=True))
                taken = Delivery.objects.filter(pk__in=pks, state=State.QUEUED).update(
                    state=State.SENDING, claim=self.id, lease_until=now + LEASE
                )
            if taken:
                return list(self._held(pks).select_related("subscriber").only(*NEEDED))
        return []

    def mark(self, rows: Iterable[Delivery], now: datetime) -> set[int]:
        """Mark those that may go, and answer their pks; settle those that may not.

        Asked again with the same `now` it answers the same, should the first commit have been
        stored and its answer lost.
        """
        pks = {row.pk for row in rows}
        shared = {"claim": self.id, "now": now, "until": now + LEASE}
        if self._marking(now).run([{"pk": pk} for pk in pks], **shared) == len(pks):
            return pks
        held = self._held(pks)
        for row in held.filter(wire_at=None).select_related("subscriber", "mailing"):
            self._held([row.pk]).filter(wire_at=None).update(**_stopped(row, now))
        return set(held.filter(wire_at=now).values_list("pk", flat=True))

    def record(self, row: Delivery, answer: Answer, now: datetime) -> State | None:
        """Write down what the server said. Answers the row's new state, None if it is not ours.

        Also where the lease ran out meanwhile and the row was listed as UNCERTAIN: now we know.
        """
        state, values = _outcome(row, answer, now)
        ours = Delivery.objects.filter(
            pk=row.pk, claim=self.id, state__in=[State.SENDING, State.UNCERTAIN], settled_at=None
        )
        known = as_told(state) if state in LEFT_US else state
        written = ours.update(**{**values, "state": known, "last_answer": answer.text})
        return state if written else None

    def record_all(
        self, done: Sequence[tuple[Delivery, Answer]], now: datetime
    ) -> list[State | None]:
        """The same for many, each with its own values; the taken ones in one go."""
        taken = [(row, answer) for row, answer in done if answer.verdict is Verdict.ACCEPTED]
        own = [
            {"pk": row.pk, "attempts": row.attempts + 1, "answer": answer.text}
            for row, answer in taken
        ]
        all_ours = _taking().run(own, claim=self.id, now=now) == len(own)
        return [
            State.ACCEPTED
            if all_ours and answer.verdict is Verdict.ACCEPTED
            else self.record(row, answer, now)
            for row, answer in done
        ]

    def renew(self, now: datetime) -> None:
        """Still here."""
        self._held().update(lease_until=now + LEASE)

    def give_back(self) -> None:
        """Whatever was not begun is anybody's again."""
        self._held().filter(wire_at=None).update(state=State.QUEUED, **_FREE)

    def _marking(self, now: datetime) -> Update:
        """Nobody's day begins within a quarter of an hour, so who is on a pause stays the same."""
        quarter = int(now.timestamp() // 900)
        if self._quarter != quarter:
            self._quarter, self._statement = quarter, _marking(now)
        return self._statement

    def _held(self, pks: Iterable[int] | None = None) -> DeliveryQuerySet:
        held = Delivery.objects.filter(claim=self.id, state=State.SENDING)
        return held if pks is None else held.filter(pk__in=pks)


def _slot(name: str, field: str, kind: type[Slot] = Slot) -> Slot:
    return kind(name, next(f for f in Delivery._meta.concrete_fields if f.name == field))


def _marking(now: datetime) -> Update:
    """Mark a row where the claim holds, its mailing goes on and its person is mailable."""
    going = Mailing.objects.filter(pk=OuterRef("mailing_id"), state=Mailing.State.RELEASED)
    people = Subscriber.objects.mailable(now).filter(pk=OuterRef("subscriber_id"))
    held = Delivery.objects.filter(
        pk=_slot("pk", "id", OwnSlot),
        claim=_slot("claim", "claim"),
        mailing=_itself(going),
        subscriber=_itself(people),
        state=State.SENDING,
        wire_at=None,
    )
    return Update(held, wire_at=_slot("now", "wire_at"), lease_until=_slot("until", "lease_until"))


def _itself(rows: QuerySet[Any]) -> Subquery:
    """The row that is meant, if it is one of `rows`. Asked of each by its key: of an EXISTS
    PostgreSQL would make a list of all subscribers, wherever its statistics lag behind, as they do
    after a list was taken in."""
    return Subquery(rows.values("pk")[:1])


@cache
def _taking() -> Update:
    """What `record` writes of a mail that was taken."""
    ours = Delivery.objects.filter(
        pk=_slot("pk", "id", OwnSlot),
        claim=_slot("claim", "claim"),
        state__in=[State.SENDING, State.UNCERTAIN],
        settled_at=None,
    )
    return Update(
        ours,
        state=as_told(State.ACCEPTED),
        attempts=_slot("attempts", "attempts", OwnSlot),
        lease_until=None,
        finished_at=_slot("now", "finished_at"),
        last_answer=_slot("answer", "last_answer", OwnSlot),
    )


def recover(now: datetime) -> int:
    """Settle what dead workers left. What was on the wire may have arrived: UNCERTAIN."""
    dead = Delivery.objects.filter(state=State.SENDING, lease_until__lt=now)
    back = dead.filter(wire_at=None).update(state=State.QUEUED, **_FREE)
    lost = dead.filter(wire_at__isnull=False).update(
        state=as_told(State.UNCERTAIN),
        lease_until=None,
        finished_at=now,
        last_answer="The worker stopped before the server's answer was written down.",
    )
    return back + lost


def skip_cancelled(now: datetime) -> int:
    """End the open rows of cancelled mailings."""
    cancelled = Mailing.objects.filter(state=Mailing.State.CANCELLED)
    return Delivery.objects.filter(state=State.QUEUED, mailing__in=cancelled).update(
        **_skipped("cancelled", now)
    )


# Nobody's, and not on the wire.
_FREE = {"claim": None, "lease_until": None, "wire_at": None}


def _skipped(reason: str, now: datetime) -> dict[str, object]:
    values = {"skip_reason": reason, "lease_until": None, "finished_at": now}
    return {"state": State.SKIPPED, **values}


def _stopped(row: Delivery, now: datetime) -> dict[str, object]:
    """What becomes of a claimed row that may not go now, or not at all."""
    if row.subscriber is None:
        return _skipped("erased", now)
    if row.subscriber.state != Subscriber.State.ACTIVE:
        return _skipped(row.subscriber.state, now)
    suppression = Suppression.objects.filter(address_key=row.subscriber.address_key).first()
    if suppression is not None:
        return _skipped(suppression.reason, now)
    if not Subscriber.objects.mailable(now).filter(pk=row.subscriber.pk).exists():
        return _skipped("paused", now)
    if row.mailing.state == Mailing.State.CANCELLED:
        return _skipped("cancelled", now)
    return {"state": State.QUEUED, **_FREE}


def _outcome(row: Delivery, answer: Answer, now: datetime) -> tuple[State, dict[str, object]]:
    """What an answer makes of a row."""
    if answer.verdict is Verdict.AWAY:
        return State.QUEUED, {**_FREE, "next_attempt_at": now + AWAY_PAUSE}
    attempts = row.attempts + 1
    if answer.verdict is Verdict.TEMPORARY and attempts <= len(PAUSES):
        following = now + PAUSES[attempts - 1]
        return State.QUEUED, {**_FREE, "attempts": attempts, "next_attempt_at": following}
    ended: dict[str, object] = {"attempts": attempts, "lease_until": None, "finished_at": now}
    return ENDS[answer.verdict], ended
