"""The mails of one artefact: one for everybody, and one for each distinct choice of sections."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import groupby
from operator import itemgetter

from audience.models import Subscriber, SubscriberQuerySet
from audience.preferences import offered
from delivery.message import compose
from delivery.models import RenderedMail
from digest.models import RenderedIssue

WELCOME = "welcome "


def mail_of(
    rendered: RenderedIssue, leave_out: Collection[str] = (), *, welcome: bool = False
) -> RenderedMail:
    """The composed mail without these sections, built once."""
    name = WELCOME * welcome + ",".join(sorted(leave_out))
    known = RenderedMail.objects.filter(rendered=rendered, sections=name).first()
    if known is not None:
        return known
    source = compose(rendered, leave_out=leave_out, welcome=welcome)
    return RenderedMail.objects.get_or_create(
        rendered=rendered, sections=name, defaults={"source": source}
    )[0]


def left_out(rendered: RenderedIssue, chosen: Collection[int]) -> frozenset[str] | None:
    """What somebody with this choice does without in this issue; None if nothing is left.

    What cannot be chosen goes to everybody: an issue's own sections, and what sponsors paid for.
    """
    slugs = {part["section"] for part in rendered.parts}
    unwanted = offered().exclude(pk__in=chosen).filter(slug__in=slugs)
    gone = frozenset(unwanted.values_list("slug", flat=True)) if chosen else frozenset()
    return None if gone and gone == slugs else gone


def by_choice(
    rendered: RenderedIssue, people: SubscriberQuerySet
) -> dict[frozenset[str] | None, list[int]]:
    """Those of `people` who get less than everything, by what they do without."""
    known: dict[frozenset[int], frozenset[str] | None] = {}
    groups: dict[frozenset[str] | None, list[int]] = defaultdict(list)
    for pk, chosen in _choices(people):
        if chosen not in known:
            known[chosen] = left_out(rendered, chosen)
        if known[chosen] != frozenset():
            groups[known[chosen]].append(pk)
    return groups


def _choices(people: SubscriberQuerySet) -> Iterator[tuple[int, frozenset[int]]]:
    chosen = Subscriber.sections.through.objects.filter(subscriber__in=people.order_by())
    pairs = chosen.order_by("subscriber_id").values_list("subscriber_id", "section_id")
    for pk, of_one in groupby(pairs.iterator(), key=itemgetter(0)):
        yield pk, frozenset(section for _, section in of_one)
