"""Looking at the addresses of an issue, over a real server on loopback."""

from datetime import datetime, timedelta
from threading import Event

import pytest
from django.utils import timezone

from digest import publishing, rechecking, visiting
from digest.approval import approve
from digest.models import Issue, LinkBlock, SponsorBlock, Visit
from digest.overrides import let_pass
from digest.preflight import inspect
from digest.sweeping import sweep
from digest.visiting import ask, visit_due, visit_issue
from publication.models import AuditEntry
from tests.digest.issues import add, make_issue
from tests.makers import NOW
from tests.web import Web, page, raw, redirect

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("masthead_filled_in")]
Seen = Visit.Seen


def linking(*urls: str, number: int = 7) -> Issue:
    issue = make_issue(number)
    for n, url in enumerate(urls):
        add(LinkBlock, issue, title=f"Story {n}", url=url, blurb=f"<p>Told, number {n}.</p>")
    return issue


def what_is_at(url: str) -> Visit:
    visit_issue(linking(url), now=NOW)
    return Visit.objects.get()


@pytest.mark.parametrize(
    ("status", "seen"),
    [
        (200, Seen.FINE),
        (404, Seen.DEAD),
        (410, Seen.DEAD),
        (403, Seen.CLOSED),
        (429, Seen.CLOSED),
        (500, Seen.SILENT),
        (503, Seen.SILENT),
    ],
)
def test_it_remembers_what_the_server_answers(web: Web, status: int, seen: str) -> None:
    visit = what_is_at(web.add("/story", page("x", "text/html", status=status)))

    assert (visit.seen, visit.due_at) == (seen, None)
    assert visit.looked_at is not None
    assert visit.said == f"The server answered {status}."


def test_a_page_that_moved_says_where_to(web: Web) -> None:
    new = web.add("/new", page("x", "text/html"))
    visit = what_is_at(web.add("/old", redirect(new, 308)))
    assert (visit.seen, visit.led_to) == (Seen.MOVED, new)


def test_a_detour_for_a_day_is_no_move(web: Web) -> None:
    new = web.add("/new", page("x", "text/html"))
    assert what_is_at(web.add("/old", redirect(new, 302))).seen == Seen.FINE


def test_nor_is_a_slash(web: Web) -> None:
    slashed = web.add("/old/", page("x", "text/html"))
    assert what_is_at(web.add("/old", redirect(slashed, 301))).seen == Seen.FINE


def test_a_story_that_leads_to_the_front_page_is_gone(web: Web) -> None:
    front = web.add("/", page("x", "text/html"))
    assert what_is_at(web.add("/story", redirect(front, 302))).seen == Seen.HOME


