from django.tasks import task
from django.utils import timezone

from digest import publishing


@task
def publish_due() -> list[int]:
    """Publish what is due."""
    return publishing.publish_due(timezone.now())
