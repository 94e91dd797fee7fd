"""Bad input, E: HTML made to run, to lay out, or to break. In every field, on our pages."""

import re
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from curation.intake import take_in
from curation.models import Entry
from curation.parsing import parse
from tests.makers import NOW, make_editor, make_feed

pytestmark = pytest.mark.django_db

HERE = "https://blog.example/feed"
FIELDS = ["title", "summary", "content", "author", "category", "source", "alt"]

RUNS = {
    "E1 script": "<script>alert(1)</script>",
    "E1 script, broken": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "E2 onerror": '<img src=x onerror=alert(1)><b onclick="alert(1)">b</b>',
    "E3 a tab in the scheme": '<a href="jav&#x09;ascript:alert(1)">x</a>',
    "E3 a scheme in capitals": '<a href=" JavaScript:alert(1)">x</a>',
    "E4 svg": '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    "E4 math": '<math><mtext><mglyph><style><img src=x onerror=alert(1)></style></math>',
    "E5 mutation": '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    "E5 mutation by template": "<template><style></template><img src=x onerror=alert(1)></style>",
    "E6 form": '<form action="javascript:alert(1)"><button formaction="javascript:x">b</button>',
    "E6 base": '<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=x">',
    "E6 frame": '<iframe srcdoc="<script>alert(1)</script>"></iframe><object data="x"></object>',
    "E7 style": '<p style="position:fixed;background:url(https://evil.example/)">x</p><style>*{}</style>',
    "E9 data": '<img src="data:text/html,<script>alert(1)</script>">',
    "E11 for Outlook": "<!--[if mso]><script>alert(1)</script><![endif]-->x",
}  # fmt: skip
RUN = re.compile(r"[\s\x00-\x20]*(?:j\s*a\s*v\s*a\s*script|vbscript|data:text)", re.IGNORECASE)


class Acting(HTMLParser):
    """What a browser would act on in a page: not words that look like it, but markup."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        refresh = tag == "meta" and dict(attrs).get("http-equiv") == "refresh"
        if refresh or tag in {"base", "iframe", "object", "embed", "math", "noscript"}:
            self.found.append(tag)
        for name, value in attrs:
            acts = name.startswith("on") or name in {"srcdoc", "formaction"}
            if acts or RUN.match(value or ""):
                self.found.append((tag, name, value))
            if name == "style" and re.search("fixed|url", value or ""):
                self.found.append((tag, name, value))

    def handle_data(self, data: str) -> None:
        if self.inside in {"script", "style"} and re.search(r"alert|\*\{\}", data):
            self.found.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_comment(self, data: str) -> None:
        if "mso" in data:
            self.found.append(data)


def say(payload: str, *fields: str) -> Entry:
    """One entry that says `payload` in `fields`."""
    said = dict.fromkeys(FIELDS, "plain") | dict.fromkeys(fields, escape(payload))
    alt = escape(said["alt"])
    text = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title><entry>
    <title type="html">{said["title"]}</title><link href="https://blog.example/1"/>
    <author><name>{said["author"]}</name></author><category term="{said["category"]}"/>
    <source><title>{said["source"]}</title></source><summary type="html">{said["summary"]}</summary>
    <content type="html">{said["content"]}&lt;img alt="{alt}" src="/x.png"&gt;</content>
    </entry></feed>"""
    take_in(make_feed(title="Blog"), parse(text.encode(), "", HERE), NOW)
    return Entry.objects.get()


def test_the_payloads_would_act() -> None:
    """Without this the test below could not fail."""
    for name, payload in RUNS.items():
        assert Acting(payload).found or "broken" in name or "base" in name or "template" in name, (
            name
        )


@pytest.mark.parametrize("payload", RUNS.values(), ids=RUNS)
def test_nothing_a_feed_says_can_run(payload: str, client: Client) -> None:
    entry = say(payload, *FIELDS)
    client.force_login(make_editor())

    assert Acting(entry.content.html).found == []
    for address in (
        reverse("planet:planet"),
        reverse("queue:queue"),
        reverse("admin:curation_entry_change", args=[entry.pk]),
        reverse("admin:curation_link_change", args=[entry.link_id]),
    ):
        page = client.get(address)
        body = page.content.decode()
        assert entry.title in unescape(body)
        assert Acting(body).found == [], address
        assert "default-src" in page.headers["Content-Security-Policy"]


