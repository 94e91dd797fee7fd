"""Reading OPML: the feeds in a list, as other readers write it. Nothing is stored here."""

import io
import re
from dataclasses import dataclass, field
from html import unescape
from xml.parsers import expat

from curation.decoding import decode

MAX_OUTLINES = 20_000
MAX_DEPTH = 50
# Attributes that are columns of a feed; of the others so many and so much are kept.
OURS = {"xmlurl", "htmlurl", "title"}
EXTRAS, EXTRA_LENGTH = 20, 2000
# The commonest damage: an address with its `&` as it is.
_BARE_AMPERSAND = re.compile(r"&(?!#?\w+;)")
_OUTLINE = re.compile(r"<outline\b", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(title|text|xmlurl|htmlurl|category)\s*=\s*["']([^"'<]*)["']""", re.I)


class OpmlError(Exception):
    """The file is no list of feeds that can be read; the message says why."""


@dataclass(frozen=True)
class Outline:
    """One feed in a list: as it stands there, nothing checked."""

    url: str
    title: str = ""
    site_url: str = ""
    # Names of the folders around it, outermost first.
    folders: tuple[str, ...] = ()
    category: str = ""
    # Everything else that its line said, under the names it used.
    extra: dict[str, str] = field(default_factory=dict)


def read(data: bytes) -> tuple[list[Outline], str]:
    """The feeds in an OPML document, in their order, and what was damaged. Raises OpmlError.

    A document that declares entities is refused: lists of feeds need none, bombs are made of them.
    """
    text = _BARE_AMPERSAND.sub("&amp;", decode(data, "")[0])
    reader = _Reader()
    try:
        reader.parser.ParseFile(io.BytesIO(text.encode()))
    except expat.ExpatError as error:
        if reader.is_opml:
            damage = f"The file is damaged at line {error.lineno}; its folders were not read."
            return _salvage(text), damage
    if not reader.is_opml:
        raise OpmlError("This is not an OPML file.")
    return reader.found, ""


def _salvage(text: str) -> list[Outline]:
    """What looks like a feed in a document that is not XML: an HTML description, mostly."""
    found = []
    for line in _OUTLINE.split(text)[1:]:
        said = {key.lower(): unescape(value).strip() for key, value in _ATTRIBUTE.findall(line)}
        if url := said.get("xmlurl"):
            title = said.get("title") or said.get("text", "")
            found.append(Outline(url, title, said.get("htmlurl", ""), (), said.get("category", "")))
    return found[:MAX_OUTLINES]


def _extra(attributes: dict[str, str]) -> dict[str, str]:
    """What has no column of ours; a name with a prefix means nothing outside its document."""
    kept = {
        name: value[:EXTRA_LENGTH]
        for name, value in attributes.items()
        if name.lower() not in OURS and ":" not in name and value.strip()
    }
    return dict(list(kept.items())[:EXTRAS])


class _Reader:
    """expat's events, collected. Names are taken in any case, as real lists have them."""

    def __init__(self) -> None:
        self.found: list[Outline] = []
        self.folders: list[str] = []
        self.is_opml = False
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.EntityDeclHandler = self.refuse_entity

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.is_opml = self.is_opml or name.lower() == "opml"
        if name.lower() != "outline" or not self.is_opml:
            return
        said = {key.lower(): value.strip() for key, value in attributes.items()}
        title = said.get("title") or said.get("text", "")
        if url := said.get("xmlurl", ""):
            self.add(url, title, said, _extra(attributes))
        self.folders.append("" if url else title)
        if len(self.folders) > MAX_DEPTH:
            raise OpmlError(f"The list is nested deeper than {MAX_DEPTH} levels.")

    def add(self, url: str, title: str, said: dict[str, str], extra: dict[str, str]) -> None:
        if len(self.found) == MAX_OUTLINES:
            raise OpmlError(f"The list holds more than {MAX_OUTLINES} feeds.")
        folders = tuple(filter(None, self.folders))
        site, category = said.get("htmlurl", ""), said.get("category", "")
        self.found.append(Outline(url, title, site, folders, category, extra))

    def end(self, name: str) -> None:
        if name.lower() == "outline" and self.folders:
            self.folders.pop()

    def refuse_entity(self, *declaration: object) -> None:
        raise OpmlError("The file declares entities, which a list of feeds does not need.")
