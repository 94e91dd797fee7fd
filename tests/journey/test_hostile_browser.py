"""Nothing a feed says can run: in the queue, at the desk, in previews, on the archive, in feeds
and in the mail, as a browser takes them. All real feeds beside the clone, and all of E."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import feedparser
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from curation.intake import take_in
from curation.models import Entry, Link
from curation.parsed import NotAFeedError
from curation.parsing import parse
from digest import assembly
from digest.models import Issue
from digest.rendering import render
from tests.curation.test_catalogue_html import RUNS
from tests.digest.issues import publish
from tests.makers import NOW, make_editor, make_feed, make_section

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REAL = Path(__file__).parents[2].parent / "shared" / "feeds" / "real"
# Of each real feed the entries with the most that could be markup.
OF_EACH = 2
PLACED = 45


def hostile() -> str:
    """An Atom feed with an entry for each payload, which stands in all of its fields."""
    entries = (
        f"""<entry><title type="html">{said}</title><link href="https://evil.example/{n}"/>
        <id>{n}</id><author><name>{said}</name></author><category term="{said}"/>
        <source><title>{said}</title></source><summary type="html">{said}</summary>
        <content type="html">{said}&lt;img alt="{escape(said)}" src="/x"&gt;</content></entry>"""
        for n, said in enumerate(escape(payload) for payload in RUNS.values())
    )
    said = escape(RUNS["E2 onerror"])
    title = f'<title type="html">{said}</title>'
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{title}{"".join(entries)}</feed>'


def take(body: bytes, url: str, most: int | None = None) -> None:
    parsed = parse(body, "", url)
    take_in(make_feed(url=url, title=parsed.title), parsed, NOW)
    marked = Entry.objects.filter(feed__url=url).select_related("content")
    worst = sorted(marked, key=lambda e: sum(map(e.raw_title.count, "<>&\"'")), reverse=True)
    Link.objects.filter(entries__in=worst[most:] if most else []).delete()
    Entry.objects.filter(pk__in=[entry.pk for entry in worst[most:]] if most else []).delete()


@pytest.fixture
def told(db: None) -> None:
    make_section("Articles", slug="articles")
    take(hostile().encode(), "https://evil.example/feed")
    for path in REAL.iterdir() if REAL.is_dir() else ():
        try:
            take(path.read_bytes(), f"https://feeds.example/{path.name}", OF_EACH)
        except NotAFeedError:
            assert "opml" in path.name.lower() or path.suffix in {".tsv", ".opml"}
    Link.objects.update(state=Link.State.NEW, reject_reason="")


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """Dialogs, and what the policy of a page refused."""
    heard: list[str] = []

    def refused(message: Any) -> None:
        if "Content Security Policy" in message.text:
            heard.append(message.text)

    def opened(dialog: Any) -> None:
        heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    # What others serve is not asked for.
    page.route(
        "**/*",
        lambda to: (
            to.continue_()
            if "127.0.0.1" in to.request.url or "localhost" in to.request.url
            else to.abort()
        ),
    )
    page.on("console", refused)
    page.on("dialog", opened)
    return heard


@pytest.fixture
def editor(page: Page, live_server: LiveServer) -> Client:
    client = Client()
    client.force_login(make_editor())
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    return client


def queue_pages(page: Page, base: str) -> Iterator[str]:
    """Every page of the queue, as its links lead on."""
    address: str | None = f"{base}/admin/queue/"
    while address:
        yield address
        query = page.locator("#queue-older").get_attribute("href")
        address = f"{base}/admin/queue/{query}" if query else None


def chosen() -> Issue:
    """A draft with what is worst, and some of every kind."""
    worst = list(Link.objects.filter(url__startswith="https://evil.example/"))
    others = list(Link.objects.exclude(pk__in=[link.pk for link in worst]).order_by("?"))
    pks = [link.pk for link in [*worst, *others][:PLACED]]
    section = make_section("Articles", slug="articles")
    Link.objects.filter(pk__in=pks).update(
        state=Link.State.SHORTLISTED, state_since=NOW, section=section
    )
    return assembly.draft(by=None, now=NOW)


def test_nothing_a_feed_says_can_run(
    page: Page, live_server: LiveServer, told: None, editor: Client, complaints: list[str]
) -> None:
    base = live_server.url

    def visit(address: str) -> None:
        page.goto(address if address.startswith("http") else f"{base}{address}")
        assert page.url.startswith(base), address

    for address in queue_pages(page, base):
        visit(address)
    for link in Link.objects.filter(url__startswith="https://evil.example/"):
        visit(reverse("queue:link", args=[link.pk]))
    visit("/planet/")
    issue = chosen()
    visit(reverse("admin:digest_issue_change", args=[issue.pk]))
    for part in ("email", "web", "text"):
        visit(f"{reverse('admin:digest_issue_preview', args=[issue.pk])}?part={part}")
    show(page, render(issue).email_html)
    publish(issue)
    for address in ("/", f"/issues/{issue.number}/", "/issues/", "/sections/articles/"):
        visit(address)
    for feed in ("planet.atom", "issues.rss", "issues.atom"):
        show_as_a_reader(page, editor.get(f"/feeds/{feed}").content)

    assert complaints == []
    notices(page, f"{base}/planet/", complaints)


def show_as_a_reader(page: Page, feed: bytes) -> None:
    """As one that trusts us."""
    said = feedparser.parse(feed, sanitize_html=False)
    assert said.entries
    parts = [part for entry in said.entries for part in entry.get("content", [])]
    parts += [entry.summary_detail for entry in said.entries if "summary_detail" in entry]
    show(page, "".join(part["value"] for part in parts))


def show(page: Page, html: str) -> None:
    """On a page without any policy."""
    page.goto("about:blank")
    page.set_content(html)
    page.wait_for_timeout(200)


def notices(page: Page, address: str, complaints: list[str]) -> None:
    """Were there something to hear of, it would have been heard."""
    show(page, "<img src=x onerror=alert(1)>")
    page.goto(address)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>')")
    page.wait_for_timeout(300)
    assert complaints[0] == "dialog: 1"
    assert any("Content Security Policy" in said for said in complaints)
