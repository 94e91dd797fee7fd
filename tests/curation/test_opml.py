"""Lists of feeds in and out, without loss."""

from io import StringIO
from pathlib import Path
from xml.etree.ElementTree import fromstring
from xml.sax.saxutils import quoteattr

import pytest
from django.core.management import CommandError, call_command

from curation import opml
from curation.models import Feed
from curation.outlines import MAX_DEPTH, MAX_OUTLINES, OpmlError, read
from publication.access import NotAllowedError
from publication.models import AuditEntry, Section
from tests.makers import NOW, make_feed, make_section, make_staff

pytestmark = pytest.mark.django_db

LIST = Path(__file__).parents[1] / "data" / "feeds" / "list.opml"


def run(*args: object) -> str:
    out = StringIO()
    call_command(*map(str, args), stdout=out)
    return out.getvalue()


def test_it_adds_the_feeds_of_a_list() -> None:
    imported = opml.import_opml(LIST.read_bytes(), by=None, now=NOW)

    assert str(imported) == "4 feeds added, 1 known already, 2 refused"
    rows = {feed.url: feed for feed in Feed.objects.all()}
    assert set(rows) == {
        "https://quiet.example/feed.xml",
        "http://werkbank.example/blog/feed.atom",
        "https://small.example/feed.json?a=1&b=2",
        "https://unfiled.example/rss",
    }
    quiet = rows["https://quiet.example/feed.xml"]
    assert (quiet.title, quiet.site_url) == ("The Quiet Query", "https://quiet.example/")
    assert (quiet.category, quiet.section, quiet.next_poll_at) == ("Blogs / Django", None, NOW)
    small = rows["https://small.example/feed.json?a=1&b=2"]
    assert small.title == "Small Hours & co"
    assert small.section == Section.objects.get(slug="podcasts"), "its folder is called so"


def test_it_says_what_it_refused_without_telling_secrets() -> None:
    refused = dict(opml.import_opml(LIST.read_bytes(), by=None, now=NOW).refused)

    assert refused["javascript:alert(1)"] == "Only http and https addresses are fetched."
    assert "user name" in refused["https://private.example/rss"]


def test_it_leaves_feeds_it_knows_as_they_are() -> None:
    mine = make_feed(url="http://www.quiet.example/feed.xml", title="Mine", category="Mine")
    opml.import_opml(LIST.read_bytes(), by=None, now=NOW)
    assert opml.import_opml(LIST.read_bytes(), by=None, now=NOW).added == 0

    mine.refresh_from_db()
    assert (mine.title, mine.category) == ("Mine", "Mine")
    assert Feed.objects.count() == 4


def test_it_puts_all_on_one_shelf_when_told() -> None:
    section = make_section("News")
    opml.import_opml(LIST.read_bytes(), section=section, by=None, now=NOW)

    assert set(Feed.objects.values_list("section", flat=True)) == {section.pk}


def test_it_comes_back_as_it_went_out() -> None:
    opml.import_opml(LIST.read_bytes(), by=None, now=NOW)
    make_feed(
        url="https://odd.example/?a=1&b=%22",
        title='<b>"Quotes" & umlauts ä</b>',
        section=make_section("News"),
    )
    fields = ("url", "title", "site_url", "category", "section")
    before = set(Feed.objects.values_list(*fields))
    written = opml.export_opml("Ours & theirs")
    Feed.objects.all().delete()
    opml.import_opml(written.encode(), by=None, now=NOW)

    assert set(Feed.objects.values_list(*fields)) == before
    assert "<title>Ours &amp; theirs</title>" in written


def test_it_keeps_folders_and_what_it_has_no_column_for(tmp_path: Path) -> None:
    line = {
        "text": "Short", "title": "The long name", "xmlUrl": "https://a.example/feed",
        "htmlUrl": "https://a.example/", "type": "atom", "language": "de",
        "description": "Über <alles> & mehr", "category": "/Tech/Python,news,fun",
    }  # fmt: skip
    said = " ".join(f"{name}={quoteattr(value)}" for name, value in line.items())
    folders = "<outline text='A &amp; B'><outline text='Inner'>"
    data = f"<opml><body>{folders}<outline {said}/></outline></outline></body></opml>"
    opml.import_opml(data.encode(), by=None, now=NOW)
    feed = Feed.objects.get()
    assert (feed.category, feed.section) == ("A & B / Inner", Section.objects.get(slug="news"))

    for _ in range(2):
        written = opml.export_opml("x")
        root = fromstring(written)
        [out] = root.findall("./body/outline[@text='A & B']/outline[@text='Inner']/outline")
        assert out.attrib == {**line, "category": "news,/Tech/Python,fun"}
        Feed.objects.all().delete()
        opml.import_opml(written.encode(), by=None, now=NOW)


