"""`remove_second_factor USER`: for an owner who lost the phone and the spare codes."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.second_factor import factor


class Command(BaseCommand):
    """Whoever may log in to the server may let somebody in."""

    help = "Let this account log in with its password alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the name of the account")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username=options["user"]).first()
        if person is None:
            raise CommandError(f"There is no account “{options['user']}”.")
        try:
            factor.take_away(person, by=None)
        except factor.NoFactorError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The password is enough again for {person}.")
