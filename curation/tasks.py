from django.tasks import task
from django.utils import timezone

from curation import looking, polling


@task(queue_name="fetch")
def poll_due() -> str:
    """Poll the feeds whose time has come."""
    return str(polling.poll_due(timezone.now()))


@task(queue_name="fetch")
def look_due() -> str:
    """Look at the pages of new links."""
    return str(looking.look_due(timezone.now()))
