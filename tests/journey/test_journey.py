"""The whole way of a link: feed file, HTTP, queue, issue, SMTP, archive, feed."""

import io
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from audience.forms import SubscribeForm
from audience.models import Subscriber
from curation import queue
from curation.models import Link, LinkUse
from delivery.models import Delivery
from digest.models import Issue
from tests.mail_server import Inbox, smtp_inbox
from tests.makers import make_editor, make_section
from tests.tasks import work_off
from tests.web import Web

FEED = (Path(__file__).parents[1] / "data/feeds/journey.xml").read_bytes()
TITLES = [
    "Moving a busy table without a night shift",
    "Three habits for reading a query plan",
    "What a good changelog leaves out",
]


def run(command: str, *args: str) -> str:
    out = io.StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue().strip()


def subscribe(address: str, client: Client, inbox: Inbox) -> None:
    """Ask on the site, open the mail, press the button it leads to."""
    shown_at = SubscribeForm(now=timezone.now() - timedelta(seconds=10)).stamp
    client.post("/subscribe/", {"email": address, "shown_at": shown_at})
    work_off()
    [mail] = [mail for to, mail in inbox.mails if to == address]
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    link = next(line for line in text.split() if "/confirm/" in line)
    client.post(link.removeprefix("http://127.0.0.1:8000"))


@pytest.mark.django_db(transaction=True)
def test_a_link_travels_from_a_feed_to_every_reader(settings: LazySettings, web: Web) -> None:
    feed = web.add("/feed.xml", FEED)
    with smtp_inbox() as inbox:
        settings.MAILERS = {
            "default": {
                "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "OPTIONS": {"host": "127.0.0.1", "port": inbox.port, "timeout": 10},
            }
        }
        client, editor = Client(), make_editor()
        make_section("Articles")
        for address in ("ada@example.com", "brian@example.com", "cleo@example.com"):
            subscribe(address, client, inbox)
        assert Subscriber.objects.active().count() == 3
        inbox.mails.clear()

        # In: three links, once.
        run("poll_feeds", feed)
        run("poll_feeds", feed)
        assert ["if-none-match" in headers for _, headers in web.asked] == [False, True]
        assert (
            list(Link.objects.order_by("-published_at").values_list("title", flat=True)) == TITLES
        )

        # Sorted: two are in, one is out.
        waiting = Link.objects.waiting(timezone.now()).order_by("-published_at")
        keep, also, drop = waiting
        queue.shortlist(keep, by=editor, section=make_section("Articles"))
        queue.shortlist(also, by=editor, section=make_section("Articles"))
        queue.reject(drop, by=editor, reason="Old news")

        # Made, seen, let out.
        number = run("draft_issue")
        assert (
            run("render_issue", number, "--format", "text").count("https://harbour.example.com/")
            == 2
        )
        run("approve_issue", number)
        run("publish_issue", number, "--mail-now")
        assert client.get(f"/issues/{number}/").status_code == 200
        work_off()
        run("sweep")
        work_off()

        # Mailed: everybody, once, and the one who leaves at one click is out.
        assert sorted(to for to, _ in inbox.mails) == [
            "ada@example.com", "brian@example.com", "cleo@example.com",
        ]  # fmt: skip
        assert set(Delivery.objects.values_list("state", flat=True)) == {"accepted"}
        for _, mail in inbox.mails:
            assert_holds_the_issue(mail.get_body(("html",)).get_content())  # type: ignore[union-attr]
            assert_holds_the_issue(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
        leave_by_one_click(inbox.mails[0][1], client)
        assert Subscriber.objects.active().count() == 2

        # Read: on the site and in the feeds, and the queue remembers.
        assert_holds_the_issue(client.get(f"/issues/{number}/").content.decode())
        for name in ("issues.rss", "issues.atom"):
            read = feedparser.parse(io.BytesIO(client.get(f"/feeds/{name}").content))
            assert_holds_the_issue(read.entries[0].content[0].value)
        use = LinkUse.objects.get(link=keep)
        assert (use.issue_number, use.published_at is not None) == (int(number), True)
        assert Issue.objects.get().state == Issue.State.PUBLISHED


def assert_holds_the_issue(text: str) -> None:
    """The two chosen stories, in full; nothing of the third."""
    words = " ".join(text.split())
    for title in TITLES[:2]:
        assert title in words
    assert "in four small steps" in words
    assert TITLES[2] not in words
    assert "utm_source" not in words


def leave_by_one_click(mail: object, client: Client) -> None:
    """RFC 8058: what a mail program does for its user, without cookie or token of ours."""
    address = mail["List-Unsubscribe"].split(">")[0].lstrip("<")  # type: ignore[index]
    path = address.removeprefix("http://127.0.0.1:8000")
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
