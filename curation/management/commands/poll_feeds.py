"""`poll_feeds`: ask feeds now and say what came of it."""

from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from curation import polling
from curation.following import FeedAddressError, feed_address, follow, without_password
from curation.models import Feed


class Command(BaseCommand):
    """Fails when there was something to ask and not one feed answered."""

    help = "Poll the feeds that are due, or those named (unknown ones are added), or all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", nargs="*", help="Exactly these feeds.")
        parser.add_argument("--all", action="store_true", help="Every active feed, due or not.")

    def handle(self, *args: Any, **options: Any) -> None:
        now, self.began = timezone.now(), perf_counter()
        refused: list[tuple[str, str]] = []
        if options["url"]:
            addresses, refused = self.addresses(options["url"])
            feeds = dict.fromkeys(follow(addresses, by=None, now=now))
            report = polling.poll(feeds, now, self.tell)
        elif options["all"]:
            report = polling.poll(Feed.objects.polled().select_related("section"), now, self.tell)
        else:
            report = polling.poll_due(now, self.tell)
        self.finish(report, refused)

    def addresses(self, urls: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
        """Those that can be feeds', and those that cannot, with the reason."""
        good, refused = [], []
        for url in urls:
            try:
                good.append(feed_address(url))
            except FeedAddressError as error:
                refused.append((without_password(url), str(error)))
        return good, refused

    def finish(self, report: polling.Report, refused: list[tuple[str, str]]) -> None:
        """The failures by name, and one line to end with."""
        report.feeds += len(refused)
        report.failures += refused
        for entered, url in report.located:
            self.stdout.write(f"{entered}: its feed is {url}")
        for url, reason in report.failures:
            self.stdout.write(f"{url}: {reason}")
        if report.feeds and len(report.failures) == report.feeds:
            raise CommandError(str(report))
        self.stdout.write(str(report))
        if not Feed.objects.exists():
            self.stdout.write("There are no feeds yet: name one here, or use import_opml.")

    def tell(self, done: int, total: int, failed: int) -> None:
        """Progress for a person who watches, on one line that is written over."""
        if not self.stdout.isatty():
            return
        rate = done / max(perf_counter() - self.began, 0.001)
        failures = f", {failed} failed" if failed else ""
        line = f"{done} of {total} feeds, {rate:.0f} a second{failures}"
        self.stdout.write(f"\r{line:<60}", ending="\n" if done == total else "")
        self.stdout.flush()
