"""Keeping what the pages of the set-up ask for; each leaves a line in the audit trail."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.contrib.auth.models import User
from django.db import transaction

from config.setup import suggestions
from curation import following, opml
from publication.access import record, require


class Kept(Protocol):
    """A form, or a set of them, that was found valid."""

    def save(self) -> Any: ...


@dataclass
class Followed:
    """What became of the feeds: a sentence for each way they came, and what was refused."""

    said: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@transaction.atomic
def keep(form: Kept, subject: str, *, by: User) -> None:
    """Store it."""
    require(by, "publication.change_publication")
    form.save()
    record(by, "set up", subject)


@transaction.atomic
def follow(
    *, listed: bytes | None, addresses: list[str], suggested: list[str], by: User, now: datetime
) -> Followed:
    """Follow them all, or none. Raises OpmlError, FeedAddressError."""
    done = Followed()
    lists = [listed] if listed is not None else []
    if suggested:
        lists.append(suggestions.as_opml(suggested))
    for data in lists:
        imported = opml.import_opml(data, by=by, now=now)
        done.said.append(f"{imported}.")
        done.refused += [f"{line}: {reason}" for line, reason in imported.refused]
        done.refused += [imported.damage] if imported.damage else []
    if addresses:
        feeds = following.follow(addresses, by=by, now=now)
        done.said.append(f"{len(feeds)} addresses are followed.")
    return done
