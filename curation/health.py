"""How a feed is, in words for an editor."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When
from django.utils.timesince import timesince

from curation.models import Feed
from curation.models.feed import SILENT_FROM


class Health(StrEnum):
    """What a list of feeds is sorted out by. The values are names of styles, too."""

    FAILING = "failing"
    SILENT = "silent"
    FLAWED = "flawed"
    WAITING = "waiting"
    FINE = "fine"
    RESTING = "resting"

    @property
    def label(self) -> str:
        """As a list of feeds says it of several."""
        return {"flawed": "read, not all well", "waiting": "not asked yet"}.get(self, str(self))


def with_health(feeds: QuerySet[Any], now: datetime) -> QuerySet[Any]:
    """`feeds` with their one word as `health`, for lists and counts: what `health` says of each."""
    active, silent = Q(state=Feed.State.ACTIVE), Feed.objects.silent(now).order_by().values("pk")
    word = Case(
        When(~active, then=Value(Health.RESTING)),
        When(error_streak__gt=0, then=Value(Health.FAILING)),
        When(last_ok_at=None, then=Value(Health.WAITING)),
        When(pk__in=silent, then=Value(Health.SILENT)),
        When(~Q(warning=""), then=Value(Health.FLAWED)),
        When(~Q(moved_to=""), moved_since=None, then=Value(Health.FLAWED)),
        default=Value(Health.FINE),
        output_field=CharField(),
    )
    return feeds.annotate(health=word)


def summary(now: datetime) -> dict[Health, int]:
    """How many feeds are how, the worst first; only what there is."""
    words = with_health(Feed.objects.order_by(), now).values("health")
    counts = dict(words.annotate(Count("pk")).values_list("health", "pk__count"))
    return {word: counts[word] for word in Health if word in counts}


def health(feed: Feed, now: datetime) -> Health:
    """The one word."""
    if feed.state != Feed.State.ACTIVE:
        return Health.RESTING
    if feed.error_streak:
        return Health.FAILING
    if feed.last_ok_at is None:
        return Health.WAITING
    if is_silent(feed, now):
        return Health.SILENT
    return Health.FLAWED if feed.warning or leads_astray(feed) else Health.FINE


def is_silent(feed: Feed, now: datetime) -> bool:
    """Whether it has said nothing new for three times its usual gap, and for two weeks."""
    if feed.usual_gap is None or feed.last_new_at is None:
        return False
    return now - feed.last_new_at > max(3 * feed.usual_gap, SILENT_FROM)


def leads_astray(feed: Feed) -> bool:
    """Whether its address now redirects to what is another feed by all it says."""
    return bool(feed.moved_to) and feed.moved_since is None


def diagnosis(feed: Feed, now: datetime) -> str:
    """The one sentence."""
    match health(feed, now):
        case Health.RESTING:
            return f"{feed.get_state_display()}. {feed.last_error}".strip()
        case Health.FAILING:
            since = timesince(feed.failing_since or now, now, depth=1)
            return f"Failing for {since}: {feed.last_error}"
        case Health.WAITING:
            return "Not asked yet."
        case Health.SILENT:
            return _silence(feed, now)
        case Health.FLAWED if leads_astray(feed):
            return f"It now leads to another feed, {feed.moved_to}. Is that meant?"
        case Health.FLAWED:
            return f"Read, though not all is well: {feed.warning}"
    return "Fine."


def _silence(feed: Feed, now: datetime) -> str:
    silent, gap = now - (feed.last_new_at or now), feed.usual_gap or SILENT_FROM
    usual = f"{gap.days} days" if gap.days > 1 else timesince(now - gap, now, depth=1)
    return f"Silent for {silent.days} days; usually something new comes every {usual}."


def rhythm_in_words(feed: Feed, now: datetime) -> str:
    """How often it speaks, and how long it wants to be left alone."""
    gap, pace = feed.usual_gap, feed.pace
    said = [f"something new every {timesince(now - gap, now, depth=1)}"] if gap else []
    if pace:
        said.append(f"wants {timesince(now - pace, now)} between two polls")
    return "; ".join(said) or "–"


def move_in_words(feed: Feed) -> str:
    """Where its address leads, and what comes of it."""
    if not feed.moved_to:
        return ""
    if leads_astray(feed):
        return f"{feed.moved_to} says nothing that this feed said: enter it above if it is meant."
    return f"Redirects to {feed.moved_to}; this is kept when it is said for a week."