def test_who_refuses_or_breaks_off_may_come_back(web: Web) -> None:
    broken = web.add("/broken", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nno"))
    assert what_is_at(broken).seen == Seen.SILENT


def test_a_large_page_is_there(web: Web, settings: object) -> None:
    settings.FETCH_MAX_BYTES = 10  # type: ignore[attr-defined]
    assert what_is_at(web.add("/film", page("x" * 100, "video/mp4"))).seen == Seen.FINE


def test_nobody_is_waited_for_longer_than_the_rest(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visiting, "PATIENCE", 0.3)
    enough = Event()
    slow = web.add("/slow", raw(b"HTTP/1.1 200 OK\r\n", pause=lambda: enough.wait(5)))
    quick = web.add("/quick", page("x", "text/html"))
    visit_issue(linking(slow, quick), now=NOW)
    enough.set()

    seen = dict(Visit.objects.values_list("url", "seen"))
    assert seen == {slow: Seen.SILENT, quick: Seen.FINE}


def test_thirty_links_are_asked_at_the_same_time(web: Web) -> None:
    """Nobody is answered before the last has asked: one after the other would never end."""
    asked: set[int] = set()
    all_there = Event()

    def together() -> None:
        asked.add(len(asked))
        if len(asked) >= 30:
            all_there.set()
        all_there.wait(10)

    head = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
    urls = [web.add(f"/{n}", raw(head, b"\r\n", pause=together)) for n in range(30)]
    visit_issue(linking(*urls), now=NOW)

    assert all_there.is_set()
    assert Visit.objects.filter(seen=Seen.FINE).count() == 30


def test_what_was_looked_at_lately_is_not_asked_again(web: Web) -> None:
    issue = linking(web.add("/story", page("x", "text/html")))
    now = timezone.now()
    assert visit_issue(issue, now=now) == 1
    assert visit_issue(issue, now=now) == 0
    assert visit_issue(issue, now=now + timedelta(hours=13)) == 1
    assert len(web.asked) == 2


def test_asking_leaves_it_to_a_worker(web: Web) -> None:
    issue = linking(web.add("/story", page("x", "text/html")), "mailto:a@example.org", "/own/page/")
    assert ask(issue, now=NOW) == 1
    assert ask(issue, now=NOW) == 0
    assert web.asked == []

    assert sweep(NOW) == "1 link to look at"
    assert visit_due(NOW) == 1
    assert visit_due(NOW) == 0
    assert Visit.objects.get().seen == Seen.FINE


def test_of_two_workers_one_looks() -> None:
    ask(linking("https://example.org/story"), now=NOW)
    first, second = list(Visit.objects.due(NOW)), list(Visit.objects.due(NOW))

    assert len(visiting._claim(first, NOW)) == 1
    assert visiting._claim(second, NOW) == []
    assert not Visit.objects.due(NOW).exists()
    # A worker that was killed leaves its row for whoever comes after the lease.
    assert Visit.objects.due(NOW + visiting.LEASE).count() == 1


# The last look before the hour


def scheduled(web: Web, path: str = "/ad") -> Issue:
    issue = linking(web.add("/story", page("x", "text/html")))
    url = web.add(path, page("x", "text/html"))
    add(SponsorBlock, issue, title="Ballast", url=url)
    visit_issue(issue, now=NOW)
    Visit.objects.update(looked_at=NOW - timedelta(hours=3))
    approve(issue, by=None)
    publishing.schedule(issue, by=None, publish_at=NOW + timedelta(minutes=10))
    return issue


def test_the_links_are_looked_at_again_shortly_before_the_hour(web: Web) -> None:
    scheduled(web)
    assert rechecking.ask(NOW - timedelta(minutes=10)) == 0
    assert rechecking.ask(NOW) == 2

    visit_due(NOW)
    Visit.objects.update(looked_at=NOW)
    assert rechecking.ask(NOW + timedelta(minutes=1)) == 0


def test_a_sponsor_whose_page_is_gone_holds_the_hour(web: Web) -> None:
    issue = scheduled(web)
    gone(NOW - timedelta(minutes=3), NOW)

    assert publishing.publish_due(NOW + timedelta(minutes=10)) == []
    issue.refresh_from_db()
    assert (issue.state, issue.publish_at) == (Issue.State.READY, None)
    assert "leads nowhere" in AuditEntry.objects.get(verb="held").detail["reason"]


def gone(first: datetime, last: datetime) -> None:
    ads = Visit.objects.filter(url__endswith="/ad")
    ads.update(seen=Seen.DEAD, gone_since=first, looked_at=last)


def test_one_look_is_not_enough_to_hold_it(web: Web) -> None:
    issue, hour = scheduled(web), NOW + timedelta(minutes=10)
    Visit.objects.update(looked_at=NOW)
    gone(NOW, NOW)

    assert publishing.publish_due(hour) == []
    issue.refresh_from_db()
    assert issue.publish_at == hour, "it waits for the second look"
    assert rechecking.ask(NOW + timedelta(minutes=1)) == 0
    assert rechecking.ask(hour) == 1, "and asks for it, though the hour has come"

    visit_due(hour)
    Visit.objects.update(looked_at=hour)
    assert Visit.objects.filter(gone_since=None).count() == 2, "it was back"
    assert publishing.publish_due(hour) == [7]


def test_it_remembers_since_when_a_page_is_gone(web: Web) -> None:
    url = web.add("/story", page("x", "text/html", status=404))
    first = what_is_at(url)
    assert first.gone_since == first.looked_at
    visit_issue(Issue.objects.get(), now=timezone.now(), older_than=timedelta(0))
    second = Visit.objects.get()
    assert second.looked_at is not None
    assert first.looked_at is not None
    assert second.looked_at > first.looked_at
    assert second.gone_since == first.looked_at


def test_a_dead_link_of_the_editorial_goes_out(web: Web) -> None:
    scheduled(web)
    Visit.objects.filter(url__endswith="/story").update(seen=Seen.DEAD, looked_at=NOW)

    assert publishing.publish_due(NOW + timedelta(minutes=10)) == [7]


def test_so_does_a_sponsor_that_somebody_let_pass(web: Web) -> None:
    issue = linking("https://example.org/story")
    add(SponsorBlock, issue, title="Ballast", url=f"{web.base}/ad")
    visit_issue(issue, now=NOW)
    Visit.objects.filter(url__contains="example").update(seen=Seen.FINE)
    [blocker] = inspect(issue).blockers
    let_pass(issue, blocker.key, reason="Their page opens at noon", by=None, now=NOW)
    approve(issue, by=None)
    Visit.objects.update(looked_at=NOW)
    publishing.schedule(issue, by=None, publish_at=NOW)

    assert publishing.publish_due(NOW) == [7]
