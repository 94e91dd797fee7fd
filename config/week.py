"""The week at a glance, for the admin's front page: what stands where, and what needs a hand.

Each card is for those who may open what it leads to. Nothing is kept: every figure is a query.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db.models import Count, Min
from django.urls import reverse
from django.utils.timesince import timesince

from audience.models import Subscriber
from config import health
from config.setup import steps
from curation import health as feeds
from curation.models import Feed, Link
from delivery.models import Delivery, Mailing
from digest import slots
from digest.fingerprint import fingerprint
from digest.models import Issue
from digest.preflight import inspect
from outbox.models import Receipt

State = Subscriber.State
WEEKS = 4
LATELY = timedelta(days=7)
BELIEVED = 300  # seconds
MANY = 500


@dataclass(frozen=True)
class Card:
    """One thing: its figure and a sentence. `tone`: "", "warn" or "bad". `at`: counted down to."""

    title: str
    figure: str
    says: str
    url: str = ""
    tone: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Task:
    """Something that waits for a person, and where."""

    text: str
    url: str


@dataclass(frozen=True)
class Week:
    """All of it."""

    cards: list[Card]
    tasks: list[Task]


def week(person: User, now: datetime) -> Week:
    """What this person may see of the week."""
    cards = [card(now) for permission, card in CARDS if person.has_perm(permission)]
    return Week([*cards, _worker(now)], list(_tasks(person, now)))


def _queue(now: datetime) -> Card:
    waiting = Link.objects.waiting(now)
    found = waiting.order_by().aggregate(count=Count("pk"), oldest=Min("seen_at"))
    # Counted no further than this, in the order of the index that answers.
    chosen = Link.objects.unplaced().order_by("-state_since", "-pk")[: MANY + 1].count()
    says = f"{f'{MANY}+' if chosen > MANY else chosen} on the shortlist."
    if found["oldest"]:
        says += f" The oldest has waited {timesince(found['oldest'], now, depth=1)}."
    return Card("To triage", str(found["count"]), says, reverse("queue:queue"))


def _issue(now: datetime) -> Card:
    upcoming = Issue.objects.exclude(state=Issue.State.PUBLISHED).order_by("date", "number").first()
    if upcoming is None:
        url = reverse("admin:digest_issue_changelist")
        return Card("Next issue", "–", "No draft yet: make one from the shortlist.", url)
    url = reverse("admin:digest_issue_change", args=[upcoming.pk])
    if upcoming.state == Issue.State.READY:
        return Card("Next issue", f"#{upcoming.number}", "Approved.", url)
    blockers, warnings = _found(upcoming, now)
    says = f"Draft. Pre-flight: {_plural(blockers, 'blocker')}, {_plural(warnings, 'warning')}."
    return Card("Next issue", f"#{upcoming.number}", says, url, "warn" if blockers else "")


def _found(issue: Issue, now: datetime) -> tuple[int, int]:
    """How many blockers and warnings. A pre-flight renders the whole issue: while its words are
    the same it is not asked again for a while, and who wants to know exactly looks at the desk."""
    key = f"week-{issue.pk}-{fingerprint(issue, leaving=())}"
    known: tuple[int, int] | None = cache.get(key)
    if known is None:
        report = inspect(issue, now=now)
        known = len(report.blockers), len(report.warnings)
        cache.set(key, known, BELIEVED)
    return known


def _mailing(now: datetime) -> Card:
    running = Mailing.objects.running().select_related("issue").first()
    if running:
        to_go = running.deliveries.open().count()
        url = reverse("admin:delivery_mailing_change", args=[running.pk])
        return Card("Mailing", "now", f"{running.issue}: {to_go} to go.", url)
    scheduled = Mailing.objects.filter(state=Mailing.State.SCHEDULED).select_related("issue")
    mailing = scheduled.order_by("mail_at").first()
    if mailing:
        url = reverse("admin:delivery_mailing_change", args=[mailing.pk])
        return Card("Next mailing", "", f"{mailing.issue}", url, at=mailing.mail_at)
    return _planned()


def _planned() -> Card:
    """An approved issue with an hour has no mailing yet: publishing makes it."""
    ready = Issue.objects.filter(state=Issue.State.READY, mail_at__isnull=False)
    issue = ready.order_by("mail_at").first()
    if issue is None:
        url = reverse("admin:delivery_mailing_changelist")
        return Card("Next mailing", "–", "None is planned.", url)
    url = reverse("admin:digest_issue_change", args=[issue.pk])
    return Card("Next mailing", "", f"{issue}, once it is published.", url, at=issue.mail_at)


def _sponsors(now: datetime) -> Card:
    calendar = slots.calendar(now, WEEKS)
    says = f"{calendar.sold} sold, {calendar.held} held in the next {WEEKS} weeks."
    url = reverse("admin:digest_booking_calendar")
    return Card("Free slots", str(calendar.free), says, url)


def _feeds(now: datetime) -> Card:
    found = feeds.summary(now)
    ailing = found.get(feeds.Health.FAILING, 0)
    parts = [f"{count} {word.label}" for word, count in found.items()]
    says = f"{', '.join(parts)}." if parts else "None is followed yet."
    url = reverse("admin:curation_feed_changelist")
    return Card("Feeds", str(sum(found.values())), says, url, "warn" if ailing else "")


def _subscribers(now: datetime) -> Card:
    active = Subscriber.objects.active()
    fresh = active.filter(confirmed_at__gt=now - LATELY).count()
    asked = Subscriber.objects.filter(state=State.PENDING, asked_at__gt=now - LATELY).count()
    says = f"{fresh} new in seven days, {asked} have not confirmed yet."
    url = reverse("admin:audience_subscriber_changelist")
    return Card("Subscribers", f"{active.count():,}", says, url)


CARDS: list[tuple[str, Callable[[datetime], Card]]] = [
    ("curation.triage_link", _queue),
    ("digest.change_issue", _issue),
    ("delivery.view_mailing", _mailing),
    ("digest.view_booking", _sponsors),
    ("curation.view_feed", _feeds),
    ("audience.view_subscriber", _subscribers),
]


def _worker(now: datetime) -> Card:
    """Red when nobody was seen for a minute: nothing is fetched, published or sent then."""
    found = health.look(now)
    if found.worker_seen is None or found.worker_seen > health.GONE:
        return Card("Worker", "away", found.faults[0], tone="bad")
    late = found.faults[0] if found.faults else ""
    return Card("Worker", "at work", late or "Nothing is overdue.", tone="warn" if late else "")


def _tasks(person: User, now: datetime) -> Iterator[Task]:
    """What nobody but a person can do."""
    if person.is_superuser:
        for step, text in steps.missing():
            yield Task(text, reverse("setup:step", args=[step.slug]))
    for permission, look in TASKS:
        if person.has_perm(permission):
            yield from look(now)


def _uncertain(now: datetime) -> Iterator[Task]:
    count = Delivery.objects.to_settle().count()
    if count:
        url = reverse("admin:delivery_mailing_changelist")
        yield Task(f"Of {_plural(count, 'mail')} nobody knows whether it arrived.", url)


def _given_up(now: datetime) -> Iterator[Task]:
    count = Receipt.objects.filter(state=Receipt.State.GIVEN_UP).count()
    if count:
        url = f"{reverse('admin:outbox_receipt_changelist')}?state__exact=given_up"
        yield Task(f"{_plural(count, 'listener')} failed for good: run again, or leave it.", url)


def _ailing(now: datetime) -> Iterator[Task]:
    count = Feed.objects.ailing(now).count()
    if count:
        url = f"{reverse('admin:curation_feed_changelist')}?health=failing"
        yield Task(f"{_plural(count, 'feed')} failing or silent for long.", url)


TASKS: list[tuple[str, Callable[[datetime], Iterator[Task]]]] = [
    ("delivery.send_mailing", _uncertain),
    ("outbox.change_receipt", _given_up),
    ("curation.change_feed", _ailing),
]


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
