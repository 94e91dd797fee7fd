"""The demo's issues: chosen from the queue, drafted, edited, approved and published."""

import tomllib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.utils import timezone

from config.demo.masthead import editor
from config.demo.ownership import Demo
from config.demo.sources import Story, read
from curation import queue
from curation.identity import address_identity, canonical_url
from curation.models import Link
from digest import approval, assembly, editing, publishing
from digest.guards import STEP, blocks_of
from digest.models import BLOCKS, Block, Booking, Issue, IssueSection, Sponsor
from publication.masthead import current
from publication.models import Section

WORDS: dict[str, dict[str, Any]] = {
    issue.pop("key"): issue
    for issue in tomllib.loads((Path(__file__).parent / "issues.toml").read_text(encoding="utf-8"))[
        "issue"
    ]
}
TYPES = {model.slug: model for model in BLOCKS}
DAYS = {"starts_on", "ends_on", "cfp_until", "runs_until"}
HOUR = time(16, 0)


def first(demo: Demo) -> str:
    """An issue of two weeks ago, published and never mailed."""
    return _published("issue 1", _friday(demo, weeks_ago=2), mailed=False)


def second(demo: Demo) -> str:
    """Last week's issue, published, and due to be mailed at once."""
    return _published("issue 2", _friday(demo, weeks_ago=1), mailed=True)


def third(demo: Demo) -> str:
    """This week's draft."""
    issue, items = _drafted("draft", _friday(demo, weeks_ago=0))
    return f"#{issue.number} is on the desk: {items} items in {_filled(issue)} sections"


def triage(demo: Demo) -> str:
    """A queue somebody has begun to sort."""
    by = editor()
    chosen = _choose("shortlist", by)
    stories = [story for source in read() for story in source.stories]
    turned_down = [story for story in stories if story.rejected]
    for story in turned_down:
        queue.reject(_link(story), by=by, reason=story.rejected)
    for story in stories:
        if story.snoozed:
            now = timezone.now()
            until = now + timedelta(days=story.snoozed)
            queue.snooze(_link(story), by=by, until=until, now=now)
    waiting = Link.objects.waiting(timezone.now()).count()
    return f"{waiting} links wait, {chosen} are shortlisted, {len(turned_down)} were turned down"


def _published(key: str, day: date, *, mailed: bool) -> str:
    issue, items = _drafted(key, day)
    by = editor()
    hour = datetime.combine(day, HOUR, ZoneInfo(current().time_zone))
    approval.approve(issue, by=by)
    # Due last week it would wait for a person.
    mail_at = timezone.now() if mailed else None
    publishing.publish(issue, by=by, now=hour, mail_at=mail_at)
    return f"#{issue.number} of {day:%-d %B} published: {items} items"


def _drafted(key: str, day: date) -> tuple[Issue, int]:
    by = editor()
    _choose(key, by)
    issue = assembly.draft(by=by, now=timezone.now(), date=day)
    _edit(issue, WORDS[key])
    editing.settle(issue, by=by)
    return issue, len(blocks_of(issue))


def _choose(key: str, by: User) -> int:
    """Shortlist what goes into this issue, oldest first; answers how many."""
    chosen = [story for source in read() for story in source.stories if story.goes == key]
    for story in sorted(chosen, key=lambda story: -story.age):
        section = Section.objects.filter(slug=story.section).first()
        queue.shortlist(_link(story), by=by, section=section)
    return len(chosen)


def _link(story: Story) -> Link:
    """The link a story became, by any address it is known by."""
    return Link.objects.get(addresses__identity=address_identity(canonical_url(story.url)))


def _edit(issue: Issue, words: dict[str, Any]) -> None:
    """Type what the editor types into the issue's page."""
    issue.title, issue.subject = words["title"], words["subject"]
    issue.preheader = words["preheader"]
    issue.save(update_fields=["title", "subject", "preheader"])
    blocks = {block.url: block for block in blocks_of(issue)}
    for url, values in words["details"].items():
        _save(blocks[url], values, issue.date)
    for values in words["block"]:
        _add(issue, **values)


def _add(issue: Issue, *, shelf: str, kind: str, sponsor: str = "", **values: Any) -> None:
    """Add a block at the end of a section."""
    section = IssueSection.objects.get(issue=issue, section__slug=shelf)
    last = max((block.ordering for block in blocks_of(issue)), default=0)
    block = TYPES[kind](parent=issue, region=section.key, ordering=last + STEP)
    if sponsor:
        values["booking"] = _booked(sponsor, issue, shelf, values)
    _save(block, values, issue.date)


def _save(block: Block, values: dict[str, Any], day: date) -> None:
    for name, value in values.items():
        setattr(block, name, day + timedelta(days=value) if name in DAYS else value)
    block.full_clean()
    block.save()


def _booked(sponsor: str, issue: Issue, shelf: str, values: dict[str, Any]) -> Booking:
    return Booking.objects.create(
        sponsor=Sponsor.objects.get_or_create(name=sponsor, defaults={"url": values["url"]})[0],
        issue_date=issue.date,
        slot=Section.objects.get(slug=shelf),
        headline=values["title"],
        url=values["url"],
        state=Booking.State.APPROVED,
    )


def _friday(demo: Demo, weeks_ago: int) -> date:
    """The publishing day of this week's issue, or of one before it."""
    today = demo.since.astimezone(ZoneInfo(current().time_zone)).date()
    ahead = (current().publishing_day - today.isoweekday()) % 7
    return today + timedelta(days=ahead - 7 * weeks_ago)


def _filled(issue: Issue) -> int:
    return len({block.region for block in blocks_of(issue)})
