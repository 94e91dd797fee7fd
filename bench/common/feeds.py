"""Feeds for the benches: made up, varied, and the same on every machine."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any

NEWEST = datetime(2026, 11, 20, tzinfo=UTC)
# What every hundredth entry tells was told by other feeds too.
SHARED_STORIES = 40
SYLLABLES = (  # noqa: SIM905
    "ba be bi bo da de di do fa fe fi ga go ha he ka ke ki ko la le li lo ma me mi mo na ne no"
    " pa pe po ra re ri ro sa se si so ta te ti to va ve vi wo ya zu ö ü é"
).split()


def write(folder: Path, count: int) -> list[str]:
    """Write `count` feeds and answer their names: 70 % RSS, 26 % Atom, 4 % RDF; 20 to 50 entries
    with HTML, about 80 KB each."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"{number:04d}.xml" for number in range(count)]
    for number, name in enumerate(names):
        (folder / name).write_text(feed(number), encoding="utf-8")
    return names


def feed(number: int) -> str:
    """The feed of that number, whenever and wherever it is asked for."""
    writer = _Writer(number)
    form = writer.dice.choices((_rss, _atom, _rdf), (70, 26, 4))[0]
    return form(writer)


class _Writer:
    """One blog: its words, its links, its dates."""

    def __init__(self, number: int) -> None:
        self.dice = random.Random(number)
        self.number = number
        self.home = f"https://blog{number}.example"
        self.length = self.dice.lognormvariate(7.2, 0.4)
        self.vocabulary = ["".join(self.dice.choices(SYLLABLES, k=n % 4 + 1)) for n in range(400)]

    def words(self, fewest: int, most: int) -> str:
        return " ".join(self.dice.choices(self.vocabulary, k=self.dice.randint(fewest, most)))

    def sentence(self) -> str:
        return f"{self.words(6, 18).capitalize()}."

    def entries(self) -> Iterator[dict[str, Any]]:
        when = NEWEST
        for serial in range(self.dice.randint(20, 50)):
            when -= timedelta(minutes=self.dice.randint(60, 4000))
            slug = self.words(3, 5).replace(" ", "-")
            url = f"{self.home}/{when:%Y/%m}/{slug}-{serial}/"
            if self.dice.random() < 0.01:
                url = f"https://news.example/story/{self.dice.randrange(SHARED_STORIES)}/"
            yield {
                "url": url,
                "guid": f"{self.home}/?p={serial}",
                "title": escape(self.words(4, 10).capitalize()),
                "author": escape(self.words(2, 2).title()),
                "when": when,
                "html": self.html(),
                "excerpt": escape(f"{self.sentence()} {self.sentence()}"),
            }

    def html(self) -> str:
        """About 2 KB of what blogs write, now and then what they should not."""
        target, pieces = self.length * self.dice.uniform(0.5, 1.6), [""]
        makers = (self.paragraph, self.bullets, self.code, self.picture, self.quote, self.mischief)
        while sum(map(len, pieces)) < target:
            pieces.append(self.dice.choices(makers, (60, 14, 8, 10, 6, 2))[0]())
        return "\n".join(pieces)

    def paragraph(self) -> str:
        href = (
            f"https://site{self.dice.randrange(3000)}.example/{self.words(1, 2).replace(' ', '/')}"
        )
        link = f'<a href="{href}?utm_source=rss&amp;utm_medium=feed">{self.words(2, 4)}</a>'
        before = f"{self.sentence()} {self.sentence()}"
        return f"<p>{before} {link} <em>{self.words(1, 2)}</em> {self.sentence()}</p>"

    def bullets(self) -> str:
        lines = (f"<li>{self.words(4, 14)}</li>" for _ in range(self.dice.randint(2, 6)))
        return f"<ul>{''.join(lines)}</ul>"

    def code(self) -> str:
        lines = "\n".join(f"if {self.words(1, 1)} &lt; 3 &amp;&amp; x: pass" for _ in range(6))
        return f'<pre><code class="language-python">{lines}</code></pre>'

    def picture(self) -> str:
        home = self.home if self.dice.random() < 0.9 else ""
        return (
            f'<figure><img src="{home}/media/{self.dice.getrandbits(48):x}.jpg" width="640"'
            f' height="360" alt="{self.words(3, 6)}" loading="lazy"/>'
            f"<figcaption>{self.words(4, 9)}</figcaption></figure>"
        )

    def quote(self) -> str:
        return f"<h2>{self.words(3, 6)}</h2><blockquote><p>{self.sentence()}</p></blockquote>"

    def mischief(self) -> str:
        return (
            f'<script>alert(1)</script><p onclick="steal()" style="color:red">{self.sentence()}</p>'
        )


