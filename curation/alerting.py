"""One mail to the editors when feeds fail or fall silent: once each, until they are well again.

The mark on the feed and the fact that a mail is owed are committed together; the outbox tells it
until it is sent, and the sweep does not see the same feed twice.
"""

from datetime import datetime, timedelta
from email.headerregistry import Address

from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives, mailers
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac

from curation.health import diagnosis
from curation.models import Feed
from curation.signals import feeds_ail
from publication.access import holders
from publication.masthead import current
from toolbox import mjml
from toolbox.urls import absolute, absolute_url

# When one mail has gone out, what ails next waits for the next: an outage of ours is one mail
# or two, not a hundred.
PAUSE = timedelta(hours=24)
PERMISSION = "curation.change_feed"


@transaction.atomic
def note(now: datetime) -> int:
    """Mark the feeds that ail, and promise one mail about them. Answers how many.

    While nobody can be told, nothing is marked.
    """
    Feed.objects.exclude(alerted_at=None).well(now).update(alerted_at=None)
    ailing = Feed.objects.ailing(now).filter(alerted_at=None).order_by("pk")
    fresh = list(ailing.values_list("pk", flat=True))
    if not fresh or _told_lately(now) or not readers().exists():
        return 0
    marked = Feed.objects.filter(pk__in=fresh, alerted_at=None).update(alerted_at=now)
    if marked:
        feeds_ail.send_reliable(feeds=fresh, at=now.isoformat())
    return marked


def send(feeds: list[int], *, at: str, now: datetime) -> int:
    """Mail those of `feeds` that still ail to each reader. Answers how many mails were sent.

    Told twice, it sends the same Message-ID twice.
    """
    ailing = list(Feed.objects.ailing(now).filter(pk__in=feeds).order_by("title", "url"))
    if not ailing:
        return 0
    mails = [letter(ailing, reader, at=at, now=now) for reader in readers()]
    return mailers.default.send_messages(mails) or 0


def readers() -> QuerySet[User]:
    """Who is told: people of the staff who may change feeds, and who have an address."""
    allowed = holders(PERMISSION).filter(is_staff=True)
    return allowed.exclude(email="").order_by("pk")


def letter(feeds: list[Feed], reader: User, *, at: str, now: datetime) -> EmailMultiAlternatives:
    """The mail to one reader."""
    publication = current()
    context = {
        "publication": publication,
        "site_url": absolute(""),
        "feeds": [(feed, diagnosis(feed, now), _page(feed)) for feed in feeds],
        "list_url": absolute_url("admin:curation_feed_changelist"),
    }
    sender = Address(publication.sender_name, addr_spec=publication.sender_email)
    key = salted_hmac("curation.alert", f"{at} {reader.pk}", algorithm="sha256").hexdigest()
    mail = EmailMultiAlternatives(
        subject=render_to_string("emails/ailing_feeds.subject.txt", context).strip(),
        body=render_to_string("emails/ailing_feeds.txt", context),
        from_email=str(sender),
        to=[reader.email],
        headers={
            "Auto-Submitted": "auto-generated",
            "Message-ID": f"<{key[:32]}@{sender.domain}>",
        },
    )
    html = mjml.to_html(render_to_string("emails/ailing_feeds.mjml", context))
    mail.attach_alternative(html, "text/html")
    return mail


def _told_lately(now: datetime) -> bool:
    return Feed.objects.filter(alerted_at__gt=now - PAUSE).exists()


def _page(feed: Feed) -> str:
    return absolute_url("admin:curation_feed_change", feed.pk)
