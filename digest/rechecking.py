"""The last look at the links of an approved issue, just before its hour."""

from datetime import datetime, timedelta

from digest import visiting
from digest.errors import IssueError
from digest.models import Issue, SponsorBlock, Visit
from digest.tree import safe_url

# So long before its hour an issue's links are looked at once more.
AHEAD = timedelta(minutes=15)


class SponsorGoneError(IssueError):
    """What a sponsor pays for leads nowhere: nobody should be sent there unasked."""


def ask(now: datetime) -> int:
    """Have the links of every issue looked at whose hour is near. Answers how many links."""
    near = Issue.objects.filter(
        state=Issue.State.READY, publish_at__gt=now, publish_at__lte=now + AHEAD
    )
    return sum(
        visiting.ask(issue, now=now, older_than=now - (issue.publish_at - AHEAD))
        for issue in near
        if issue.publish_at
    )


def check_sponsors(issue: Issue, *, now: datetime) -> None:
    """Raise SponsorGoneError where the last look found a sponsor's page gone. A dead link of the
    editorial goes out: readers can still read about it. One that was let pass is let pass."""
    ads = SponsorBlock.objects.filter(parent=issue).exclude(url="")
    urls = {visiting.identity(safe_url(block.url)): block for block in ads}
    lately = Visit.objects.filter(identity__in=urls, looked_at__gte=now - 2 * AHEAD)
    for visit in lately.filter(seen=Visit.Seen.DEAD):
        block = urls[visit.identity]
        if not issue.overrides.filter(code="dead-link", text__contains=visit.url).exists():
            raise SponsorGoneError(f"“{block}” is paid for and leads nowhere: {visit.url}")
