"""Bad input, C: text that lies about its encoding, hides, or came garbled. No case is an error."""

import codecs

import pytest
from django.test import Client
from django.urls import reverse

from curation.intake import take_in
from curation.models import Entry, Feed
from curation.parsing import parse
from tests.makers import NOW, make_editor, make_feed

HERE = "https://feeds.example/feed"
LATIN = "text/xml; charset=ISO-8859-1"


def feed(title: str, encoding: str = "utf-8", declared: str = "") -> bytes:
    prolog = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    item = f"<item><title>{title}</title></item>"
    return f"{prolog}<rss version='2.0'><channel>{item}</channel></rss>".encode(encoding)


def title(body: bytes, content_type: str = "text/xml") -> str:
    return parse(body, content_type, HERE).entries[0].title


LIES = {
    "C1 header Latin, document UTF-8, bytes Windows": (feed("“Größe”", "cp1252", "utf-8"), LATIN),
    "C1 header Latin, bytes UTF-8": (feed("“Größe”"), LATIN),
    "C2 UTF-16 with a mark": (feed("“Größe”", "utf-16", "utf-16"), ""),
    "C2 UTF-16 without": (feed("“Größe”", "utf-16-le"), "text/xml; charset=utf-8"),
    "C2 UTF-16 the other way": (feed("“Größe”", "utf-16-be"), ""),
    "C2 UTF-32 with a mark": (codecs.BOM_UTF32_LE + feed("“Größe”", "utf-32-le"), ""),
    "C2 UTF-32 without": (feed("“Größe”", "utf-32-be"), ""),
}


@pytest.mark.parametrize(("body", "content_type"), LIES.values(), ids=LIES)
def test_what_is_there_counts_more_than_what_is_said(body: bytes, content_type: str) -> None:
    assert title(body, content_type) == "“Größe”"


SCRIPTS = {
    "gb18030": "今天的市场新闻和分析报告",
    "shift_jis": "東京タワーのニュースと天気",
    "koi8-r": "Разведка сообщает о новых событиях",
    "windows-1251": "Разведка сообщает о новых событиях",
    "euc-kr": "부항의 새로운 소식을 전합니다",
    "tis-620": "ข่าวสารล่าสุดจากประเทศไทย",
    "cp1252": "Größe – „gut“, naïve café",
}


@pytest.mark.parametrize(("encoding", "text"), SCRIPTS.items(), ids=SCRIPTS)
def test_c3_a_script_is_known_by_its_letters_where_nothing_is_declared(
    encoding: str, text: str
) -> None:
    parsed = parse(feed(text, encoding), "text/xml", HERE)

    assert parsed.entries[0].title == text
    assert parsed.warning.startswith("The encoding is not what it says")


@pytest.mark.parametrize("bad", [b"\xc0\xaf", b"\xed\xa0\x80", b"\xff", b"\xf8\x88\x80\x80\x80"])
def test_c4_bytes_that_are_no_text_cost_themselves_only(bad: bytes) -> None:
    body = feed("Größe, Übung BAD, Äpfel").replace(b"BAD", bad)

    read = title(body)
    assert read.startswith("Größe, Übung ")
    assert read.endswith(", Äpfel")


HIDDEN = {
    "C5 NUL and controls": ("a\x00b\x08c\x0bd&#11;e", "abcde"),
    "C6 lone surrogates": ("a&#xD800;b", ("ab", "a\ufffdb", "a&#xD800;b")),
    "C7 overrides": ("abc\u202egnp.exe\u2066x\u2069", "abcgnp.exex"),
    "C8 zero width": ("Djan\u200bgo\u2060 \ufeffNews", "Django News"),
    "C8 tags": ("Hi\U000e0041\U000e0042 there", "Hi there"),
    "C8 a flag keeps its tags": (
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    ),
    "C8 an emoji keeps its joiner": ("🧑\u200d💻", "🧑\u200d💻"),
    "C8 piled up": ("Z" + "\u0335" * 200 + "algo", "Z" + "\u0335" * 3 + "algo"),
    "C10 escaped twice": ("It&amp;amp;#8217;s &amp;lt;b&amp;gt;", "It’s <b>"),
    "C10 escaped once": ("It&amp;#8217;s", "It’s"),
    "C11 garbled": ("donâ€™t", "don’t"),
    "C12 only markup": ("&lt;b&gt; &lt;/b&gt;", "feeds.example"),
    "C12 only spaces": (" \u200b\u00a0 ", "feeds.example"),
    "C12 nothing": ("", "feeds.example"),
}


