"""Each answer of a mail server has one meaning, and no row is filed under another."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings

from audience.addresses import address_key
from audience.models import Subscriber
from delivery import holding, sending
from delivery.models import Delivery
from tests.delivery.makers import make_mailing
from tests.makers import NOW
from tests.sink import Reply, Session, close, hang, sinking
from toolbox import smtp_dialogue

pytestmark = pytest.mark.django_db
EACH = 3
LATER = NOW + timedelta(days=3)
# By the name of the recipient: at which step, the answer, the row's end, the tries it took. Three
# days later the server takes everything.
TABLE: dict[str, tuple[str, Reply, str, int]] = {
    "taken": ("dot", "250 ok", "accepted", 1),
    "rcpt-421": ("RCPT", "421 closing", "accepted", 2),
    "rcpt-450": ("RCPT", "450 busy", "accepted", 2),
    "rcpt-451": ("RCPT", "451 error", "accepted", 2),
    "rcpt-452": ("RCPT", "452 storage", "accepted", 2),
    "data-451": ("DATA", "451 not now", "accepted", 2),
    "dot-421": ("dot", "421 closing", "accepted", 2),
    "dot-450": ("dot", "450 busy", "accepted", 2),
    "dot-452": ("dot", "452 storage", "accepted", 2),
    "rcpt-550": ("RCPT", "550 nobody", "failed", 1),
    "rcpt-552": ("RCPT", "552 too much", "failed", 1),
    "rcpt-554": ("RCPT", "554 never", "failed", 1),
    "dot-550": ("dot", "550 spam", "failed", 1),
    "dot-554": ("dot", "554 never", "failed", 1),
    "closes-before": ("RCPT", close, "accepted", 2),
    "hangs-before": ("RCPT", hang, "accepted", 2),
    "closes-after": ("dot", close, "uncertain", 1),
    "hangs-after": ("dot", hang, "uncertain", 1),
    "nonsense-after": ("dot", "999 what", "uncertain", 1),
}


def make_reader(email: str) -> None:
    Subscriber.objects.create(
        email=email, address_key=address_key(email), state="active", confirmed_at=NOW
    )


def speaking_from(table: dict[str, tuple[str, Reply, str, int]]) -> dict[str, Reply]:
    """A server that fails each recipient in the way of its name."""

    def at(step: str, welcome: str) -> Reply:
        def answer(session: Session) -> str:
            where, reply, _, _ = table[session.recipient.partition("+")[0]]
            if where != step:
                return welcome
            return reply if isinstance(reply, str) else reply(session)

        return answer

    return {"RCPT": at("RCPT", "250 ok"), "DATA": at("DATA", "354 go"), "dot": at("dot", "250 ok")}


def drain_dry(now: datetime) -> None:
    while sending.drain(now):
        pass


def test_no_answer_is_filed_under_another(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P9, all in one mailing over shared connections. What is uncertain is never tried again."""
    monkeypatch.setattr(holding, "ALARM", 10_000)
    monkeypatch.setattr(smtp_dialogue, "DOT_PATIENCE", 1)
    for name in TABLE:
        for number in range(EACH):
            make_reader(f"{name}+{number}@example.com")
    make_mailing()
    with sinking(speaking_from(TABLE)) as sink:
        settings.MAILERS = sink.options(timeout=1)
        drain_dry(NOW)
        sink.replies.clear()
        drain_dry(LATER)
        drain_dry(LATER + timedelta(days=3))
    rows = Delivery.objects.values_list("subscriber__email", "state", "attempts")
    filed = Counter((email.partition("+")[0], state, tries) for email, state, tries in rows)
    assert filed == {(name, end, tries): EACH for name, (_, _, end, tries) in TABLE.items()}
    assert len(sink.recipients) == len(set(sink.recipients))
