"""A rehearsal: the approved mail, to oneself or to a seed list, before everybody gets it."""

import time
import uuid
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from delivery.mailings import MailingError
from delivery.message import compose, fill_in, pieces_of, sender_of
from digest.models import Issue
from publication import access
from publication.masthead import current
from toolbox.smtp import Answer, Verdict
from toolbox.transports import open_lines

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MARK = "[Test] "
# As long as a subscriber's token, and nobody's: its links lead to a page that says so.
NOBODYS = "a-test-mail-of-nobodys"
AT_MOST = 20
# Seconds. Somebody is waiting for the page.
TIMEOUT = 2.0
ENOUGH = 15.0


@dataclass(frozen=True)
class Tried:
    """One address and what the server said to it."""

    address: str
    answer: Answer

    @property
    def is_taken(self) -> bool:
        return self.answer.verdict is Verdict.ACCEPTED


def send_test(
    issue: Issue, addresses: list[str], *, by: "User | None", now: datetime
) -> list[Tried]:
    """Send what was approved, once to each address (normalised), and answer what became of it.

    It is not the mailing: no row is made and nothing is tried again. Raises MailingError.
    """
    access.require(by, "delivery.send_mailing")
    if issue.state == Issue.State.DRAFT:
        raise MailingError(
            f"{issue} is a draft. Approve it first: what is tested is what goes out."
        )
    if not 0 < len(addresses) <= AT_MOST:
        raise MailingError(f"Give at least one address, and {AT_MOST} at most.")
    access.record(by, "test mail", f"issue #{issue.number}", addresses=len(addresses))
    pieces = pieces_of(compose(issue.rendered.latest(), mark=MARK))
    return _hand_over(pieces, addresses, now)


def _hand_over(pieces: list[bytes], addresses: list[str], now: datetime) -> list[Tried]:
    sender, began = sender_of(current()), time.monotonic()
    host = sender.partition("@")[2]
    tried: list[Tried] = []
    with closing(open_lines(1, timeout=TIMEOUT)[0]) as line:
        for address in addresses:
            if time.monotonic() - began > ENOUGH:
                slow = Answer(Verdict.AWAY, "Not tried: the mail server is too slow just now.")
                tried.append(Tried(address, slow))
                continue
            own = f"<{uuid.uuid4().hex}@{host}>"
            message = fill_in(pieces, recipient=address, token=NOBODYS, message_id=own, date=now)
            tried.append(Tried(address, line.send(sender, address, message)))
    return tried
