"""Seven simulated days against twenty real servers: the manners of the poller, request by request.

The clock is simulated, the network is not: every server listens on loopback.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from curation import polling
from curation.models import Feed
from tests.makers import NOW
from tests.web import Handler, Web, page, serving

pytestmark = pytest.mark.django_db

RSS = (Path(__file__).parents[1] / "data" / "feeds" / "rss20.xml").read_bytes()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEP = timedelta(minutes=30)


@dataclass
class Site:
    """One server: how it answers as the days go by, and when it was asked."""

    web: Web
    kind: str
    allows: timedelta = HOUR
    asked: list[tuple[datetime, dict[str, str]]] = field(default_factory=list)
    # Until when it wants to be left alone.
    closed: list[tuple[datetime, datetime]] = field(default_factory=list)
    sent: list[dict[str, str]] = field(default_factory=list)
    gone_at: datetime | None = None


class Days:
    """The simulated clock, and what each kind of server says at an hour of it."""

    def __init__(self) -> None:
        self.now = NOW

    def answer(self, site: Site, handler: Handler) -> None:
        site.asked.append((self.now, {k.lower(): v for k, v in handler.headers.items()}))
        getattr(self, site.kind)(site, handler)

    def feed(
        self,
        site: Site,
        handler: Handler,
        every: timedelta = 5 * DAY,
        head: str = "",
        **headers: Any,
    ) -> None:
        """A feed with its five newest entries, one per `every`, and both validators."""
        version = int((self.now - NOW) / every)
        dates = {n: format_datetime(NOW + n * every) for n in range(version - 4, version + 1)}
        items = "".join(
            f"<item><title>New {n}</title><link>https://{site.web.base[-5:]}.example/{n}</link>"
            f"<pubDate>{date}</pubDate></item>"
            for n, date in dates.items()
        )
        validators = {"etag": f'"v{version}"', "last_modified": dates[version]}
        site.sent.append(validators)
        body = f"<rss version='2.0'><channel><title>Site</title>{head}{items}</channel></rss>"
        last_modified = validators["last_modified"]
        page(body, etag=validators["etag"], Last_Modified=last_modified, **headers)(handler)

    def hours(self) -> int:
        return int((self.now - NOW) / HOUR)

    def steady(self, site: Site, handler: Handler) -> None:
        self.feed(site, handler)

    def daily(self, site: Site, handler: Handler) -> None:
        self.feed(site, handler, DAY)

    def busy(self, site: Site, handler: Handler) -> None:
        self.feed(site, handler, HOUR)

    def same_body_new_tag(self, site: Site, handler: Handler) -> None:
        modified = format_datetime(self.now, usegmt=True)
        site.sent.append({"etag": f'"{self.hours()}"', "last_modified": modified})
        page(RSS, etag=f'"{self.hours()}"', Last_Modified=modified)(handler)

    def max_age(self, site: Site, handler: Handler) -> None:
        site.closed.append((self.now, self.now + 6 * HOUR))
        self.feed(site, handler, HOUR, Cache_Control="public, max-age=21600")

    def allowing(self, site: Site, handler: Handler) -> None:
        self.feed(site, handler, STEP, Cache_Control="max-age=1500")

    def ttl(self, site: Site, handler: Handler) -> None:
        site.closed.append((self.now, self.now + 3 * HOUR))
        self.feed(site, handler, HOUR, "<ttl>180</ttl>")

    def too_often(self, site: Site, handler: Handler) -> None:
        if len(site.asked) % 3:
            return self.feed(site, handler, HOUR)
        site.closed.append((self.now, self.now + 5 * HOUR))
        return page("", status=429, etag="", Retry_After="18000")(handler)

    def away(self, site: Site, handler: Handler) -> None:
        until = self.now + 7 * HOUR
        site.closed.append((self.now, until))
        page("", status=503, etag="", Retry_After=format_datetime(until, usegmt=True))(handler)

    def later_please(self, site: Site, handler: Handler) -> None:
        site.closed.append((self.now, self.now + 4 * HOUR))
        self.feed(site, handler, HOUR, Retry_After="14400")

    def broken(self, site: Site, handler: Handler) -> None:
        page("", status=500, etag="")(handler)

    def gone(self, site: Site, handler: Handler) -> None:
        if self.hours() < 48:
            return self.feed(site, handler)
        site.gone_at = self.now
        return page("", status=410, etag="")(handler)


KINDS = [
    "steady", "daily", "busy", "same_body_new_tag", "max_age", "allowing", "ttl", "too_often",
    "away", "later_please", "broken", "gone",
]  # fmt: skip
TWENTY = [*KINDS, *["steady", "daily"] * 4]


@pytest.fixture
def week() -> Iterator[list[tuple[Site, Feed]]]:
    """What twenty servers saw in a week; the clock ticks every half hour, later every hour."""
    days = Days()
    with ExitStack() as servers:
        sites = [Site(servers.enter_context(serving()), kind) for kind in TWENTY]
        feeds = []
        for site in sites:
            site.allows = timedelta(minutes=25) if site.kind == "allowing" else HOUR
            url = site.web.add("/feed", partial(days.answer, site))
            feeds.append(Feed.objects.create(url=url, next_poll_at=NOW))
        while days.now <= NOW + 7 * DAY:
            polling.poll_due(days.now)
            days.now += STEP if days.now < NOW + 2 * DAY else HOUR
        yield [
            (site, Feed.objects.get(pk=feed.pk)) for site, feed in zip(sites, feeds, strict=True)
        ]


def test_a_week_of_good_manners(week: list[tuple[Site, Feed]]) -> None:
    for site, feed in week:
        times = [at for at, _ in site.asked]
        answered = site.kind not in {"away", "broken"}
        assert len(times) >= (7 if answered and site.kind != "gone" else 2), site.kind
        for earlier, later in pairwise(times):
            assert later - earlier >= site.allows, f"{site.kind}: too soon"
        for begun, until in site.closed:
            assert not [at for at in times if begun < at < until], f"{site.kind}: told to stay away"
        if answered:
            conditional = [
                {"if-none-match", "if-modified-since"} <= h.keys() for _, h in site.asked
            ]
            assert conditional == [False] + [True] * (len(conditional) - 1), site.kind
            last = site.sent[-1]
            assert (feed.etag, feed.last_modified) == (last["etag"], last["last_modified"])
        if site.gone_at:
            assert times[-1] == site.gone_at, "never again after 410"
            assert feed.state == Feed.State.RETIRED
        if site.kind == "allowing":
            assert min(b - a for a, b in pairwise(times)) < HOUR, "it takes what it is given"
    assert all(site.gone_at for site, _ in week if site.kind == "gone")