def test_it_takes_twenty_thousand_feeds_and_fifty_folders_in_each_other() -> None:
    lines = "".join(f"<outline xmlUrl='https://a.example/{n}'/>" for n in range(MAX_OUTLINES))
    outlines, damage = read(f"<opml>{lines}</opml>".encode())
    assert (len(outlines), damage) == (20_000, "")

    deep = "<outline text='x'>" * 49 + "<outline xmlUrl='https://b.example/'/>" + "</outline>" * 49
    assert opml.import_opml(f"<opml>{deep}</opml>".encode(), by=None, now=NOW).added == 1
    with pytest.raises(OpmlError, match="more than 20000 feeds"):
        read(f"<opml>{lines}<outline xmlUrl='https://a.example/'/></opml>".encode())


def test_it_leaves_retired_feeds_out() -> None:
    make_feed(url="https://gone.example/", state=Feed.State.RETIRED)

    assert "gone.example" not in opml.export_opml("x")


def test_it_reads_a_damaged_list_as_far_as_it_goes() -> None:
    html = 'description="By <a href="https://x.example/">us</a>"'
    damaged = LIST.read_text().replace('text="Werkbank"', f'text="Werkbank" {html}')
    outlines, damage = read(damaged.encode())

    assert len(outlines) == 7
    assert outlines[1].url == "feed://werkbank.example/blog/feed.atom"
    assert damage == "The file is damaged at line 8; its folders were not read."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "This is not an OPML file."),
        (b"\x89PNG\r\n", "This is not an OPML file."),
        (b"<rss version='2.0'/>", "This is not an OPML file."),
        (b"https://a.example/feed\n", "This is not an OPML file."),
        (b"<opml>" + b"<outline text='x'>" * (MAX_DEPTH + 1), "deeper than 50 levels"),
        (b"<!DOCTYPE o [<!ENTITY a 'b'>]><opml><outline xmlUrl='&a;'/></opml>", "entities"),
    ],
)
def test_it_refuses_what_is_no_list(data: bytes, reason: str) -> None:
    with pytest.raises(OpmlError, match=reason):
        read(data)


def test_it_needs_the_right_to_add_feeds() -> None:
    with pytest.raises(NotAllowedError):
        opml.import_opml(LIST.read_bytes(), by=make_staff("reader"), now=NOW)
    assert not Feed.objects.exists()


def test_it_is_written_down() -> None:
    editor = make_staff("editor", "curation.add_feed")
    opml.import_opml(LIST.read_bytes(), by=editor, now=NOW)

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.verb, entry.subject) == (editor, "import feeds", "4 feeds")


def test_the_command_names_what_it_refused() -> None:
    assert run("import_opml", LIST).splitlines()[-3:] == [
        "javascript:alert(1): Only http and https addresses are fetched.",
        "https://private.example/rss: Addresses with a user name or password are not fetched.",
        "4 feeds added, 1 known already, 2 refused",
    ]


def test_the_command_takes_a_section() -> None:
    run("import_opml", LIST, "--section", "news")
    assert set(Feed.objects.values_list("section__slug", flat=True)) == {"news"}

    with pytest.raises(CommandError, match=r"There is no section nothing\. There are: news, "):
        run("import_opml", LIST, "--section", "nothing")


def test_the_command_says_why_it_failed(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="This is not an OPML file"):
        run("import_opml", Path(__file__))
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        run("import_opml", tmp_path / "nothing.opml")


def test_the_export_command_writes_what_the_import_command_reads(tmp_path: Path) -> None:
    run("import_opml", LIST)
    (tmp_path / "out.opml").write_text(run("export_opml"))

    assert run("import_opml", tmp_path / "out.opml") == (
        "0 feeds added, 4 known already, 0 refused\n"
    )
