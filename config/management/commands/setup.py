"""`setup`: the database and the files of a new install or a new release, and the way in."""

from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from config.setup import claiming
from toolbox.urls import absolute_url

WAY_IN = """
Nobody owns this Newsdesk yet. Open this address within a day and make your account:

  {address}
"""
# On a laptop nothing is started by anybody else.
SERVED = """
It is served by `manage.py runserver`; `manage.py worker` beside it polls and mails.
"""


class Command(BaseCommand):
    """Safe to run at every start: it does what is not done."""

    help = "Bring database and static files up to date; in a new install, print the way in."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        self.check(tags=[Tags.database], databases=[DEFAULT_DB_ALIAS])
        if not settings.LAPTOP:
            call_command("collectstatic", interactive=False, verbosity=0)
        if claiming.is_claimed():
            self.stdout.write("Database and files are up to date.")
            return
        address = absolute_url("setup:claim", claiming.offer(timezone.now()))
        self.stdout.write(WAY_IN.format(address=address))
        if settings.LAPTOP:
            self.stdout.write(SERVED)
