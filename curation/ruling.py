"""Rules at work: on links as they come in, on those that wait, and on paper before they are saved.

What a person decided about a link stays: no rule moves it to another shelf or hides it again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Max, Prefetch, QuerySet

from curation.models import Entry, Link, LinkEvent, Rule
from curation.newlink import NewLink
from curation.rules import EFFECTS, Rulebook, Story, Verdict
from publication.access import MACHINE, record, require
from publication.models import Section
from toolbox.text import one_line

SORT, CHANGE = "curation.triage_link", "curation.change_rule"
RULED = "ruled"
LATEST = 50
# Of what waits, so many of the newest are looked at: nobody sorts more by hand either.
WAITING = 5000
CHUNK = 500
STEP = 10
WAITS = {Link.State.NEW, Link.State.SNOOZED}

Values = dict[str, Any]


@dataclass(frozen=True)
class Effect:
    """One thing a rule would do to a link; `instead` is the earlier rule that does it already."""

    says: str
    instead: str = ""


@dataclass(frozen=True)
class Touched:
    """A link that a rule speaks about, and what it would do to it."""

    link: Link
    effects: list[Effect]


def rule_in(links: Sequence[Link | NewLink], stories: Iterable[Story]) -> None:
    """Set on new links, not yet stored, what the rules say. One query for any number of links."""
    book = Rulebook(Rule.objects.active())
    for link, story in zip(links, stories, strict=True) if book else ():
        for name, value in _values(link, book.judge(story)).items():
            setattr(link, name, value)


def pending(now: datetime) -> list[tuple[Link, Values]]:
    """What following the rules would change on links that wait."""
    book = Rulebook(Rule.objects.active())
    if not book:
        return []
    links = list(_told(Link.objects.waiting(now).order_by("-published_at", "-pk"))[:WAITING])
    decided = _decided_by_people(links)
    judged = [(link, _differing(link, book.judge(story_of(link)), decided)) for link in links]
    return [(link, values) for link, values in judged if values]


@transaction.atomic
def apply(*, by: User | None, now: datetime) -> int:
    """Follow the rules for what waits; answers how many links changed. Each can be undone."""
    require(by, SORT)
    require(by, CHANGE)
    changed = _held(pending(now))
    for values, links in _alike(changed):
        for chunk in batched(links, CHUNK, strict=False):
            pks = [link.pk for link in chunk]
            Link.objects.filter(pk__in=pks).update(**values, version=F("version") + 1)
    LinkEvent.objects.bulk_create([_event(link, values, by) for link, values in changed], CHUNK)
    if changed:
        record(by, "applied rules", f"{len(changed)} links")
    return len(changed)


def preview(rule: Rule) -> list[Touched]:
    """Which of the last LATEST links `rule`, saved or not, would have touched among the others."""
    others = [other for other in Rule.objects.active() if other.pk != rule.pk]
    order = sorted([*others, rule], key=lambda one: (one.position, one.pk or float("inf")))
    alone, book = Rulebook([rule]), Rulebook(order)
    links = _told(Link.objects.standing().order_by("-pk"))[:LATEST]
    stories = [(link, story_of(link)) for link in links]
    return [
        Touched(link, _effects(rule, book.judge(story)))
        for link, story in stories
        if alone.judge(story)
    ]


@transaction.atomic
def save(rule: Rule, *, by: User | None) -> Rule:
    """Store a rule; a new one without a place goes behind the others."""
    require(by, CHANGE if rule.pk else "curation.add_rule")
    if not rule.position:
        rule.position = (Rule.objects.aggregate(last=Max("position"))["last"] or 0) + STEP
    rule.save()
    record(by, "set rule", rule.sentence, active=rule.active)
    return rule


@transaction.atomic
def delete(rules: QuerySet[Rule], *, by: User | None) -> int:
    """Take rules away. What they did stays, and stays in words."""
    require(by, "curation.delete_rule")
    gone = list(rules.select_related("feed", "section"))
    for rule in gone:
        record(by, "removed rule", rule.sentence)
    rules.delete()
    return len(gone)


def told(values: Values, sections: Mapping[int, Section]) -> list[str]:
    """What is written on a link, in words."""
    section = sections.get(values.get("section_id", 0))
    kind = Link.Kind(values["kind"]).label.lower() if "kind" in values else ""
    words = {
        f"section {section}": section,
        f"kind {kind}": kind,
        f"label “{values.get('source_label')}”": values.get("source_label"),
        "hide": values.get("hidden_by"),
    }
    return [word for word, is_so in words.items() if is_so]


def story_of(link: Link) -> Story:
    """A stored link as rules look at it: with the feeds and tags of all who brought it."""
    entries = link.entries.all()
    return Story(
        title=link.title,
        url=link.url,
        feeds=frozenset(entry.feed_id for entry in entries),
        tags=tuple(tag for entry in entries for tag in entry.tags),
    )


def _told(links: QuerySet[Link]) -> QuerySet[Link]:
    """With what their feeds said, and no column that no rule looks at."""
    said = Entry.objects.only("link", "feed", "tags").order_by("pk")
    return links.select_related("section").prefetch_related(Prefetch("entries", said))


def _values(link: Link | NewLink, verdict: Verdict) -> Values:
    """What a verdict writes on a link. Only what waits is hidden."""
    values: Values = {}
    for effect, rule in verdict.items():
        if effect == "section_id":
            values |= {"section_id": rule.section_id}
            values |= {"section_reason": one_line(f"by the rule “{rule.sentence}”", 200)}
        elif effect != "hide":
            values |= {effect: getattr(rule, effect)}
        elif link.state in WAITS:
            values |= {"hidden_by": one_line(rule.sentence, 200)}
    return values


def _differing(link: Link, verdict: Verdict, decided: dict[int, set[str]]) -> Values:
    """Of a verdict, what is not so already and what no person decided."""
    values, theirs = _values(link, verdict), decided[link.pk]
    if "section_id" in theirs or values.get("section_id") == link.section_id:
        values = {name: value for name, value in values.items() if not name.startswith("section")}
    return {
        name: value
        for name, value in values.items()
        if getattr(link, name) != value and name not in theirs
    }


def _decided_by_people(links: Sequence[Link]) -> dict[int, set[str]]:
    """The fields of each link that a person wrote, by deeds that still stand."""
    decided = defaultdict[int, set[str]](set)
    for chunk in batched(links, CHUNK, strict=False):
        deeds = LinkEvent.objects.filter(
            link__in=[link.pk for link in chunk], actor__isnull=False, undone_at=None
        )
        for link, after in deeds.exclude(verb=RULED).order_by().values_list("link_id", "after"):
            decided[link].update(after)
    return decided


def _held(changes: list[tuple[Link, Values]]) -> list[tuple[Link, Values]]:
    """Lock the rows, and go on with those that still are what was judged."""
    kept: list[tuple[Link, Values]] = []
    for chunk in batched(changes, CHUNK, strict=False):
        pks = [link.pk for link, _ in chunk]
        rows = Link.objects.standing().select_for_update().filter(pk__in=pks).order_by("pk")
        versions = dict(rows.values_list("pk", "version"))
        kept += [(link, values) for link, values in chunk if versions.get(link.pk) == link.version]
    return kept


def _alike(changes: list[tuple[Link, Values]]) -> Iterable[tuple[Values, list[Link]]]:
    """Links by what is written on them: a few rules write a few different things."""
    groups = defaultdict[tuple[Any, ...], list[Link]](list)
    for link, values in changes:
        groups[tuple(sorted(values.items()))].append(link)
    return ((dict(values), links) for values, links in groups.items())


def _event(link: Link, values: Values, by: User | None) -> LinkEvent:
    before = {name: getattr(link, name) for name in values}
    name = str(by or MACHINE)
    return LinkEvent(link=link, actor=by, actor_name=name, verb=RULED, before=before, after=values)


def _effects(rule: Rule, verdict: Verdict) -> list[Effect]:
    decides = [effect for effect in EFFECTS if getattr(rule, effect)]
    return [
        Effect(says, "" if verdict[effect] is rule else verdict[effect].sentence)
        for effect, says in zip(decides, rule.then, strict=True)
    ]
