"""Looking at the pages of new links, in the background: where they redirect, what they say.

Only links that wait or were chosen are looked at, the newest first, once each. What could not be
had is tried again, each pause as long as the link has been with us, for a week.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from curation import learning
from curation.decoding import decode
from curation.deeds import QueueError
from curation.models import Link
from curation.pagefacts import PageFacts, read_page
from toolbox import http
from toolbox.addresses import host

logger = logging.getLogger("newsdesk.curation")

# Those that wait or were chosen; nobody asks for the page of what was turned down.
LOOKED_AT = (Link.State.NEW, Link.State.SHORTLISTED)
# Of those that are due so many are taken at a time, and of one host so many.
AT_ONCE = 40
OF_ONE_HOST = 8
# So much of a page is read: the head is what counts.
PAGE_BYTES = 300_000
# A whole run ends after so long; what did not answer is tried again.
RUN = timedelta(seconds=90)
# While a run lasts its links are nobody else's; after a crash they are due again so much later.
LEASE = timedelta(minutes=10)
FIRST_PAUSE = timedelta(hours=1)
GIVE_UP = timedelta(days=7)
ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
# The server may think better of it.
PASSING = {408, 425, 429}


@dataclass(frozen=True)
class Look:
    """What came of asking for a page. `again` where it may be had later."""

    url: str = ""
    facts: PageFacts | None = None
    again: bool = False


@dataclass
class Report:
    """How a run went."""

    looked: int = 0
    merged: int = 0
    again: int = 0

    def __str__(self) -> str:
        return f"{self.looked} pages looked at, {self.merged} merged, {self.again} to try again"


def any_due(now: datetime) -> bool:
    """Whether there is a page to look at."""
    return any(Link.objects.due_for_check(state, now).exists() for state in LOOKED_AT)


def look_due(now: datetime) -> Report:
    """Look at the pages of links that are due, and keep what they say."""
    links = _claim(now)
    report = Report(looked=len(links))
    looks = asyncio.run(_look_at([link.url for link in links])) if links else {}
    for link in links:
        _keep(link, looks.get(link.url, Look(again=True)), now, report)
    return report


def _claim(now: datetime) -> list[Link]:
    """Links that are due, by a conditional update nobody else's until the lease ends."""
    hosts: Counter[str] = Counter()
    claimed: list[Link] = []
    with transaction.atomic():
        for link in _due(now):
            hosts[host(link.url)] += 1
            if len(claimed) == AT_ONCE or hosts[host(link.url)] > OF_ONE_HOST:
                continue
            held = Link.objects.due_for_check(Link.State(link.state), now).filter(pk=link.pk)
            if held.update(next_check_at=now + LEASE):
                claimed.append(link)
    return claimed


def _due(now: datetime) -> list[Link]:
    """The newest that are due, some more than are taken: one host may have many of them."""
    parts = (Link.objects.due_for_check(state, now)[: AT_ONCE * 3] for state in LOOKED_AT)
    found = [link for part in parts for link in part]
    return sorted(found, key=lambda link: link.pk, reverse=True)


async def _look_at(urls: Iterable[str]) -> dict[str, Look]:
    """What came of each address; those that did not answer in time are missing."""
    looks: dict[str, Look] = {}
    places = asyncio.Semaphore(settings.FETCH_CONCURRENCY)

    def room() -> AbstractAsyncContextManager[None]:
        return places

    async with http.Client(room, first=PAGE_BYTES) as client:

        async def look(url: str) -> None:
            looks[url] = await _look(client, url)

        tasks = [asyncio.create_task(look(url)) for url in set(urls)]
        _, late = await asyncio.wait(tasks, timeout=RUN.total_seconds())
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return looks


async def _look(client: http.Client, url: str) -> Look:
    try:
        answer = await client.get(url, {"Accept": ACCEPT})
    except http.RefusedError:
        return Look()
    except http.HttpError:
        return Look(again=True)
    if not 200 <= answer.status < 300:
        return Look(again=answer.status in PASSING or answer.status >= 500)
    content_type = answer.headers.get("content-type", "")
    if "html" not in content_type:
        return Look(answer.url, PageFacts())
    return Look(answer.url, read_page(decode(answer.body, content_type)[0], answer.url))


def _keep(link: Link, look: Look, now: datetime, report: Report) -> None:
    """One link's outcome in one transaction. Who changed it meanwhile comes first."""
    try:
        with transaction.atomic():
            if look.facts is not None:
                report.merged += learning.learn(link, look.url, look.facts, now)
            report.again += _settle(link, now, again=look.again)
    except QueueError as busy:
        logger.info("Link %s is looked at again: %s", link.pk, busy)
        report.again += 1
    except Exception:
        logger.exception("The page of link %s could not be kept", link.pk)
        _settle(link, now, again=True)
        report.again += 1


def _settle(link: Link, now: datetime, *, again: bool) -> int:
    """Looked at for good, or when again; 1 if again."""
    waited = max(now - link.seen_at, FIRST_PAUSE)
    rows = Link.objects.filter(pk=link.pk, checked_at=None)
    if again and waited < GIVE_UP:
        rows.update(next_check_at=now + waited)
        return 1
    rows.update(checked_at=now, next_check_at=None)
    return 0
