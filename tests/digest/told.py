"""A past issue out of the plain text of a newsletter, as readers got it, slips and all.

A smaller reader than the one that imports issues, on purpose: nothing is mended on the way.
"""

import datetime as dt
import re

from digest.models import (
    Block,
    EventBlock,
    Issue,
    IssueSection,
    JobBlock,
    LinkBlock,
    MediaBlock,
    ProjectBlock,
    SponsorBlock,
    TextBlock,
)
from publication.models import SectionKind
from tests.digest.issues import add, add_section

HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}")
HEADINGS: dict[str, tuple[SectionKind, type[Block]]] = {
    "Updates to Django": (SectionKind.TEXT, TextBlock),
    "Wagtail CMS": (SectionKind.TEXT, TextBlock),
    "Sponsored Link 1": (SectionKind.SPONSOR, SponsorBlock),
    "Sponsored Link 2": (SectionKind.SPONSOR, SponsorBlock),
    "Sponsorship": (SectionKind.SPONSOR, SponsorBlock),
    "Videos": (SectionKind.MEDIA, MediaBlock),
    "DjangoCon Videos": (SectionKind.MEDIA, MediaBlock),
    "Podcasts": (SectionKind.MEDIA, MediaBlock),
    "Django News Jobs": (SectionKind.JOBS, JobBlock),
    "Projects": (SectionKind.PROJECTS, ProjectBlock),
    "Events": (SectionKind.EVENTS, EventBlock),
    **dict.fromkeys(
        (
            "News",
            "Articles",
            "Forum",
            "Django Fellow Report",
            "Wagtail CMS News",
            "Django Software Foundation",
            "Python Software Foundation",
        ),
        (SectionKind.LINKS, LinkBlock),
    ),
}
NOT_SAID = re.compile(r"This RSS feed is published|^\d\d \w{3} \d{4} |^Django Newsletter$")


def take_in(text: str, number: int, date: dt.date) -> Issue:
    """The draft of `date` that says `text`."""
    title, *lines = [line.strip() for line in text.split("\n\n") if line.strip()]
    issue = Issue.objects.create(number=number, title=title, date=date)
    group: list[str] = []
    section: IssueSection | None = None
    block: type[Block] = LinkBlock

    def end(host: str = "") -> None:
        if group and section is not None:
            _add(section, block, group, host)
        group.clear()

    for line in lines:
        if line in HEADINGS:
            end()
            kind, block = HEADINGS[line]
            section = add_section(issue, line, kind)
        elif HOST.fullmatch(line):
            end(line)
        elif not NOT_SAID.search(line):
            group.append(line)
    end()
    return issue


def _add(section: IssueSection, block: type[Block], group: list[str], host: str) -> None:
    if block is JobBlock:
        for line in group:
            if " at " in line and not line.endswith("."):
                role, _, company = line.rpartition(" at ")
                add(JobBlock, section, role=role, company=company)
        return
    title, said = ("", group) if block is TextBlock else (group[0], group[1:])
    blurb = "".join(f"<p>{line}</p>" for line in said)
    own = (
        {"source_label": host}
        if block is LinkBlock
        else {"url": f"https://{host}/" if host and block is SponsorBlock else ""}
    )
    add(block, section, title=title, blurb=blurb, **own)
