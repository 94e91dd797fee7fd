"""An archive as large as asked for: made-up issues, taken in by the verb that takes in old ones.

    python bench/common/past_issues.py ISSUES

Fills the database of the environment, which is new, and stops when it is ready to serve.
"""

import random
import sys
import time
from datetime import date, timedelta
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[2])

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from digest.importing import import_issue
from digest.models import LinkBlock
from digest.past import PastIssue, PastSection

ITEMS = 40  # of an issue
SHELVES = ("News", "Articles", "Projects", "Videos", "Forum")
FIRST = date(2016, 1, 1)


class Writer:
    """Words as people use them: few of them often, the first one in nine items of ten."""

    def __init__(self) -> None:
        self.dice = random.Random(7)
        letters = "abcdefghijklmnoprstuvw"
        self.words = ["".join(self.dice.choices(letters, k=n % 7 + 3)) for n in range(4000)]
        self.weights = [1 / (rank + 2) for rank in range(len(self.words))]

    def sentence(self, length: int) -> str:
        return " ".join(self.dice.choices(self.words, self.weights, k=length)).capitalize()

    def block(self, number: int, place: int) -> LinkBlock:
        site = f"https://site{self.dice.randint(1, 900)}.example"
        return LinkBlock(
            title=self.sentence(7),
            url=f"{site}/{number}/{place}",
            blurb=f"<p>{self.sentence(25)}.</p>",
        )

    def issue(self, number: int) -> PastIssue:
        each = ITEMS // len(SHELVES)
        return PastIssue(
            number=number,
            title=self.sentence(6),
            date=FIRST + timedelta(weeks=number),
            sections=[
                PastSection(title, "links", blocks=[self.block(number, n) for n in range(each)])
                for title in SHELVES
            ],
        )


def fill(issues: int) -> None:
    """Each issue rendered, frozen and public, as the archive's own are."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    writer, began = Writer(), time.monotonic()
    for number in range(1, issues + 1):
        import_issue(writer.issue(number), by=None, now=timezone.now())
    if connection.vendor == "postgresql":
        # Its daemon does so within minutes; the bench does not wait for it.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    print(f"{issues} issues of {ITEMS} items in {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    fill(int(sys.argv[1]))
