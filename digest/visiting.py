"""Looking at the addresses of an issue: what is there, and since when it is known.

Asking is one deed, looking another: whoever wants to know marks the rows, and a worker (or the
command line) goes and looks. Each answer is remembered, so an issue with one new link costs one
request.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import blake2b
from urllib.parse import urlsplit
from uuid import UUID

from django.utils import timezone

from curation.identity import canonical_url
from digest import tree
from digest.models import Issue, Visit
from digest.reading import anchors
from toolbox import http
from toolbox.html import SCHEMES
from toolbox.http_errors import TooLargeError
from toolbox.text import one_line
from toolbox.urls import absolute

# What was looked at so lately is not asked again.
FRESH = timedelta(hours=12)
# Whoever presses the button wants to know what is there now.
AGAIN = timedelta(minutes=1)
# Whoever does not answer within so many seconds, all waiting included, is not waited for.
PATIENCE = 45.0
LEASE = timedelta(minutes=2)
AT_ONCE = 200
BATCH = 500
# A page that is meant for people, and asked for as a browser would.
ACCEPT = "text/html,application/xhtml+xml,*/*;q=0.8"
GONE = {404, 410}
# The page may be there; it is only not shown to us.
SHUT = {401, 402, 403, 405, 406, 409, 418, 421, 429, 451, 999}

Tell = Callable[[int, int], None]


def identity(url: str) -> UUID:
    """What is unique about an address, letter by letter."""
    return UUID(bytes=blake2b(url.encode("utf-8", "replace"), digest_size=16).digest())


def is_visited(url: str) -> bool:
    """Whether it is an address on the web, and not one of our own pages."""
    return urlsplit(url).scheme in SCHEMES - {"mailto"} and not url.startswith(absolute("/"))


def addresses(issue: Issue) -> list[str]:
    """Every web address in an issue, each once, in the order of its readers."""
    contents = tree.read(issue)
    found = [anchor.href for node in contents.sections for anchor in anchors(node.intro)]
    for item in contents.items:
        found += [item.url, *(anchor.href for anchor in anchors(item.block.blurb))]
    safe = (tree.safe_url(url) for url in found)
    return list(dict.fromkeys(url for url in safe if url and is_visited(url)))


def ask(issue: Issue, *, now: datetime, older_than: timedelta = FRESH) -> int:
    """Have the issue's addresses looked at that were not looked at for so long. Answers how many.

    A worker does it: `visit_due` finds what was asked for.
    """
    return ask_for(addresses(issue), now=now, older_than=older_than)


def ask_for(wanted: Iterable[str], *, now: datetime, older_than: timedelta = FRESH) -> int:
    """The same for single addresses."""
    urls = {identity(url): url for url in wanted}
    Visit.objects.bulk_create(
        [Visit(identity=key, url=url) for key, url in urls.items()], ignore_conflicts=True
    )
    rows = Visit.objects.filter(identity__in=urls, due_at=None)
    return rows.exclude(looked_at__gt=now - older_than).update(due_at=now)


def visit_issue(
    issue: Issue, *, now: datetime, older_than: timedelta = FRESH, tell: Tell | None = None
) -> int:
    """Look at them here and now, in at most PATIENCE seconds. Answers how many were looked at."""
    ask(issue, now=now, older_than=older_than)
    keys = [identity(url) for url in addresses(issue)]
    return _visit(Visit.objects.due(now).filter(identity__in=keys), now, tell)


def visit_due(now: datetime) -> int:
    """Look at every address that somebody wants looked at. Answers how many."""
    return _visit(Visit.objects.due(now), now)


def _visit(wanted: Iterable[Visit], now: datetime, tell: Tell | None = None) -> int:
    visits = _claim(list(wanted)[:AT_ONCE], now)
    if not visits:
        return 0
    asyncio.run(_look_at_all(visits, tell))
    looked = timezone.now()
    for visit in visits:
        visit.looked_at, visit.due_at = looked, None
        visit.gone_since = (visit.gone_since or looked) if visit.seen == Visit.Seen.DEAD else None
    fields = ["seen", "said", "led_to", "looked_at", "gone_since", "due_at"]
    Visit.objects.bulk_update(visits, fields, batch_size=BATCH)
    return len(visits)


def _claim(wanted: Collection[Visit], now: datetime) -> list[Visit]:
    """By a conditional update, nobody else's until the lease ends."""
    lease = now + LEASE
    mine = [visit for visit in wanted if _take(visit, lease)]
    for visit in mine:
        visit.due_at = lease
    return mine


def _take(visit: Visit, lease: datetime) -> bool:
    row = Visit.objects.filter(pk=visit.pk, due_at=visit.due_at)
    return row.update(due_at=lease) == 1


async def _look_at_all(visits: Collection[Visit], tell: Tell | None) -> None:
    """All of them at once, as far as each host bears it; the clock ends it."""
    done = 0

    async def look(visit: Visit) -> None:
        nonlocal done
        await _look_at(client, visit)
        done += 1
        if tell:
            tell(done, len(visits))

    for visit in visits:
        _note(visit, Visit.Seen.SILENT, f"It did not answer within {PATIENCE:g} s.")
    async with http.Client() as client:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
                for visit in visits:
                    group.create_task(look(visit))


async def _look_at(client: http.Client, visit: Visit) -> None:
    try:
        answer = await client.get(visit.url, {"Accept": ACCEPT})
    except TooLargeError:
        _note(visit, Visit.Seen.FINE, "It is larger than we read.")
    except http.HttpError as error:
        _note(visit, Visit.Seen.SILENT, str(error))
    else:
        _judge(visit, answer)


def _judge(visit: Visit, answer: http.Answer) -> None:
    said = f"The server answered {answer.status}."
    if answer.status in GONE:
        _note(visit, Visit.Seen.DEAD, said)
    elif answer.status in SHUT:
        _note(visit, Visit.Seen.CLOSED, said)
    elif not 200 <= answer.status < 300:
        _note(visit, Visit.Seen.SILENT, said)
    elif _is_front_page(answer.url) and not _is_front_page(visit.url):
        _note(visit, Visit.Seen.HOME, said, answer.url)
    elif answer.moved_to and canonical_url(answer.moved_to) != canonical_url(visit.url):
        _note(visit, Visit.Seen.MOVED, said, answer.moved_to)
    else:
        _note(visit, Visit.Seen.FINE, said)


def _is_front_page(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in {"", "/"} and not parts.query


def _note(visit: Visit, seen: Visit.Seen, said: str, led_to: str = "") -> None:
    visit.seen, visit.said, visit.led_to = seen, one_line(said, 200), led_to[:2000]
