"""Issues for tests, with any block in them, in one line each."""

import datetime as dt
from typing import Any

from digest import approval, publishing
from digest.models import Block, Issue, IssueSection, LinkBlock, TextBlock
from publication.models import SectionKind
from tests.makers import NOW

HEADLINE = {"text": "title", "job": "role"}


def make_issue(number: int = 7, **values: Any) -> Issue:
    """A draft without sections."""
    given = {"title": f"Title of {number}", "date": dt.date(2026, 11, 20), **values}
    return Issue.objects.create(number=number, **given)


def add_section(issue: Issue, title: str, kind: str = SectionKind.LINKS, **values: Any) -> Any:
    """A section behind those that are there."""
    given = {"position": issue.sections.count(), **values}
    return IssueSection.objects.create(issue=issue, title=title, kind=kind, **given)


def add(model: type[Block], where: Issue | IssueSection, **values: Any) -> Any:
    """A block at the end of a section; of an issue: in a section that takes it."""
    section = _section(where, model) if isinstance(where, Issue) else where
    ordering = 10 * model.objects.filter(region=section.key).count()
    given = {"region": section.key, "ordering": ordering, **values}
    return model.objects.create(parent=section.issue, **given)


def add_titled(model: type[Block], where: Issue | IssueSection, words: str, **values: Any) -> Any:
    """A block whose heading is `words`."""
    return add(model, where, **{HEADLINE.get(model.slug, "title"): words, **values})


def make_published(number: int = 7, *titles: str, **values: Any) -> Issue:
    """An issue that is out, with a link for each title."""
    issue = make_issue(number, **values)
    for title in titles or ("A story",):
        add(LinkBlock, issue, title=title, url=f"https://example.com/{number}")
    publish(issue)
    return issue


def publish(issue: Issue) -> None:
    """Approve and publish, unmailed."""
    approval.approve(issue, by=None)
    publishing.publish(issue, by=None, now=NOW)
    issue.refresh_from_db()


def _section(issue: Issue, model: type[Block]) -> IssueSection:
    kind = SectionKind.TEXT if model is TextBlock else next(iter(model.kinds))
    found = issue.sections.filter(kind=kind).first()
    return found or add_section(issue, f"Shelf of {kind}", kind)
