"""What waits in this room for the clock: feeds to poll, pages to look at, links to score."""

from datetime import datetime

from django.conf import settings

from curation import looking
from curation.models import Feed, Link
from curation.tasks import look_due, poll_due, rank_due
from toolbox.nudges import nudge


def sweep(now: datetime) -> str | None:
    """Nudge for what is due. Answers one line when there was something to do."""
    done = []
    if due := Feed.objects.due(now).order_by().count():
        nudge(poll_due)
        done.append(f"{due} feeds to poll")
    if settings.FETCH_PAGES and looking.any_due(now):
        nudge(look_due)
        done.append("pages to look at")
    if Link.objects.due_for_score(now).exists():
        nudge(rank_due)
        done.append("links to score")
    return ", ".join(done) or None
