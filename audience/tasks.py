from django.tasks import task
from django.utils import timezone

from audience import importing


@task
def take_in_lists() -> int:
    """Count and take in the lists that were uploaded. Answers how many."""
    return importing.work_off(timezone.now())
