from django.tasks import task
from django.utils import timezone

from curation import polling


@task(queue_name="fetch")
def poll_due() -> str:
    """Poll the feeds whose time has come."""
    return str(polling.poll_due(timezone.now()))
