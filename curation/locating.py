"""Where the address that is followed is that of a page, its feed takes its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from curation import discovery
from curation.discovery import Candidate, Found, NoFeedError
from curation.known import Known
from curation.models import Feed
from curation.models.feed import URL_LENGTH
from publication.access import record

ERROR_LENGTH = 500


@dataclass(frozen=True)
class Located:
    """What came of looking for the feed of a page, in one sentence."""

    entered: str
    sentence: str
    # The feed at its new address; None where a person must choose, or there is nothing.
    feed: Feed | None = None


def locate(feeds: Sequence[Feed], now: datetime) -> list[Located]:
    """Look for the feeds of pages that were entered as feeds. One is taken, of several none."""
    answers = discovery.look_at_pages([feed.url for feed in feeds], now)
    known = Known()
    return [_settle(feed, answers[feed.url], known, now) for feed in feeds]


@transaction.atomic
def _settle(feed: Feed, answer: Found | Exception, known: Known, now: datetime) -> Located:
    if not isinstance(answer, Found):
        if isinstance(answer, NoFeedError):
            _note(feed, last_error=str(answer)[:ERROR_LENGTH])
        return Located(feed.url, str(answer))
    fits = [found for found in answer.feeds if len(found.url) <= URL_LENGTH]
    if len(fits) != 1:
        return _offer(feed, fits)
    return _take(feed, fits[0], known, now)


def _take(feed: Feed, found: Candidate, known: Known, now: datetime) -> Located:
    other, entered = known.get(found.url), feed.url
    if other and other.pk != feed.pk:
        sentence = f"Its feed is followed already, as {other}."
        _note(feed, last_error=sentence[:ERROR_LENGTH], state=Feed.State.RETIRED, error_streak=0)
        return Located(entered, sentence)
    site = feed.site_url or entered
    fresh: dict[str, object] = {
        "error_streak": 0,
        "failing_since": None,
        "last_error": "",
        "candidates": [],
    }
    if _note(feed, url=found.url, site_url=site, next_poll_at=now, **fresh):
        feed.url, feed.site_url, feed.error_streak, feed.failing_since = found.url, site, 0, None
        known.add(feed)
        record(None, "found the feed", found.url, url=found.url, entered=entered)
    return Located(entered, f"Its feed is {found.url}", feed)


def _offer(feed: Feed, found: list[Candidate]) -> Located:
    names = "; ".join(f"{candidate}: {candidate.url}" for candidate in found)
    sentence = f"This is a web page that names {len(found)} feeds; choose one of them. {names}"
    choice = [[candidate.url, str(candidate)] for candidate in found]
    _note(feed, candidates=choice, last_error=sentence.partition(". ")[0] + ".")
    return Located(feed.url, sentence)


def _note(feed: Feed, **values: object) -> bool:
    """Unless somebody entered another address meanwhile."""
    return bool(Feed.objects.filter(pk=feed.pk, url=feed.url).update(**values))
