"""Reads an issue that came out elsewhere: our own JSON, or the plain text of any newsletter."""

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.utils.html import escape

from curation import issue_text
from curation.told import EPISODE, ToldItem, ToldSection
from digest.errors import IssueError
from digest.models import (
    BLOCKS,
    Block,
    EventBlock,
    ImageBlock,
    JobBlock,
    LinkBlock,
    MediaBlock,
    ProjectBlock,
    SponsorBlock,
    TextBlock,
)
from digest.tree import CHANNELS
from publication.models import SectionKind
from toolbox.html import clean_rich, to_line
from toolbox.text import one_line

MODELS = {model.slug: model for model in BLOCKS}
REPO = re.compile(r"[\w.-]+/[\w.-]+")
PICTURE = re.compile(r"issues/[0-9a-f]{32}\.(?:jpg|png)")
VIA = re.compile(r"\s+via (?P<via>[A-Z][\w.'’ -]{1,60}?)\.?$")
PRESENTED = re.compile(
    r"presented by (?P<presenter>[^,.!?]{2,80}?)(?:,? (?:from|of) (?P<affiliation>[^,.!?]{2,80}?))?"
    r"[^\w]*$",
    re.IGNORECASE,
)


class UnreadableIssueError(IssueError):
    """The file holds no issue; the message says what is missing."""


@dataclass
class PastSection:
    """A section with its blocks, unsaved and in order."""

    title: str
    kind: str
    intro: str = ""
    blocks: list[Block] = field(default_factory=list)


@dataclass
class PastIssue:
    """An issue as it came out. Without a number it gets the next one."""

    title: str
    date: dt.date
    sections: list[PastSection]
    number: int | None = None
    flags: tuple[str, ...] = ()

    @property
    def blocks(self) -> list[Block]:
        """Every block, in order."""
        return [block for section in self.sections for block in section.blocks]


def read(text: str) -> PastIssue:
    """The issue in a file. Raises UnreadableIssueError."""
    past = _from_json(text) if text.lstrip("\ufeff \n").startswith("{") else _from_text(text)
    if not past.blocks:
        raise UnreadableIssueError("It holds no items: neither hosts nor headings were found.")
    return past


# Text


def _from_text(text: str) -> PastIssue:
    told = issue_text.read(text)
    if told.date is None:
        raise UnreadableIssueError(
            "It has no date: write one in its first or last line, as 7 Nov 2025."
        )
    sections = [
        PastSection(
            one_line(section.title, 100),
            section.kind,
            _paragraphs(section.intro),
            [_block(section, item) for item in section.items],
        )
        for section in told.sections
    ]
    return PastIssue(told.title, told.date, sections, told.number, told.flags)


def _block(section: ToldSection, item: ToldItem) -> Block:
    values: dict[str, Any] = {
        "title": one_line(item.title, 500),
        "url": item.url,
        "blurb": _paragraphs(item.paragraphs),
        "source_label": item.source[:100],
    }
    match section.kind:
        case SectionKind.JOBS:
            return _job(item, values)
        case SectionKind.PROJECTS:
            return _project(item, values)
        case SectionKind.MEDIA:
            episode = EPISODE.match(item.title)
            return MediaBlock(**values, **(episode.groupdict() if episode else {}))
        case SectionKind.TEXT:
            return _text(item, values)
        case SectionKind.EVENTS:
            return EventBlock(**values)
        case SectionKind.SPONSOR:
            return SponsorBlock(**values)
        case _:
            return LinkBlock(**values)


def _job(item: ToldItem, values: dict[str, Any]) -> JobBlock:
    """As it was typed, 🆕 too: the pre-flight says where it was wrong, and no output shows it."""
    role, _, company = values.pop("title").rpartition(" at ")
    return JobBlock(
        role=one_line(role or item.title, 200),
        company=one_line(company, 100) if role else "",
        **values,
    )


def _project(item: ToldItem, values: dict[str, Any]) -> ProjectBlock:
    """owner/repo on a forge is an address too; "via somebody" at the end is said apart."""
    repo = REPO.match(item.title)
    name = repo[0].rstrip(".") if repo else ""
    if name and not item.url and item.source in {"github.com", "gitlab.com", "codeberg.org"}:
        values["url"] = f"https://{item.source}/{name}"
    said, via = list(item.paragraphs), None
    if said and (via := VIA.search(said[-1])):
        said[-1] = said[-1][: via.start()]
        values["blurb"] = _paragraphs(said)
    return ProjectBlock(repo=name[:200], via=via["via"] if via else "", **values)


