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
from itertools import compress

from django.db import InterfaceError, OperationalError, close_old_connections, transaction

from audience.models import Subscriber
from delivery.crew import Crew, Done, Job
from delivery.ledger import Claim
from delivery.message import fill_in, pieces_of, sender_of
from delivery.models import Delivery, RenderedMail
from publication.masthead import current
from toolbox import transports
from toolbox.smtp import Verdict
from toolbox.text import first_line

logger = logging.getLogger("newsdesk.delivery")

LINES = 4
BATCH = 100
# A task that ends soon lets the worker stop soon; the next one goes on where this one ended.
SLICE = timedelta(seconds=5)
HEARTBEAT = 5.0  # seconds
PATIENCE = 600  # seconds for a database that is away


def drain(now: datetime) -> Counter[str]:
    """Send what is due for a few seconds. Answers how many tried rows came to which state.

    Ends early when nothing is left, and when no server can be reached.
    """
    return Shift(now).work()


class Shift:
    """A few seconds of sending."""

    def __init__(self, now: datetime) -> None:
        self._started, self._began = now, time.monotonic()
        self._sender = sender_of(current())
        self._pieces: dict[int, list[bytes]] = {}
        self._claim = Claim()
        self._waiting: deque[Delivery] = deque()
        self._left = True
        self._counts: Counter[str] = Counter()

    def work(self) -> Counter[str]:
        """Until the slice is over, the rows are, or every line has gone."""
        crew = Crew(transports.open_lines(LINES))
        done: list[Done] = []
        try:
            while True:
                self._top_up(crew)
                for job in self._settle(done, crew):
                    crew.hand_out(job)
                if not crew.busy and not (self._waiting and self._goes_on(crew)):
                    return self._counts
                done = self._hear(crew)
        finally:
            crew.dismiss()
            _patiently(self._claim.give_back)

    def _hear(self, crew: Crew) -> list[Done]:
        """What came back. While servers think, the lease is kept."""
        if not crew.busy:
            return []
        done = crew.hear(HEARTBEAT)
        if not done:
            _patiently(lambda: self._claim.renew(self._now()))
        return done

    def _now(self) -> datetime:
        """The door's clock, carried on."""
        return self._started + timedelta(seconds=time.monotonic() - self._began)

    def _goes_on(self, crew: Crew) -> bool:
        return crew.free > 0 and self._now() < self._started + SLICE

    def _top_up(self, crew: Crew) -> None:
        """Claim more rows when those at hand run short."""
        if self._left and len(self._waiting) < crew.free and self._goes_on(crew):
            more = _patiently(lambda: self._claim.take(BATCH, self._now()))
            self._waiting.extend(more)
            self._left = bool(more)

    def _settle(self, done: list[Done], crew: Crew) -> list[Job]:
        """Record what came back and mark what goes next, in one commit."""
        count = min(crew.free, len(self._waiting)) if self._goes_on(crew) else 0
        following = [self._waiting.popleft() for _ in range(count)]
        if not done and not following:
            return []
        now = self._now()
        marked = _patiently(lambda: self._note(done, following, now))
        return [
            self._job(row, row.subscriber, now)
            for row in following
            if row.pk in marked and row.subscriber is not None
        ]

    def _note(self, done: list[Done], following: list[Delivery], now: datetime) -> set[int]:
        with transaction.atomic():
            states = [self._claim.record(row, answer, now) for row, answer in done]
            marked = self._claim.mark(following, now)
        tried = (answer.verdict is not Verdict.AWAY for _, answer in done)
        self._counts.update(state for state in compress(states, tried) if state)
        return marked

    def _job(self, row: Delivery, subscriber: Subscriber, now: datetime) -> Job:
        message = fill_in(
            self._pieces_of(row.mail_id),
            recipient=subscriber.email,
            token=subscriber.token,
            message_id=row.message_id,
            date=now,
        )
        return Job(row, self._sender, subscriber.email, message)

    def _pieces_of(self, mail_id: int) -> list[bytes]:
        if mail_id not in self._pieces:
            source = RenderedMail.objects.values_list("source", flat=True).get(pk=mail_id)
            self._pieces[mail_id] = pieces_of(bytes(source))
        return self._pieces[mail_id]


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
            time.sleep(1)
