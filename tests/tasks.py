"""The real worker, for tests."""

import signal

from django.core.management import call_command

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)


def work_off() -> None:
    """Run every waiting task as `worker` would, then return.

    Needs `django_db(transaction=True)`: between tasks the worker looks after its connection. The
    worker takes the signals that would end the tests; they get them back.
    """
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        call_command("db_worker", batch=True, queue_name="*", startup_delay=False, reload=False)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
