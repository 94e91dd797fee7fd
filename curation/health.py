"""How a feed is, in words for an editor."""

from datetime import datetime
from enum import StrEnum

from django.utils.timesince import timesince

from curation.models import Feed


class Health(StrEnum):
    """What a list of feeds is sorted out by. The values are names of styles, too."""

    FINE = "fine"
    FAILING = "failing"
    FLAWED = "flawed"
    WAITING = "waiting"
    RESTING = "resting"


def health(feed: Feed) -> Health:
    """The one word."""
    if feed.state != Feed.State.ACTIVE:
        return Health.RESTING
    if feed.error_streak:
        return Health.FAILING
    if feed.last_ok_at is None:
        return Health.WAITING
    return Health.FLAWED if feed.warning else Health.FINE


def diagnosis(feed: Feed, now: datetime) -> str:
    """The one sentence."""
    match health(feed):
        case Health.RESTING:
            return f"{feed.get_state_display()}. {feed.last_error}".strip()
        case Health.FAILING:
            since = timesince(feed.failing_since or now, now, depth=1)
            return f"Failing for {since}: {feed.last_error}"
        case Health.WAITING:
            return "Not asked yet."
        case Health.FLAWED:
            return f"Read, though not all is well: {feed.warning}"
    return "Fine."
