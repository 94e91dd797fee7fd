"""Issues without fault, to put one into, and what the pre-flight says of them."""

from typing import Any

from digest.models import Block, Issue, IssueSection, LinkBlock, Visit
from digest.preflight import inspect
from digest.visiting import addresses, identity
from tests.digest.issues import add, make_issue
from tests.makers import NOW

FINE = {
    "title": "A story of its own",
    "url": "https://example.com/",
    "blurb": "<p>What it is about, in a sentence.</p>",
}


def sound(number: int | None = None, **values: Any) -> Issue:
    """A draft in which nothing is found; with `values`, of its second link they are true."""
    free = max([6, *Issue.objects.values_list("number", flat=True)]) + 1
    issue = make_issue(number or free, preheader="What is in it.")
    add(LinkBlock, issue, **FINE)
    if values:
        odd = {**FINE, "title": "Odd", "url": "https://example.com/odd"}
        add(LinkBlock, issue, **{**odd, **values})
    look(issue)
    return issue


def with_block(model: type[Block], where: IssueSection | None = None, **values: Any) -> Issue:
    """A sound draft with one more block of any type."""
    issue = sound()
    add(model, where or issue, **values)
    look(issue)
    return issue


def look(issue: Issue, seen: str = "fine", **values: Any) -> None:
    """Write down that every address of the issue was looked at, and what was seen."""
    for url in addresses(issue):
        given = {"url": url, "seen": seen, "looked_at": NOW, **values}
        Visit.objects.update_or_create(identity=identity(url), defaults=given)


def codes(issue: Issue) -> list[str]:
    """The names of the checks that found something, in their order."""
    return [finding.code for finding in inspect(issue, now=NOW).findings]


def said(issue: Issue, code: str) -> list[str]:
    """What one check says."""
    return [it.text for it in inspect(issue, now=NOW).findings if it.code == code]


def found(issue: Issue) -> list[tuple[str, str]]:
    """All that is found."""
    return [(it.level.value, it.text) for it in inspect(issue, now=NOW).findings]
