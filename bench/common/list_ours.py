"""Takes a list of subscribers in: FILE HOW. Prints what `measure.tell` says. VAR_DIR is fresh.

HOW is `ours`, or `plain`: the same lines read by csv and stored by bulk_create, with no rules.
"""

import csv
import os
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"


def main(file: str, how: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from audience import importing
    from audience.addresses import address_key
    from audience.models import Subscriber
    from common.measure import cpu, tell, timed

    call_command("migrate", verbosity=0)
    now = timezone.now()

    def ours() -> None:
        with Path(file).open("rb") as table:
            importing.take_in(table, dry=False, by=None, now=now, tell=lambda tally: None)

    def plain() -> None:
        with Path(file).open(newline="") as table:
            Subscriber.objects.bulk_create(
                [
                    Subscriber(
                        email=line["email"],
                        address_key=address_key(line["email"]),
                        state="active",
                        confirmed_at=now,
                    )
                    for line in csv.DictReader(table)
                ],
                batch_size=500,
            )

    used = cpu()
    seconds = timed(ours if how == "ours" else plain)
    tell(seconds=seconds, cpu=cpu() - used, people=Subscriber.objects.active().count())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
