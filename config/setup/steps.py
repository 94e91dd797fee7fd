"""What a publication needs before its first issue, and what of it is there. Read from the rows:
there is no flag that could say otherwise."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import User

from config.setup.letters import HELLO
from curation.models import Feed
from publication.masthead import NEW, current
from publication.models import AuditEntry, Publication, Section


@dataclass(frozen=True)
class Step:
    """One page of the set-up. `todo` says what is missing; an optional one never does."""

    slug: str
    title: str
    is_done: Callable[[], bool]
    todo: str = ""


def _named() -> bool:
    return current().name != NEW["name"]


def _coloured() -> bool:
    suggested = Publication._meta.get_field("accent").get_default()
    return _was_kept("branding") or (_named() and current().accent != suggested)


def _shelved() -> bool:
    return _was_kept("sections")


def _was_kept(slug: str) -> bool:
    return AuditEntry.objects.filter(verb="set up", subject=slug).exists()


def _can_send() -> bool:
    return _has_sender() and AuditEntry.objects.filter(verb=HELLO).exists()


def _has_sender() -> bool:
    own = current()
    return own.sender_email != NEW["sender_email"] and own.postal_address != NEW["postal_address"]


STEPS = (
    Step("publication", "Publication", _named, "Give the publication its name."),
    Step("branding", "Branding", _coloured),
    Step("sections", "Sections", _shelved),
    Step("sender", "Sender", _can_send),
    Step("feeds", "Feeds", Feed.objects.exists, "Follow the first feeds."),
    Step("people", "People", lambda: User.objects.filter(is_staff=True).count() > 1),
)
BY_SLUG = {step.slug: step for step in STEPS}


def after(slug: str) -> Step | None:
    """The step behind this one; None behind the last."""
    place = [step.slug for step in STEPS].index(slug)
    return STEPS[place + 1] if place + 1 < len(STEPS) else None


def missing() -> list[tuple[Step, str]]:
    """What nobody should mail an issue without, and the page where it is mended."""
    found = [(step, step.todo) for step in STEPS if step.todo and not step.is_done()]
    if not _has_sender():
        found.append((BY_SLUG["sender"], "Fill in the sender and the postal address."))
    if not Section.objects.active().exists():
        found.append((BY_SLUG["sections"], "An issue needs at least one section."))
    return found
