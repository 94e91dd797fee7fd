from django.tasks import task

from outbox import running


@task
def run_receipts() -> int:
    """Tell listeners what is due."""
    return running.run_due()