@pytest.mark.parametrize(("came", "shown"), HIDDEN.values(), ids=HIDDEN)
def test_what_cannot_be_seen_is_not_in_a_title(came: str, shown: str | tuple[str, ...]) -> None:
    assert title(feed(came)) in ([shown] if isinstance(shown, str) else shown)


GARBLED = """<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel>
<title>Nouvelles de lâ€™Ã©tÃ©</title><item><title>Basalt Health πŸ†•</title>
<link>https://a.example/1</link><dc:creator>Michal MlΓ‘dek</dc:creator>
<category>dÃ©veloppement</category>
<description>&lt;p&gt;Ã‰cole dâ€™Ã©tÃ©. Fin.&lt;/p&gt;</description></item>
<item><title>Γειά σου Κόσμε</title><link>https://a.example/2</link></item></channel></rss>"""


@pytest.fixture
def garbled() -> Feed:
    row = make_feed()
    take_in(row, parse(GARBLED.encode(), "", HERE), NOW)
    return row


def test_c11_garbled_text_is_read_as_it_was_meant_and_kept_as_it_came() -> None:
    parsed = parse(GARBLED.encode(), "", HERE)
    first, second = parsed.entries

    assert parsed.title == "Nouvelles de l’été"
    assert (first.title, first.author) == ("Basalt Health 🆕", "Michal Mládek")
    assert (first.tags, first.blurb) == (("développement",), "École d’été. Fin.")
    assert first.html == "<p>École d’été. Fin.</p>"
    assert first.raw_title == "Basalt Health πŸ†•"
    assert first.garbled["author"] == "Michal MlΓ‘dek"
    assert set(first.garbled) == {"title", "author", "tags", "html"}
    assert (second.title, dict(second.garbled)) == ("Γειά σου Κόσμε", {})
    assert parsed.warning == (
        "Its title came garbled and was repaired: “Nouvelles de lâ€™Ã©tÃ©”."
        " Garbled characters were repaired in 1 of its entries."
    )
    assert parse(b"<rss><channel><title>x</title></channel></rss>", "", HERE).warning == ""
    json = '{"items": [], "title": "MlΓ‘dek"}'
    assert "“MlΓ‘dek”" in parse(json.encode(), "", HERE).warning


@pytest.mark.django_db
def test_c11_the_repair_is_never_silent(garbled: Feed, client: Client) -> None:
    client.force_login(make_editor())
    entry = Entry.objects.get(repaired=True)

    queue = client.get(reverse("queue:queue")).content.decode()
    assert queue.count("Garbled characters were repaired.") == 2, "in its row, and in focus"
    assert 'The title came as <q dir="auto">Basalt Health πŸ†•</q>' in queue
    page = client.get(reverse("admin:curation_entry_change", args=[entry.pk])).content.decode()
    assert "Michal MlΓ‘dek" in page
    assert "&lt;p&gt;Ã‰cole" in page, "as text, not as markup"


@pytest.mark.django_db
def test_raw_text_can_be_stored_whatever_is_in_it() -> None:
    nasty = rb"\u00c3\u00a9 \u0000 \ud800 \u0085"
    said = b'{"title": "%s", "items": [{"id": "1", "title": "%s"}]}' % (nasty, nasty)
    take_in(make_feed(), parse(said, "", HERE), NOW)

    entry = Entry.objects.get()
    assert entry.title.startswith("é")
    assert entry.content.garbled["title"].startswith("Ã©")
