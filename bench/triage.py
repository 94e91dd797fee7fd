"""The queue with 200,000 links beside the queue with 200 and with 20,000, in one run on one
database. From 20,000 on everything that is bounded has reached its bound: the count of a shelf,
the titles and blurbs that a page is compared with.

    python bench/triage.py            SQLite in a temporary folder, or the server of DATABASE_URL
                                     (its own test database, which is thrown away)

Each figure is the quickest of some requests through Django's test client, all middleware included.
"""

import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

# In the place of this folder, where the standard library's `queue` would be this file.
sys.path[0] = str(Path(__file__).parents[1])
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="newsdesk-bench-")


import django

django.setup()

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext, get_runner
from django.utils import timezone

from curation import ranking, uses
from curation.models import Entry, Feed, Link, LinkUse
from publication.models import Section

LARGE = int(os.environ.get("LINKS", "200000"))
SIZES = [200, LARGE // 10, LARGE]
TIMES = 15
CHUNK = 10_000
NOW = timezone.now()
LATELY = NOW - timedelta(days=21)
# Of a hundred links so many: five years of a weekly, and an editor who lets things lie.
STATES = {"rejected": 60, "new": 25, "shortlisted": 10, "snoozed": 5}
dice = random.Random(7)
WORDS = ["".join(dice.choices("abcdefghijklmnoprstuvw", k=dice.randint(3, 9))) for _ in range(5000)]
WEIGHTS = [1 / (rank + 1) for rank in range(len(WORDS))]


def sentence(length: int) -> str:
    return " ".join(dice.choices(WORDS, WEIGHTS, k=length))


def make(n: int, sections: list[Section]) -> Link:
    state = dice.choices(list(STATES), list(STATES.values()))[0]
    at = NOW - timedelta(minutes=dice.randint(1, 60 * 24 * 365 * 5))
    rare = " rarity" if n % 20_000 == 7 else ""
    return Link(
        url=f"https://example.com/{n}",
        title=f"Django {sentence(6)}{rare}",
        blurb=sentence(40),
        source_label=f"Feed {n % 100}",
        kind=dice.choices(["article", "video", "project"], [80, 15, 5])[0],
        language=dice.choices(["en", "", "de"], [80, 19, 1])[0],
        section=dice.choice(sections),
        state=state,
        state_since=at,
        snoozed_until=NOW + timedelta(days=dice.randint(-1, 90)) if state == "snoozed" else None,
        published_at=at,
        changed_at=at,
        score=at.timestamp() / 86400,
        next_score_at=NOW + timedelta(days=1),
    )


def fill(total: int, feeds: list[Feed], sections: list[Section]) -> None:
    """Up to `total` links, each from a feed; what was shortlisted ran, but for the latest."""
    for start in range(Link.objects.count(), total, CHUNK):
        numbers = range(start, min(start + CHUNK, total))
        links = Link.objects.bulk_create(make(n, sections) for n in numbers)
        Entry.objects.bulk_create(
            Entry(feed=feeds[link.pk % 100], identity=uuid4(), link=link, title=link.title,
                  published_at=link.published_at) for link in links
        )  # fmt: skip
        LinkUse.objects.bulk_create(
            LinkUse(link=link, issue_number=1, section="News", block_uid=uuid4(), published_at=NOW)
            for link in links if link.state == "shortlisted" and link.published_at < LATELY
        )  # fmt: skip
    # auto_now_add wrote its own moment.
    Link.objects.update(state_since=F("published_at"))
    uses.settle(LinkUse.objects.values_list("link_id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def ok(answer: HttpResponseBase) -> HttpResponseBase:
    assert answer.status_code == 200, answer.status_code
    return answer


def actions(client: Client) -> dict[str, Callable[[], object]]:
    def get(query: str) -> Callable[[], object]:
        return lambda: ok(client.get(f"/admin/queue/?{query}"))

    def deed() -> object:
        link = Link.objects.waiting(NOW).filter(state="new").order_by("-published_at")[0]
        said = {"link": link.pk, "version": link.version, "back": "show=waiting"}
        answer = client.post("/admin/queue/reject/", said, headers={"accept": "application/json"})
        return ok(answer)

    since = timezone.now().isoformat()
    return {
        "open": get(""),
        "open by score": get("order=score"),
        "shortlist": get("show=shortlisted"),
        "rejected": get("show=rejected"),
        "everything": get("show=everything"),
        "search common word": get("q=django"),
        "search common, rejected": get("show=rejected&q=django"),
        "search rare word": get("show=everything&q=rarity"),
        "search two words": get(f"q={WORDS[3]}+{WORDS[40]}"),
        "search nothing": get("q=zzzzzz"),
        "filter kind": get("kind=project"),
        "filter that hits nothing": get("kind=job&language=de"),
        "filter source": get(f"feed={Feed.objects.all()[0].pk}"),
        "filter section and age": get(f"section={Section.objects.all()[0].slug}&age=month"),
        "one deed": deed,
        "what changed": lambda: ok(client.get("/admin/queue/changes/", {"since": since})),
        "score what is due": lambda: ranking.rank_due(timezone.now()),
    }


def measure(client: Client) -> dict[str, tuple[float, int]]:
    """Milliseconds and queries of each action."""
    figures = {}
    for name, act in actions(client).items():
        act()
        with CaptureQueriesContext(connection) as queries:
            act()
            asked = len(queries)
        took = []
        for _ in range(TIMES):
            began = time.perf_counter()
            act()
            took.append((time.perf_counter() - began) * 1000)
        figures[name] = (min(took), asked)
    return figures


def main() -> None:
    runner = get_runner(django.conf.settings)(verbosity=0, interactive=False)
    runner.setup_test_environment()
    old = runner.setup_databases()
    try:
        sections = list(Section.objects.all()[:8])
        feeds = Feed.objects.bulk_create(
            Feed(url=f"https://f{n}.example/", title=f"Feed {n}") for n in range(100)
        )
        client = Client()
        client.force_login(User.objects.create_superuser("ann"))
        figures = []
        for size in SIZES:
            fill(size, feeds, sections)
            figures.append(measure(client))
        report(figures)
    finally:
        runner.teardown_databases(old)
        shutil.rmtree(os.environ["VAR_DIR"])


def report(figures: list[dict[str, tuple[float, int]]]) -> None:
    sizes = "".join(f"{size:>11,}" for size in SIZES)
    print(f"{connection.vendor}: {'links':26}{sizes}   ms, quickest of {TIMES}")
    for name in figures[0]:
        took = "".join(f"{each[name][0]:11.1f}" for each in figures)
        print(f"  {name:34}{took}   {'/'.join(str(each[name][1]) for each in figures)} queries")
    least, some, most = (sum(ms for ms, _ in each.values()) for each in figures)
    print(f"ratio queue-{LARGE}/queue-{SIZES[0]} {most / least:.2f}")
    print(f"ratio queue-{LARGE}/queue-{SIZES[1]} {most / some:.2f}")


if __name__ == "__main__":
    main()
