"""Mailings for tests: an approved issue, and people who get it."""

from itertools import count
from typing import Any

from audience.addresses import address_key
from audience.models import Subscriber
from delivery import ledger, mailings
from delivery.models import Delivery, Mailing
from digest.models import Issue, RenderedIssue
from digest.placeholders import subscriber_links
from tests.makers import NOW

_serial = count(1)


def make_rendered(**values: Any) -> RenderedIssue:
    """A published issue's artefact, links to leave in it."""
    number = next(_serial)
    issue = Issue.objects.create(
        number=number,
        title=f"Issue {number}",
        date=NOW.date(),
        state=Issue.State.PUBLISHED,
        published_at=NOW,
        mail_at=values.pop("mail_at", NOW),
    )
    out = subscriber_links()["unsubscribe_url"]
    known = {
        "subject": f"Nº {number}: naïve café",
        "email_text": f"Ünïcode words.\n\nUnsubscribe: {out}\n",
        "email_html": f'<html><body><p>Ünïcode words.</p><a href="{out}">Out</a></body></html>',
        "web_body": "<p>Words.</p>",
        "feed_body": "<p>Words.</p>",
        "fingerprint": "f" * 64,
        **values,
    }
    return RenderedIssue.objects.create(issue=issue, revision=1, **known)


def make_readers(number: int) -> list[Subscriber]:
    """That many people who confirmed."""
    emails = [f"reader-{next(_serial)}@example.com" for _ in range(number)]
    return Subscriber.objects.bulk_create(
        Subscriber(
            email=email,
            address_key=address_key(email),
            state=Subscriber.State.ACTIVE,
            confirmed_at=NOW,
        )
        for email in emails
    )


def make_mailing(readers: int = 0, **values: Any) -> Mailing:
    """A mailing that was let out to that many people."""
    make_readers(readers)
    mailing = mailings.start(make_rendered(**values).issue_id)
    assert mailing is not None
    mailings.release(mailing, NOW)
    return mailing


def states(mailing: Mailing) -> dict[str, int]:
    """How many rows stand in each state, without the empty ones."""
    return Mailing.objects.get(pk=mailing.pk).progress()


def only_delivery() -> Delivery:
    return Delivery.objects.select_related("subscriber", "mailing").get()


def make_uncertain(readers: int = 1) -> Mailing:
    """What a worker left that died between the dot and the answer."""
    mailing = make_mailing(readers=readers)
    claim = ledger.Claim()
    claim.mark(claim.take(readers, NOW), NOW)
    ledger.recover(NOW + 2 * ledger.LEASE)
    return mailing
