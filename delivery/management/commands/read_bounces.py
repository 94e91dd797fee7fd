"""`read_bounces`: bounce mails and abuse reports from a mailbox, or from a mail server's pipe."""

import mailbox
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from delivery.events import take_in
from delivery.reports import read


class Command(BaseCommand):
    """Reads and changes nothing in the mailbox: read again, it tells nothing new."""

    help = (
        "Read bounce mails (delivery status notifications) and abuse reports from mbox files, "
        "Maildir folders, single mails, or standard input (-)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="+", metavar="FILE", help="mbox, Maildir, mail, or -")

    def handle(self, *args: Any, **options: Any) -> None:
        counts: Counter[str] = Counter()
        for source in options["source"]:
            for mail in _mails(source):
                counts["mails"] += 1
                now = timezone.now()
                for heard in read(mail, now=now):
                    counts[heard.what if take_in(heard, now=now) else "known already"] += 1
        told = ", ".join(f"{number} {what}" for what, number in counts.items() if what != "mails")
        self.stdout.write(f"{counts['mails']} mails read: {told or 'nothing told of ours'}.")


def _mails(source: str) -> Iterator[bytes]:
    if source == "-":
        yield sys.stdin.buffer.read()
        return
    path = Path(source)
    if not path.exists():
        raise CommandError(f"{source} is not there.")
    if path.is_dir():
        if not (path / "cur").is_dir():
            raise CommandError(f"{source} is a folder, but not a Maildir.")
        yield from (mail.as_bytes() for mail in mailbox.Maildir(path, create=False))
    elif path.read_bytes()[:5] == b"From ":
        with closing(mailbox.mbox(path, create=False)) as box:
            yield from (mail.as_bytes() for mail in box)
    else:
        yield path.read_bytes()
