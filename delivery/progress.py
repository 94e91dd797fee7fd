"""Where a mailing stands, counted from its rows when somebody looks."""

from dataclasses import dataclass

from delivery.models import Delivery, Mailing

State = Delivery.State
OPEN = {State.QUEUED, State.SENDING}


@dataclass(frozen=True)
class Line:
    """One state and how many rows stand in it."""

    state: str
    label: str
    count: int


@dataclass(frozen=True)
class Tally:
    """The rows of one mailing by state."""

    counts: dict[str, int]

    @property
    def total(self) -> int:
        """Everybody it is for."""
        return sum(self.counts.values())

    @property
    def ended(self) -> int:
        """Those of whom there is nothing left to do."""
        return self.total - sum(self.counts.get(state, 0) for state in OPEN)

    @property
    def lines(self) -> list[Line]:
        """The states that occur, in the order of a row's life."""
        known = ((state, self.counts.get(state, 0)) for state in State)
        return [Line(state.value, str(state.label), count) for state, count in known if count]


def obstacle(mailing: Mailing) -> str:
    """Why nothing leaves, in the mail server's words; empty while it takes our mail.

    Only a server that will not talk to us leaves an answer without counting an attempt.
    """
    untried = mailing.deliveries.filter(state=State.QUEUED, attempts=0).exclude(last_answer="")
    latest = untried.order_by("-next_attempt_at").values_list("last_answer", flat=True)
    return latest.first() or ""


def tally(mailing: Mailing) -> Tally:
    """One query."""
    return Tally(mailing.progress())
