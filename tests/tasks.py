"""The real worker, for tests."""

from django.core.management import call_command


def work_off() -> None:
    """Run every waiting task as `worker` would, then return.

    Needs `django_db(transaction=True)`: between tasks the worker looks after its connection.
    """
    call_command("db_worker", batch=True, queue_name="*", startup_delay=False, reload=False)
