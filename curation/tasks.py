from django.tasks import task
from django.utils import timezone

from curation import looking, polling, ranking


@task(queue_name="fetch")
def poll_due() -> str:
    """Poll the feeds whose time has come."""
    return str(polling.poll_due(timezone.now()))


@task(queue_name="fetch")
def look_due() -> str:
    """Look at the pages of new links."""
    return str(looking.look_due(timezone.now()))


@task
def rank_due() -> str:
    """Score the waiting links whose time has come."""
    return f"{ranking.rank_due(timezone.now())} links scored"
