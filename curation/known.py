"""Which feeds are there already, by any spelling of their address."""

from curation.identity import canonical_url
from curation.models import Feed


class Known:
    """The feeds there are, found by any spelling of their address."""

    def __init__(self) -> None:
        feeds = Feed.objects.select_related("section")
        self._feeds = {canonical_url(feed.url): feed for feed in feeds}

    def get(self, url: str) -> Feed | None:
        """The feed at `url`, with or without `www.`, by http or https."""
        return self._feeds.get(canonical_url(url))

    def add(self, feed: Feed) -> Feed:
        """From now on it is known."""
        self._feeds[canonical_url(feed.url)] = feed
        return feed
