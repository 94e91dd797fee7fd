"""When are two jobs one, what a title says of a job, and when a job is over."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain

from curation.identity import canonical_url, web_address
from digest.models import Issue, JobBlock, PublishedItem
from publication.models import SectionKind
from toolbox.text import one_line

# For each sign of a job, the days and numbers of the issues that had it.
Runs = Mapping[str, Collection[tuple[date, int]]]
# Typed by hand, or left by a feed; whether a job is new is computed.
NEW_MARK = re.compile(r"\s*(?:🆕|[\[(]new!?[\])])\s*", re.IGNORECASE)
_PLACE = re.compile(
    r"\s*(?:[(\[](?P<in>[^()\[\]]*\b(?:remote|hybrid|on-?site)\b[^()\[\]]*)[)\]]"
    r"|\s[-–—|]\s(?P<after>(?:fully )?remote\b[^-–—|]{0,40}))\s*$",
    re.IGNORECASE,
)
_PARTED = [re.compile(rf"\s+{mark}\s+") for mark in ("at", "@", r"\|")]


@dataclass(frozen=True)
class JobWords:
    """A job's title, taken apart."""

    role: str
    company: str = ""
    place: str = ""


def unmarked(heading: str) -> str:
    """The heading without the 🆕 that somebody typed."""
    return one_line(NEW_MARK.sub(" ", heading))


def split(title: str) -> JobWords:
    """The role, company and place of "Role at Company (Remote)"; a title without is all role."""
    words = unmarked(title)
    said = ""
    if (place := _PLACE.search(words)) and words[: place.start()].strip():
        words, said = words[: place.start()], place["in"] or place["after"]
    for mark in _PARTED:
        if parted := list(mark.finditer(words)):
            role, company = words[: parted[-1].start()], words[parted[-1].end() :]
            return _cut(role, company, said)
    return _cut(words, "", said)


def signs(heading: str, url: str) -> set[str]:
    """What two copies of one job share: the address, or role and company however they are typed."""
    words = " ".join(re.findall(r"\w+", unmarked(heading).casefold()))
    address = canonical_url(url) if web_address(url) else ""
    return {sign for sign in (words, address) if sign}


def same(one: JobBlock, other: JobBlock) -> bool:
    """Whether two jobs are one."""
    return not signs(one.heading, one.url).isdisjoint(signs(other.heading, other.url))


def earlier_runs(issue: Issue, jobs: Collection[JobBlock]) -> Runs:
    """For each sign of these jobs, the earlier published issues that had it."""
    runs: dict[str, set[tuple[date, int]]] = {
        sign: set() for job in jobs for sign in signs(job.heading, job.url)
    }
    if not runs:
        return runs
    before = PublishedItem.objects.filter(issue__in=Issue.objects.before(issue))
    ran = before.filter(kind=SectionKind.JOBS).order_by()
    for day, number, title, url in ran.values_list("issue__date", "number", "title", "url"):
        for sign in signs(title, url) & runs.keys():
            runs[sign].add((day, number))
    return runs


def runs_of(job: JobBlock, runs: Runs) -> list[int]:
    """The numbers of the earlier issues that had this job, the first one first."""
    known = (runs.get(sign, ()) for sign in signs(job.heading, job.url))
    return [number for _, number in sorted(set(chain.from_iterable(known)))]


def is_over(job: JobBlock, day: date, earlier: Collection[int]) -> bool:
    """Whether it may not run in an issue of that day, after those it ran in."""
    past_its_day = job.runs_until is not None and job.runs_until < day
    return past_its_day or (job.runs_for is not None and len(earlier) >= job.runs_for)


def once(blocks: Iterable[JobBlock]) -> list[JobBlock]:
    """Each job once: the first of those that are the same."""
    seen: set[str] = set()
    kept = []
    for block in blocks:
        own = signs(block.heading, block.url)
        if seen.isdisjoint(own):
            kept.append(block)
        seen |= own
    return kept


def _cut(role: str, company: str, place: str) -> JobWords:
    return JobWords(one_line(role, 200), one_line(company, 100), one_line(place, 100))
