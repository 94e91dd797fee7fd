"""Sending what is due: claim, mark, bytes on the wire, record.

One thread does all the book-keeping, and settles the answers and the next marks of all lines in
one commit. A row is on the wire only between its mark and its answer, so a crash leaves at most
one uncertain row for each line.
"""

import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import compress, islice

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, transaction

from audience.models import Subscriber
from delivery import events, fence, pace
from delivery.crew import Crew, Done, Job
from delivery.holding import ALARM, hold_troubled
from delivery.ledger import LEASE, Claim
from delivery.message import fill_in, pieces_of, sender_of
from delivery.models import Delivery, RenderedMail
from delivery.switchboard import Switchboard
from publication.masthead import current
from toolbox import smtp, transports
from toolbox.smtp import Verdict
from toolbox.text import first_line

logger = logging.getLogger("newsdesk.delivery")

BATCH = 500
# A task that ends soon lets the worker stop soon; the next one goes on where this one ended.
SLICE = timedelta(seconds=5)
HEARTBEAT = 5.0  # seconds
REST = 0.05  # seconds, when the pace allows nothing this moment
PATIENCE = 600  # seconds for a database that is away
ERRORS = {Delivery.State.FAILED, Delivery.State.UNCERTAIN}


def drain(now: datetime) -> Counter[str]:
    """Send what is due for a few seconds. Answers how many tried rows came to which state.

    Ends early when nothing is left, when no server can be reached, and when the hour's mails or
    the day's have gone.
    """
    if not fence.may_send(now):
        return Counter()
    return Shift(now).work()


class Shift:
    """A few seconds of sending."""

    def __init__(self, now: datetime) -> None:
        self._started, self._began = now, time.monotonic()
        self._renewed = self._began
        self._sender = sender_of(current())
        self._pieces: dict[int, list[bytes]] = {}
        self._claim = Claim()
        self._waiting: deque[Delivery] = deque()
        self._left, self._resting = True, False
        self._counts: Counter[str] = Counter()
        self._errors = 0

    def work(self) -> Counter[str]:
        """Until the slice is over, the rows are, or every line has gone."""
        crew = _crew()
        done: list[Done] = []
        try:
            while True:
                self._top_up(crew)
                for job in self._settle(done, crew):
                    crew.hand_out(job)
                self._look_at_errors(at_least=ALARM)
                if not crew.busy and self._is_over(crew):
                    self._look_at_errors(at_least=1)
                    return self._counts
                done = self._hear(crew)
        finally:
            crew.dismiss()
            _patiently(self._claim.give_back)

    def _hear(self, crew: Crew | Switchboard) -> list[Done]:
        """What came back. While servers think, or the pace keeps us, the lease is kept."""
        if time.monotonic() > self._renewed + HEARTBEAT:
            _patiently(lambda: self._claim.renew(self._now()))
            self._renewed = time.monotonic()
        if crew.busy:
            return crew.hear(REST if self._resting else HEARTBEAT)
        if self._resting:
            time.sleep(REST)
        return []

    def _now(self) -> datetime:
        """The door's clock, carried on."""
        return self._started + timedelta(seconds=time.monotonic() - self._began)

    def _goes_on(self, crew: Crew | Switchboard) -> bool:
        return crew.free > 0 and self._now() < self._started + SLICE

    def _is_over(self, crew: Crew | Switchboard) -> bool:
        if not self._waiting or not self._goes_on(crew):
            return True
        return self._resting and _patiently(lambda: pace.is_spent(self._now()))

    def _top_up(self, crew: Crew | Switchboard) -> None:
        """Claim more rows when those at hand run short."""
        if self._left and len(self._waiting) < crew.free and self._goes_on(crew):
            more = _patiently(lambda: self._claim.take(BATCH, self._now()))
            for mail_id in {row.mail_id for row in more} - self._pieces.keys():
                self._pieces[mail_id] = _patiently(partial(_pieces_of, mail_id))
            self._waiting.extend(more)
            self._left = bool(more)

    def _settle(self, done: list[Done], crew: Crew | Switchboard) -> list[Job]:
        """Record what came back and mark what goes next, in one commit."""
        count = min(crew.free, len(self._waiting)) if self._goes_on(crew) else 0
        following = list(islice(self._waiting, count))
        if not done and not following:
            return []
        now, until = self._now(), time.time() + LEASE.total_seconds()
        going, marked = _patiently(lambda: self._note(done, following, now))
        self._resting = len(going) < len(following)
        for _ in going:
            self._waiting.popleft()
        return [
            self._job(row, row.subscriber, now, until)
            for row in going
            if row.pk in marked and row.subscriber is not None
        ]

    def _note(
        self, done: list[Done], following: list[Delivery], now: datetime
    ) -> tuple[list[Delivery], set[int]]:
        """Answers which rows the pace lets go, and which of them are marked."""
        with transaction.atomic():
            states = self._claim.record_all(done, now)
            _tell(done, states, now)
            going = following[: pace.allowance(len(following), now)]
            marked = self._claim.mark(going, now)
        tried = (answer.verdict is not Verdict.AWAY for _, answer in done)
        self._counts.update(state for state in compress(states, tried) if state)
        self._errors += sum(state in ERRORS for state in states)
        return going, marked

    def _look_at_errors(self, *, at_least: int) -> None:
        """Once there are some, ask of all workers' rows whether there are too many."""
        if self._errors >= at_least:
            self._errors = 0
            _patiently(hold_troubled)

    def _job(self, row: Delivery, subscriber: Subscriber, now: datetime, until: float) -> Job:
        message = fill_in(
            self._pieces[row.mail_id],
            recipient=subscriber.email,
            token=subscriber.token,
            message_id=row.message_id,
            date=now,
        )
        return Job(row, self._sender, subscriber.email, message, until)


def _tell(done: list[Done], states: list[Delivery.State | None], now: datetime) -> None:
    """A refusal is a bounce at the door. A service's events may be here before its answer."""
    for (row, answer), state in zip(done, states, strict=True):
        if state == Delivery.State.FAILED and answer.verdict is Verdict.PERMANENT:
            events.refused(row, answer.text, now=now)
        elif state is not None and answer.provider_id:
            row.provider_id = answer.provider_id
            Delivery.objects.filter(pk=row.pk).update(provider_id=answer.provider_id)
            events.catch_up(row, now=now)


def _crew() -> Crew | Switchboard:
    """SMTP by one thread; what knows no other way than to wait, by a thread for each line."""
    lines = transports.open_lines(settings.MAIL_CONNECTIONS)
    ours = [line for line in lines if isinstance(line, smtp.Line)]
    return Switchboard(ours) if len(ours) == len(lines) else Crew(lines)


def _pieces_of(mail_id: int) -> list[bytes]:
    return pieces_of(bytes(RenderedMail.objects.values_list("source", flat=True).get(pk=mail_id)))


def _patiently[Result](deed: Callable[[], Result]) -> Result:
    """Do it once the database is there. What servers answered must not be lost for its sake."""
    deadline, told = time.monotonic() + PATIENCE, False
    while True:
        try:
            return deed()
        except (OperationalError, InterfaceError) as error:
            if time.monotonic() > deadline:
                raise
            if not told:
                logger.warning("Waiting for the database: %s", first_line(error))
            told = True
            close_old_connections()
            _nap()


def _nap() -> None:
    time.sleep(1)
