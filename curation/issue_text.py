"""Reads the plain text of a whole issue, in which nothing marks what a line is.

Paragraphs stand apart by blank lines. In a digest of links each item ends with the host it
leads to; a group between two hosts is then one item, and its first line is a heading when what
follows it is a title too. A letter without hosts is read by its headings alone. Nothing here
knows any one newsletter: it goes by the shape of lines and by the words of headings.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from curation.told import FOOTER, HOST, ToldIssue, ToldItem, ToldSection, kind_of, lost
from publication.models import SectionKind
from toolbox.text import one_line, printable

URL = re.compile(r"https?://\S+", re.IGNORECASE)
GREETING = re.compile(r"(?:hey|hi|hello|dear|happy|good (?:morning|day|evening))\b.{0,60}$", re.I)
NUMBER = re.compile(r"(?:\bissue\s*#?|#)\s*(\d{1,5})\b", re.IGNORECASE)
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
DAY = re.compile(
    r"\b(?:(?P<d1>\d{1,2})(?:st|nd|rd|th)?\s+(?P<m1>[a-z]{3})[a-z]*|(?P<m2>[a-z]{3})[a-z]*\.?\s+"
    r"(?P<d2>\d{1,2})(?:st|nd|rd|th)?),?\s+(?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
STAMP = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}(?: \d{1,2}:\d\d ?(?:am|pm)?(?: [A-Z]{2,4})?)?")
HEADING_WORDS = 5
TITLE_LENGTH = 140
EXCLAIMED_WORDS = 12


@dataclass
class _Section:
    title: str
    kind: SectionKind | None
    items: list[ToldItem]
    intro: list[str]


def read(text: str) -> ToldIssue:
    """The issue in `text`. One without a single section has none to give: `sections` is empty."""
    lines = _paragraphs(text)
    if not lines:
        return ToldIssue("")
    title, body = lines[0], [line for line in lines[1:] if not _is_boilerplate(line)]
    empty: list[str] = []
    if any(HOST.fullmatch(line) for line in body):
        sections = _by_hosts(body, empty)
    else:
        sections = _by_headings(body, empty)
    kept = [_told(section) for section in sections if section.items or section.intro]
    number = NUMBER.search(title)
    return ToldIssue(
        title=one_line(title, 200),
        date=_date(lines),
        number=int(number[1]) if number and not number[0].startswith("#") else None,
        sections=tuple(kept),
        flags=lost(empty),
    )


def _paragraphs(text: str) -> list[str]:
    blocks = re.split(r"\n\s*\n", printable(text).replace("\r\n", "\n").strip())
    return [block for block in (one_line(block) for block in blocks) if block]


def _is_boilerplate(line: str) -> bool:
    return bool(FOOTER.search(line) or STAMP.fullmatch(line))


# Digests whose items end with a host


def _by_hosts(lines: Sequence[str], empty: list[str]) -> list[_Section]:
    """Group by group: what stands between two hosts, or before a leaked alternative text."""
    sections: list[_Section] = []
    for group, host in _groups(lines):
        heading = _is_heading(group, host)
        if heading:
            sections.append(_Section(group[0], kind_of(group[0]), [], []))
            group = group[1:]
        elif not sections:
            sections.append(_Section("Links", SectionKind.LINKS, [], []))
        _add(sections[-1], group, host, empty)
    return sections


def _groups(lines: Sequence[str]) -> Iterator[tuple[list[str], str]]:
    """The lines of each group, and the host that ended it ("" where an image's text did)."""
    repeated = {line for line, times in Counter(lines).items() if times > 1}
    group: list[str] = []
    for line in lines:
        is_host = bool(HOST.fullmatch(line))
        if not is_host and not _is_alternative(line, repeated):
            group.append(line)
        elif group:
            yield group, line.lower().removeprefix("www.") if is_host else ""
            group = []
    if group:
        yield group, ""


def _is_alternative(line: str, repeated: set[str]) -> bool:
    """The words of a decorative image, which feeds leave behind: short, and the same each time."""
    if len(line.split()) > 3 or " at " in line or kind_of(line) not in {None, SectionKind.LINKS}:
        return False
    return line in repeated or bool(re.search(r"\b(?:newsletter|logo|banner)$", line, re.I))


def _is_heading(group: Sequence[str], host: str) -> bool:
    """Whether the first line of a group names a section rather than its first item."""
    first, rest = group[0], group[1:]
    if not rest or not _may_be_heading(first):
        return False
    kind = kind_of(first)
    if _is_title(rest[0]):
        # Title, summary: two lines are an item. Three, with two titles: a heading and an item.
        return len(rest) > 1 or _is_name(first)
    if kind == SectionKind.SPONSOR:
        return len(rest) > 1 and _is_name(first)
    return kind in {SectionKind.TEXT, SectionKind.JOBS} and not host


def _add(section: _Section, group: list[str], host: str, empty: list[str]) -> None:
    if section.kind == SectionKind.JOBS and not host:
        for line in group:
            if _is_title(line):
                section.items.append(ToldItem(line))
            else:
                section.intro.append(line)
        return
    if section.kind == SectionKind.TEXT:
        section.items.append(ToldItem("", "", tuple(group)))
        empty.extend(_announcing_nothing(group))
        return
    title, *said = group
    section.items.append(ToldItem(title, "", tuple(said), host))
    empty.extend(_announcing_nothing(said))


def _announcing_nothing(paragraphs: Sequence[str]) -> Iterator[str]:
    """Those that announce a list which is not there. They stand as they were told: who looks
    the issue over finds them."""
    for paragraph, after in zip(paragraphs, [*paragraphs[1:], ""], strict=True):
        if paragraph.endswith(":") and (not after or after.endswith(":")):
            yield paragraph


# Letters with headings and no hosts


def _by_headings(lines: Sequence[str], empty: list[str]) -> list[_Section]:
    sections: list[_Section] = []
    for line in lines:
        if _may_be_heading(line) and (_is_name(line) or len(line.split()) <= 2):
            sections.append(_Section(line, kind_of(line), [], []))
        elif sections:
            _say(sections[-1], line)
        elif not GREETING.match(line):
            sections.append(_Section("Welcome", SectionKind.TEXT, [], [line]))
    if not any(map(_may_be_heading, lines)):
        return []
    empty.extend(section.title for section in sections if not section.items and not section.intro)
    return [_with_text(section) for section in sections]


def _say(section: _Section, line: str) -> None:
    address = URL.search(line)
    if _is_title(line) or (address and not URL.sub("", line).strip()):
        url = address[0] if address else ""
        section.items.append(ToldItem(URL.sub("", line).strip() or url, url))
    elif section.items:
        last = section.items[-1]
        said = (*last.paragraphs, line)
        section.items[-1] = ToldItem(last.title, last.url, said, last.source)
    else:
        section.intro.append(line)


def _with_text(section: _Section) -> _Section:
    """What is nothing but sentences is one text."""
    if section.intro and not section.items:
        section.items, section.intro = [ToldItem("", "", tuple(section.intro))], []
        section.kind = SectionKind.TEXT
    return section


def _told(section: _Section) -> ToldSection:
    sourced = any(item.source or item.url for item in section.items)
    kind = section.kind or (SectionKind.LINKS if sourced else SectionKind.TEXT)
    return ToldSection(section.title, kind, tuple(section.items), tuple(section.intro))


# The shape of a line


def _may_be_heading(line: str) -> bool:
    return len(line.split()) <= HEADING_WORDS and not re.search(r"[:,;.?!/#\"“]", line)


def _is_name(line: str) -> bool:
    """Whether a short line is made of the words that headings are made of."""
    return _may_be_heading(line) and kind_of(line) is not None


def _is_title(line: str) -> bool:
    """Whether a line reads as a title: short, and no sentence that ends or goes on."""
    if len(line) > TITLE_LENGTH or re.search(r"[.!?…] [A-Z]", line):
        return False
    if line.endswith(("?", "!")) and len(line.split()) > EXCLAIMED_WORDS:
        return False
    return not line.endswith((".", "…", ":", ";"))


def _date(lines: Sequence[str]) -> dt.date | None:
    """The day in the last line's stamp or in the title; the title is first where both speak."""
    for line in (lines[0], lines[-1]):
        found = DAY.search(line)
        if not found:
            continue
        month = (found["m1"] or found["m2"]).lower()
        if month in MONTHS:
            day = int(found["d1"] or found["d2"])
            try:
                return dt.date(int(found["year"]), MONTHS.index(month) + 1, day)
            except ValueError:
                continue
    return None
