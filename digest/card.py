"""The picture that stands for an issue where somebody shares its address: its words, drawn."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from io import BytesIO
from textwrap import shorten

from django.utils.formats import date_format
from PIL import Image, ImageDraw, ImageFont

from digest.models import Issue
from publication.models import Publication
from toolbox.text import one_line

# What Open Graph's readers show whole, in pixels.
WIDTH, HEIGHT = 1200, 630
EDGE = 80
SMALL, LARGE = 34, 76
LINES = 4
NO_SUCH_LETTER = "\U0010ffff"


def drawn(issue: Issue, publication: Publication) -> bytes:
    """The card as PNG. A title in letters that the font lacks is not drawn: the number stands."""
    colours = publication.look.light
    card = Image.new("RGB", (WIDTH, HEIGHT), colours.paper)
    pen = ImageDraw.Draw(card)
    pen.rectangle((0, 0, WIDTH, 16), fill=colours.accent)
    name, number = one_line(publication.name), f"Issue {issue.number}"
    if legible(name):
        pen.text((EDGE, EDGE), name, colours.accent, _font(SMALL + 10))
    title = one_line(issue.heading) if legible(issue.heading) else number
    for place, line in enumerate(_lines(title)):
        pen.text((EDGE, 180 + place * (LARGE + 14)), line, colours.ink, _font(LARGE))
    foot = f"{number}, {date_format(issue.date, 'j F Y')}"
    foot = foot if legible(foot) else number
    pen.text((EDGE, HEIGHT - EDGE - SMALL), foot, colours.muted, _font(SMALL))
    packed = BytesIO()
    card.quantize(64).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def legible(words: str) -> bool:
    """Whether the font has every letter of `words`."""
    return all(_known(letter) for letter in set(words) if not letter.isspace())


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Source Serif knows Latin, Greek and Cyrillic letters."""
    file = files("font_source_serif_pro") / "files" / "SourceSerifPro-Bold.ttf"
    return ImageFont.truetype(BytesIO(file.read_bytes()), size)


@cache
def _known(letter: str) -> bool:
    font = _font(SMALL)
    return bytes(font.getmask(letter)) != bytes(font.getmask(NO_SUCH_LETTER))


def _lines(title: str) -> Iterator[str]:
    """The title in lines as wide as the card, and no more of them than fit."""
    font, room = _font(LARGE), WIDTH - 2 * EDGE
    words, line, count = shorten(title, 160, placeholder="…").split(), "", 1
    for word in words:
        longer = f"{line} {word}".strip()
        if not line or font.getlength(longer) <= room:
            line = longer
        elif count == LINES:
            yield f"{line}…"
            return
        else:
            yield line
            line, count = word, count + 1
    yield line
