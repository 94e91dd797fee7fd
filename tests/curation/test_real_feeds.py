"""Every real feed beside the clone, polled over HTTP; where there are none it says so."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from curation import polling
from curation.models import Entry, Feed, Link
from curation.parsed import MAX_ENTRIES
from tests.makers import NOW
from tests.web import Web, page, serving

REAL = Path(__file__).parents[2].parent / "shared" / "feeds" / "real"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not REAL.is_dir(), reason="no real feeds at ../shared/feeds/real"),
]


@pytest.fixture
def served() -> Iterator[Web]:
    with serving() as web:
        for path in REAL.iterdir():
            if path.suffix != ".tsv":
                web.add(f"/{path.name}", page(path.read_bytes()))
        yield web


def manifest() -> list[dict[str, str]]:
    with (REAL / "MANIFEST.tsv").open() as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def test_it_reads_every_real_feed_once(served: Web) -> None:
    rows = manifest()
    feeds = {row["file"]: Feed.objects.create(url=f"{served.base}/{row['file']}") for row in rows}

    first = polling.poll(feeds.values(), NOW)

    kept = Counter(Entry.objects.values_list("feed__url", flat=True))
    for row in rows:
        feed = feeds[row["file"]]
        feed.refresh_from_db()
        if row["set"] == "opml":
            assert "OPML" in feed.last_error, row["file"]
            continue
        assert feed.last_error == "", row["file"]
        assert kept[feed.url] == min(int(row["entries"]), MAX_ENTRIES), row["file"]
        assert feed.next_poll_at
        assert feed.format
    assert len(first.failures) == sum(row["set"] == "opml" for row in rows)
    assert first.new_links == Link.objects.count()
    assert not Entry.objects.filter(link=None).exclude(url="").exists()

    links = Link.objects.count()
    served.asked.clear()
    served.said.clear()
    healthy = list(Feed.objects.filter(last_error=""))
    second = polling.poll(healthy, NOW)

    assert (second.new_links, second.unchanged, second.failures) == (0, len(healthy), [])
    assert all("if-none-match" in headers for _, headers in served.asked)
    assert served.said == [304] * len(healthy)
    assert Link.objects.count() == links
    assert Entry.objects.count() == kept.total()
