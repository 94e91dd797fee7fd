"""What waits in this room for the clock: feeds whose next poll has come, pages to look at."""

from datetime import datetime

from django.conf import settings

from curation import looking
from curation.models import Feed
from curation.tasks import look_due, poll_due
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
    return ", ".join(done) or None
