from django.tasks import task
from django.utils import timezone

from digest import publishing, visiting


@task
def publish_due() -> list[int]:
    """Publish what is due."""
    return publishing.publish_due(timezone.now())


@task
def visit_due() -> int:
    """Look at the links somebody wants looked at."""
    return visiting.visit_due(timezone.now())
