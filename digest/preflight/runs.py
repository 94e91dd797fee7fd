"""Jobs and events: what is over, what stands twice, what is called new and is not."""

from collections.abc import Iterator
from itertools import combinations

from django.utils.formats import date_format

from digest import jobs
from digest.models import EventBlock, JobBlock
from digest.preflight.findings import Hit
from digest.preflight.subject import Subject
from digest.tree import Item


def job_over(subject: Subject) -> Iterator[Hit]:
    """A job that has run its time."""
    for item, job in _jobs(subject):
        if jobs.is_over(job, subject.day, item.ran_in):
            yield Hit(f"“{item.name}” ended {_end(job, subject, item)}.", item)


def job_twice(subject: Subject) -> Iterator[Hit]:
    """The same job twice in one issue."""
    for (first, one), (second, other) in combinations(_jobs(subject), 2):
        if jobs.same(one, other):
            marks = [bool(jobs.NEW_MARK.search(item.block.heading)) for item in (first, second)]
            marked = ", once with 🆕 and once without" if marks[0] != marks[1] else ""
            yield Hit(f"“{second.name}” stands twice among the jobs{marked}.", second)


def job_called_new(subject: Subject) -> Iterator[Hit]:
    """🆕 typed at a job that ran before. Nobody need type it: it is computed."""
    for item, job in _jobs(subject):
        if jobs.NEW_MARK.search(job.heading) and item.ran_in:
            ran = f"it ran in #{item.ran_in[0]} already"
            yield Hit(f"“{item.name}” is typed as 🆕, but {ran}: take the mark out.", item)


def new_typed(subject: Subject) -> Iterator[Hit]:
    """🆕 typed at a job that is new. It is shown by itself, and goes by itself."""
    for item, job in _jobs(subject):
        if jobs.NEW_MARK.search(job.heading) and not item.ran_in and not subject.is_out:
            yield Hit(f"“{item.name}”: 🆕 is shown by itself, it need not be typed.", item)


def run_backwards(subject: Subject) -> Iterator[Hit]:
    """A job or an event that ends before it begins."""
    for item in subject.items:
        match item.block:
            case JobBlock(runs_from=start, runs_until=end):
                backwards = start and end and end < start
            case EventBlock(starts_on=start, ends_on=end):
                backwards = start and end and end < start
            case _:
                continue
        if backwards:
            yield Hit(f"“{item.name}” ends before it begins.", item)


def event_over(subject: Subject) -> Iterator[Hit]:
    """An event that was, and whose call for proposals is closed too."""
    for item, event in _events(subject):
        last = event.ends_on or event.starts_on
        if last and last < subject.day:
            yield Hit(f"“{item.name}” was over on {date_format(last, 'j F Y')}.", item)


def proposals_over(subject: Subject) -> Iterator[Hit]:
    """A call for proposals that is closed."""
    for item, event in _events(subject):
        end = event.cfp_until
        if end and end < subject.day:
            said = f"took proposals until {date_format(end, 'j F Y')}, which is over"
            yield Hit(f"“{item.name}” {said}.", item)


def event_undated(subject: Subject) -> Iterator[Hit]:
    """An event without a day can neither be planned for nor expire by itself."""
    for item, event in _events(subject):
        dates = (event.starts_on, event.ends_on, event.cfp_until)
        if not any(dates) and not subject.is_out:
            yield Hit(f"“{item.name}” has no date.", item)


def _end(job: JobBlock, subject: Subject, item: Item) -> str:
    until = job.runs_until
    if until and until < subject.day:
        return f"on {date_format(until, 'j F Y')}"
    issues = "issue" if job.runs_for == 1 else "issues"
    return f"after {job.runs_for} {issues}, the last was #{item.ran_in[-1]}"


def _jobs(subject: Subject) -> list[tuple[Item, JobBlock]]:
    return [(item, item.block) for item in subject.items if isinstance(item.block, JobBlock)]


def _events(subject: Subject) -> list[tuple[Item, EventBlock]]:
    return [(item, item.block) for item in subject.items if isinstance(item.block, EventBlock)]
