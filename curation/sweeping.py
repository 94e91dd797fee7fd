"""What waits in this room for the clock: feeds whose next poll has come, links to be scored."""

from datetime import datetime

from curation.models import Feed, Link
from curation.tasks import poll_due, rank_due
from toolbox.nudges import nudge


def sweep(now: datetime) -> str | None:
    """Nudge for what is due. Answers one line when there was something to do."""
    done = []
    if due := Feed.objects.due(now).order_by().count():
        nudge(poll_due)
        done.append(f"{due} feeds to poll")
    if Link.objects.due_for_score(now).exists():
        nudge(rank_due)
        done.append("links to score")
    return ", ".join(done) or None
