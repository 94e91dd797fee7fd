"""Where a mailing stands, counted from its rows when somebody looks."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from audience.models import Subscriber
from delivery.models import Delivery, Mailing

State = Delivery.State
OPEN = {State.QUEUED, State.SENDING}
SENT = {State.ACCEPTED, State.DELIVERED, State.BOUNCED, State.COMPLAINED}
WINDOW = timedelta(minutes=1)


@dataclass(frozen=True)
class Line:
    """One state and how many rows stand in it."""

    state: str
    label: str
    count: int


@dataclass(frozen=True)
class Tally:
    """The rows of one mailing by state. `rate`: mails that went on the wire in the last minute."""

    counts: dict[str, int]
    rate: int = 0

    @property
    def total(self) -> int:
        """Everybody it is for."""
        return sum(self.counts.values())

    @property
    def to_go(self) -> int:
        """Those whose end is not known yet."""
        return sum(self.counts.get(state, 0) for state in OPEN)

    @property
    def ended(self) -> int:
        """Those of whom there is nothing left to do."""
        return self.total - self.to_go

    @property
    def sent(self) -> int:
        """Those whose mail server has it."""
        return sum(self.counts.get(state, 0) for state in SENT)

    @property
    def errors(self) -> int:
        """Those who will not get it."""
        return self.counts.get(State.FAILED, 0)

    @property
    def uncertain(self) -> int:
        """Those of whom nobody knows."""
        return self.counts.get(State.UNCERTAIN, 0)

    @property
    def time_left(self) -> timedelta | None:
        """At this pace; None where there is none."""
        return timedelta(minutes=self.to_go / self.rate) if self.rate and self.to_go else None

    @property
    def lines(self) -> list[Line]:
        """The states that occur, in the order of a row's life."""
        known = ((state, self.counts.get(state, 0)) for state in State)
        return [Line(state.value, str(state.label), count) for state, count in known if count]


def to_get(mailing: Mailing, now: datetime) -> int:
    """How many would have it in the mail if it went on."""
    if mailing.released_at is None:
        return Subscriber.objects.mailable(now).count()
    return mailing.deliveries.open().count()


def obstacle(mailing: Mailing) -> str:
    """Why nothing leaves, in the mail server's words; empty while it takes our mail.

    Only a server that will not talk to us leaves an answer without counting an attempt.
    """
    untried = mailing.deliveries.filter(state=State.QUEUED, attempts=0).exclude(last_answer="")
    latest = untried.order_by("-next_attempt_at").values_list("last_answer", flat=True)
    return latest.first() or ""


def tally(mailing: Mailing, now: datetime) -> Tally:
    """Two queries."""
    recent = mailing.deliveries.filter(wire_at__gt=now - WINDOW, wire_at__lte=now)
    return Tally(mailing.progress(), recent.count())
