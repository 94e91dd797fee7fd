"""Newsdesk polls: BASE FEEDS AGAIN. Prints what `measure.tell` says. VAR_DIR is a fresh folder."""

import os
import sys
from datetime import timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"


def main(base: str, count: int, again: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from common.measure import cpu, tell, timed
    from curation import polling
    from curation.models import Entry, Feed

    call_command("migrate", verbosity=0)
    Feed.objects.bulk_create(Feed(url=f"{base}/{number:04d}.xml") for number in range(count))
    reports: list[polling.Report] = []
    now = timezone.now()

    def poll(at: int) -> None:
        reports.append(polling.poll_due(now + at * timedelta(days=2)))

    used = cpu()
    first = timed(lambda: poll(0))
    used = cpu() - used
    if reports[0].failures or Feed.objects.exclude(last_ok_at=None).count() != count:
        raise SystemExit(f"Not all was polled: {reports[0]}, {reports[0].failures[:3]}")
    seconds = [timed(lambda at=at: poll(at)) for at in range(1, again + 1)]
    if any(report.unchanged != count for report in reports[1:]):
        raise SystemExit(f"Not all was unchanged: {[str(report) for report in reports]}")
    tell(first=first, cpu=used, again=seconds, entries=Entry.objects.count())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