def _rss(writer: _Writer) -> str:
    items = []
    for entry in writer.entries():
        text, brief = entry["html"], entry["excerpt"]
        full = f"<content:encoded><![CDATA[{text}]]></content:encoded>"
        body = f"<description>{escape(str(text))}</description>"
        if writer.dice.random() < 0.6:
            body = f"<description>{brief}</description>{full}"
        tags = "".join(f"<category>{writer.words(1, 2)}</category>" for _ in range(3))
        sound = f'<enclosure url="{writer.home}/a.mp3" length="12345" type="audio/mpeg"/>'
        items.append(
            f"<item><title>{entry['title']}</title><link>{entry['url']}</link>"
            f'<guid isPermaLink="false">{entry["guid"]}</guid>'
            f"<pubDate>{format_datetime(entry['when'])}</pubDate>"
            f"<dc:creator>{entry['author']}</dc:creator>{tags}"
            f"{sound if writer.dice.random() < 0.1 else ''}{body}</item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">'
        f"<channel><title>{writer.words(2, 3).title()}</title><link>{writer.home}/</link>"
        f"<description>{writer.sentence()}</description><language>en-us</language>"
        f'<atom:link href="{writer.home}/feed" rel="self" type="application/rss+xml"/>\n'
        + "\n".join(items)
        + "</channel></rss>\n"
    )


def _atom(writer: _Writer) -> str:
    items = []
    for entry in writer.entries():
        stamp = f"{entry['when']:%Y-%m-%dT%H:%M:%SZ}"
        tags = "".join(f'<category term="{writer.words(1, 1)}"/>' for _ in range(3))
        items.append(
            f'<entry><title type="html">{escape(str(entry["title"]))}</title>'
            f'<link rel="alternate" type="text/html" href="{entry["url"]}"/>'
            f"<id>{entry['guid']}</id><published>{stamp}</published><updated>{stamp}</updated>"
            f"<author><name>{entry['author']}</name></author>{tags}"
            f'<summary type="html">{escape(str(entry["excerpt"]))}</summary>'
            f'<content type="html">{escape(str(entry["html"]))}</content></entry>'
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"'
        f' xml:lang="en"><title>{writer.words(2, 3).title()}</title><link href="{writer.home}/"/>'
        f'<link rel="self" href="{writer.home}/atom.xml"/><id>{writer.home}/</id>'
        "<updated>2026-11-20T00:00:00Z</updated>\n" + "\n".join(items) + "</feed>\n"
    )


def _rdf(writer: _Writer) -> str:
    items = [
        f'<item rdf:about="{entry["url"]}"><title>{entry["title"]}</title>'
        f"<link>{entry['url']}</link><dc:date>{entry['when']:%Y-%m-%dT%H:%M:%S+00:00}</dc:date>"
        f"<dc:creator>{entry['author']}</dc:creator>"
        f"<description>{escape(str(entry['html']))}</description></item>"
        for entry in writer.entries()
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<channel rdf:about="{writer.home}/"><title>{writer.words(2, 3).title()}</title>'
        f"<link>{writer.home}/</link><description>{writer.sentence()}</description></channel>\n"
        + "\n".join(items)
        + "</rdf:RDF>\n"
    )