def test_e8_the_pages_of_ours_load_no_image_of_a_feed(client: Client) -> None:
    entry = say('<img src="http://192.168.0.1/pixel.gif" width=1 height=1>', "content")
    client.force_login(make_editor())

    for address in (reverse("planet:planet"), reverse("queue:queue")):
        assert "192.168.0.1" not in client.get(address).content.decode()
    admin = client.get(reverse("admin:curation_entry_change", args=[entry.pk]))
    assert "img-src 'self' data:" in admin.headers["Content-Security-Policy"]


OPEN = {
    "E10 a table": "<table><tr><td>one",
    "E10 a comment": "one <!-- never closed",
    "E14 a link": '<a href="https://blog.example/2">one',
    "E14 a quote": "<blockquote><ul><li><b>one",
}


@pytest.mark.parametrize("payload", OPEN.values(), ids=OPEN)
def test_what_is_left_open_is_closed_where_it_stands(payload: str) -> None:
    html = say(payload, "content").content.html
    opened = re.findall(r"<(\w+)", html)

    assert "one" in html
    assert "<!--" not in html
    for tag in set(opened) - {"img", "br"}:
        assert html.count(f"</{tag}>") == opened.count(tag), tag


@pytest.mark.parametrize(
    "text",
    ["{{ 7|add:7 }}", "{% debug %}", "%recipient%", "${7*7}", "*|UNSUB|*"],
)
def test_e12_words_of_a_template_are_words(text: str, client: Client) -> None:
    entry = say(text, "title")
    client.force_login(make_editor())

    assert entry.title == text
    for address in (reverse("planet:planet"), reverse("queue:queue")):
        assert escape(text) in client.get(address).content.decode()


def test_e12_tags_of_a_mail_are_gone() -> None:
    html = say("<mj-text>one</mj-text><mj-raw>two</mj-raw>", "content").content.html

    assert "mj-" not in html
    assert "one" in html


TOKEN = "HrTTb2xk9w:1v"
PERSONAL = ["unsubscribe", "preferences", "confirm", "account"]


@pytest.mark.parametrize("page", PERSONAL)
@pytest.mark.parametrize(
    "spelling",
    [
        "{site}/{page}/{token}/",
        "{site}/{page}/{token}/?utm_source=feed#x",
        "{site}//x/../{page}/{token}/",
        "{site}/%{letter:x}{rest}/{token}/",
        "HTTP://{host}:80/{page}/{token}",
    ],
)
def test_e13_no_link_of_a_feed_acts_for_one_of_our_readers(
    page: str, spelling: str, settings: LazySettings, client: Client
) -> None:
    settings.SITE_URL = "https://digest.example"
    site, host = settings.SITE_URL, "Digest.example"
    parts = {"page": page, "token": TOKEN, "letter": ord(page[0]), "rest": page[1:]}
    url = spelling.format(site=site, host=host, **parts)
    entry = say(f'Leave: <a href="{escape(url)}">Unsubscribe</a>', "content")
    told = f"<rss version='2.0'><channel><item><title>Leave</title><link>{url}</link></item>"
    feed = make_feed()
    take_in(feed, parse(f"{told}</channel></rss>".encode(), "", HERE), NOW)

    assert "Unsubscribe</a>" in entry.content.html, "its words stay"
    linked = feed.entries.get()
    assert (linked.title, linked.url, linked.link) == ("Leave", "", None)
    for address in (reverse("planet:planet"), "/feeds/planet.atom"):
        shown = unquote(unescape(client.get(address).content.decode()))
        assert "Leave" in shown
        assert TOKEN not in shown, address


def test_e13_a_page_of_another_site_stays_whatever_it_is_called() -> None:
    url = f"https://blog.example/unsubscribe/{TOKEN}/"
    entry = say(f'<a href="{url}">x</a> <a href="/account/{TOKEN}/">y</a>', "content")

    assert entry.content.html.count(f"https://blog.example/unsubscribe/{TOKEN}/") == 1
    assert f"https://blog.example/account/{TOKEN}/" in entry.content.html
