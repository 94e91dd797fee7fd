"""Nobody is tracked: seen on the bytes of a mail, and on every public page."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import LazySettings, settings
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audience.models import Subscriber
from audience.tokens import ACCOUNTS
from delivery import mailings, sending
from digest import approval, publishing
from digest.models import LinkBlock
from digest.placeholders import TOKEN
from tests.audience.makers import ask, confirmation_link, make_subscriber
from tests.digest.issues import add, make_issue
from tests.makers import make_section

pytestmark = pytest.mark.django_db
STORY = "https://example.com/story?id=1"
# What a page or a mail fetches by itself; links that a person follows are not among them.
FETCHED = re.compile(
    r"""<(?:img|script|iframe|source|video|audio|embed|object|input)\b[^>]*?\b(?:src|data|srcset)=["']([^"']+)|<link\b[^>]*?rel=["'](?:stylesheet|icon|preload|prefetch)["'][^>]*?href=["']([^"']+)|url\(["']?([^"')]+)"""
)


def fetched(html: str) -> set[str]:
    return {next(filter(None, found)) for found in FETCHED.findall(html)}


def mailed_issue() -> None:
    now = timezone.now()
    make_section("Articles")
    issue = make_issue()
    add(LinkBlock, issue, title="A story", url=STORY, blurb="<p>Said of it.</p>")
    approval.approve(issue, by=None)
    publishing.publish(issue, by=None, now=now, mail_at=now)
    mailing = mailings.start(issue.pk)
    assert mailing is not None
    mailings.release(mailing, now)
    sending.drain(now)


def test_a_mail_holds_every_link_as_it_was_written_and_fetches_nothing() -> None:
    people = [make_subscriber() for _ in range(2)]
    mailed_issue()
    tidied = []
    for person in people:
        [sent] = [it for it in mail.outbox if it.to == [person.email]]
        letter: Any = sent.message()
        html, text = (letter.get_body((kind,)).get_content() for kind in ("html", "plain"))
        assert STORY.replace("&", "&amp;") in html
        assert STORY in text
        assert fetched(html) == set()
        for url in re.findall(r"""href=["']([^"']+)""", html):
            ours = url.startswith(settings.SITE_URL)
            assert ours or url == STORY
            # The token stands in the two ways out and nowhere else.
            assert (person.token in url) == bool(re.search("/(unsubscribe|preferences)/", url))
        tidied.append((html + text).replace(person.token, ""))
        assert person.email not in html + text
    assert tidied[0] == tidied[1], "two people's mails differ in more than their way out"


def pages() -> list[str]:
    ask(now=timezone.now())
    ada = make_subscriber(account_asked_at=timezone.now())
    account = f"/account/{ACCOUNTS.token(ada, ada.account_nonce)}/"
    return [
        "/", "/issues/", "/issues/7/", "/sections/links/", "/search/", "/search/?q=story",
        "/planet/",
        "/about/", "/feeds/issues.rss", "/feeds/issues.atom", "/feeds/issues.json", "/submit/",
        "/subscribe/", "/subscribe/check-your-inbox/", f"/confirm/{confirmation_link()}/",
        f"/unsubscribe/{ada.token}/", f"/preferences/{ada.token}/", account, f"{account}erase/",
        "/unsubscribe/broken/",
    ]  # fmt: skip


def test_no_public_page_counts_anybody_or_asks_a_third_party(client: Client) -> None:
    mailed_issue()
    looked = pages()
    client.get("/")
    before = counts()
    for path in looked:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path, headers={"accept": "text/html"})
        assert response.status_code in {200, 404}, path
        assert not response.cookies, path
        written = [it["sql"] for it in queries if re.match("INSERT|UPDATE|DELETE", it["sql"])]
        assert written == [], path
        for url in fetched(response.content.decode()):
            assert not urlsplit(url).netloc or url.startswith(settings.SITE_URL), (path, url)
        links = re.findall(r"""(?:href|action)=["']([^"']+)""", response.content.decode())
        assert not [url for url in links if re.search(r"[?&](?:u|url|to|next|utm_\w+)=", url)], path
    assert counts() == before


def secrets() -> set[str]:
    """Whatever opens something for one person, or names them."""
    ask("new@example.com", now=timezone.now())
    people = Subscriber.objects.all()
    opening = {confirmation_link("new@example.com")}
    opening |= {ACCOUNTS.token(it, it.account_nonce) for it in people}
    return opening | {TOKEN} | {it.token for it in people} | {it.email for it in people}


def test_no_byte_of_archive_and_feeds_is_anybodys(
    client: Client, tmp_path: Path, settings: LazySettings
) -> None:
    settings.SITE_URL = "http://localhost"
    for _ in range(3):
        make_subscriber(account_asked_at=timezone.now())
    mailed_issue()
    found = secrets()
    call_command("export_archive", str(tmp_path), verbosity=0)
    answers = {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    live = ["/search/?q=story", "/planet/", "/feeds/planet.atom", "/planet.opml", "/nowhere/"]
    answers |= {path: client.get(path, headers={"host": "localhost"}).content for path in live}

    assert len(found) > 9
    assert len(answers) > 20
    for where, body in answers.items():
        assert [secret for secret in found if secret.encode() in body] == [], where
    # They are looked for where they do stand: in the mails.
    assert all(any(it.token in str(sent.message()) for sent in mail.outbox) for it in mailed())


def mailed() -> list[Subscriber]:
    return list(Subscriber.objects.filter(state=Subscriber.State.ACTIVE))


def counts() -> dict[str, int]:
    models = apps.get_models(include_auto_created=True)
    return {model._meta.label: model._base_manager.count() for model in models}


def test_a_thousand_looks_of_scanners_at_every_page_with_a_secret_change_nothing() -> None:
    client = Client()
    mailed_issue()
    secret = [
        path for path in pages() if re.match("/(confirm|unsubscribe|preferences|account)/", path)
    ]
    rows = snapshot()
    for number in range(1000):
        look = client.head if number % 2 else client.get
        agent = ["Barracuda", "Microsoft Office", "Slackbot", "GoogleImageProxy"][number % 4]
        headers = {"user-agent": agent, "purpose": "prefetch", "sec-purpose": "prefetch"}
        look(secret[number % len(secret)], headers=headers)
    assert snapshot() == rows


def snapshot() -> list[Any]:
    models = [
        it for it in apps.get_models() if it._meta.app_label in {"audience", "delivery", "outbox"}
    ]
    return [list(model._base_manager.order_by("pk").values()) for model in models]
