"""The last look at the links of an issue: before it comes out, and again before it is mailed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q

from digest import visiting
from digest.errors import IssueError
from digest.models import Issue, RenderedIssue, Visit

# So long before its hour an issue's links are looked at once more.
AHEAD = timedelta(minutes=15)
# What seems gone is looked at twice, with so long between: a server may stumble.
PAUSE = timedelta(minutes=2)


class SponsorGoneError(IssueError):
    """What a sponsor pays for leads nowhere: nobody should be sent there unasked."""


class SponsorInDoubtError(IssueError):
    """What a sponsor pays for was gone at one look: another one will tell."""


def ask(now: datetime) -> int:
    """Have the links of every issue looked at whose hour is near. Answers how many links."""
    near = Issue.objects.filter(state=Issue.State.READY, publish_at__lte=now + AHEAD)
    return sum(
        look_before(issue.publish_at, issue.rendered.latest(), now=now)
        for issue in near
        if issue.publish_at
    )


def look_before(hour: datetime, rendered: RenderedIssue, *, now: datetime) -> int:
    """Have the links looked at of what goes out at `hour`, and what is in doubt once more, also
    when the hour has come. Answers how many links."""
    asked = 0
    if now < hour:
        asked = visiting.ask(rendered.issue, now=now, older_than=now - (hour - AHEAD))
    doubted = [visit.url for visit, _ in _gone(rendered, now) if not _is_sure(visit)]
    return asked + visiting.ask_for(doubted, now=now, older_than=PAUSE)


def check_sponsors(
    rendered: RenderedIssue, *, now: datetime, known_since: datetime | None = None
) -> None:
    """Raise SponsorGoneError where the last looks found a sponsor's page gone, SponsorInDoubtError
    where only one did.

    A dead link of the editorial goes out: readers can still read about it. What was let pass is
    let pass, and what was gone when somebody said at `known_since` to go on.
    """
    for visit, title in _gone(rendered, now):
        if known_since and visit.gone_since and visit.gone_since <= known_since:
            continue
        if not _is_sure(visit):
            raise SponsorInDoubtError(f"“{title}” is looked at once more: {visit.url}")
        raise SponsorGoneError(f"“{title}” is paid for and leads nowhere: {visit.url}")


def _gone(rendered: RenderedIssue, now: datetime) -> Iterator[tuple[Visit, str]]:
    """What was gone when it was looked at lately, of what is paid for, and its title."""
    ads = {item["url"]: item["title"] for item in rendered.items if item["kind"] == "sponsor"}
    seen = Q(seen=Visit.Seen.DEAD, looked_at__gte=now - 2 * AHEAD)
    for visit in Visit.objects.filter(seen, identity__in=map(visiting.identity, ads)):
        passed = rendered.issue.overrides.filter(code="dead-link", text__contains=visit.url)
        if not passed.exists():
            yield visit, ads[visit.url]


def _is_sure(visit: Visit) -> bool:
    """Whether two looks, long enough apart, saw the same."""
    first, last = visit.gone_since, visit.looked_at
    return bool(first and last and last - first >= PAUSE)
