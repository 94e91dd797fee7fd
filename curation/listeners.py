"""What this room does when it hears of a fact."""

from django.utils import timezone

from curation import alerting
from curation.signals import feeds_ail


@feeds_ail.listen("curation.alert_editors")
def alert_editors(feeds: list[int], at: str) -> None:
    """Mail those who can do something about it."""
    alerting.send(feeds, at=at, now=timezone.now())