def _text(item: ToldItem, values: dict[str, Any]) -> TextBlock:
    """Who presents it is said in its first lines; a line that says so is no title."""
    lines = [item.title, *item.paragraphs][:2]
    who = next(filter(None, map(PRESENTED.search, lines)), None)
    if who and who.string == item.title:
        values |= {"title": "", "blurb": _paragraphs([item.title, *item.paragraphs])}
    named = who.groupdict(default="") if who else {}
    return TextBlock(**values, **{name: words.strip()[:100] for name, words in named.items()})


def _paragraphs(paragraphs: Iterable[str]) -> str:
    return clean_rich("".join(f"<p>{escape(text)}</p>" for text in paragraphs))


# JSON


def _from_json(text: str) -> PastIssue:
    """What `render_issue --format json` wrote, or anybody's with the same names."""
    try:
        said = json.loads(text.lstrip("\ufeff"))
        sections = [_section(section) for section in said["sections"]]
        number = said.get("number")
        return PastIssue(
            title=one_line(str(said.get("title") or ""), 200),
            date=dt.date.fromisoformat(said["date"]),
            sections=sections,
            number=int(number) if number else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableIssueError(f"It is no issue as render_issue writes it: {error}.") from error


def _section(said: Mapping[str, Any]) -> PastSection:
    kind = said.get("kind") or SectionKind.LINKS
    if kind not in SectionKind.values:
        raise UnreadableIssueError(f"There is no kind of section called {kind}.")
    return PastSection(
        title=one_line(str(said["title"]), 100),
        kind=kind,
        intro=clean_rich(str(said.get("intro") or "")),
        blocks=[_item(item, kind) for item in said["items"]],
    )


def _item(said: Mapping[str, Any], kind: str) -> Block:
    title, url = str(said.get("title") or ""), str(said.get("url") or "")
    model = MODELS.get(str(said.get("kind") or "link"))
    if model is None or kind not in model.kinds:
        raise UnreadableIssueError(
            f"“{title}” cannot stand in a section of {kind}: {said['kind']}."
        )
    if model is ImageBlock and not _is_here(said):
        block = _without_its_picture(said, url)
    else:
        block = model(**_own(model, said, title), url=url)
    block.source_label = block.source_label or ("" if url else str(said.get("domain") or "")[:100])
    if "uid" in said:
        block.uid = UUID(str(said["uid"]))
    for name, switch in CHANNELS.items():
        setattr(block, switch, name in said.get("channels", CHANNELS))
    return block


def _without_its_picture(said: Mapping[str, Any], url: str) -> Block:
    """A picture that is not on this machine leaves its words."""
    fields = said.get("fields") or {}
    words = filter(None, [to_line(str(said.get("blurb") or "")), str(fields.get("alt") or "")])
    return TextBlock(title=str(fields.get("title") or "")[:500], url=url, blurb=_paragraphs(words))


def _is_here(said: Mapping[str, Any]) -> bool:
    name = str((said.get("fields") or {}).get("image") or "")
    return bool(PICTURE.fullmatch(name)) and default_storage.exists(name)


def _own(model: type[Block], said: Mapping[str, Any], title: str) -> dict[str, Any]:
    """The values of the block's own fields, where they are told; else what the title says."""
    fields = said.get("fields")
    if not isinstance(fields, Mapping):
        words = _block_words(model, title)
        return {**words, "blurb": clean_rich(str(said.get("blurb") or ""))}
    names = {field.name: field for field in model._meta.concrete_fields if not field.is_relation}
    try:
        own = {
            name: names[name].to_python(value) for name, value in fields.items() if name in names
        }
    except ValidationError as error:
        raise ValueError(f"“{title}”: {' '.join(error.messages)}") from error
    return {**own, "blurb": clean_rich(str(own.get("blurb") or ""))}


def _block_words(model: type[Block], title: str) -> dict[str, str]:
    if model is not JobBlock:
        return {"title": one_line(title, 500)}
    role, _, company = title.rpartition(" at ")
    return {
        "role": one_line(role or title, 200),
        "company": one_line(company, 100) if role else "",
    }
