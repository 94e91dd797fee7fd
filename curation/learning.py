"""What a page says of itself, kept on its link: more addresses, and what nobody else had said.

What an editor changed by hand is never written over; its history tells. Where the page turns out
to be another link's, the two are merged when that is certain, and else proposed as one.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from curation.deeds import StaleLinkError
from curation.describing import raw, tidy_blurb, tidy_title
from curation.identity import address_identity, canonical_url
from curation.kinds import LOOKS, SHELVES, Kind, kind_by_types, looks
from curation.merging import merge, taken_apart
from curation.models import Link, LinkAddress, LinkHint
from curation.pagefacts import PageFacts
from curation.plausible import canonical_believed, is_landing, one_story, redirect_believed
from curation.sources import same_site, site_name, source_label, tenant
from curation.titles import fold
from publication.access import MACHINE
from publication.models import Section


@transaction.atomic
def learn(link: Link, url: str, facts: PageFacts, now: datetime) -> bool:
    """Keep what the page of `link` said, which was had from `url`; answers whether it was merged.

    A page that is not believed to be the story is not listened to. Doing it again changes
    nothing. Raises StaleLinkError when the link was changed meanwhile.
    """
    if not redirect_believed(link.url, url, link.title, link.raw_title):
        return False
    _describe(link, facts)
    for address, reason in _addresses(link, url, facts):
        owner = _owner(link, address)
        if owner.pk != link.pk and _joined(link, owner, facts, reason, now):
            return True
    _propose_original(link, facts.canonical)
    return False


def by_hand(link: Link) -> set[str]:
    """The fields that a person has set, by the deeds that still stand."""
    deeds = link.events.filter(undone_at=None).exclude(actor=None, actor_name=MACHINE)
    return {name for after in deeds.values_list("after", flat=True) for name in after}


def _describe(link: Link, facts: PageFacts) -> None:
    """Fill what is empty, and better what only we said. Not a deed: the version stays, so that
    nobody's open page grows stale by it."""
    said = _said(link, facts)
    kept = by_hand(link) if said else set()
    values = {
        name: value
        for name, value in said.items()
        if name not in kept and value != getattr(link, name)
    }
    if not values:
        return
    held = Link.objects.standing().filter(pk=link.pk, version=link.version)
    if not held.update(**values):
        raise StaleLinkError(link.pk)
    for name, value in values.items():
        setattr(link, name, value)


def _said(link: Link, facts: PageFacts) -> dict[str, Any]:
    values: dict[str, Any] = {
        "author": link.author or facts.author,
        "language": link.language or facts.language,
        "image": link.image or facts.image,
        "blurb": link.blurb or tidy_blurb(facts.description),
        "source_label": _source(link, facts),
    }
    title = tidy_title(
        link.title, link.url, [facts.site_name], usual=lambda part: _is_extra(part, facts.title)
    )
    if title != link.title:
        values |= {"title": title, "raw_title": link.raw_title or raw(link.title, title)}
    return values | _kind(link, facts)


def _is_extra(part: str, title: str) -> bool:
    """Whether the page itself, where it has a title, does without that part of it."""
    return bool(title) and fold(part) not in fold(title)


def _source(link: Link, facts: PageFacts) -> str:
    """The page's own name of its site, instead of that of a feed which only told of it."""
    label, name = link.source_label, site_name(facts.site_name)
    if not name or label == name:
        return label
    feeds = (entry.feed for entry in link.entries.select_related("feed"))
    only_told = (feed for feed in feeds if not same_site(feed.site_url or feed.url, link.url))
    ours = {"", tenant(link.url), *(site_name(feed.title) for feed in only_told)}
    return source_label(link.url, name) if label in ours else label


def _kind(link: Link, facts: PageFacts) -> dict[str, Any]:
    """A kind where nothing but the page tells of one, and the shelf that suggests."""
    kind = kind_by_types(facts.types)
    if kind is None or link.kind != Kind.ARTICLE:
        return {}
    if not link.section_reason.startswith(LOOKS):
        return {"kind": kind}
    section = Section.objects.active().filter(slug=SHELVES[kind]).first() or link.section
    pk = section.pk if section else None
    return {"kind": kind, "section_id": pk, "section_reason": looks(kind)}


def _addresses(link: Link, url: str, facts: PageFacts) -> list[tuple[str, str]]:
    """Where the link leads, and what the page says if that is believed; each with the reason, as
    the history tells it."""
    found = [(url, f"its address leads to {canonical_url(url)}")]
    claim = facts.canonical
    titles = (link.title, link.raw_title, facts.title)
    if claim and canonical_believed(claim, link.url, url, *titles):
        found.append((claim, f"its page names {canonical_url(claim)} as its address"))
    return found


def _owner(link: Link, url: str) -> Link:
    """The link that an address belongs to; from now on `link`, where it was nobody's."""
    identity = address_identity(url)
    address = LinkAddress(identity=identity, url=canonical_url(url), link=link)
    LinkAddress.objects.bulk_create([address], ignore_conflicts=True)
    owner = LinkAddress.objects.select_related("link__merged_into").get(identity=identity).link
    return owner.merged_into or owner


def _joined(link: Link, owner: Link, facts: PageFacts, reason: str, now: datetime) -> bool:
    """Merge when it is certain, else propose; what a person took apart is left alone."""
    if taken_apart([link, owner]) & {frozenset((link.pk, owner.pk))}:
        return False
    if one_story(link.title, owner.title, facts.title):
        merge(link, owner, by=None, now=now, reason=reason)
        return True
    _propose(link, owner, reason)
    return False


def _propose_original(link: Link, claim: str) -> None:
    """A page of another site that this one names as its original is only proposed: whoever
    copies a story could name anything."""
    if not claim or is_landing(claim) or same_site(claim, link.url):
        return
    known = LinkAddress.objects.filter(identity=address_identity(claim)).exclude(link=link)
    for address in known.select_related("link__merged_into"):
        _propose(
            link, address.link.merged_into or address.link, "its page names it as the original"
        )


def _propose(link: Link, other: Link, reason: str) -> None:
    sentence = f"{reason[:1].upper()}{reason[1:]}"[:200]
    hint = LinkHint(link=link, other=other, reason=sentence)
    LinkHint.objects.bulk_create([hint], ignore_conflicts=True)
